"""Due jobs, out of the database and on to a broker, whose workers take them (``workers.claim``).

Rule: a message is a hint. A job is marked as sent before its message goes out, and is sent again when nobody has taken
it by then; only taking it uses up a try, so that waiting in a queue, however long, uses none. No queue ever holds more
than ``WINDOW`` of our messages, whatever is lost or sent twice. A broker that is away is asked again ever more slowly,
and nothing is lost. Must not: run a job, or know which broker it is.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from dam.domain.work import Job
from dam.ports.store import Store
from workers.relay import Lane, batches

log = structlog.get_logger(__name__)

AGAIN = timedelta(seconds=60)
"""A job that was sent and that nobody has taken by then is sent again."""

WINDOW = 200
"""So many messages wait in a queue at most; the rest waits in the database."""

DELIVER, LOOK = "deliver_due", "look_due"
HINTS = (DELIVER, LOOK)
"""Messages without ids: deliveries, or looks, may be due. Which, their own tables say."""
HINTED = "deliver"
"""The queue that hints go to."""

_A_TURN = 50
_FEW_HINTS = 20
_HINT_EVERY_S = 1.0
_ASKED_EVERY_S = 30.0
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0)


class BrokerAway(Exception):
    """The broker does not answer, or did not confirm. What was sent last may have arrived, or not."""


class Broker(Protocol):
    """What takes messages to workers. Used by one thread at a time; each call is bounded in time."""

    def waiting(self, queue: str) -> int:
        """How many messages wait in the queue, which is made if it is not there. Raises BrokerAway."""
        ...

    def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        """Return when the broker has it. Raises BrokerAway."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Known:
    """What is known of a queue: at most ``most`` messages wait in it, as asked at ``asked_at`` and sent since."""

    most: int
    asked_at: float


class Dispatch:
    """Sends what is due in ``lanes``. ``turn`` is called by one thread at a time, ``hint`` by any."""

    def __init__(
        self, store: Store, broker: Broker, lanes: Sequence[Lane], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lanes = tuple(lanes)
        self.sent = 0
        """How many messages have gone out."""
        self._store = store
        self._broker = broker
        self._clock = clock
        self._lock = threading.Lock()
        self._hints: set[str] = set()
        self._hinted_at: dict[str, float] = {}
        self._known: dict[str, _Known] = {}
        self._failures = 0
        self._again_at = float("-inf")

    def hint(self, task: str) -> None:
        """One of ``HINTS`` is to be sent with the next turn."""
        with self._lock:
            self._hints.add(task)

    def turn(self) -> bool:
        """Send some of what is due; returns whether there may be more at once."""
        if self._clock() < self._again_at:
            return False
        try:
            more = self._send_jobs()
            self._send_hints()
        except BrokerAway as away:
            self._lost(away)
            return False
        if self._failures:
            log.info("the broker is back")
            self._failures = 0
        return more

    def close(self) -> None:
        """Let go of the broker."""
        self._broker.close()

    def _send_jobs(self) -> bool:
        rooms = {lane: self._room(lane) for lane in self.lanes}
        with self._store.writing() as work:
            until = (now := work.now()) + AGAIN
            found = [(lane, work.jobs.send(lane.tasks, now, until, rooms[lane] * lane.batch)) for lane in self.lanes]
            if not any(jobs for _, jobs in found):
                return False
            work.commit()
        self._publish([(lane, batch) for lane, jobs in found for batch in batches(lane, jobs)])
        return any(jobs and len(jobs) == rooms[lane] * lane.batch for lane, jobs in found)

    def _publish(self, messages: Sequence[tuple[Lane, Sequence[Job]]]) -> None:
        """Send them all. Where the broker goes away, the rest goes back to what is due. Raises BrokerAway."""
        for place, (lane, jobs) in enumerate(messages):
            try:
                self._send(jobs[0].task, lane.queue, [job.id for job in jobs])
            except BrokerAway:
                with self._store.writing() as work:
                    work.jobs.not_sent([job for _, rest in messages[place:] for job in rest])
                    work.commit()
                raise

    def _send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        self._broker.send(task, queue, ids)
        self._known[queue].most += 1
        self.sent += 1

    def _room(self, lane: Lane) -> int:
        """How many messages may be sent now. Raises BrokerAway."""
        known = self._known.get(lane.queue)
        # Asked seldom: in between a queue can only have become shorter, but for what we sent ourselves.
        if known is None or known.most >= WINDOW or self._clock() - known.asked_at > _ASKED_EVERY_S:
            known = self._ask(lane.queue)
        return max(0, min(_A_TURN, WINDOW - known.most))

    def _ask(self, queue: str) -> _Known:
        self._known[queue] = known = _Known(self._broker.waiting(queue), self._clock())
        return known

    def _send_hints(self) -> None:
        with self._lock:
            hints, self._hints = self._hints, set()
        for task in sorted(hints):
            # One that nobody has taken yet will do; behind other messages, one a second.
            waiting, now = self._ask(HINTED).most, self._clock()
            seldom = now - self._hinted_at.get(task, float("-inf")) >= _HINT_EVERY_S
            if waiting == 0 or (waiting < _FEW_HINTS and seldom):
                self._send(task, HINTED, [])
                self._hinted_at[task] = now

    def _lost(self, away: BrokerAway) -> None:
        pause = _BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)]
        self._failures += 1
        self._again_at = self._clock() + pause
        self._known.clear()
        log.warning("the broker is away; jobs wait in the database", detail=str(away), again_in_s=pause)
