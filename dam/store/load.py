"""Rows of ``dam.store.dump`` into an empty database, all of them or none.

Rule: one transaction from the schema to the last row; it begins with the schema that the rows were written with and
ends with the one of this code, so that what is older can be taken. What was true only of the service that wrote the
rows is not believed here: leases, what the index holds, and what was last seen at each place.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, MetaData, Table, func, insert, inspect, select, text, update

from dam.domain.errors import Conflict, Invalid
from dam.store import migrate
from dam.store.dump import Row, sequence
from dam.store.engine import database_file, make_engine, options
from dam.store.failures import translated
from dam.store.gate import Gate
from dam.store.places import metadata, placements
from dam.store.tables import assets, jobs

_AT_ONCE = 500


class Loading:
    """An empty database that is being filled."""

    def __init__(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        self._connection = connection
        self._tables = tables

    def order(self, names: Iterable[str]) -> list[str]:
        """These tables, those first that others refer to. Raises Invalid ``backup_invalid`` for an unknown one."""
        wanted = set(names)
        if unknown := wanted - set(self._tables):
            raise Invalid("backup_invalid", f"There is no table {min(unknown)} in this schema.")
        return [name for name in self._tables if name in wanted]

    def load(self, name: str, rows: Iterable[Row]) -> int:
        """Insert the rows; returns how many. Raises Invalid, Unavailable, StorageFull."""
        table, count = self._tables[name], 0
        times = [column.name for column in table.columns if isinstance(column.type, DateTime)]
        for batch in _batches(rows):
            for row in batch:
                _check(table, row)
                for column in times:
                    row[column] = _time(row[column])
            with translated():
                self._connection.execute(insert(table), batch)
            count += len(batch)
        return count

    def count_on(self, numbers: Mapping[str, int]) -> None:
        """No row gets a number that was given before. ``numbers`` as ``Snapshot.counted`` gives them."""
        with translated():
            for name, number in numbers.items():
                _count_on(self._connection, self._tables[name], number)


@contextmanager
def loading(url: str, schema: str) -> Iterator[Loading]:
    """The database at ``url``, to be filled with rows of ``schema``; on leaving it is committed with this code's
    schema. Raises Conflict ``target_not_empty``, Unavailable (``database_newer`` for a schema that is not known).
    """
    with ExitStack() as stack:
        engine = make_engine(url)
        stack.callback(engine.dispose)
        file = database_file(engine)
        gate = stack.enter_context(Gate(file)) if file is not None else None
        stack.enter_context(translated())
        plain = stack.enter_context(engine.connect())
        connection = plain.execution_options(**options(engine, writing=True))
        with connection.begin():
            migrate.lock(connection)
            _refuse_filled(connection)
            migrate.upgrade_to(connection, schema)
            yield Loading(connection, _tables(connection))
            migrate.upgrade_to(connection, "head")
            _disbelieve(connection)
        if gate is not None:
            gate.write_back()


def refuse_filled(url: str) -> None:
    """Raise Conflict ``target_not_empty`` if something is in the database at ``url``; Unavailable."""
    engine = make_engine(url)
    try:
        with translated(), engine.connect() as plain:
            connection = plain.execution_options(**options(engine, writing=False))
            with connection.begin():
                _refuse_filled(connection)
    finally:
        engine.dispose()


def _refuse_filled(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names())
    for table in (each for each in metadata.sorted_tables if each.name in there):
        if connection.execute(select(func.count()).select_from(select(table).limit(1).subquery())).scalar():
            detail = f"There is something in the table {table.name} already. Name a database that is empty."
            raise Conflict("target_not_empty", detail)


def _tables(connection: Connection) -> dict[str, Table]:
    """The tables as they are at this moment, which is not always what this code knows."""
    found = MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _check(table: Table, row: Row) -> None:
    if set(row) != set(table.columns.keys()):
        raise Invalid("backup_invalid", f"A row of {table.name} has other columns than the table.")


def _time(value: Any) -> datetime | None:
    try:
        return None if value is None else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("backup_invalid", "A time in a row is none.") from None


def _count_on(connection: Connection, table: Table, number: int) -> None:
    if connection.dialect.name == "sqlite":
        given = {"name": table.name, "number": number}
        there = text("UPDATE sqlite_sequence SET seq = max(seq, :number) WHERE name = :name")
        if not connection.execute(there, given).rowcount:
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), given)
    else:
        given = {"name": sequence(connection, table), "number": number}
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :number)"), given)


def _disbelieve(connection: Connection) -> None:
    """What the rows say of a moment that is over: nobody works on a job, the index holds nothing, and whatever was seen
    at a place may have changed since, so no place counts as proven before it was looked at again.
    """
    now = func.now() if connection.dialect.name != "sqlite" else datetime.now(UTC)
    leased = update(jobs).where(jobs.c.state == "leased")
    connection.execute(leased.values(state="due", due_at=now, leased_until=None))
    connection.execute(update(jobs).values(sent_until=None))
    connection.execute(update(assets).values(indexed_seq=0))
    there = update(placements).where(placements.c.ended_at.is_(None))
    connection.execute(there.values(proof_digest=None, epoch=placements.c.epoch + 1, look_at=now))
