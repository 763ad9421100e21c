"""The column types that both databases share, and short ways to declare constraints and partial indexes.

Rule: a value that was stored comes back equal on either database, and text sorts by its bytes on both.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC. On SQLite it is text of one width with microseconds, which sorts by time."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=True) if native else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        # strftime does not pad years before 1000 on every platform; no such time is ours
        return moment if dialect.name == "postgresql" else moment.strftime(_FORMAT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value)  # strptime reads the same, at many times the cost


class _Json(TypeDecorator[Any]):
    """JSON; on PostgreSQL in its binary form."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON(none_as_null=True))
        # Loaded where such a database is used: it costs each start of an embedded service 40 ms and 2 MiB.
        jsonb = import_module("sqlalchemy.dialects.postgresql").JSONB
        return dialect.type_descriptor(jsonb(none_as_null=True))


# PostgreSQL would sort by the rules of a language, SQLite sorts by bytes: pages and prefixes need one order.
Words: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
Serial: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
Json: TypeEngine[Any] = _Json(none_as_null=True)


def words(name: str, *args: Any, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """A column of text."""
    return Column(name, Words, *args, nullable=nullable, primary_key=primary_key)


def whole(name: str, *args: Any, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """A column of whole numbers, 64 bits, whose values we choose."""
    return Column(name, Serial, *args, nullable=nullable, primary_key=primary_key, autoincrement=False)


def serial(name: str) -> Column[Any]:
    """A primary key that the database counts up."""
    return Column(name, Serial, primary_key=True, autoincrement=True)


def when(name: str, *, nullable: bool = False) -> Column[Any]:
    """A column of times."""
    return Column(name, Utc(), nullable=nullable)


def need(name: str) -> tuple[Column[Any], Column[Any]]:
    """The two columns of a ``Need``."""
    return words(f"{name}_code", nullable=True), words(f"{name}_detail", nullable=True)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows for which ``where`` holds."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, info={"where": condition})


def conditions(metadata: MetaData, connection: Connection, **_: object) -> None:
    """Before tables are created: PostgreSQL's name for the same. Given at the declaration, it would load that dialect
    at each start of a service that has no such database.
    """
    if connection.dialect.name != "postgresql":
        return
    for index in (each for table in metadata.tables.values() for each in table.indexes):
        if "where" in index.info:
            index.dialect_options["postgresql"]["where"] = index.info["where"]
