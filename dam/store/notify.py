"""PostgreSQL's own wake-up: a commit says so to whoever listens, on whichever machine.

Rule: a hint and no more, as in ``workers.wakeup``. It is part of the transaction, so nothing that is rolled back is
told. A listener whose connection has broken says nothing, and connects again by itself. Must not: carry data.

Source: PostgreSQL 18, NOTIFY and LISTEN; libpq, 32.1.2 (keepalives, so that a server that vanished is noticed).
"""

import select
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from dam.store.engine import WAKE_UP
from dam.store.patient import PatientConnection

_CONNECT_S = 2  # libpq's least
_BACKOFF_S = (1.0, 2.0, 5.0, 10.0)
_KEEPALIVE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "2"}


class Listener:
    """Hears every commit of the database at ``url``. For one thread; opens nothing before the first ``fileno``."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._address = make_conninfo(address, connect_timeout=_CONNECT_S, **_KEEPALIVE)
        self._clock = clock
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._failures = 0
        self._again_at = 0.0

    def fileno(self) -> int | None:
        """What becomes readable when there is something to hear; None while the server is not there. Tries to connect
        then, ever more slowly, each time for at most two seconds.
        """
        if self._connection is None and self._clock() >= self._again_at:
            self._connect()
        return self._connection.fileno() if self._connection is not None else None

    def drain(self) -> None:
        """Take all that there is to hear, as one."""
        if self._connection is None:
            return
        server = self._connection.pgconn
        try:
            while _is_readable(server.socket):  # a last word comes before the end of the connection
                server.consume_input()
            while server.notifies():
                pass
        except psycopg.Error:
            self._lose()

    def close(self) -> None:
        """Listen no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _connect(self) -> None:
        try:
            self._connection = PatientConnection.connect(self._address, autocommit=True)
            self._connection.execute(f"LISTEN {WAKE_UP}")
            self._failures = 0
        except psycopg.Error:
            self._lose()

    def _lose(self) -> None:
        self.close()
        self._again_at = self._clock() + _BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)]
        self._failures += 1


def _is_readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
