"""SQLAlchemy's dialect for SQLite, with transactions that say at their begin whether they write.

Rule: what has to happen for each connection and each transaction, and nothing that a statement could do. It is the
dialect's own work and no listener's: with one listener, SQLAlchemy asks for others at each step of every statement.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, PoolProxiedConnection
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

WRITING = "dam_writing"
"""Execution option of a connection: its transaction may write."""

WAIT_S = 10

_BEGUN = "dam_begun_writing"


def may_write(connection: Connection, *, writing: bool) -> None:
    """The transactions of this connection may write, or only read, until it is given back. Without a word they read."""
    connection.info[WRITING] = writing


def forget(_connection: object, record: Any) -> None:
    """A connection that is given back is nobody's: to be called by its pool."""
    record.info.pop(WRITING, None)


def set_up(connection: sqlite3.Connection, _record: object) -> None:
    """A new connection: to be called by its pool."""
    # The driver would begin transactions by itself, and too late; `Dialect.do_begin` does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={WAIT_S * 1000}",
        # Only the gate writes the log back.
        "wal_autocheckpoint=0",
        "cache_size=-4000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


class Dialect(SQLiteDialect_pysqlite):
    """The driver's own, but for the begin."""

    supports_statement_cache = True

    def set_connection_execution_options(self, connection: Connection, opts: Mapping[str, Any]) -> None:
        """``WRITING`` as ``may_write``."""
        super().set_connection_execution_options(connection, opts)
        if WRITING in opts:
            may_write(connection, writing=bool(opts[WRITING]))

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Take the write lock at once when writing: a transaction that reads first and then writes could be refused."""
        info, own = dbapi_connection.info, cast(sqlite3.Connection, dbapi_connection.dbapi_connection)
        writing = bool(info.get(WRITING))
        if info.get(_BEGUN) is not writing:
            own.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}").close()
            info[_BEGUN] = writing
        own.execute("BEGIN IMMEDIATE" if writing else "BEGIN").close()
