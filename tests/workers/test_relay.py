"""The relay: events become jobs, jobs are leased and sent, never more than there is room for, and none is lost."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from dam.domain.work import Job
from dam.store.work import SqlStore, open_store
from tests.conftest import Time
from tests.workers.world import enqueue, jobs, tell
from workers import relay
from workers.relay import Lane

LEASE_S = 60
ONE = Lane("one", ("a", "b"), timedelta(seconds=LEASE_S))
MANY = Lane("many", ("c", "d"), timedelta(seconds=LEASE_S), batch=3)
ROUTES = {"x.happened": ("a", "c"), "y.happened": ("b",)}


class Sent(list[tuple[Lane, list[str]]]):
    """What was sent, in order."""

    def __call__(self, lane: Lane, batch: Sequence[Job]) -> None:
        self.append((lane, [job.task for job in batch]))


@pytest.fixture
def sent() -> Sent:
    return Sent()


def test_an_event_becomes_its_jobs_and_they_are_sent(sqlite_store: SqlStore, sent: Sent) -> None:
    tell(sqlite_store, "x.happened", "y.happened", "z.happened")
    step = relay.step(sqlite_store, {ONE: 5, MANY: 5}, sent, ROUTES)
    assert (step.events, step.jobs) == (3, 3)
    assert sorted(sent, key=str) == sorted([(ONE, ["a"]), (ONE, ["b"]), (MANY, ["c"])], key=str)
    with sqlite_store.reading() as work:
        assert [each.number for each in work.jobs.events(0, 9)] == [1, 2, 3]


def test_no_more_is_leased_than_there_is_room_for(sqlite_store: SqlStore, sent: Sent) -> None:
    enqueue(sqlite_store, "a", 5)
    step = relay.step(sqlite_store, {ONE: 2, MANY: 0}, sent, ROUTES)
    assert (len(sent), step.jobs) == (2, 2)
    assert len(jobs(sqlite_store, "leased")) == 2
    assert len(jobs(sqlite_store)) == 3


def test_batches_hold_one_task_and_no_more_than_the_lane_says(sqlite_store: SqlStore, sent: Sent) -> None:
    enqueue(sqlite_store, "c", 4)
    enqueue(sqlite_store, "d", 2)
    relay.step(sqlite_store, {MANY: 2}, sent, ROUTES)
    assert sorted(tasks for _, tasks in sent) == [["c"], ["c", "c", "c"], ["d", "d"]]


def test_what_was_sent_and_lost_comes_back_when_its_lease_runs_out(
    sqlite_store: SqlStore, sent: Sent, time: Time
) -> None:
    enqueue(sqlite_store, "a")
    relay.step(sqlite_store, {ONE: 1}, sent, ROUTES)
    time.move(LEASE_S - 1)
    assert relay.step(sqlite_store, {ONE: 1}, sent, ROUTES).jobs == 0
    time.move(2)
    assert relay.step(sqlite_store, {ONE: 1}, sent, ROUTES).jobs == 1
    assert jobs(sqlite_store, "leased")[0].tries == 2


def test_jobs_are_leased_before_they_are_sent(sqlite_store: SqlStore) -> None:
    enqueue(sqlite_store, "a")

    def die(lane: Lane, batch: Sequence[Job]) -> None:
        assert [job.state for job in jobs(sqlite_store, "leased")] == ["leased"]
        raise RuntimeError("the broker is away")

    with pytest.raises(RuntimeError):
        relay.step(sqlite_store, {ONE: 1}, die, ROUTES)
    assert jobs(sqlite_store, "leased")[0].tries == 1


def test_a_step_says_when_the_next_job_is_due(sqlite_store: SqlStore, sent: Sent, time: Time) -> None:
    enqueue(sqlite_store, "a")
    relay.step(sqlite_store, {ONE: 1}, sent, ROUTES)
    step = relay.step(sqlite_store, {ONE: 1}, sent, ROUTES)
    assert (step.next_job, step.full) == (time.after(LEASE_S), False)


def test_a_step_that_finds_nothing_wakes_nobody(sqlite_url: str, time: Time, sent: Sent) -> None:
    woken: list[None] = []
    store = open_store(sqlite_url, now=time.now, wake=lambda: woken.append(None))
    relay.step(store, {ONE: 1, MANY: 1}, sent, ROUTES)
    relay.number(store, ROUTES)
    assert woken == []
    store.dispose()


def test_numbering_alone_leases_nothing(sqlite_store: SqlStore) -> None:
    tell(sqlite_store, "x.happened")
    assert relay.number(sqlite_store, ROUTES) is False
    assert [(job.task, job.state) for job in jobs(sqlite_store)] == [("a", "due"), ("c", "due")]
