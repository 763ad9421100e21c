"""The repository of jobs, and the sequencer that numbers events.

Rule: an event is its own outbox row until it has a number, and gets it in the transaction that inserts its jobs. A
job's lease is its id, its state, its count of tries and its end: whoever lost the lease can't end the job.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from dam.domain.events import Event
from dam.domain.work import ID_NAMES, Job
from dam.ports.views import NumberedEvent
from dam.store.codec import fact_of
from dam.store.tables import counters, events, jobs
from dam.store.transaction import Transaction

_COUNTER = "events"


def _earliest(moment: ColumnElement[datetime], state: str) -> ScalarSelect[datetime]:
    found = select(func.min(moment, type_=moment.type)).where(jobs.c.state == state)
    return found.scalar_subquery()


# Built once: the worker's loop asks these all day, and building a statement costs more than running it.
_NOW = bindparam("now", type_=jobs.c.due_at.type)
_UNNUMBERED = select(events).where(events.c.number.is_(None)).order_by(events.c.id).limit(bindparam("most"))
_NEXT = select(_earliest(jobs.c.due_at, "due").label("due"), _earliest(jobs.c.leased_until, "leased").label("leased"))
_READY = or_(
    and_(jobs.c.state == "due", jobs.c.due_at <= _NOW), and_(jobs.c.state == "leased", jobs.c.leased_until <= _NOW)
)
_FREE = (
    select(jobs.c.id)
    .where(jobs.c.task.in_(bindparam("tasks", expanding=True)), _READY)
    .order_by(jobs.c.due_at, jobs.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(jobs)
    .where(jobs.c.id.in_(bindparam("chosen", expanding=True)))
    .values(state="leased", leased_until=bindparam("until"), tries=jobs.c.tries + 1)
    .returning(jobs)
)


class Jobs:
    """Events on their way to the feed, and the jobs that follow from them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def relay(self, routes: Mapping[str, Sequence[str]], limit: int) -> int:
        """Number the events that have none, and insert a job for each task that ``routes`` names for their type;
        returns how many events. Equal jobs of one call are one.

        There is one sequencer at a time, because it locks the counter's row first. Only after that does it look for
        events: a transaction that commits later than this look is seen by a later one, and gets later numbers, however
        early it began. A number that a reader sees therefore has all its predecessors beside it.
        """
        if self._tx.row(_UNNUMBERED, {"most": 1}) is None:
            return 0
        number = self._locked_counter()
        waiting = self._tx.rows(_UNNUMBERED, {"most": limit})
        self._tx.change(
            update(events).where(events.c.id == bindparam("event")).values(number=bindparam("place")),
            [{"event": row["id"], "place": number + place} for place, row in enumerate(waiting, start=1)],
        )
        last = number + len(waiting)
        self._tx.change(update(counters).where(counters.c.name == _COUNTER).values(value=last))
        self._insert(_jobs_of(waiting, routes))
        return len(waiting)

    def _locked_counter(self) -> int:
        self._tx.insert_new(counters, [{"name": _COUNTER, "value": 0}])
        held = select(counters.c.value).where(counters.c.name == _COUNTER).with_for_update()
        return int(self._tx.value(held))

    def enqueue(self, task: str, ids: Mapping[str, object]) -> None:
        """A job that is due now."""
        self._insert([(task, dict(ids))])

    def _insert(self, wanted: Sequence[tuple[str, dict[str, object]]]) -> None:
        if not wanted:
            return
        now = self._tx.now()
        fresh = {"state": "due", "due_at": now, "tries": 0, "created_at": now}
        self._tx.change(insert(jobs), [{"task": task, "ids": ids, **fresh} for task, ids in wanted])

    def lease(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Take jobs that are due or whose lease ran out; each taking counts as a try. The longest due come first."""
        ids = [row["id"] for row in self._tx.rows(_FREE, {"tasks": list(tasks), "now": now, "most": limit})]
        if not ids:
            return []
        rows = self._tx.rows(_TAKE, {"chosen": ids, "until": until})
        return sorted((fact_of(Job, row) for row in rows), key=lambda job: (job.due_at, job.id))

    def done(self, job: Job) -> bool:
        """Forget the job, if it is still leased by this try."""
        return self._tx.change(delete(jobs).where(_leased_as(job))) == 1

    def failed(self, job: Job, code: str, detail: str, due_at: datetime | None) -> bool:
        """Put it back until ``due_at``, or set it aside (None), if it is still leased by this try."""
        values: dict[str, object] = {"leased_until": None, "reason_code": code, "reason_detail": detail}
        values |= {"state": "set_aside"} if due_at is None else {"state": "due", "due_at": due_at}
        return self._tx.change(update(jobs).where(_leased_as(job)).values(**values)) == 1

    def next_due(self) -> datetime | None:
        """When the next job is due or its lease ends; None if there is none."""
        row = self._tx.row(_NEXT)
        moments = (row["due"], row["leased"]) if row is not None else ()
        return min((moment for moment in moments if moment is not None), default=None)

    def release_leases(self, now: datetime) -> int:
        """Give back every lease, for a start at which no other worker can be alive; returns how many."""
        given_back = update(jobs).where(jobs.c.state == "leased")
        return self._tx.change(given_back.values(state="due", due_at=now, leased_until=None))

    def get(self, job_id: int) -> Job | None:
        """The job, or None."""
        row = self._tx.row(select(jobs).where(jobs.c.id == job_id))
        return None if row is None else fact_of(Job, row)

    def page(self, state: Literal["due", "leased", "set_aside"], after: int | None, limit: int) -> list[Job]:
        """In the order of ids."""
        query = select(jobs).where(jobs.c.state == state).order_by(jobs.c.id).limit(limit)
        if after is not None:
            query = query.where(jobs.c.id > after)
        return [fact_of(Job, row) for row in self._tx.rows(query)]

    def retry(self, job_id: int, at: datetime) -> bool:
        """A job that was set aside starts anew."""
        anew = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "set_aside")
        fresh = {"state": "due", "due_at": at, "tries": 0, "reason_code": None, "reason_detail": None}
        return self._tx.change(anew.values(**fresh)) == 1

    def events(self, after: int, limit: int, asset_id: str | None = None) -> list[NumberedEvent]:
        """Numbered ones, in order."""
        query = select(events).where(events.c.number > after).order_by(events.c.number).limit(limit)
        if asset_id is not None:
            query = query.where(events.c.asset_id == asset_id)
        return [NumberedEvent(row["number"], fact_of(Event, row)) for row in self._tx.rows(query)]

    def last_number(self) -> int:
        """The newest event's number; 0 before the first."""
        return int(self._tx.value(select(counters.c.value).where(counters.c.name == _COUNTER)) or 0)

    def counts(self) -> dict[str, int]:
        """Jobs by state, and events that have no number yet (``unnumbered``)."""
        rows = self._tx.rows(select(jobs.c.state, func.count().label("count")).group_by(jobs.c.state))
        found = {row["state"]: row["count"] for row in rows}
        waiting = self._tx.value(select(func.count()).select_from(events).where(events.c.number.is_(None)))
        return {state: found.get(state, 0) for state in ("due", "leased", "set_aside")} | {"unnumbered": int(waiting)}


def _jobs_of(
    happened: Sequence[RowMapping], routes: Mapping[str, Sequence[str]]
) -> list[tuple[str, dict[str, object]]]:
    """A (task, ids) for each task of each event, in order, equal ones once."""
    wanted: dict[tuple[str, str], dict[str, object]] = {}
    for row in happened:
        said = {"asset_id": row["asset_id"], **row["data"]}
        ids = {name: said[name] for name in ID_NAMES if said.get(name) is not None}
        for task in routes.get(row["type"], ()):
            wanted.setdefault((task, json.dumps(ids, sort_keys=True)), ids)
    return [(task, ids) for (task, _), ids in wanted.items()]


def _leased_as(job: Job) -> ColumnElement[bool]:
    # The end of the lease too: tries start anew when a person retries a job that was set aside.
    leased = and_(jobs.c.state == "leased", jobs.c.leased_until == job.leased_until)
    return and_(jobs.c.id == job.id, leased, jobs.c.tries == job.tries)
