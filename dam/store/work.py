"""The unit of work and the store: where a transaction begins, and where it ends.

Rule: what is not committed is rolled back, whatever happened. Facts and the events that say so are written together.
After a commit the workers are woken; a wake-up that fails costs time, never work, since they also look by themselves.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import cache, cached_property
from itertools import groupby
from typing import Any, Self

from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Engine, Update, and_, bindparam, insert, update
from sqlalchemy.exc import DBAPIError

from dam import tracing
from dam.domain.assets import Asset
from dam.domain.errors import Conflict
from dam.domain.events import Event
from dam.ports.store import Fact
from dam.store import codec, tables
from dam.store.answers import Answers
from dam.store.artefacts import Artefacts
from dam.store.assets import Assets
from dam.store.cookbook import Cookbook
from dam.store.engine import WAKE_UP, begin, bound, database_file, make_engine
from dam.store.failures import translated
from dam.store.gate import Gate
from dam.store.jobs import Jobs
from dam.store.looks import Looks
from dam.store.people import People
from dam.store.placements import Placements
from dam.store.rollouts import Rollouts
from dam.store.transaction import Now, Transaction
from dam.store.uploads import Uploads
from dam.store.words import Words

_log = logging.getLogger(__name__)

Wake = Callable[[], None]


class SqlStore:
    """The ``Store`` on an engine of ``make_engine``. ``gate`` is needed for SQLite, and for nothing else.

    ``now`` replaces the database's clock; ``wake`` is called after each commit of a writing unit.
    """

    def __init__(self, engine: Engine, gate: Gate | None = None, now: Now | None = None, wake: Wake | None = None):
        self._engine, self._gate, self._now, self._wake = engine, gate, now, wake
        # Two ways into one pool.
        self._writer, self._reader = bound(engine, writing=True), bound(engine, writing=False)

    def writing(self) -> "SqlUnitOfWork":
        """A unit of work that may change things; on SQLite the only one at a time."""
        return SqlUnitOfWork(self._writer, self._now, gate=self._gate, wake=self._wake, writing=True)

    def reading(self) -> "SqlUnitOfWork":
        """A unit of work that sees one consistent state and can't change it."""
        return SqlUnitOfWork(self._reader, self._now, gate=None, wake=None, writing=False)

    @property
    def engine(self) -> Engine:
        """For migrations and checks."""
        return self._engine

    def dispose(self) -> None:
        """Close every connection that is not in use; before a fork, and at the end."""
        self._engine.dispose()
        if self._gate is not None:
            self._gate.close()


def open_store(url: str, now: Now | None = None, wake: Wake | None = None) -> SqlStore:
    """The store at ``url``, gated where that is needed. Connects at its first use. Raises ValueError."""
    engine = make_engine(url)
    file = database_file(engine)
    return SqlStore(engine, Gate(file) if file else None, now, wake)


