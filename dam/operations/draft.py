"""What one transaction is going to write about placements, collected first and stored at once.

Rule: decide from what was held, then write; a row is moved once in a transaction, so that a batch of any size costs a
fixed number of statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dam.domain.events import Event, event
from dam.domain.placements import Attempt, Delivery, Observation, Placement, Rollout
from dam.domain.principals import SYSTEM_ID
from dam.domain.states import shown_anew
from dam.ports.store import Fact, UnitOfWork

SHOWN_WITHIN = timedelta(seconds=1)
"""Search hears of another state so late: a rollout moves thousands in that time, which are one run of the index."""

Movable = Attempt | Delivery | Observation | Placement
Name = tuple[type, str, int]


@dataclass(slots=True)
class Draft:
    """``rollouts``: numbers that may be done with this; ``fanned``: those of them that have all their deliveries now;
    ``tasks``: hints to workers, without ids.
    """

    added: list[Fact] = field(default_factory=list)
    moved: dict[Name, tuple[Movable, Movable]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    rollouts: set[int] = field(default_factory=set)
    fanned: dict[int, Rollout] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    reconcile: set[str] = field(default_factory=set)

    def add(self, *facts: Fact) -> None:
        """Insert these."""
        self.added += facts

    def move(self, before: Movable, after: Movable) -> None:
        """Replace a row; what was moved here already is moved on. ``before`` is the row as it is by now."""
        first, last = self.moved.get(_name(before), (before, before))
        if last != before:
            raise ValueError("A row is moved on from where it was moved to.")
        self.moved[_name(before)] = (first, after)

    def fanned_out(self, rollout: Rollout) -> None:
        """The rollout has all the deliveries that it will have; it may be done with that."""
        self.fanned[rollout.number] = rollout
        self.rollouts.add(rollout.number)

    def tell(self, word: str, at: datetime, asset_id: str | None, data: Mapping[str, object]) -> None:
        """Record an event of the system's own."""
        self.events.append(event(word, SYSTEM_ID, at, asset_id, data))

    def store(self, work: UnitOfWork, at: datetime) -> None:
        """Write all of it, and close the rollouts that are done with it. Raises Conflict ``moved``."""
        work.replace_all([pair for pair in self.moved.values() if pair[0] != pair[1]])
        work.add(*self.added)
        if shown := self._shown_anew():
            work.placements.show_anew(shown)
            work.jobs.enqueue_by("index", at if self._ends() else at + SHOWN_WITHIN)
        for number in sorted(self.rollouts):  # in order, as everybody: each is held from here on
            if (mine := self.fanned.get(number)) is not None:
                work.replace(mine, replace(mine, fanned_out=True))
            if work.rollouts.finish(number, at):
                rollout = work.rollouts.get(number)
                self.tell("rollout.done", at, rollout.asset_id if rollout else None, {"rollout": number})
        work.record(*self.events)
        for task in sorted(self.tasks):
            work.jobs.enqueue(task, {})
        for placement_id in sorted(self.reconcile):
            work.jobs.enqueue("reconcile", {"placement_id": placement_id})

    def _ends(self) -> bool:
        """Is there a place that search must not find any more?"""
        return any(isinstance(row, Placement) and row.ended_at is not None for _, row in self.moved.values())

    def _shown_anew(self) -> set[str]:
        """The placements that are in another state now, or may be; whoever moved them holds them."""
        found = {fact.placement_id for fact in self.added if isinstance(fact, Delivery)}
        for before, after in self.moved.values():
            if isinstance(before, Placement | Delivery) and shown_anew(before, after):
                found.add(before.id if isinstance(before, Placement) else before.placement_id)
        return found


def _name(row: Movable) -> Name:
    if isinstance(row, Attempt):
        return (Attempt, row.placement_id, row.fence)
    return (type(row), row.id, 0)
