"""Hands: an outcome is known or reported as unknown, in bounded time, and no hand acts after its deadline."""

import errno
import io
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dam.channels import hand as hand_module
from dam.channels import step
from dam.channels.hand import Hands
from dam.ports.channel import Channel, ChannelError, NotApplied, OutcomeUnknown, TargetOccupied
from tests.contracts.channel import CLOCK, NEW, OLD, put, seen


@pytest.fixture
def folder(site: Path) -> Iterator[int]:
    (site / "temporary").write_bytes(NEW)
    (site / "target").write_bytes(OLD)
    descriptor = os.open(site, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def warm(hands: Hands, folder: int) -> int:
    """Start a hand that is idle afterwards; returns its process id."""
    hands.perform(folder, "remove", "", "absent", CLOCK.monotonic() + 10)
    return idle(hands)[0]


def idle(hands: Hands) -> list[int]:
    return [one.pid for _, one in hands._idle]


def has_ended(process: int, seconds: float = 10) -> bool:
    """Whether the process has ended, or does within the time; ``process`` is a pidfd."""
    return bool(select.select([process], [], [], seconds)[0])


def test_a_hand_is_used_again(hands: Hands, folder: int) -> None:
    assert warm(hands, folder) == warm(hands, folder)


def test_a_stopped_hand_is_killed_at_its_deadline_and_never_acts(
    channel: Channel, hands: Hands, site: Path, folder: int
) -> None:
    process = warm(hands, folder)
    watched = os.pidfd_open(process)
    put(channel, "a", OLD)
    os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as change:
        with pytest.raises(OutcomeUnknown) as unknown:
            change.apply(CLOCK.monotonic() + 0.5)
        assert time.monotonic() - began < 60  # it would have stayed stopped for ever
        assert unknown.value.code == "no_answer"
        assert has_ended(watched, 0)  # dead already: nothing can come later
        assert seen(channel, "a") == OLD
    os.close(watched)
    assert idle(hands) == []
    put(channel, "a", NEW)  # and a fresh hand does the next one
    assert seen(channel, "a") == NEW


def test_an_answer_that_was_given_before_the_death_counts(
    hands: Hands, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parent looks once more after it has killed: the hand wakes in the last moment and says that it is late."""
    process = warm(hands, folder)
    kill = hand_module._Hand._kill

    def wake_and_kill(one: hand_module._Hand) -> None:
        if one.runs():
            os.kill(process, signal.SIGCONT)
            select.select([one._connection], [], [], 10)
        kill(one)

    monkeypatch.setattr(hand_module._Hand, "_kill", wake_and_kill)
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(NotApplied) as refused:
        hands.perform(folder, "replace", "temporary", "target", CLOCK.monotonic() + 0.3)
    assert refused.value.code == "too_late"
    monkeypatch.undo()
    assert idle(hands) == []


def test_a_hand_that_dies_leaves_the_outcome_unknown(
    hands: Hands, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = warm(hands, folder)
    os.kill(process, signal.SIGSTOP)
    answer = hand_module._Hand._answer

    def killed_by_then(one: hand_module._Hand, seconds: float) -> str:
        """It has the order, and has not read it."""
        os.kill(process, signal.SIGKILL)
        return answer(one, seconds)

    monkeypatch.setattr(hand_module._Hand, "_answer", killed_by_then)
    with pytest.raises(OutcomeUnknown):
        hands.perform(folder, "replace", "temporary", "target", CLOCK.monotonic() + 10)


def test_a_hand_that_died_while_idle_is_replaced(hands: Hands, folder: int, site: Path) -> None:
    process = warm(hands, folder)
    watched = os.pidfd_open(process)
    os.kill(process, signal.SIGKILL)
    assert has_ended(watched)
    os.close(watched)
    hands.perform(folder, "replace", "temporary", "target", CLOCK.monotonic() + 10)
    assert (site / "target").read_bytes() == NEW


def test_a_hand_that_has_been_idle_for_long_is_not_trusted(hands: Hands, folder: int) -> None:
    """It may be about to leave by itself, with our order unread."""
    process = warm(hands, folder)
    hands._idle = [(since - step.IDLE_S, one) for since, one in hands._idle]
    assert warm(hands, folder) != process


def test_an_interrupted_question_does_not_leave_its_answer_to_the_next(
    hands: Hands, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(hands, folder)

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(hand_module._Hand, "_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            hands.perform(folder, "remove", "", "absent", CLOCK.monotonic() + 10)
    assert idle(hands) == []


def test_a_fork_does_not_share_hands(hands: Hands, folder: int) -> None:
    process = warm(hands, folder)
    parents = hands._idle
    hands._process = -1  # what a forked child sees: another process made these
    assert warm(hands, folder) != process
    for _, one in parents:
        one.end()


def test_too_late_is_known_not_to_have_happened(hands: Hands, folder: int, site: Path) -> None:
    with pytest.raises(NotApplied) as refused:
        hands.perform(folder, "replace", "temporary", "target", CLOCK.monotonic())
    assert refused.value.code == "too_late"
    assert idle(hands) == []  # not even begun


def test_a_hand_that_takes_too_long_to_start_is_not_asked(
    hands: Hands, folder: int, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class JumpingClock:
        ahead = 0.0

        def monotonic(self) -> float:
            return CLOCK.monotonic() + self.ahead

    clock, start = JumpingClock(), hand_module._start

    def slow_start(program: Path) -> hand_module._Hand:
        clock.ahead = 100
        return start(program)

    monkeypatch.setattr(hands, "_clock", clock)
    monkeypatch.setattr(hand_module, "_start", slow_start)
    with pytest.raises(NotApplied) as refused:
        hands.perform(folder, "replace", "temporary", "target", CLOCK.monotonic() + 50)
    assert refused.value.code == "too_late"
    assert (site / "target").read_bytes() == OLD


def test_the_hand_itself_refuses_what_comes_too_late(folder: int, site: Path) -> None:
    """The parent may be stopped between its own look at the clock and the sending."""
    assert step.obey(folder, step.order("replace", "temporary", "target", CLOCK.monotonic() - 0.001)) == "late"
    assert (site / "target").read_bytes() == OLD


def test_the_alarm_is_off_after_the_step(folder: int) -> None:
    assert step.obey(folder, step.order("remove", "", "absent", CLOCK.monotonic() + 100)) == "applied absent"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


STALLED = """
import os, signal, sys
from dam.channels import step
from dam.clock import SystemClock
signal.signal(signal.SIGALRM, signal.SIG_DFL)
real = os.rename
def stalled(*args, **kwargs):
    print("stalled", flush=True)
    sys.stdin.readline()
    real(*args, **kwargs)
os.rename = stalled
folder = os.open(sys.argv[1], os.O_RDONLY)
step.obey(folder, step.order("replace", "temporary", "target", SystemClock().monotonic() + 0.3))
"""


@pytest.mark.parametrize("stopped", [False, True])
def test_the_kernel_kills_a_hand_that_stalls_over_its_deadline(folder: int, site: Path, stopped: bool) -> None:
    """Between the look at the clock and the step, with nobody left to kill it: it is dead before it can go on."""
    command = [sys.executable, "-c", STALLED, str(site)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "stalled\n"
        if stopped:
            process.send_signal(signal.SIGSTOP)
            select.select([], [], [], 0.4)  # over its deadline
            with suppress(BrokenPipeError):  # we were so slow that it had ended before it was stopped
                os.write(process.stdin.fileno(), b"go on\n")
            process.send_signal(signal.SIGCONT)
        assert process.wait(60) == -signal.SIGALRM
    assert (site / "target").read_bytes() == OLD


ORPHANED = """
import os, sys
from dam.channels.hand import Hands
from dam.clock import SystemClock
clock = SystemClock()
hands = Hands(clock)
folder = os.open(sys.argv[1], os.O_RDONLY)
hands.perform(folder, "remove", "", "absent", clock.monotonic() + 10)
print(hands._idle[0][1].pid, flush=True)
sys.stdin.readline()
hands.perform(folder, "replace", "temporary", "target", clock.monotonic() + 0.5)
"""


@pytest.fixture
def orphaned(site: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", ORPHANED, str(site)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_hand_ends_with_its_parent(folder: int, orphaned: subprocess.Popen[str]) -> None:
    assert orphaned.stdout is not None
    watched = os.pidfd_open(int(orphaned.stdout.readline()))
    assert not has_ended(watched, 0)
    orphaned.kill()
    assert has_ended(watched)
    os.close(watched)


def test_a_stopped_hand_whose_parent_was_killed_does_not_act_after_the_deadline(
    folder: int, site: Path, orphaned: subprocess.Popen[str]
) -> None:
    assert orphaned.stdout is not None
    assert orphaned.stdin is not None
    process = int(orphaned.stdout.readline())
    watched = os.pidfd_open(process)
    os.kill(process, signal.SIGSTOP)
    orphaned.stdin.write("go on\n")
    orphaned.stdin.flush()
    select.select([], [], [], 0.2)  # the order is sent by now
    orphaned.kill()
    orphaned.wait()
    select.select([], [], [], 0.5)  # over the deadline
    signal.pidfd_send_signal(watched, signal.SIGCONT)
    assert has_ended(watched)
    os.close(watched)
    assert (site / "target").read_bytes() == OLD


def test_a_hand_sees_no_secrets_and_no_other_files(
    hands: Hands, folder: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DAM_SECRET", "secret")
    inherited = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(inherited, True)
    process = Path(f"/proc/{warm(hands, folder)}")
    os.close(inherited)
    assert b"DAM_SECRET" not in (process / "environ").read_bytes()
    opened = {str(path.readlink()) for path in (process / "fd").iterdir()}
    assert str(tmp_path) not in opened


def test_the_program_imports_nothing_of_the_service() -> None:
    program = f"import runpy, sys; runpy.run_path({step.__file__!r}); print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert not {name for name in ended.stdout.split() if name.split(".")[0] in {"dam", "ctypes", "json", "asyncio"}}


class TestStep:
    @pytest.mark.parametrize(
        ("number", "answer"),
        [(errno.ENOSPC, "refused"), (errno.EROFS, "refused"), (errno.EIO, "unknown"), (errno.ENOENT, "unknown")],
    )
    @pytest.mark.parametrize(("verb", "call"), [("replace", "rename"), ("create", "link")])
    def test_errors(
        self, folder: int, site: Path, monkeypatch: pytest.MonkeyPatch, verb: str, call: str, number: int, answer: str
    ) -> None:
        def failing(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, call, failing)
        assert step.perform(folder, verb, "temporary", "target") == f"{answer} {number}"

    @pytest.mark.parametrize("verb", ["replace", "remove"])
    def test_what_is_visible_but_not_durable_is_unknown(
        self, folder: int, monkeypatch: pytest.MonkeyPatch, verb: str
    ) -> None:
        def failing(_: int) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(os, "fsync", failing)
        assert step.perform(folder, verb, "temporary", "target") == f"unknown {errno.EROFS}"

    def test_a_link_whose_answer_was_lost_is_done(self, folder: int, site: Path) -> None:
        """A network file system repeats a request and says that the name is there: it is by ourselves."""
        (site / "target").unlink()
        os.link(site / "temporary", site / "target")
        assert step.perform(folder, "create", "temporary", "target") == "applied linked"

    @pytest.mark.parametrize(
        ("answer", "error", "code", "permanent"),
        [
            ("late", NotApplied, "too_late", False),
            ("occupied", TargetOccupied, "target_occupied", True),
            ("not_a_file", NotApplied, "target_not_a_file", True),
            (f"refused {errno.ENOSPC}", NotApplied, "destination_full", False),
            (f"refused {errno.EDQUOT}", NotApplied, "destination_full", False),
            (f"refused {errno.EACCES}", NotApplied, "destination_refused", True),
            (f"unknown {errno.EIO}", OutcomeUnknown, "destination_failed", False),
        ],
    )
    def test_what_an_answer_means(self, answer: str, error: type[ChannelError], code: str, permanent: bool) -> None:
        with pytest.raises(error) as refused:
            hand_module._receipt(answer)
        assert type(refused.value) is error
        assert (refused.value.code, refused.value.permanent) == (code, permanent)


def test_a_process_that_cannot_be_started(hands: Hands, folder: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent")
    with pytest.raises(NotApplied) as refused:
        hands.perform(folder, "remove", "", "absent", CLOCK.monotonic() + 10)
    assert refused.value.code == "hand_failed"


def test_few_hands_are_kept(hands: Hands, folder: int, site: Path) -> None:
    failures: list[ChannelError] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        try:
            for _ in range(5):
                hands.perform(folder, "remove", "", "absent", CLOCK.monotonic() + 20)
        except ChannelError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert 1 <= len(idle(hands)) <= 4