class SqlUnitOfWork:
    """One transaction. It begins at ``with`` and ends at ``commit``, or with the block.

    Raises Unavailable ``database_unavailable`` and StorageFull from every method, Conflict and Invalid where a
    statement meets a constraint; after any of them only leaving is possible.
    """

    def __init__(self, engine: Engine, now: Now | None, *, gate: Gate | None, wake: Wake | None, writing: bool) -> None:
        """``engine`` is bound to units that write, or to those that only read."""
        self._engine, self._now, self._gate, self._wake, self._writing = engine, now, gate, wake, writing
        self._ending = ExitStack()
        self._open: Transaction | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if self._gate is not None:
                stack.enter_context(self._gate)
            with translated():
                self._connection = stack.enter_context(self._engine.connect())
                begin(self._connection, writing=self._writing)
            self._open = Transaction(self._connection, self._now, writing=self._writing)
            self._ending = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._open = None
        # Closing the connection rolls back. An error of that says nothing new: what is not committed is gone anyway.
        with suppress(DBAPIError):
            self._ending.close()

    def commit(self) -> None:
        """Make all of it true, durably. The unit of work is over then."""
        tx = self._transaction
        tx.refuse_failed()
        self._open = None
        with translated():
            if self._writing and self._gate is None:
                self._connection.exec_driver_sql(f"NOTIFY {WAKE_UP}")
            self._connection.commit()
        if self._gate is not None:
            self._gate.write_back()
        self._ending.close()
        self._wake_up()

    def _wake_up(self) -> None:
        if self._wake is None:
            return
        try:
            self._wake()
        except Exception:
            _log.warning("nobody was woken after a commit", exc_info=True)

    @property
    def connection(self) -> Connection:
        """For checks of the database itself, such as its integrity."""
        return self._transaction.connection

    @property
    def _transaction(self) -> Transaction:
        if self._open is None:
            raise RuntimeError("This unit of work is over, or has not begun.")
        return self._open

    def now(self) -> datetime:
        """The database's time, UTC."""
        return self._transaction.now()

    def add(self, *facts: Fact) -> None:
        """Insert new facts. Within one call their order does not matter."""
        for kind, same in groupby(sorted(facts, key=_place), key=type):
            mine = list(same)
            self._transaction.change(insert(codec.SHAPES[kind].table), [codec.row_of(fact) for fact in mine])
            for fact in mine:
                if isinstance(fact, Asset):
                    self.assets.add_tags(fact)
                    self.assets.add_campaigns(fact)

    def replace(self, before: Fact, after: Fact) -> bool:
        """Store what differs, if the row is still as ``before`` in that, and in the guards of its kind."""
        old, new = _rows(before, after)
        if self._move(type(before), _changed(old, new), [(old, new)]) != 1:
            return False
        if isinstance(before, Asset) and isinstance(after, Asset):
            self._move_names(before, after)
        return True

    def replace_all(self, pairs: Sequence[tuple[Fact, Fact]]) -> None:
        """``replace`` for many rows that this unit of work holds; one statement for all that change alike. Raises
        Conflict ``moved`` if one of them is not as it was read; then nothing of this unit of work can be committed.
        """
        alike: dict[tuple[type, frozenset[str]], list[_Pair]] = {}
        for before, after in pairs:
            if isinstance(before, Asset):
                raise TypeError("An asset has more than its row; replace it by itself.")
            old, new = _rows(before, after)
            if changed := _changed(old, new):
                alike.setdefault((type(before), changed), []).append((old, new))
        for (kind, changed), rows in alike.items():
            if self._move(kind, changed, rows) != len(rows):
                self._transaction.fail()
                raise Conflict("moved", "Something else changed this at the same moment; try again.")

    def _move(self, kind: type, changed: frozenset[str], rows: Sequence["_Pair"]) -> int:
        """Compare and set; returns how many rows were as they were read."""
        moved, compared, values = _moving(kind, changed)
        parameters = [
            {f"was_{name}": old[name] for name in compared} | {f"now_{name}": new[name] for name in values}
            for old, new in rows
        ]
        return self._transaction.change(moved, parameters)

    def _move_names(self, before: Asset, after: Asset) -> None:
        if before.tags != after.tags:
            self.assets.forget_tags(after.id)
            self.assets.add_tags(after)
        if before.campaigns != after.campaigns:
            self.assets.forget_campaigns(after.id)
            self.assets.add_campaigns(after)

    def record(self, *events: Event) -> None:
        """Write events without a number: so each is its own outbox row, until ``jobs.relay`` numbers it."""
        rows = [codec.row_of(event) | {"request_id": tracing.current()} for event in events]
        self._transaction.change(insert(tables.events), rows)

    @cached_property
    def assets(self) -> Assets:
        return Assets(self._transaction)

    @cached_property
    def artefacts(self) -> Artefacts:
        return Artefacts(self._transaction)

    @cached_property
    def looks(self) -> Looks:
        return Looks(self._transaction)

    @cached_property
    def cookbook(self) -> Cookbook:
        return Cookbook(self._transaction)

    @cached_property
    def placements(self) -> Placements:
        return Placements(self._transaction)

    @cached_property
    def words(self) -> Words:
        return Words(self._transaction)

    @cached_property
    def rollouts(self) -> Rollouts:
        return Rollouts(self._transaction)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self._transaction)

    @cached_property
    def people(self) -> People:
        return People(self._transaction)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self._transaction)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self._transaction)


@cache
def _moving(kind: type, changed: frozenset[str]) -> tuple[Update, list[str], list[str]]:
    """The statement that compares and sets, with the columns that are compared and those that are set."""
    shape = codec.SHAPES[kind]
    compared = sorted(codec.guarded(kind, changed) | set(shape.key))
    same = and_(*(_same(shape.table.c[name], name in shape.key) for name in compared))
    # With nothing to change the question stays: is the row still so? It is asked by a column that nothing refers to.
    values = sorted(changed) or [name for name in compared if name not in shape.key][:1]
    return update(shape.table).where(same).values({name: bindparam(f"now_{name}") for name in values}), compared, values


def _same(column: Column[Any], is_key: bool) -> ColumnElement[bool]:  # noqa: FBT001 both are said where it is called
    # A part of a key is never null; and PostgreSQL finds no row by an index if it is asked for what is not distinct.
    was: BindParameter[Any] = bindparam(f"was_{column.name}")
    return column == was if is_key else column.is_not_distinct_from(was)


_Pair = tuple[dict[str, Any], dict[str, Any]]
"""The columns of a row as it was read, and as it shall be."""


def _place(fact: Fact) -> int:
    return codec.ORDER[type(fact)]


def _rows(before: Fact, after: Fact) -> _Pair:
    shape = codec.SHAPES[type(before)]
    if type(after) is not type(before) or not shape.guards:
        raise TypeError(f"A {type(before).__name__} can't be replaced by a {type(after).__name__}.")
    old, new = codec.row_of(before), codec.row_of(after)
    if any(old[name] != new[name] for name in shape.key):
        raise ValueError("The two are different rows.")
    return old, new


def _changed(old: dict[str, Any], new: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name in new if new[name] != old[name])
