"""The repository of jobs, and the sequencer that numbers events.

Rule: an event is its own outbox row until it has a number, and gets it in the transaction that inserts its jobs. A
job's lease is its id, its state, its count of tries and its end: whoever lost the lease can't end the job. A job that
was sent is due as before: only taking it makes a lease, and counts as a try.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from dam import tracing
from dam.domain.events import Event
from dam.domain.work import BULK, BULK_EVENTS, BULK_WITHIN, ID_NAMES, IN_LINE, LOOKED_AT, SINGLY, Job
from dam.ports.views import NumberedEvent
from dam.store.codec import fact_of
from dam.store.measures import Measures, earliest
from dam.store.tables import counters, events, jobs

_COUNTER = "events"

_Cause = tuple[str, str]
"""What happened, and who did it."""


# Built once: the worker's loop and the browsers ask these all day, and building a statement costs more than running it.
_NOW = bindparam("now", type_=jobs.c.due_at.type)
_UNNUMBERED = select(events).where(events.c.number.is_(None)).order_by(events.c.id).limit(bindparam("most"))
_LAST_NUMBER = select(counters.c.value).where(counters.c.name == _COUNTER)
_WAITS = and_(jobs.c.state == "due", jobs.c.sent_until.is_(None))
_SENT = and_(jobs.c.state == "due", jobs.c.sent_until.is_not(None))
_LEASED = jobs.c.state == "leased"
_NEXT = select(
    earliest(jobs.c.due_at, _WAITS).label("due"),
    earliest(jobs.c.sent_until, _SENT).label("sent"),
    earliest(jobs.c.leased_until, _LEASED).label("leased"),
)
_LEASE_OVER = and_(_LEASED, jobs.c.leased_until <= _NOW)
_READY = or_(and_(_WAITS, jobs.c.due_at <= _NOW), and_(_SENT, jobs.c.sent_until <= _NOW), _LEASE_OVER)
_FREE = (
    select(jobs.c.id)
    .where(jobs.c.task.in_(bindparam("tasks", expanding=True)), _READY)
    # What was sent and not taken waits in line with what became due when it was to be sent again.
    .order_by(func.coalesce(jobs.c.sent_until, jobs.c.due_at), jobs.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CHOSEN = update(jobs).where(jobs.c.id.in_(bindparam("chosen", expanding=True)))
_LEASE = {"state": "leased", "leased_until": bindparam("until"), "tries": jobs.c.tries + 1, "sent_until": None}
_TAKE = _CHOSEN.values(_LEASE).returning(jobs)
_TAKEABLE = (
    select(jobs.c.id)
    .where(jobs.c.id.in_(bindparam("named", expanding=True)))
    .where(or_(and_(jobs.c.state == "due", jobs.c.due_at <= _NOW), _LEASE_OVER))
    # In order, so that no two wait for each other. Who holds one may leave it as it is: then no other message comes.
    .order_by(jobs.c.id)
    .with_for_update()
)
_SEND = _CHOSEN.values(state="due", leased_until=None, sent_until=bindparam("until")).returning(jobs)
_WAITING = (
    select(jobs.c.id)
    .where(jobs.c.state == "due", jobs.c.task == bindparam("task"), jobs.c.due_at <= bindparam("by"))
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PREFER = (
    update(jobs)
    .where(jobs.c.task == bindparam("of_task"), jobs.c.ids["sha256"].as_string() == bindparam("digest"), _WAITS)
    # Not what waits after a failure, or was begun anew by a person: when that is due says more than its place in line.
    .where(jobs.c.tries == 0, jobs.c.due_at <= jobs.c.created_at, jobs.c.due_at > bindparam("then", type_=_NOW.type))
    .values(due_at=bindparam("then", type_=_NOW.type))
)
_BULK = (
    select(events.c.type, events.c.principal_id)
    .where(events.c.number > bindparam("after"), events.c.at > bindparam("since", type_=_NOW.type))
    .group_by(events.c.type, events.c.principal_id)
    .having(func.count() > BULK)
)
_NOT_SENT = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.state == "due", jobs.c.sent_until == bindparam("was"))
    .values(sent_until=None)
)
_RENEW = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("job"),
        jobs.c.state == "leased",
        jobs.c.leased_until == bindparam("was"),
        jobs.c.tries == bindparam("try_now"),
    )
    .values(leased_until=bindparam("until"))
)


class Jobs(Measures):
    """Events on their way to the feed, and the jobs that follow from them."""

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
        self._insert(self._lined_up(_jobs_of(waiting, routes), last))
        return len(waiting)

    def _lined_up(self, wanted: Sequence[tuple[dict[str, object], _Cause]], last: int) -> list[dict[str, object]]:
        """The jobs; those that stand in line count as due since then. ``last``: the newest event's number."""
        if not any(job["task"] in IN_LINE for job, _ in wanted):
            return [job for job, _ in wanted]
        now = self._tx.now()
        found = self._tx.rows(_BULK, {"after": last - BULK_EVENTS, "since": now - BULK_WITHIN})
        bulk = {(row["type"], row["principal_id"]) for row in found}
        singly = {"due_at": now - SINGLY}
        return [job | singly if job["task"] in IN_LINE and cause not in bulk else job for job, cause in wanted]

    def _locked_counter(self) -> int:
        self._tx.insert_new(counters, [{"name": _COUNTER, "value": 0}])
        held = select(counters.c.value).where(counters.c.name == _COUNTER).with_for_update()
        return int(self._tx.value(held))

    def enqueue(self, task: str, ids: Mapping[str, object]) -> None:
        """A job that is due now."""
        self._insert([{"task": task, "ids": dict(ids), "request_id": tracing.current()}])

    def prefer(self, task: str, sha256: str) -> int:
        """Somebody is looking at these bytes: put the job at the head of the line, if it still waits there, for its
        first try; returns how many."""
        return self._tx.change(_PREFER, {"of_task": task, "digest": sha256, "then": self._tx.now() - LOOKED_AT})

    def enqueue_by(self, task: str, due_at: datetime) -> None:
        """A job without ids that is due then, unless one of this task that begins after this commit is due by then: so
        many commits have one job. It is held, lest it begins before.
        """
        if self._tx.row(_WAITING, {"task": task, "by": due_at}) is None:
            self._insert([{"task": task, "ids": {}, "request_id": tracing.current()}], due_at)

    def _insert(self, wanted: Sequence[dict[str, object]], due_at: datetime | None = None) -> None:
        if not wanted:
            return
        now = self._tx.now()
        fresh = {"state": "due", "due_at": due_at or now, "tries": 0, "created_at": now}
        self._tx.change(insert(jobs), [fresh | each for each in wanted])

    def lease(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Take jobs that are due or whose lease ran out; each taking counts as a try. The longest due come first. One
        that was sent is left to whom it was sent to, until its time is over.
        """
        return self._move(_TAKE, _FREE, {"tasks": list(tasks), "now": now, "most": limit}, until)

    def send(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Choose jobs as ``lease`` does, to be told to somebody who then takes them: they stay due, use up no try, and
        are chosen again after ``until``.
        """
        return self._move(_SEND, _FREE, {"tasks": list(tasks), "now": now, "most": limit}, until)

    def not_sent(self, sent: Sequence[Job]) -> int:
        """Of jobs that ``send`` gave: nobody was told. Those that are as they were then may be chosen at once; returns
        how many.
        """
        return self._tx.change(_NOT_SENT, [{"job": job.id, "was": job.sent_until} for job in sent])

    def take(self, ids: Sequence[int], now: datetime, until: datetime) -> list[Job]:
        """Lease those of these jobs that are to be done now, sent or not; each taking counts as a try. Not those that
        somebody has, that wait after a failure, that are set aside, or done.
        """
        return self._move(_TAKE, _TAKEABLE, {"named": list(ids), "now": now}, until)

    def _move(
        self, change: ReturningUpdate[Any], which: Select[int], parameters: dict[str, object], until: datetime
    ) -> list[Job]:
        chosen = [row["id"] for row in self._tx.rows(which, parameters)]
        if not chosen:
            return []
        found = [fact_of(Job, row) for row in self._tx.rows(change, {"chosen": chosen, "until": until})]
        return sorted(found, key=lambda job: (job.due_at, job.id))

    def renew(self, held: Sequence[Job], until: datetime) -> int:
        """Let the leases of these end at ``until`` instead; returns how many were still held."""
        held_as = [{"job": job.id, "was": job.leased_until, "try_now": job.tries, "until": until} for job in held]
        return self._tx.change(_RENEW, held_as)

    def done(self, job: Job) -> bool:
        """Forget the job, if it is still leased by this try."""
        return self._tx.change(delete(jobs).where(_leased_as(job))) == 1

    def failed(self, job: Job, code: str, detail: str, due_at: datetime | None) -> bool:
        """Put it back until ``due_at``, or set it aside (None), if it is still leased by this try."""
        values: dict[str, object] = {"leased_until": None, "reason_code": code, "reason_detail": detail}
        values |= {"state": "set_aside"} if due_at is None else {"state": "due", "due_at": due_at}
        return self._tx.change(update(jobs).where(_leased_as(job)).values(**values)) == 1

    def next_due(self) -> datetime | None:
        """When the next job is due, is to be sent again, or its lease ends; None if there is none."""
        row = self._tx.row(_NEXT)
        moments = (row["due"], row["sent"], row["leased"]) if row is not None else ()
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

    def events_before(self, before: int, limit: int, asset_id: str | None = None) -> list[NumberedEvent]:
        """Numbered ones, the newest first."""
        query = select(events).where(events.c.number < before).order_by(events.c.number.desc()).limit(limit)
        if asset_id is not None:
            query = query.where(events.c.asset_id == asset_id)
        return [NumberedEvent(row["number"], fact_of(Event, row)) for row in self._tx.rows(query)]

    def last_number(self) -> int:
        """The newest event's number; 0 before the first."""
        return int(self._tx.value(_LAST_NUMBER) or 0)


def _jobs_of(
    happened: Sequence[RowMapping], routes: Mapping[str, Sequence[str]]
) -> list[tuple[dict[str, object], _Cause]]:
    """A job for each task of each event, in order, with its cause; equal ones once: then the first one's request
    counts."""
    wanted: dict[tuple[str, str], tuple[dict[str, object], _Cause]] = {}
    for row in happened:
        said = {"asset_id": row["asset_id"], **row["data"]}
        ids = {name: said[name] for name in ID_NAMES if said.get(name) is not None}
        for task in routes.get(row["type"], ()):
            job = {"task": task, "ids": ids, "request_id": row["request_id"]}
            cause = row["type"], row["principal_id"]
            wanted.setdefault((task, json.dumps(ids, sort_keys=True)), (job, cause))
    return list(wanted.values())


def _leased_as(job: Job) -> ColumnElement[bool]:
    # The end of the lease too: tries start anew when a person retries a job that was set aside.
    leased = and_(jobs.c.state == "leased", jobs.c.leased_until == job.leased_until)
    return and_(jobs.c.id == job.id, leased, jobs.c.tries == job.tries)
