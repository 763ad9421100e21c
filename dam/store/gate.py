"""The gate: one write transaction at a time on SQLite, and the one place where its log is written back.

Rule: every write to a SQLite database, checkpoints and migrations included, happens inside the gate. Nobody waits for
anything but the disk while holding it.

Why: SQLite lets one writer in at a time anyway, but those that wait for it poll, and the unlucky ones wait for
seconds. A lock among the threads of a process and an ``flock`` among processes hand over at once and in order.

The gate also removes the second party of the WAL-reset race (SQLite 3.7.0 to 3.51.2, described at
sqlite.org/wal.html#walresetbug). That race needs a checkpoint that runs *while* another connection commits and resets
the log. Here automatic checkpoints are off in every connection; the explicit one runs under the gate, when no commit
can; and every commit runs under the gate, when no checkpoint can. The one checkpoint that we do not start is SQLite's
own at the closing of a database's last connection: it takes the exclusive lock on the whole file first, so there is
no other connection that could commit. Other programs that write to the file know nothing of the gate: none may, while
the service runs.
"""

import fcntl
import os
import sqlite3
import threading
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self

from dam.domain.errors import Unavailable

LOG_LIMIT = 4 << 20
"""Bytes of log after which a commit writes it back."""

_TIMEOUT_S = 30


class Gate:
    """The gate of the SQLite database ``database``; ``with gate:`` holds it.

    Opened at first use, and anew in a forked child. Raises Unavailable ``database_unavailable`` when another thread
    does not leave it within 30 seconds, RuntimeError when a thread enters twice.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".gate")
        self._log = database.with_name(database.name + "-wal")
        self._forget()
        _gates.add(self)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._file: int | None = None
        self._next_checkpoint = LOG_LIMIT

    def __enter__(self) -> Self:
        # A unit of work within a unit of work would wait for itself for ever.
        if self._owner == threading.get_ident():
            raise RuntimeError("This thread is writing already; finish that unit of work first.")
        if not self._lock.acquire(timeout=_TIMEOUT_S):
            raise Unavailable("database_unavailable", "The database is busy; try again in a moment.")
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_EX)
        except BaseException:
            self._lock.release()
            raise
        self._owner = threading.get_ident()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owner = None
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_UN)
        finally:
            self._lock.release()

    def write_back(self) -> None:
        """Copy the log into the database and empty it, if it has grown large. Call it inside the gate, after a commit.

        A reader that is under way keeps what it needs in the log; then the next try comes after the log has grown by
        another quarter. An error here is left to the next commit: everything is durable in the log already.
        """
        size = self._log_size()
        if size < self._next_checkpoint:
            return
        try:
            _checkpoint(self._database)
        except sqlite3.OperationalError:
            self._next_checkpoint = size + LOG_LIMIT // 4
            return
        left = self._log_size()
        self._next_checkpoint = left + LOG_LIMIT // 4 if left else LOG_LIMIT

    def close(self) -> None:
        """Close the gate's file; it opens again at the next use. Not while a unit of work is writing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except FileNotFoundError:
            return 0

    def _after_fork(self) -> None:
        # The child has a copy of the file's descriptor, which would keep the parent's lock when the parent dies, and a
        # copy of the lock, which a thread that is not here may hold.
        file = self._file
        self._forget()
        if file is not None:
            os.close(file)


def _checkpoint(database: Path) -> None:
    """Write the log back, as far as readers allow, on a connection of its own that begins no transaction."""
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()


_gates: "weakref.WeakSet[Gate]" = weakref.WeakSet()


def _forked() -> None:
    for gate in _gates:
        gate._after_fork()  # noqa: SLF001 - the hook belongs to this module


os.register_at_fork(after_in_child=_forked)
