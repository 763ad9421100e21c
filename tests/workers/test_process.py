"""The worker's loop, in a thread: woken by a commit it runs what follows; stopped, it leaves nothing behind."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dam.ports.services import Services
from dam.store.work import open_store
from tests.workers.world import Painter, jobs, upload
from workers import tasks
from workers.dispatch import LOOK, Dispatch
from workers.process import Pace, Worker
from workers.wakeup import Receiver, Sender

LONG = 100.0


@contextmanager
def running(services: Services, home: Path, painter: Painter, dispatch: Dispatch | None = None) -> Iterator[Worker]:
    receiver, wake = Receiver(home), Sender(home)
    worker = Worker(services, painter, receiver, wake, dispatch=dispatch)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(LONG)
        left = worker.close(LONG)
        receiver.close()
        wake.close()
        assert (left, thread.is_alive()) == (0, False)


class Telling(Painter):
    """A painter that says when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def render(self, *args: object) -> object:  # type: ignore[override]
        self.begun.set()
        return super().render(*args)  # type: ignore[arg-type]


@pytest.fixture
def waking(services: Services, sqlite_url: str, tmp_path: Path) -> Iterator[Services]:
    """Services whose commits wake the worker of ``tmp_path``; the clock runs."""
    wake = Sender(tmp_path)
    store = open_store(sqlite_url, wake=wake)
    yield replace(services, store=store)
    store.dispose()
    wake.close()


def test_a_commit_starts_its_tasks(waking: Services, tmp_path: Path) -> None:
    painter = Telling()
    with running(waking, tmp_path, painter):
        upload(waking)
        assert painter.begun.wait(LONG)
    assert painter.asked == ["image/png"]


def test_a_lost_wake_up_costs_a_second_and_no_work(services: Services, sqlite_url: str, tmp_path: Path) -> None:
    deaf = open_store(sqlite_url)
    painter = Telling()
    with running(replace(services, store=deaf), tmp_path, painter):
        upload(replace(services, store=deaf))
        assert painter.begun.wait(LONG)
    deaf.dispose()


def test_a_database_that_is_away_for_a_moment_does_not_end_the_loop(waking: Services, tmp_path: Path) -> None:
    painter = Telling()
    trouble = iter([ConnectionError("no database")])

    class Flaky:
        def writing(self) -> object:
            for problem in trouble:
                raise problem
            return waking.store.writing()

        reading = staticmethod(waking.store.reading)

    with running(replace(waking, store=Flaky()), tmp_path, painter):  # type: ignore[arg-type]
        upload(waking)
        assert painter.begun.wait(LONG)


def test_stopping_waits_for_what_runs(waking: Services, tmp_path: Path) -> None:
    painter = Telling()
    with running(waking, tmp_path, painter):
        asset_id = upload(waking)
        assert painter.begun.wait(LONG)
    with waking.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    assert {each.state for each in view.renditions} == {"ready"}
    assert not jobs(waking.store, "leased")


def test_many_commits_in_a_row_are_looked_at_less_often_until_a_job_comes() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    for _ in range(6):
        pace.note(0)
        pace.breathe(0.0)
    assert slept == [0.001, 0.002, 0.004, 0.008, 0.016, 0.016]
    pace.note(1)
    pace.breathe(0.0)
    assert len(slept) == 6


def test_jobs_that_fill_every_hand_make_the_next_look_wait_too() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    for _ in range(2):
        pace.note(1, full=True)
        assert pace.breathe(0.0)
    assert slept == [0.001, 0.002]
    pace.note(1)
    assert not pace.breathe(0.0)


def test_after_a_quiet_moment_the_next_commit_is_looked_at_at_once() -> None:
    slept: list[float] = []
    pace = Pace(slept.append)
    pace.note(0)
    pace.breathe(0.2)
    assert slept == []


class Post:
    """A broker in memory, of which a test is told."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, list[int]]] = []
        self.came = threading.Event()

    def waiting(self, queue: str) -> int:
        return 0

    def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        self.messages.append((task, queue, list(ids)))
        if task == "render":
            self.came.set()

    def close(self) -> None:
        return None


def test_with_a_broker_jobs_are_sent_and_none_is_run_here(waking: Services, tmp_path: Path) -> None:
    painter, post = Telling(), Post()
    dispatch = Dispatch(waking.store, post, [tasks.RENDER, tasks.ROLLOUT])
    with running(waking, tmp_path, painter, dispatch):
        upload(waking)
        assert post.came.wait(LONG)
        assert until(lambda: not jobs(waking.store, "leased") and len(jobs(waking.store)) == 1)
        (sent,) = jobs(waking.store)
        assert until(lambda: (LOOK, "deliver", []) in post.messages)
    assert ("render", "media", [sent.id]) in post.messages
    assert (sent.tries, painter.asked) == (0, [])


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + LONG
    while not true() and time.monotonic() < end:
        threading.Event().wait(0.01)
    return true()
