"""Waiting until somebody waits: for tests that let one transaction run into another. On PostgreSQL only."""

from time import monotonic

from sqlalchemy import text

from dam.store.work import SqlStore


def wait_for_a_lock(store: SqlStore) -> None:
    """Until another transaction waits for a lock that somebody holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    deadline = monotonic() + 60
    with store.engine.connect() as connection:
        while not connection.execute(waiting).scalar():
            connection.rollback()
            assert monotonic() < deadline, "nobody waits"
