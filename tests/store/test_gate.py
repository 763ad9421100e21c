"""The gate: one writer at a time, among threads and processes, without traps."""

import fcntl
import os
import signal
import sqlite3
import threading
from pathlib import Path

import pytest

from dam.domain.errors import Unavailable
from dam.store import gate as gates
from dam.store.gate import LOG_LIMIT, Gate
from dam.store.work import open_store
from tests.contracts.facts import asset, fill


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "dam.sqlite")


def test_a_thread_that_enters_twice_is_told(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with store.writing() as outer:
        with pytest.raises(RuntimeError, match="writing already"), store.writing():
            pass
        outer.add(asset("a1"))
        outer.commit()
    fill(store, asset("a2"))
    store.dispose()


def test_reading_within_writing_is_free(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with store.writing() as work:
        work.add(asset("a1"))
        with store.reading() as other:
            assert other.assets.get("a1") is None
        work.commit()
    store.dispose()


def test_the_gate_is_free_again_after_whatever_happened(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with pytest.raises(ZeroDivisionError), store.writing() as work:
        _fail()
    with store.writing() as work:
        work.commit()
        fill(store, asset("a1"))
    fill(store, asset("a2"))
    store.dispose()


def test_threads_wait_no_longer_than_the_limit(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_TIMEOUT_S", 0.01)
    errors: list[Unavailable] = []

    def enter() -> None:
        try:
            with gate:
                pass
        except Unavailable as error:
            errors.append(error)

    with gate:
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
    assert [error.code for error in errors] == ["database_unavailable"]
    with gate:
        pass


def test_one_process_at_a_time(gate: Gate) -> None:
    """A child enters, and only when it leaves can the parent."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        with gate:
            os.write(tell, b"inside")
            os.close(tell)
            # Ends by the signal, so that the gate is left by the kernel.
            signal.pause()
        os._exit(0)
    os.close(tell)
    assert os.read(told, 6) == b"inside"
    os.close(told)
    entered = threading.Event()

    def enter() -> None:
        with gate:
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert entered.wait(60)
    thread.join()


def test_a_fork_while_another_thread_writes_leaves_the_child_free(gate: Gate) -> None:
    """The child has neither a lock that no thread of it holds, nor the parent's hold on the file."""
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with gate:
            inside.set()
            assert leave.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(60)
    wait, go = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.close(go)
        os.read(wait, 1)
        with gate:
            os._exit(0)
    os.close(wait)
    leave.set()
    thread.join()
    # The child still lives and must not hold what the parent left.
    with gate:
        pass
    os.close(go)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_log_is_written_back_only_when_it_is_large(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    monkeypatch.setattr(gates, "_checkpoint", calls.append)
    store = open_store(sqlite_url)
    for number in range(3):
        fill(store, asset(f"a{number}"))
    assert calls == []
    fill(store, asset("large", description="x" * LOG_LIMIT))
    assert len(calls) == 1
    fill(store, asset("next"))
    assert len(calls) == 1, "a log that could not be emptied is not tried again at each commit"
    store.dispose()


def test_the_log_is_written_back_inside_the_gate(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The WAL-reset race needs a commit beside the checkpoint: there can be none."""
    free: list[bool] = []
    store = open_store(sqlite_url)

    def look(database: Path) -> None:
        other = os.open(database.with_name(database.name + ".gate"), os.O_RDWR)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(True)
        except BlockingIOError:
            free.append(False)
        finally:
            os.close(other)

    monkeypatch.setattr(gates, "_checkpoint", look)
    fill(store, asset("large", description="x" * LOG_LIMIT))
    assert free == [False]
    store.dispose()


def test_a_checkpoint_that_fails_does_not_fail_the_commit(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(gates, "_checkpoint", fail)
    store = open_store(sqlite_url)
    fill(store, asset("large", description="x" * LOG_LIMIT))
    with store.reading() as work:
        assert work.assets.get("large") is not None
    store.dispose()


def _fail() -> None:
    raise ZeroDivisionError
