"""All rows of a database as they were at one moment, for a backup or a copy.

Rule: one transaction that only reads, whatever is written meanwhile; the rows pass through and are not gathered. What
comes out is JSON-ready and alike on both databases, so that either can take it (``dam.store.load``). What lets people
in without their password is left out: sessions and sign-in links; and so are uploads in parts, to be begun anew.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Integer, Table, cast, func, inspect, literal, null, select, text, union_all

from dam.domain.errors import Unavailable
from dam.domain.placements import ABSENT
from dam.store.engine import make_engine, options
from dam.store.failures import translated
from dam.store.places import deliveries, metadata
from dam.store.schema import NEWEST
from dam.store.tables import artefacts, contents

Row = dict[str, object]

LEFT_OUT = frozenset({"sessions", "sign_in_links", "sign_in_failures", "uploads", "placement_words"})
"""Tables whose rows end with the service that wrote them; the parts of uploads are no objects yet, and stay behind. The
words of placements are made anew with the index."""

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
"""A time, as SQLite keeps it."""

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Named:
    """Bytes that a row refers to. ``size`` is None where no row tells it."""

    sha256: str
    size: int | None


class Snapshot:
    """One moment of a database. Every method raises Unavailable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def schema(self) -> str:
        """The name of the schema. Raises Unavailable ``schema_unfit`` unless it is the one of this code."""
        with translated():
            there = inspect(self._connection).has_table("alembic_version")
            found = (
                self._connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if there else None
            )
        if found != NEWEST:
            raise Unavailable("schema_unfit", "The database is not ready for this version of dam. Run: dam migrate.")
        return NEWEST

    def tables(self) -> list[str]:
        """The names, those first that others refer to."""
        return [table.name for table in metadata.sorted_tables if table.name not in LEFT_OUT]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table, in the order of its key."""
        table = metadata.tables[name]
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)
        with translated(), self._connection.execute(query) as result:
            for row in result.mappings():
                yield {column: _plain(value) for column, value in row.items()}

    def objects(self) -> Iterator[Named]:
        """What the rows refer to in the object store, ordered by digest, each once."""
        unknown = cast(null(), Integer)
        told = union_all(
            select(contents.c.sha256.label("sha256"), contents.c.size.label("size")),
            select(artefacts.c.sha256, artefacts.c.size).where(artefacts.c.sha256.is_not(None)),
            select(deliveries.c.artefact, unknown).where(deliveries.c.artefact != literal(ABSENT)),
        ).subquery()
        query = select(told.c.sha256, func.max(told.c.size)).group_by(told.c.sha256).order_by(told.c.sha256)
        with translated(), self._connection.execute(query.execution_options(yield_per=_AT_ONCE)) as result:
            for sha256, size in result:
                yield Named(sha256, size)

    def counted(self) -> Mapping[str, int]:
        """By table, the highest number that it has given to a row, whether or not that is there still."""
        with translated():
            found = {table.name: _last(self._connection, table) for table in counting(metadata.tables)}
        return {name: number for name, number in found.items() if number}


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """The state of the database at ``url`` at the first question. Raises Unavailable."""
    engine = make_engine(url)
    try:
        with translated(), engine.connect() as plain:
            connection = plain.execution_options(**options(engine, writing=False))
            with connection.begin():
                yield Snapshot(connection)
    finally:
        engine.dispose()


def counting(tables: Mapping[str, Table]) -> list[Table]:
    """Those whose key the database counts up."""
    return [table for table in tables.values() if any(column.autoincrement is True for column in table.primary_key)]


def sequence(connection: Connection, table: Table) -> str:
    """PostgreSQL's name of what counts this table's key."""
    named = text("SELECT pg_get_serial_sequence(:table, :column)")
    key = next(iter(table.primary_key)).name
    return str(connection.execute(named, {"table": table.name, "column": key}).scalar_one())


def _last(connection: Connection, table: Table) -> int:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
    else:
        asked = text("SELECT pg_sequence_last_value(CAST(:name AS regclass))")
        found = connection.execute(asked, {"name": sequence(connection, table)})
    return int(found.scalar() or 0)


def _plain(value: object) -> object:
    return value.astimezone(UTC).strftime(TIME) if isinstance(value, datetime) else value
