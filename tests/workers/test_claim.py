"""Taking what a message names: only what is still to be done, by one worker, counted as a try; held while it runs."""

from datetime import timedelta

import pytest

from dam.domain.errors import Unavailable
from dam.domain.work import MAX_TRIES
from dam.store.work import SqlStore
from tests.conftest import Time
from tests.workers.world import enqueue, jobs
from workers import claim, runner
from workers.claim import LEASE, Hold
from workers.runner import Ids

LONG = timedelta(minutes=5)
LEASE_S = LEASE.total_seconds()


class Died(BaseException):
    """The process is gone: nothing after it happens."""


def run(store: SqlStore, task: runner.Task, ids: list[int]) -> bool:
    return claim.run(store, {"a": task}, ids, LONG)


def test_a_message_runs_its_jobs_as_one_and_they_are_forgotten(store: SqlStore) -> None:
    message = enqueue(store, "a", 3)
    seen: list[Ids] = []
    assert run(store, seen.append, message)
    assert ([dict(ids) for ids in seen], jobs(store), jobs(store, "leased")) == ([{"n": 0}], [], [])


def test_of_a_message_that_comes_again_nothing_is_run(store: SqlStore) -> None:
    message = enqueue(store, "a")
    seen: list[Ids] = []

    def task(ids: Ids) -> None:
        seen.append(ids)
        assert not run(store, seen.append, message)  # it comes to another worker while this one is at it

    assert run(store, task, message)
    assert not run(store, task, message)
    assert len(seen) == 1


def test_a_job_that_waits_after_a_failure_is_not_run_before_its_time(store: SqlStore, time: Time) -> None:
    message = enqueue(store, "a")
    seen: list[Ids] = []

    def fail(ids: Ids) -> None:
        raise Unavailable("away", "Away.")

    assert not run(store, fail, message)
    assert not run(store, seen.append, message)
    time.move(1)
    assert run(store, seen.append, message)
    assert len(seen) == 1


def test_what_a_dead_worker_had_is_free_when_its_lease_is_over(store: SqlStore, time: Time) -> None:
    message = enqueue(store, "a")

    def die(ids: Ids) -> None:
        raise Died

    with pytest.raises(Died):
        run(store, die, message)
    time.move(LEASE_S - 1)
    assert not run(store, lambda ids: None, message)
    time.move(1)
    assert run(store, lambda ids: None, message)


def test_a_job_whose_worker_dies_each_time_is_set_aside(store: SqlStore, time: Time) -> None:
    message = enqueue(store, "a")
    died: list[Ids] = []

    def die(ids: Ids) -> None:
        died.append(ids)
        raise Died

    for _ in range(MAX_TRIES):
        with pytest.raises(Died):
            run(store, die, message)
        time.move(LEASE_S)
    assert not run(store, die, message)
    (aside,) = jobs(store, "set_aside")
    assert (aside.reason_code, len(died)) == ("worker_lost", MAX_TRIES)


def test_a_lease_is_renewed_while_the_work_goes_on_and_its_end_is_accepted(store: SqlStore, time: Time) -> None:
    message = enqueue(store, "a")
    with store.writing() as work:
        taken = work.jobs.take(message, work.now(), time.after(LEASE_S))
        work.commit()
    with Hold(store, taken, LONG) as hold:
        for _ in range(10):
            time.move(LEASE_S - 1)
            hold.renew()
        assert not run(store, lambda ids: None, message)
        assert runner.run(store, lambda ids: None, taken, hold.over)
    assert jobs(store, "leased") == []


def test_a_thread_renews_by_itself_until_the_longest_time_is_over(sqlite_store: SqlStore, time: Time) -> None:
    message = enqueue(sqlite_store, "a")
    with sqlite_store.writing() as work:
        taken = work.jobs.take(message, work.now(), time.after(LEASE_S))
        work.commit()
    time.move(7)
    with Hold(sqlite_store, taken, timedelta(seconds=0.5), every_s=0.01) as hold:
        hold._thread.join(30)  # it ends by itself
        assert not hold._thread.is_alive()
    assert jobs(sqlite_store, "leased")[0].leased_until == time.after(LEASE_S)


def test_who_has_lost_the_lease_can_neither_renew_nor_end_it(
    store: SqlStore, time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    message = enqueue(store, "a")
    with store.writing() as work:
        taken = work.jobs.take(message, work.now(), time.after(LEASE_S))
        work.commit()
    with Hold(store, taken, LONG) as hold:
        time.move(LEASE_S)
        with store.writing() as work:
            (other,) = work.jobs.take(message, work.now(), time.after(LEASE_S))
            work.commit()
        hold.renew()
        runner.run(store, lambda ids: None, taken, hold.over)
    assert jobs(store, "leased") == [other]
    said = capsys.readouterr().out
    assert "leases lost" in said
    assert "outlived its lease" in said


def test_a_database_that_is_away_for_a_renewal_does_not_end_the_work(
    sqlite_store: SqlStore, time: Time, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    message = enqueue(sqlite_store, "a")
    with sqlite_store.writing() as work:
        taken = work.jobs.take(message, work.now(), time.after(LEASE_S))
        work.commit()

    def away(hold: Hold) -> None:
        raise Unavailable("database_unavailable", "Away.")

    monkeypatch.setattr(Hold, "renew", away)
    with Hold(sqlite_store, taken, timedelta(seconds=0.1), every_s=0.01) as hold:
        hold._thread.join(30)
        assert runner.run(sqlite_store, lambda ids: None, taken, hold.over)
    assert "database_unavailable" in capsys.readouterr().out
