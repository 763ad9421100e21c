"""The harness itself, without a server: what it keeps is verified, what it starts it stops, and nothing is skipped."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.stack import cache, orphans, place, run, versions
from tests.stack.cache import CannotInstall
from tests.stack.place import DidNotStart, Place, free_port
from tests.stack.run import Outcome
from tests.stack.servers import SERVERS

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_STACK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.made = 0

    def __call__(self, to: Path) -> None:
        self.made += 1
        to.write_text(self.text)


class TestCache:
    def test_what_is_kept_is_made_once(self, folder: Path) -> None:
        maker = Maker("program")
        assert cache.kept("one-1", maker) == cache.kept("one-1", maker) == folder / "one-1"
        assert (maker.made, (folder / "one-1").read_text()) == (1, "program")

    def test_what_was_damaged_is_made_again(self) -> None:
        maker = Maker("program")
        cache.kept("one-1", maker).write_text("damaged")
        assert cache.kept("one-1", maker).read_text() == "program"
        assert maker.made == 2

    def test_what_has_another_digest_is_refused_and_not_kept(self, folder: Path) -> None:
        with pytest.raises(CannotInstall, match="digest"):
            cache.kept("one-1", Maker("program"), "0" * 64)
        assert list(folder.iterdir()) == []

    def test_what_fails_says_why(self) -> None:
        with pytest.raises(CannotInstall, match="no room"):
            cache.run(["/bin/sh", "-c", "echo no room; exit 1"])

    def test_what_fails_once_is_tried_again(self, tmp_path: Path) -> None:
        command = ["/bin/sh", "-c", f"test -e {tmp_path}/seen || {{ touch {tmp_path}/seen; exit 1; }}"]
        with pytest.raises(CannotInstall):
            cache.run(command)
        (tmp_path / "seen").unlink()
        cache.run(command, tries=2)

    def test_what_hangs_is_given_up(self) -> None:
        with pytest.raises(CannotInstall, match="timed out"):
            cache.run(["/bin/sleep", "600"], seconds=0.1)


class TestPackages:
    @pytest.fixture
    def commands(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What would have been run, by root on Debian."""
        ran: list[str] = []
        monkeypatch.setattr(cache, "run", lambda command, *_, **__: ran.append(" ".join(command)))
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/apt-get")
        monkeypatch.delenv("TEST_STACK_APT", raising=False)
        return ran

    def test_it_is_installed_from_fresh_lists(self, commands: list[str]) -> None:
        cache.package("redis-server", "redis-server")
        assert [command.split()[-1] for command in commands] == ["update", "redis-server"]

    @pytest.mark.parametrize("reason", ["nobody", "forbidden", "no apt"])
    def test_it_is_left_to_whoever_may(self, commands: list[str], monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
        if reason == "nobody":
            monkeypatch.setattr(os, "geteuid", lambda: 1000)
        elif reason == "forbidden":
            monkeypatch.setenv("TEST_STACK_APT", "0")
        else:
            monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(CannotInstall, match="install the package redis-server"):
            cache.package("redis-server", "redis-server")
        assert commands == []


def test_versions_are_compared_by_their_numbers() -> None:
    assert versions.at_least("3.10.8-1.1+deb12u1", "3.10")
    assert versions.at_least("25", "21")
    assert not versions.at_least("3.9.27", "3.10")
    assert not versions.at_least("17.0.16", "21")


def test_each_server_has_a_version() -> None:
    assert all(versions.of(name)["version"] for name in SERVERS)


def test_each_suite_is_there_and_needs_servers_that_there_are() -> None:
    for suite in run.SUITES.values():
        assert all((run.ROOT / test).exists() for test in suite.tests)
        assert set(suite.servers) <= set(SERVERS)


def test_every_contract_is_kept_by_adapters_on_real_servers() -> None:
    contracts = re.findall(r"^class (\w+Contract)\b", text_of("tests/contracts/*.py"), re.MULTILINE)
    assert len(contracts) > 10
    suites = text_of("tests/stack/suites/*.py")
    assert "from tests.store.test_contract import *" in suites
    kept = suites + text_of("tests/store/test_contract.py")
    assert [each for each in contracts if not re.search(rf"^class Test\w+\({each}\)", kept, re.MULTILINE)] == []


def text_of(files: str) -> str:
    return "\n".join(path.read_text() for path in run.ROOT.glob(files))


def test_the_suites_are_not_collected_by_themselves() -> None:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/stack/suites"]
    done = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout + done.stderr


class TestPlace:
    def test_what_was_started_has_ended_and_its_folder_is_gone(self) -> None:
        with Place("test") as here:
            here.start(
                ["/bin/sh", "-c", "sleep 600 & echo $! > child; echo $$ > up; wait"],
                {},
                lambda: (here.folder / "up").exists() and (here.folder / "up").read_text() != "",
                PATIENCE_S,
            )
            watched = [os.pidfd_open(int((here.folder / name).read_text())) for name in ("up", "child")]
        for each in watched:
            assert select.select([each], [], [], PATIENCE_S)[0], "it still runs"
            os.close(each)
        assert not here.folder.exists()

    def test_a_server_that_ends_is_not_waited_for(self) -> None:
        with Place("test") as here, pytest.raises(DidNotStart, match="address in use"):
            here.start(["/bin/sh", "-c", "echo address in use; exit 1"], {}, lambda: False, 60)

    def test_it_does_not_run_as_root(self) -> None:
        with Place("test") as here:
            here.start(["/bin/sh", "-c", "id -u > who; exec sleep 600"], {}, (here.folder / "who").exists, PATIENCE_S)
            assert (here.folder / "who").stat().st_uid != 0


PARENT = """
import os, signal, subprocess, sys
from tests.stack.orphans import supervised
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
sys.exit(supervised([sys.executable, "-c", sys.argv[2]], dict(os.environ), {"MARK": sys.argv[1]}))
"""
BEGIN = "child = subprocess.Popen(['sleep', '600'], start_new_session=True); open('{up}', 'w'); "


class TestOrphans:
    """A run that is ended leaves none of its tests' processes, whatever they are the children of by now."""

    @pytest.mark.parametrize(
        "program",
        [
            f"import subprocess, time; {BEGIN}time.sleep(600)",
            f"import os, subprocess; {BEGIN}os.kill(os.getpid(), 9)",
            f"import subprocess, time, signal as s; s.signal(2, s.SIG_IGN); s.alarm(2); {BEGIN}time.sleep(600)",
        ],
        ids=["asked to end", "killed", "deaf"],
    )
    def test_nothing_is_left(self, tmp_path: Path, program: str) -> None:
        mark = {"MARK": str(tmp_path)}
        command = [sys.executable, "-c", PARENT, str(tmp_path), program.format(up=tmp_path / "up")]
        with subprocess.Popen(command, cwd=run.ROOT, stderr=subprocess.PIPE, text=True) as parent:
            while not (tmp_path / "up").exists():
                assert parent.poll() is None
                time.sleep(0.01)
            parent.terminate()
            told = parent.communicate()[1]
        assert parent.returncode != 0
        assert orphans.marked(mark) == {}
        assert "sleep 600" in told

    def test_what_ends_its_own_is_let(self, tmp_path: Path) -> None:
        """Asked to end, a program cleans up by itself: nothing of it had to be killed."""
        begin = BEGIN.format(up=tmp_path / "up")
        waiting = f"try: {begin}time.sleep(600)\nexcept KeyboardInterrupt: child.kill(); child.wait()"
        program = f"import subprocess, time\n{waiting}"
        command = [sys.executable, "-c", PARENT, str(tmp_path), program]
        with subprocess.Popen(command, cwd=run.ROOT, stderr=subprocess.PIPE, text=True) as parent:
            while not (tmp_path / "up").exists():
                assert parent.poll() is None
                time.sleep(0.01)
            parent.terminate()
            assert parent.communicate()[1] == ""
        assert parent.returncode == 143
        assert orphans.marked({"MARK": str(tmp_path)}) == {}

    def test_the_exit_code_is_the_program_s(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", "import sys; sys.exit(5)"]
        assert orphans.supervised(command, dict(os.environ), {"MARK": str(tmp_path)}) == 5


def test_a_free_port_is_none_that_the_kernel_gives_away_and_is_found_once() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    found = [free_port() for _ in range(50)]
    assert not [port for port in found if first <= port <= last]
    assert len(set(found)) == 50


@pytest.mark.parametrize(
    ("given", "ours"),
    [((32_768, 60_999), (10_000, 32_767)), ((1024, 60_000), (60_001, 65_535)), ((1024, 65_535), (10_000, 65_535))],
)
def test_ports_are_looked_for_where_the_kernel_gives_none(given: tuple[int, int], ours: tuple[int, int]) -> None:
    found = place._ports_of_nobody(*given)
    assert (found[0], found[-1]) == ours


class TestJudgement:
    def test_all_is_well(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run._judge(Outcome(0, {"minio": 7}, [], ["40 tasks: 3 s"]), {"minio": "1"}) == 0
        said = capsys.readouterr().out
        assert "none was skipped" in said
        assert re.search(r"^40 tasks: 3 s$", said, re.MULTILINE)
        assert re.search(r"^minio +1 +7$", said, re.MULTILINE)

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            (Outcome(1, {"minio": 7}, []), "pytest ended with 1"),
            (Outcome(0, {"minio": 7}, ["test_x"]), "skipped: test_x"),
            (Outcome(0, {}, []), "no test ran on minio"),
        ],
    )
    def test_what_is_not_well_fails(self, outcome: Outcome, said: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run._judge(outcome, {"minio": "1"}) == 1
        assert said in capsys.readouterr().err

    def test_an_unknown_suite_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run.main(["object"]) == 2
        assert "objects" in capsys.readouterr().err
