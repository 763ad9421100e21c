"""One job, from its lease to its end: done, put back for later, or set aside.

Rule: tries are counted in the database, by the leasing, so that a worker that dies in the middle has used one up. After
``MAX_TRIES`` a job is set aside with its reason; what can't get better by itself at once. Must not: know a task.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from dam import tracing
from dam.domain.errors import Conflict, DamError, StorageFull, TooManyRequests, Unavailable
from dam.domain.work import MAX_TRIES, Job, backoff
from dam.ports.media import MediaUnavailable
from dam.ports.store import Store
from search.errors import SearchUnavailable

log = structlog.get_logger(__name__)

Ids = Mapping[str, object]
Task = Callable[[Ids], None]
"""Does the work for a job's ids. It must bear being repeated."""

Over = Callable[[Sequence[Job]], Sequence[Job]]

_MAY_PASS = (Conflict, StorageFull, TooManyRequests, Unavailable)
_DETAIL_CHARS = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try did not end well. ``final``: trying again changes nothing. ``known``: the database says without this
    job what is left to do, and the sweep does it.
    """

    code: str
    detail: str
    final: bool
    known: bool = False


def run(store: Store, task: Task, jobs: Sequence[Job], over: Over = list) -> bool:
    """Run a batch of leased jobs of one task as one, and settle each; returns whether they are done. ``over`` is called
    when the task is over, and gives the jobs as they are leased then.

    The ids are those of the first: tasks that are batched do all there is to do. Raises only if the database does not
    take the result; then the lease runs out and the jobs come back.
    """
    spent = [job for job in jobs if job.tries > MAX_TRIES]
    for job in spent:
        _set_aside(store, job, Failure("worker_lost", "The worker died each time that it did this.", final=True))
    if not (alive := [job for job in jobs if job.tries <= MAX_TRIES]):
        return False
    with tracing.request(alive[0].request_id), structlog.contextvars.bound_contextvars(**_traced(alive[0])):
        began = time.monotonic()
        failure = _attempt(task, alive[0])
        took = time.monotonic() - began
        name, alive = alive[0].task, list(over(alive))
        if failure is None:
            _done(store, name, alive, took)
            return True
        for job in alive:
            _fail(store, job, failure, took)
        return False


def _traced(job: Job) -> dict[str, str]:
    """What each line of the log says of where the job comes from."""
    return {} if job.request_id is None else {"request_id": job.request_id}


def _attempt(task: Task, job: Job) -> Failure | None:
    try:
        task(job.ids)
    except DamError as error:
        log.warning("job refused", job=job.id, task=job.task, tries=job.tries, code=error.code, detail=error.detail)
        return Failure(error.code, error.detail, final=not isinstance(error, _MAY_PASS))
    except SearchUnavailable as error:
        log.warning("job hindered", job=job.id, task=job.task, tries=job.tries, detail=str(error))
        return Failure(error.code, str(error)[:_DETAIL_CHARS], final=False, known=True)
    except MediaUnavailable as error:
        log.warning("job hindered", job=job.id, task=job.task, tries=job.tries, detail=str(error))
        return Failure("media_unavailable", str(error)[:_DETAIL_CHARS], final=False)
    except Exception as error:  # a job's bug must not end the worker; it is logged whole and counted
        log.exception("job failed", job=job.id, task=job.task, tries=job.tries)
        return Failure("internal_error", f"{type(error).__name__}: {error}"[:_DETAIL_CHARS], final=False)
    return None


def _done(store: Store, name: str, jobs: Sequence[Job], took: float) -> None:
    with store.writing() as work:
        for job in jobs:
            if not work.jobs.done(job):
                log.warning("job outlived its lease", job=job.id, task=job.task)
        work.jobs.timed(name, "done", took)
        work.commit()


def _fail(store: Store, job: Job, failure: Failure, took: float) -> None:
    if failure.known and job.tries >= MAX_TRIES:
        _forget(store, job, took)
        return
    if failure.final or job.tries >= MAX_TRIES:
        _set_aside(store, job, failure, took)
        return
    with store.writing() as work:
        due_at = work.now() + timedelta(seconds=backoff(job.tries))
        _settle(work.jobs.failed(job, failure.code, failure.detail, due_at), job)
        work.jobs.timed(job.task, "failed", took)
        work.commit()


def _forget(store: Store, job: Job, took: float) -> None:
    with store.writing() as work:
        _settle(work.jobs.done(job), job)
        work.jobs.timed(job.task, "failed", took)
        work.commit()


def _set_aside(store: Store, job: Job, failure: Failure, took: float = 0.0) -> None:
    with store.writing() as work:
        _settle(work.jobs.failed(job, failure.code, failure.detail, None), job)
        work.jobs.timed(job.task, "set_aside", took)
        work.commit()
    log.error("job set aside", job=job.id, task=job.task, code=failure.code, detail=failure.detail)


def _settle(settled: bool, job: Job) -> None:  # noqa: FBT001 it is the answer of the line before
    if not settled:
        log.warning("job outlived its lease", job=job.id, task=job.task)
