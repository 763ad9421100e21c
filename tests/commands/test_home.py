"""Who may use a home, and what is left there."""

import os
import signal
from pathlib import Path

import pytest

from dam.commands import home
from dam.domain.errors import Conflict


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_PATIENCE_S", 0.0)


def refused(code: str) -> "pytest.RaisesExc[Conflict]":
    return pytest.raises(Conflict, check=lambda error: error.code == code)


def test_a_home_has_one_service(tmp_path: Path) -> None:
    with home.whole(tmp_path), refused("home_in_use"):
        home.whole(tmp_path)


def test_parts_share_a_home_and_a_whole_service_does_not(tmp_path: Path) -> None:
    with home.part(tmp_path), home.part(tmp_path), refused("home_in_use"):
        home.whole(tmp_path)


def test_a_home_has_one_worker(tmp_path: Path) -> None:
    with home.worker(tmp_path), refused("worker_runs"):
        home.worker(tmp_path)


def test_a_lock_is_free_when_its_holder_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    holder = os.fork()
    if holder == 0:
        lock = home.whole(tmp_path)
        child = os.fork()
        if child:
            os.write(writer, child.to_bytes(4, "big"))
        signal.pause()
        os._exit(lock.fileno())
    child = int.from_bytes(os.read(reader, 4), "big")
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    with refused("home_in_use"):
        home.whole(tmp_path)  # the child may still be at work
    os.kill(child, signal.SIGKILL)
    monkeypatch.setattr(home, "_PATIENCE_S", 30.0)
    with home.whole(tmp_path):
        pass
    os.close(reader)
    os.close(writer)


def test_what_is_private_can_be_read_by_the_owner_only(tmp_path: Path) -> None:
    file = home.token_file(tmp_path)
    home.write_private(file, "dam_x")
    assert home.read_secret(file) == "dam_x"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["token"]


def test_there_may_be_no_secret(tmp_path: Path) -> None:
    assert home.read_secret(tmp_path / "token") is None
