"""Bringing a database to the schema of this code.

Rule: the only module that imports Alembic, so that a process at rest does not carry it (``schema`` says whether there
is something to do). One process migrates at a time:
under the gate on SQLite, under a lock of the database on PostgreSQL; all of it in one transaction.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from dam.domain.errors import Conflict, Unavailable
from dam.store.engine import database_file, make_engine, options
from dam.store.failures import translated
from dam.store.gate import Gate

_LOCK = 0x64616D  # any number that nobody else locks in this database


def upgrade(url: str) -> bool:
    """Bring the database at ``url`` to this code's schema; False if it was there already. Raises Unavailable
    (``database_newer``, ``database_unavailable``), StorageFull.
    """
    with ExitStack() as stack:
        engine = stack.enter_context(_engine(url))
        file = database_file(engine)
        if file is not None:
            stack.enter_context(Gate(file))
        stack.enter_context(translated())
        connection = stack.enter_context(engine.connect()).execution_options(**options(engine, writing=True))
        stack.enter_context(connection.begin())
        lock(connection)
        return _upgrade(connection)


def lock(connection: Connection) -> None:
    """Keep others from changing the schema until the transaction's end; on SQLite the gate does."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def upgrade_to(connection: Connection, revision: str) -> None:
    """Bring the schema to ``revision`` (``head``: this code's) within the connection's transaction. Raises Unavailable
    ``database_newer`` for one that is not known, Conflict ``target_not_empty`` if the schema is beyond it.
    """
    if revision != "head":
        _refuse_newer(revision)
        present = _revision(connection)
        if present == revision:
            return
        if present is not None and present not in _before(revision):
            raise Conflict("target_not_empty", f"The database has the newer schema {present} already; empty it.")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _before(revision: str) -> set[str]:
    return {script.revision for script in _scripts().iterate_revisions(revision, "base")}


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    """An engine of our own, so that nothing of it is left in the process."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> bool:
    revision = _revision(connection)
    _refuse_newer(revision)
    if revision == _scripts().get_current_head():
        return False
    upgrade_to(connection, "head")
    return True


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise Unavailable(
            "database_newer",
            f"The database has the schema {revision!r}, which this version does not know. Install the version that"
            " made it, or a newer one.",
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
