"""What is due by the clock, or got stuck: the backstop behind every hint that may be lost.

Rule: each chore does a bounded part at a time. Where it goes on is kept in memory only: a restart begins anew, which
does no harm. Must not: be needed for the ordinary course of things, only for losses and for what time brings.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from dam.domain.principals import SYSTEM
from dam.operations import assemble, catch_up, channels, indexing, overdue, reconcile
from dam.ports.services import Services
from search.errors import SearchUnavailable
from workers.media import programs

log = structlog.get_logger(__name__)

ANSWERS_KEPT = timedelta(days=2)
"""How long the answer to a request with an idempotency key is remembered."""


@dataclass(slots=True)
class Chore:
    """Something to be done every so many seconds. ``run`` does a part; True means that there is more at once."""

    name: str
    every_s: float
    run: Callable[[], bool]
    next_at: float = 0.0


class Sweeper:
    """All chores of one worker. ``turn`` is called by one thread at a time."""

    def __init__(
        self,
        services: Services,
        looks: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        own: Sequence[Chore] = (),
    ) -> None:
        """``looks`` is kicked every other second: whether a look is due, its own query says best. ``own``: further
        chores, those of the process that sweeps."""
        self._clock = clock
        self._chores = [*chores(services, looks), *own]

    def next_at(self) -> float:
        """When the next chore is due, on the clock's scale."""
        return min(chore.next_at for chore in self._chores)

    def turn(self) -> bool:
        """Run every chore that is due, once; returns whether any of them has more to do."""
        due = [chore for chore in self._chores if chore.next_at <= self._clock()]
        left = [chore for chore in due if self._run(chore)]  # each runs, whatever the one before has left
        return bool(left)

    def _run(self, chore: Chore) -> bool:
        more = False
        try:
            more = chore.run()
        except Exception:  # one broken chore must not keep the others from being done
            log.exception("chore failed", chore=chore.name)
        chore.next_at = self._clock() + (0 if more else chore.every_s)
        return more


def chores(services: Services, looks: Callable[[], None]) -> list[Chore]:
    """Every chore that there is, none begun."""
    return [
        Chore("looks", 2, _without_more(looks)),
        Chore("channels", 5, lambda: channels.check_due(services, SYSTEM) > 0),
        Chore("rollouts", 30, _Rollouts(services)),
        Chore("placements", 30, _Placements(services)),
        Chore("index", 30, _Index(services)),
        Chore("renditions", 30, _Renditions(services)),
        Chore("older", 30, _Older(services)),
        Chore("uploads", 300, lambda: assemble.sweep(services)),
        Chore("answers", 3600, lambda: _forget_answers(services)),
        Chore("received", 3600, lambda: services.objects.sweep() > 0),
    ]


class _Index:
    """What search does not show yet is brought in. An engine that is away is nothing that failed here: the answers of
    searches and ``/readyz`` tell of it, and the database says what is behind until it is back. Whether there is an
    index at all is asked at first, and again after each failure; one of another version belongs to who upgraded.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._there = False

    def __call__(self) -> bool:
        try:
            if not self._there:
                indexing.ensure(self._services)
                self._there = True
            return indexing.index_behind(self._services) > 0
        except SearchUnavailable as unavailable:
            self._there = unavailable.code == "index_outdated" and self._there
            log.warning("the index stays behind", code=unavailable.code, detail=unavailable.detail)
            return False


class _Rollouts:
    """Rollouts that are not done, a page at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._after = 0

    def __call__(self) -> bool:
        self._after = reconcile.unfinished(self._services, self._after)
        return self._after != 0


class _Renditions:
    """What nobody makes any more, a page at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._after: int | None = None

    def __call__(self) -> bool:
        self._after = overdue.fail_set_aside(self._services, self._after)
        return overdue.give_up(self._services) > 0 or self._after is not None


class _Older:
    """What was uploaded before an upgrade and can be shown since, a page at a time; once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._after: str | None = ""
        self._asked = False

    def __call__(self) -> bool:
        if not self._asked:
            catch_up.gain(self._services, programs.found())
            self._asked = True
        if self._after is None:
            return False
        before, self._after = self._after, catch_up.walk(self._services, self._after)
        return self._after not in (None, before)


class _Placements:
    """The reconciler's walk over all placements, a page at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._after: str | None = None

    def __call__(self) -> bool:
        self._after = reconcile.reconcile(self._services, self._after)
        return self._after is not None


def _forget_answers(services: Services) -> bool:
    with services.store.writing() as work:
        forgotten = work.answers.sweep(work.now() - ANSWERS_KEPT)
        if forgotten:
            work.commit()
    return False


def _without_more(run: Callable[[], None]) -> Callable[[], bool]:
    def once() -> bool:
        run()
        return False

    return once
