"""Fixtures for all tests: a time that a test sets, a store on each database, and a look for threads left behind.

Rule: what is here is used by tests of several packages; the rest is beside its tests.
"""

import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from dam import tracing
from dam.store import migrate
from dam.store.work import SqlStore, open_store
from tests import shares
from tests.harness import plans, plans_postgresql
from tests.postgres import Postgres

NewDatabase = Callable[[], str]
"""Makes a migrated, empty database; returns its URL."""

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """After the shuffle."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = shares.long_ones_first(items, lambda item: item.nodeid, processes)


def pytest_collection_finish() -> None:
    """Thousands of tests are many objects, none of which ever goes: the collector need not look at them time and again,
    which takes an eighth of the processor."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def after(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)

    def move(self, seconds: float) -> datetime:
        self.at = self.after(seconds)
        return self.at


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands remember of uploads is not that of whoever runs the tests, nor of another run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _traced() -> Iterator[None]:
    """A request's id that outlived its request would be written beside the next test's rows."""
    yield
    assert tracing.current() is None


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; one for each process that runs tests."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the newest schema and nothing in it, to be copied."""
    file = tmp_path_factory.mktemp("template") / "dam.sqlite"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'dam.sqlite')}"


@pytest.fixture(scope="module")
def postgres_database(postgres: Postgres) -> str:
    """A PostgreSQL database for the tests of one module."""
    return postgres.database()


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_database: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    yield postgres_database
    postgres.empty(postgres_database)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database: the test runs once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def store(database_url: str, time: Time) -> Iterator[SqlStore]:
    """A store on each kind of database, whose clock is ``time``. No statement may read a whole table that grows."""
    opened = open_store(database_url, now=time.now)
    is_file = opened.engine.dialect.name == "sqlite"
    watched = plans.Plans(opened.engine) if is_file else plans_postgresql.Plans(opened.engine, database_url)
    yield opened
    opened.dispose()
    assert watched.wrong == []


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A thread that outlives its test would run into the next one, and hold up the end."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(30)
    assert not [thread for thread in left if thread.is_alive()], left
