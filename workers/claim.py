"""A worker's side of a message: the jobs that it names are taken, if they are still to be done, and run.

Rule: the database decides. A message that comes twice, late, or for a job that somebody has, does nothing. A lease is
short, so that a dead worker's jobs are free soon, and is renewed by a thread while the work goes on. Must not: know the
broker.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Self

import structlog

from dam.domain.errors import DamError
from dam.domain.work import Job
from dam.ports.store import Store
from workers import runner
from workers.runner import Task

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
RENEWED_EVERY_S = 10.0


def run(store: Store, tasks: Mapping[str, Task], ids: Sequence[int], longest: timedelta) -> bool:
    """Take these jobs, of one task, and run them; returns whether they were done by this call. ``longest``: how long
    their task may run at all. Raises Unavailable if the database can't be asked; then the message is as good as lost.
    """
    with store.writing() as work:
        now = work.now()
        jobs = work.jobs.take(ids, now, now + LEASE)
        if not jobs:
            log.debug("nothing to take", jobs=list(ids))
            return False
        work.commit()
    with Hold(store, jobs, longest) as hold:
        return runner.run(store, tasks[jobs[0].task], jobs, hold.over)


class Hold:
    """Renews the leases of ``jobs`` in a thread, until ``over`` or the end of the block, at most for ``longest``."""

    def __init__(self, store: Store, jobs: Sequence[Job], longest: timedelta, every_s: float = RENEWED_EVERY_S) -> None:
        self._store = store
        self._jobs = list(jobs)
        self._every_s = every_s
        self._end = time.monotonic() + longest.total_seconds()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="renew", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def over(self, jobs: Sequence[Job]) -> list[Job]:
        """The work is done: renew no more. Returns these jobs as they are leased now."""
        self._stop()
        until = {job.id: job.leased_until for job in self._jobs}
        return [replace(job, leased_until=until[job.id]) for job in jobs]

    def renew(self) -> None:
        """Once. A job that is not ours any more is left alone: its end will be refused."""
        with self._store.writing() as work:
            until = work.now() + LEASE
            held = work.jobs.renew(self._jobs, until)
            work.commit()
        if held < len(self._jobs):
            log.warning("leases lost", jobs=[job.id for job in self._jobs], held=held)
        self._jobs = [replace(job, leased_until=until) for job in self._jobs]

    def _keep(self) -> None:
        while not self._over.wait(self._every_s) and time.monotonic() < self._end:
            try:
                self.renew()
            except DamError as error:  # the next time may do; if not, the lease runs out and another worker begins anew
                log.warning("leases not renewed", jobs=[job.id for job in self._jobs], code=error.code)

    def _stop(self) -> None:
        self._over.set()
        self._thread.join()
