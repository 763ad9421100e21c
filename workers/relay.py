"""Events and due jobs, out of the database and on to whoever runs them.

Rule: one transaction numbers events, turns them into jobs and leases jobs; only then is anything sent. What is sent
and lost comes back when its lease runs out: at least once. No more is leased than there are free hands. ``send`` is
one callable, a pool of threads here. Must not: run a job.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dam.domain.work import Job
from dam.ports.store import Store, UnitOfWork
from workers.routes import ROUTES

EVENTS_A_STEP = 500


@dataclass(frozen=True, slots=True)
class Lane:
    """Tasks that share threads, so that a slow kind of task can't hold up another. ``lease``: longer than any of its
    jobs runs. ``batch``: how many jobs are taken and sent together. ``every_s``: how far apart a thread here begins two
    batches at least, so that what comes meanwhile is one batch. ``queue``: the broker's, where there is a broker;
    without one a lane stays with the process that relays.
    """

    name: str
    tasks: tuple[str, ...]
    lease: timedelta
    batch: int = 1
    every_s: float = 0.0
    queue: str = ""


Send = Callable[[Lane, Sequence[Job]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What one step found. ``full``: there may be more events at once; for more jobs there is no room before a thread
    is free. ``next_job``, ``next_delivery``: when the next one is due; ``now``: the database's time.
    """

    events: int
    jobs: int
    full: bool
    now: datetime
    next_job: datetime | None
    next_delivery: datetime | None


def step(store: Store, free: Mapping[Lane, int], send: Send, routes: Mapping[str, Sequence[str]] = ROUTES) -> Step:
    """Number events, insert their jobs, lease as many due jobs as there is room for, and send them.

    ``free``: how many batches each lane can take now. Raises Unavailable if the database does not answer.
    """
    with store.writing() as work:
        events = work.jobs.relay(routes, EVENTS_A_STEP)
        now, next_job = work.now(), work.jobs.next_due()
        leased: list[tuple[Lane, list[Job]]] = []
        if next_job is not None and next_job <= now:  # at rest one question is enough
            leased = [(lane, _lease(work, lane, slots, now)) for lane, slots in free.items() if slots > 0]
        # A commit wakes the worker: one that has nothing to say would keep it awake for ever.
        if not events and not any(jobs for _, jobs in leased):
            return Step(0, 0, full=False, now=now, next_job=next_job, next_delivery=work.rollouts.next_due())
        work.commit()
    for lane, jobs in leased:
        for batch in batches(lane, jobs):
            send(lane, batch)
    # What waits was sent; only now is there time to ask when to look again.
    with store.reading() as work:
        next_job, next_delivery = work.jobs.next_due(), work.rollouts.next_due()
    found = sum(len(jobs) for _, jobs in leased)
    return Step(events, found, events == EVENTS_A_STEP, now, next_job, next_delivery)


def _lease(work: UnitOfWork, lane: Lane, slots: int, now: datetime) -> list[Job]:
    return work.jobs.lease(lane.tasks, now, now + lane.lease, slots * lane.batch)


def number(store: Store, routes: Mapping[str, Sequence[str]] = ROUTES) -> bool:
    """Number events and insert their jobs, and lease none; returns whether there may be more."""
    with store.writing() as work:
        events = work.jobs.relay(routes, EVENTS_A_STEP)
        if events:
            work.commit()
    return events == EVENTS_A_STEP


def batches(lane: Lane, jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Jobs of one task each, at most ``lane.batch`` together."""
    for task in dict.fromkeys(job.task for job in jobs):
        mine = [job for job in jobs if job.task == task]
        for begin in range(0, len(mine), lane.batch):
            yield mine[begin : begin + lane.batch]
