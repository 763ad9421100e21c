"""The worker process: one loop that relays and leases, and the threads that do the work.

Rule: the loop sleeps until somebody wakes it, something is due by the clock, or a second has passed, whichever is
first. It never does work itself, so that the next job starts at once. Stopping begins nothing new, waits for what
runs, and leaves the rest to the leases. With a broker, jobs and deliveries are done by its workers: a thread of this
process sends what is due (``workers.dispatch``). Must not: read the settings or know signals (``dam.commands``).
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from dam.domain.work import Job
from dam.ports.media import Renderer
from dam.ports.services import Services
from workers import deliver, relay, runner, tasks
from workers.dispatch import DELIVER, LOOK, Dispatch
from workers.relay import Lane, Step
from workers.sweep import Chore, Sweeper
from workers.threads import Lanes, Pump, wait_until_idle
from workers.wakeup import Receiver, Sender

log = structlog.get_logger(__name__)

BACKSTOP_S = 1.0
_AFTER_FAILURE_S = 1.0
_SHORTEST_S, _LONGEST_S, _QUIET_S = 0.001, 0.016, 0.05


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many threads do what; none is started before there is work for it."""

    render: int = 2
    deliver: int = 2
    look: int = 1


class Pace:
    """How soon the loop looks again. Every commit wakes it, also those of its own threads: while they have much to say
    and leave no job, or all hands of a lane are full, each look makes the next one wait a little longer. A job that
    begins with hands to spare, or a quiet moment, brings it back to at once.
    """

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._pause = 0.0

    def note(self, jobs: int, *, full: bool = False) -> None:
        """So many jobs were found; ``full``: there is a lane that can take none, so that what it does is done in any
        case before what the next look finds."""
        self._pause = 0.0 if jobs and not full else min(max(self._pause * 2, _SHORTEST_S), _LONGEST_S)

    def breathe(self, quiet: float) -> bool:
        """``quiet``: seconds since the loop looked last. Returns whether there was a pause."""
        if quiet > _QUIET_S:
            self._pause = 0.0
        if self._pause:
            self._sleep(self._pause)
        return bool(self._pause)


class Part(Protocol):
    """Something that works beside the loop."""

    def busy(self) -> int: ...
    def close(self) -> None: ...


class Kicked(Part, Protocol):
    """A part that looks for work when it is told that there is some."""

    def kick(self) -> None: ...


class Hints:
    """``Kicked`` by the broker's workers: a kick becomes a message to one of them."""

    def __init__(self, dispatch: Dispatch, sending: Pump, task: str) -> None:
        self._dispatch = dispatch
        self._sending = sending
        self._task = task

    def kick(self) -> None:
        self._dispatch.hint(self._task)
        self._sending.kick()

    def busy(self) -> int:
        return 0

    def close(self) -> None:
        """What was not sent yet is due again, and seen again."""


class Worker:
    """One worker. ``run`` returns after ``stop`` was called, from a signal handler or another thread."""

    def __init__(
        self,
        services: Services,
        renderer: Renderer,
        receiver: Receiver,
        wake: Sender,
        sizes: Sizes | None = None,
        own: Sequence[Chore] = (),
        dispatch: Dispatch | None = None,
    ) -> None:
        """``own``: chores of this process, beside those of ``workers.sweep``. ``dispatch``: sends the jobs of its
        lanes, and hints that deliveries and looks are due, to the workers of a broker; the caller closes it.
        """
        sizes = sizes or Sizes()
        self._services = services
        self._receiver = receiver
        self._wake = wake
        self._stopping = False
        self._pace = Pace()
        self._parent = os.getppid()
        self._deliveries: Kicked = Pump("deliver", lambda: deliver.deliveries(services), sizes.deliver)
        self._looks: Kicked = Pump("look", lambda: deliver.looks(services), sizes.look)
        self._dispatch, self._sent = dispatch, 0
        self._sending: Pump | None = None
        if dispatch is not None:
            self._sending = Pump("send", dispatch.turn, 1)
            self._deliveries = Hints(dispatch, self._sending, DELIVER)
            self._looks = Hints(dispatch, self._sending, LOOK)
        self._sweeper = Sweeper(services, self._looks.kick, own=own)
        self._sweeps = Pump("sweep", self._sweeper.turn, 1)
        self._tasks = tasks.table(
            services, renderer, lambda ids: self._deliveries.kick(), lambda ids: self._looks.kick()
        )
        here = [lane for lane in tasks.LANES if dispatch is None or lane not in dispatch.lanes]
        threads = {lane: sizes.render if lane == tasks.RENDER else 1 for lane in here}
        self._lanes = Lanes(threads, self._do, wake)

    def run(self) -> None:
        """Work until stopped, or until the process that started this one is gone."""
        while not self._stopping and os.getppid() == self._parent:
            began = time.monotonic()
            self._receiver.wait(self._turn())
            if self._pace.breathe(time.monotonic() - began):
                self._receiver.forget()  # the look that comes now sees what was told of during the pause

    def stop(self) -> None:
        """Make ``run`` return soon. Safe in a signal handler."""
        self._stopping = True
        self._wake()

    def close(self, seconds: float) -> int:
        """Begin nothing new and wait for what runs, at most so long; returns how much still runs then. That is begun
        again by the next worker.
        """
        parts: list[Part] = [self._lanes, self._deliveries, self._looks, self._sweeps]
        parts += [self._sending] if self._sending else []
        for part in parts:
            part.close()
        return wait_until_idle(lambda: sum(part.busy() for part in parts), seconds)

    def _turn(self) -> float:
        """Relay, lease and start what is due; returns how long nothing more is to be done, in seconds."""
        try:
            step = relay.step(self._services.store, self._lanes.free(), self._lanes.send)
        except Exception:  # a database that is away comes back; the loop must be there then
            log.exception("relay failed")
            return _AFTER_FAILURE_S
        self._pace.note(step.jobs + self._newly_sent(), full=self._lanes.full())
        if self._sending and step.next_job is not None and step.next_job <= step.now:
            self._sending.kick()
        if step.next_delivery is not None and step.next_delivery <= step.now:
            self._deliveries.kick()
        if self._sweeper.next_at() <= time.monotonic():
            self._sweeps.kick()
        return 0.0 if step.full else _pause(step)

    def _newly_sent(self) -> int:
        """How many messages went out since the last look: jobs that were found, as those that are leased here."""
        before, self._sent = self._sent, self._dispatch.sent if self._dispatch else 0
        return self._sent - before

    def _do(self, lane: Lane, jobs: Sequence[Job]) -> None:
        runner.run(self._services.store, self._tasks[jobs[0].task], jobs)


def _pause(step: Step) -> float:
    """Until the next thing that is due later than now; what is due already waits for a free thread, which wakes us."""
    times = (at for at in (step.next_job, step.next_delivery) if at is not None and at > step.now)
    return min([BACKSTOP_S, *((at - step.now).total_seconds() for at in times)])
