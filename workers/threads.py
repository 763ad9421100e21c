"""The threads of the worker process: lanes for leased jobs, pumps for tables that say themselves what is due.

Rule: threads are started when there is work and counted, so that no more is leased than can be begun. What is lost
with a thread comes back from the database. Must not: know what the work is.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from dam.domain.work import Job
from workers.relay import Lane

log = structlog.get_logger(__name__)


class Lanes:
    """So many threads for each lane. ``work`` runs one batch; ``freed`` is called when a thread has room again."""

    def __init__(
        self, sizes: Mapping[Lane, int], work: Callable[[Lane, Sequence[Job]], None], freed: Callable[[], None]
    ) -> None:
        self._sizes = dict(sizes)
        self._work = work
        self._freed = freed
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._busy = dict.fromkeys(sizes, 0)
        self._pools = {
            lane: ThreadPoolExecutor(threads, thread_name_prefix=lane.name) for lane, threads in sizes.items()
        }

    def free(self) -> dict[Lane, int]:
        """How many batches each lane can begin at once."""
        with self._lock:
            return {lane: size - self._busy[lane] for lane, size in self._sizes.items()}

    def full(self) -> bool:
        """Whether a lane has no thread left. Of those with one thread this says nothing: each batch fills them."""
        with self._lock:
            return any(self._busy[lane] >= size > 1 for lane, size in self._sizes.items())

    def send(self, lane: Lane, jobs: Sequence[Job]) -> None:
        """Begin a batch in a thread of the lane."""
        with self._lock:
            self._busy[lane] += 1
        self._pools[lane].submit(self._run, lane, jobs)

    def busy(self) -> int:
        """How many batches run."""
        with self._lock:
            return sum(self._busy.values())

    def close(self) -> None:
        """Begin nothing any more; what runs goes on."""
        self._closing.set()
        for pool in self._pools.values():
            pool.shutdown(wait=False)

    def _run(self, lane: Lane, jobs: Sequence[Job]) -> None:
        end = time.monotonic() + lane.every_s
        try:
            self._work(lane, jobs)
        except Exception:  # the database did not take the result: the lease runs out, and the jobs come back
            log.exception("jobs not settled", lane=lane.name, jobs=[job.id for job in jobs])
        finally:
            self._closing.wait(max(0.0, end - time.monotonic()))
            with self._lock:
                self._busy[lane] -= 1
            self._freed()


class Pump:
    """Threads that run ``work`` as long as it finds something. ``work`` takes a part of what is due, does it, and
    returns whether there was any; where there was, a further thread looks for more, up to ``threads``.
    """

    def __init__(self, name: str, work: Callable[[], bool], threads: int) -> None:
        self._name = name
        self._work = work
        self._threads = threads
        self._lock = threading.Lock()
        self._running = 0
        self._kicked = False
        self._closed = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def kick(self) -> None:
        """Something may be due. Cheap, and never lost: a thread that is about to end looks once more."""
        with self._lock:
            self._kicked = True
            if self._running == 0:
                self._start()

    def busy(self) -> int:
        """How many threads run."""
        with self._lock:
            return self._running

    def close(self) -> None:
        """Take nothing new; what runs goes on."""
        with self._lock:
            self._closed = True
            self._pool.shutdown(wait=False)  # one that has not begun yet ends at once, and is counted

    def _start(self) -> None:
        if not self._closed and self._running < self._threads:
            self._running += 1
            self._pool.submit(self._run)

    def _run(self) -> None:
        try:
            while self._goes_on():
                while not self._closed and self._work():
                    self._spread()
        except Exception:  # a failing database must not end the pump; the next kick tries again
            log.exception("pump failed", pump=self._name)
            with self._lock:
                self._running -= 1

    def _goes_on(self) -> bool:
        with self._lock:
            if self._kicked and not self._closed:
                self._kicked = False
                return True
            self._running -= 1
            return False

    def _spread(self) -> None:
        with self._lock:
            self._kicked = True
            self._start()


def wait_until_idle(busy: Callable[[], int], seconds: float, clock: Callable[[], float] = time.monotonic) -> int:
    """Wait until nothing runs, at most so long; returns how much still runs then."""
    end = clock() + seconds
    while (running := busy()) and clock() < end:
        time.sleep(0.02)
    return running
