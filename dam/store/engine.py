"""Engines: how a connection to SQLite or PostgreSQL is opened, and how its transactions begin.

Rule: nothing connects before its first use, and no connection crosses a fork. What differs between the two databases
outside SQL is here.
"""

import json
import os
import sqlite3
import weakref
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL

from dam.store import sqlite

WAKE_UP = "dam_work"
"""The name under which PostgreSQL tells of commits; heard by ``dam.store.notify``."""

CONNECTIONS = 16
"""Most connections of one process."""

_WAIT_S = sqlite.WAIT_S

registry.register("sqlite.dam", "dam.store.sqlite", "Dialect")


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:////path/to/file`` or ``postgresql://…``. Raises ValueError for any other URL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed)
    elif parsed.get_backend_name() == "postgresql":
        engine = _postgresql(parsed)
    else:
        raise ValueError(f"{parsed.get_backend_name()} is no database that we know; use sqlite or postgresql.")
    _engines.add(engine)
    return engine


def database_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def database_path(url: str) -> Path:
    """The file that a URL of SQLite names, which nothing here opens."""
    return Path(str(make_url(url).database))


def notices(engine: Engine, *, gated: bool) -> list[str]:
    """What whoever runs the service should know about this database; sentences."""
    if engine.dialect.name != "sqlite" or not _resets_race(sqlite3.sqlite_version_info):
        return []
    known = f"SQLite {sqlite3.sqlite_version} can damage a database when a checkpoint meets a commit (fixed in 3.51.3)."
    if gated:
        return [f"{known} Writers here take turns, which avoids it; let no other program write to the database."]
    return [f"{known} The gate that makes writers take turns is off: turn it on, or update SQLite."]


def _resets_race(version: tuple[int, int, int]) -> bool:
    """Has this SQLite the WAL-reset race? Fixed in 3.51.3, and in the older branches 3.44 and 3.50."""
    fixed_in_branch = {(3, 44): 6, (3, 50): 7}
    patch = fixed_in_branch.get(version[:2])
    return version < (3, 51, 3) and (patch is None or version[2] < patch)


def _dump(value: object) -> str:
    """One text for equal values, with any mapping as an object."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("A database in memory is seen by one process only; name a file.")
    engine = create_engine(
        url.set(drivername="sqlite+dam"),
        json_serializer=_dump,
        # Digests of secrets and people's words don't belong into tracebacks and logs.
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=_WAIT_S,
        connect_args={"check_same_thread": False, "timeout": _WAIT_S},
    )
    event.listen(engine.pool, "connect", sqlite.set_up)
    event.listen(engine.pool, "checkin", sqlite.forget)
    return engine


def _postgresql(url: URL) -> Engine:
    settings = {
        "timezone": "UTC",
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
    }
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        json_serializer=_dump,
        # Digests of secrets and people's words don't belong into tracebacks and logs.
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=_WAIT_S,
        # One round trip at the beginning of a unit of work, so that a restarted server costs nobody an error.
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": _WAIT_S,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
    )
    # With the driver, which an embedded service does not load.
    import_module("dam.store.patient").make_patient(engine)
    return engine


def options(engine: Engine, *, writing: bool) -> dict[str, Any]:
    """Execution options for a connection whose unit of work writes, or only reads one consistent state."""
    if engine.dialect.name == "sqlite":
        return {sqlite.WRITING: writing}
    if writing:
        return {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def bound(engine: Engine, *, writing: bool) -> Engine:
    """The engine for ``begin``. PostgreSQL's has the options already: said for each connection, they would cost as much
    as a query.
    """
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(**options(engine, writing=writing))


def begin(connection: Connection, *, writing: bool) -> None:
    """Begin a transaction that may write, or only reads, on a connection of the engine that is ``bound`` to that."""
    if connection.dialect.name == "sqlite":
        sqlite.may_write(connection, writing=writing)
    connection.begin()


_engines: "weakref.WeakSet[Engine]" = weakref.WeakSet()
_inherited: list[Pool] = []


def _forked() -> None:
    """A connection that two processes use is broken for both. The child forgets the parent's, without closing them:
    to close one would speak to the server, or take SQLite's locks, in the parent's name.
    """
    for engine in _engines:
        _inherited.append(engine.pool)
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forked)
