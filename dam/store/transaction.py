"""One open transaction: the only thing that executes statements.

Rule: repositories speak to the database through this; errors are translated here, and the first one ends the
transaction, so that both databases behave alike.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, RowMapping, Select, Table, func, select

from dam.store.failures import translated

R = TypeVar("R")
Now = Callable[[], datetime]
Parameters = Mapping[str, object] | Sequence[Mapping[str, object]] | None


class Transaction:
    """A connection with a transaction begun, that may write or not. ``now`` replaces the database's clock."""

    def __init__(self, connection: Connection, now: Now | None, *, writing: bool) -> None:
        self.connection = connection
        self._now = now
        self._writing = writing
        self._failed = False

    def refuse_failed(self) -> None:
        """Raise RuntimeError if a statement failed: PostgreSQL would roll back silently, SQLite keep the rest."""
        if self._failed:
            raise RuntimeError("A statement of this unit of work failed; nothing of it can be kept.")

    def fail(self) -> None:
        """Let nothing of this transaction be committed."""
        self._failed = True

    def _result(self, statement: Executable, parameters: Parameters, read: Callable[[CursorResult[Any]], R]) -> R:
        self.refuse_failed()
        try:
            with translated():
                return read(self.connection.execute(statement, parameters))
        except Exception:
            self.fail()
            raise

    def rows(self, statement: Executable, parameters: Parameters = None) -> Sequence[RowMapping]:
        """All rows of a statement."""
        return self._result(statement, parameters, lambda result: result.mappings().all())

    def row(self, statement: Executable, parameters: Parameters = None) -> RowMapping | None:
        """The first row of a statement, if there is one."""
        return self._result(statement, parameters, lambda result: result.mappings().first())

    def values(self, statement: Executable, parameters: Parameters = None) -> list[Any]:
        """The first column of all rows."""
        return self._result(statement, parameters, lambda result: list(result.scalars()))

    def value(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return self._result(statement, None, lambda result: result.scalar())

    def change(self, statement: Executable, parameters: Parameters = None) -> int:
        """Run a statement that changes rows; returns how many. A list of parameters runs it for each."""
        if parameters is not None and not parameters:
            return 0
        return self._result(statement, parameters, lambda result: result.rowcount)

    def insert_new(self, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
        """Insert the rows whose key or unique columns are not taken; returns how many."""
        # Its own dialect has been loaded with the engine; the other one is not to be.
        insert: Any = import_module(f"sqlalchemy.dialects.{'sqlite' if self.on_sqlite else 'postgresql'}").insert
        # The rows are counted by what comes back: drivers do not agree on counting inserts.
        key = next(iter(table.primary_key))
        fresh = insert(table).on_conflict_do_nothing().returning(key)
        return sum(len(self.rows(fresh.values(**row))) for row in rows)

    def free(self, query: Select[Any], *of: Table) -> Select[Any]:
        """Of these rows, the ones of which no other transaction holds a part in the tables ``of``, held in these; a
        reading unit holds and skips none.
        """
        return query.with_for_update(of=of, skip_locked=True) if self._writing else query

    def now(self) -> datetime:
        """The database's time. SQLite's is the machine's own."""
        if self._now is not None:
            return self._now()
        if self.on_sqlite:
            return datetime.now(UTC)
        # Not now(), which is the transaction's begin: a wait for a lock must count.
        moment: datetime = self.value(select(func.clock_timestamp()))
        return moment.astimezone(UTC)

    @property
    def on_sqlite(self) -> bool:
        """Is this SQLite?"""
        return self.connection.dialect.name == "sqlite"
