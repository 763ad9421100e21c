"""Hands: small killable processes that do the visible step at a destination.

A thread that hangs in ``rename`` on a dead disk can't be stopped, so that a permit given to it would never end. A
process can: it is killed at its deadline, and what it didn't do by then never happens.

Rule: an outcome is known only from the hand's answer. A hand that was killed without one leaves it unknown.
Must not: know channels' names and markers. What happens inside the process is its program's: ``dam.channels.step`` for
folders, which gets a descriptor and two names below it; others are told an order and answer one line.
"""

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from dam.channels import step
from dam.ports.channel import ChannelError, NotApplied, OutcomeUnknown, Receipt, TargetOccupied
from dam.ports.clock import Clock

_FOLDER = Path(step.__file__).resolve()
_DYING_S = 0.1  # a hand is killed so long before the deadline: at the deadline itself it is dead
_DEATH_S = 2.0  # how long a killed process is waited for; one that hangs in the kernel may take longer
_FRESH_S = step.IDLE_S / 2  # an idle hand is used again only while it can't be about to leave by itself
_KEPT = 4  # idle hands that are kept for the next steps
_ENVIRONMENT = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")  # a certificate is checked there as it is here
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Hands:
    """A pool of hands; thread-safe. Hands are started when needed, one for each step that runs at the same time.

    ``close`` ends them; they also end with this process, or a minute after their last step.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: list[tuple[float, _Hand]] = []
        self._process = os.getpid()

    def perform(self, folder: int, verb: str, temporary: str, target: str, deadline: float) -> Receipt:
        """One visible step in the folder of descriptor ``folder``, over when ``deadline`` (``Clock.monotonic``) is.

        ``verb`` and what it does: ``dam.channels.step.perform``. Raises NotApplied (``too_late`` and others),
        TargetOccupied, OutcomeUnknown.
        """
        return _receipt(self.tell(_FOLDER, lambda last: step.order(verb, temporary, target, last), deadline, [folder]))

    def tell(
        self, program: Path, order: Callable[[float], bytes], deadline: float, descriptors: Sequence[int] = ()
    ) -> str:
        """The answer of a hand that runs ``program``, which is dead at ``deadline``. ``order``: what it is told, from
        the time by which it has to be done. Raises NotApplied (``too_late``, ``hand_failed``), OutcomeUnknown, and
        what ``order`` raises; then nothing was done."""
        last = deadline - _DYING_S
        if self._clock.monotonic() >= last:
            raise too_late()
        told = order(last)
        with self._borrowed(program, last) as hand:
            if (left := last - self._clock.monotonic()) <= 0:
                raise too_late()
            return hand.ask(told, descriptors, left)

    def close(self) -> None:
        """End the idle hands."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, hand in idle:
            hand.end()

    @contextmanager
    def _borrowed(self, program: Path, last: float) -> Iterator["_Hand"]:
        if self._clock.monotonic() >= last:
            raise too_late()
        hand = self._take(program)
        try:
            yield hand
        finally:
            self._give_back(hand)

    def _take(self, program: Path) -> "_Hand":
        now = self._clock.monotonic()
        with self._lock:
            if self._process != os.getpid():  # a fork: the hands belong to the other process
                self._idle, self._process = [], os.getpid()
            found = next((each for each in reversed(self._idle) if each[1].program == program), None)
            if found:
                self._idle.remove(found)
        if found and now - found[0] <= _FRESH_S and found[1].runs():
            return found[1]
        if found:  # the latest one is no good, so the others are older still
            found[1].end()
            self.close()
        return _start(program)

    def _give_back(self, hand: "_Hand") -> None:
        with self._lock:
            if hand.alive and len(self._idle) < _KEPT:
                self._idle.append((self._clock.monotonic(), hand))
                return
        hand.end()


def _start(program: Path) -> "_Hand":
    try:
        return _Hand(program)
    except OSError as error:
        raise NotApplied("hand_failed", f"No process could be started for the step: {error.strerror}.") from error


class _Hand:
    """One process and the connection to it."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            try:
                self._process = _launch(program, theirs.fileno())
            except OSError:
                self._connection.close()
                raise
        self.alive = True

    @property
    def pid(self) -> int:
        return self._process.pid

    def runs(self) -> bool:
        return self._process.poll() is None

    def ask(self, order: bytes, descriptors: Sequence[int], seconds: float) -> str:
        """The hand's answer within ``seconds``. Without one the hand is not to be used again, and the caller ends it.
        Raises NotApplied, OutcomeUnknown."""
        self.alive = False  # until it has answered: an interrupted question must not leave its answer to the next one
        self._connection.settimeout(seconds)
        try:
            if descriptors:
                socket.send_fds(self._connection, [order], descriptors)
            else:
                self._connection.sendall(order)
        except OSError as error:  # of an order that it has not whole, nothing is done
            raise NotApplied("hand_failed", "The process for the step had ended before it was asked.") from error
        answer = self._answer(seconds)
        if not answer:
            raise OutcomeUnknown("no_answer", "The step did not end in its time, or its process died; it was stopped.")
        self.alive = self._process.returncode is None
        return answer

    def _answer(self, seconds: float) -> str:
        """An answer is a few bytes in one write, so it arrives whole or not at all."""
        self._connection.settimeout(seconds)
        try:
            answer = self._connection.recv(step.ORDER_BYTES)
        except TimeoutError:
            answer = self._last_words()
        except OSError:
            answer = b""
        return answer.decode().strip()

    def _last_words(self) -> bytes:
        """Kill, and only then look again: an answer that was written before the death is still true."""
        self._kill()
        self._connection.setblocking(False)
        try:
            return self._connection.recv(step.ORDER_BYTES)
        except OSError:
            return b""

    def end(self) -> None:
        """Kill and let go; also of a hand that has ended by itself."""
        self._kill()
        self._connection.close()

    def _kill(self) -> None:
        self._process.kill()
        # What hangs in the kernel dies when the kernel lets it; the mount's lateness is for that.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_DEATH_S)


def _launch(program: Path, connection: int) -> subprocess.Popen[bytes]:
    # -I -S: nothing of the environment or of installed packages; a session of its own, so that Ctrl-C in the terminal
    # ends the service and not a step half-way.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(program), str(connection)],
        pass_fds=[connection],
        stdin=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,
    )


def too_late() -> NotApplied:
    """What a step is whose time was over before it began."""
    return NotApplied("too_late", "The time for the step was over before it began.")


def _receipt(answer: str) -> Receipt:
    word, _, rest = answer.partition(" ")
    if word == "applied":
        return Receipt({"step": rest})
    raise _error(word, int(rest or 0))


def _error(word: str, number: int) -> ChannelError:
    reason = os.strerror(number) if number else ""
    if word == "late":
        return too_late()
    if word == "occupied":
        return TargetOccupied("target_occupied", "Something is there already.", permanent=True)
    if word == "not_a_file":
        return NotApplied("target_not_a_file", "What is there is a folder, a link or a device.", permanent=True)
    if word == "refused" and number in _FULL:
        return NotApplied("destination_full", f"The destination has no room: {reason}.")
    if word == "refused":
        return NotApplied("destination_refused", f"The destination refused it: {reason}.", permanent=True)
    return OutcomeUnknown("destination_failed", f"The destination failed within the step: {reason}.")
