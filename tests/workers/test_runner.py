"""One job's end: done, later, or set aside with its reason; tries are counted by the database."""

import pytest

from dam.domain.errors import Conflict, DamError, NotFound, StorageFull, Unavailable
from dam.domain.work import BACKOFF_S, MAX_TRIES, Job
from dam.ports.media import MediaUnavailable
from dam.store.work import SqlStore
from search.errors import SearchUnavailable
from tests.conftest import Time
from tests.workers.world import enqueue, jobs
from workers import runner
from workers.runner import Ids


def leased(store: SqlStore, time: Time, limit: int = 1) -> list[Job]:
    with store.writing() as work:
        found = work.jobs.lease(["a"], work.now(), time.after(60), limit)
        work.commit()
    return found


def failing(error: BaseException) -> runner.Task:
    def task(ids: Ids) -> None:
        raise error

    return task


def test_a_job_that_ran_is_forgotten(sqlite_store: SqlStore, time: Time) -> None:
    enqueue(sqlite_store, "a")
    seen: list[Ids] = []
    assert runner.run(sqlite_store, seen.append, leased(sqlite_store, time))
    assert [dict(ids) for ids in seen] == [{"n": 0}]
    assert not jobs(sqlite_store, "leased")


def test_a_batch_is_one_run_and_all_of_it_is_forgotten(sqlite_store: SqlStore, time: Time) -> None:
    enqueue(sqlite_store, "a", 3)
    seen: list[Ids] = []
    runner.run(sqlite_store, seen.append, leased(sqlite_store, time, 3))
    assert len(seen) == 1
    assert not jobs(sqlite_store, "leased")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("away", "Away."), "away"),
        (StorageFull("full", "Full."), "full"),
        (Conflict("moved", "Moved."), "moved"),
        (SearchUnavailable("index_busy", "Busy."), "index_busy"),
        (MediaUnavailable("no template"), "media_unavailable"),
        (KeyError("sha256"), "internal_error"),
    ],
)
def test_what_may_pass_is_tried_again_later(sqlite_store: SqlStore, time: Time, error: Exception, code: str) -> None:
    enqueue(sqlite_store, "a")
    assert not runner.run(sqlite_store, failing(error), leased(sqlite_store, time))
    job = jobs(sqlite_store)[0]
    assert (job.reason_code, job.due_at, job.tries) == (code, time.after(BACKOFF_S[0]), 1)


@pytest.mark.parametrize("error", [NotFound("gone", "Gone."), DamError("odd", "Odd.")])
def test_what_cant_get_better_is_set_aside_at_once(sqlite_store: SqlStore, time: Time, error: DamError) -> None:
    enqueue(sqlite_store, "a")
    runner.run(sqlite_store, failing(error), leased(sqlite_store, time))
    job = jobs(sqlite_store, "set_aside")[0]
    assert (job.reason_code, job.reason_detail, job.tries) == (error.code, error.detail, 1)


def test_after_five_failures_a_job_is_set_aside_with_its_reason(sqlite_store: SqlStore, time: Time) -> None:
    enqueue(sqlite_store, "a")
    for _ in range(MAX_TRIES):
        time.move(max(BACKOFF_S))
        runner.run(sqlite_store, failing(ValueError("poison")), leased(sqlite_store, time))
    assert [(job.reason_code, job.reason_detail) for job in jobs(sqlite_store, "set_aside")] == [
        ("internal_error", "ValueError: poison")
    ]
    assert not jobs(sqlite_store)


def test_what_the_index_lacks_is_known_without_a_job_that_was_hindered_so_often(
    sqlite_store: SqlStore, time: Time
) -> None:
    enqueue(sqlite_store, "a")
    for _ in range(MAX_TRIES):
        time.move(max(BACKOFF_S))
        runner.run(sqlite_store, failing(SearchUnavailable("engine_unavailable", "Away.")), leased(sqlite_store, time))
    assert not jobs(sqlite_store)
    assert not jobs(sqlite_store, "set_aside")


def test_a_job_that_kills_its_worker_each_time_is_set_aside_without_a_further_try(
    sqlite_store: SqlStore, time: Time
) -> None:
    enqueue(sqlite_store, "a")
    for _ in range(MAX_TRIES):
        leased(sqlite_store, time)  # and the worker dies: nobody says what became of it
        time.move(61)
    seen: list[Ids] = []
    runner.run(sqlite_store, seen.append, leased(sqlite_store, time))
    assert seen == []
    assert [job.reason_code for job in jobs(sqlite_store, "set_aside")] == ["worker_lost"]


def test_a_job_that_outlived_its_lease_takes_nothing_from_its_successor(sqlite_store: SqlStore, time: Time) -> None:
    enqueue(sqlite_store, "a")
    late = leased(sqlite_store, time)
    time.move(61)
    leased(sqlite_store, time)
    runner.run(sqlite_store, lambda ids: None, late)
    assert [job.tries for job in jobs(sqlite_store, "leased")] == [2]
