"""How much there is to do, and how long what was done took.

Rule: only counted and measured here; what happens to a job is ``jobs``' business.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, select, update

from dam.domain.timing import Timing, bucket
from dam.ports.views import Queued, Waiting
from dam.store.tables import events, jobs, timings
from dam.store.transaction import Transaction

_COUNT_UP = (
    update(timings)
    .where(*(timings.c[name] == bindparam(f"of_{name}") for name in ("task", "outcome", "bucket")))
    .values(count=timings.c["count"] + 1, micros=timings.c.micros + bindparam("more"))
)


def earliest(moment: ColumnElement[datetime], condition: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return select(func.min(moment, type_=moment.type)).where(condition).scalar_subquery()


class Measures:
    """Questions about the queue as a whole."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def counts(self) -> dict[str, int]:
        """Jobs by state, and events that have no number yet (``unnumbered``)."""
        rows = self._tx.rows(select(jobs.c.state, func.count().label("count")).group_by(jobs.c.state))
        found = {row["state"]: row["count"] for row in rows}
        waiting = self._tx.value(select(func.count()).select_from(events).where(events.c.number.is_(None)))
        return {state: found.get(state, 0) for state in ("due", "leased", "set_aside")} | {"unnumbered": int(waiting)}

    def queued(self) -> list[Queued]:
        """By task and state. Costs as much as there is to do."""
        oldest = func.min(jobs.c.created_at, type_=jobs.c.created_at.type)
        asked = select(jobs.c.task, jobs.c.state, func.count().label("count"), oldest.label("oldest"))
        rows = self._tx.rows(asked.group_by(jobs.c.task, jobs.c.state))
        return [Queued(row["task"], row["state"], row["count"], row["oldest"]) for row in rows]

    def oldest(self, task: str) -> datetime | None:
        """When the oldest job of this task came that is due or leased; None if there is none."""
        moments = (
            self._tx.value(select(earliest(jobs.c.created_at, and_(jobs.c.task == task, jobs.c.state == state))))
            for state in ("due", "leased")
        )
        return min((moment for moment in moments if moment is not None), default=None)

    def unnumbered(self) -> Waiting:
        """Events that have no number yet."""
        oldest = func.min(events.c.at, type_=events.c.at.type)
        asked = select(func.count().label("count"), oldest.label("oldest")).where(events.c.number.is_(None))
        (row,) = self._tx.rows(asked)
        return Waiting(row["count"], row["oldest"])

    def timed(self, task: str, outcome: str, seconds: float) -> None:
        """Count that a task took so long. Last in its transaction: others count up the same row."""
        key = {"task": task, "outcome": outcome, "bucket": bucket(seconds)}
        given = {f"of_{name}": value for name, value in key.items()} | {"more": round(seconds * 1_000_000)}
        if not self._tx.change(_COUNT_UP, given):
            self._tx.insert_new(timings, [{**key, "count": 0, "micros": 0}])
            self._tx.change(_COUNT_UP, given)

    def timings(self) -> list[Timing]:
        """All that was counted."""
        rows = self._tx.rows(select(timings).order_by(timings.c.task, timings.c.outcome, timings.c.bucket))
        return [
            Timing(row["task"], row["outcome"], row["bucket"], row["count"], row["micros"] / 1_000_000) for row in rows
        ]
