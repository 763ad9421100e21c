"""The store's contract on the PostgreSQL server, with the schema that its migrations make there."""

import os
from collections.abc import Iterator

import pytest

from dam.store import migrate
from dam.store.work import SqlStore, open_store
from tests.conftest import Time
from tests.postgres import Postgres
from tests.stack.servers import variable
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import empty_database
from tests.store.test_contract import *  # noqa: F403 - the very classes, with the store of this module


@pytest.fixture(scope="module")
def database() -> str:
    """One for all tests, migrated from nothing."""
    url = empty_database(os.environ[variable("postgresql")])
    migrate.upgrade(url)
    return url


@pytest.fixture
def store(stack: Stack, database: str, time: Time) -> Iterator[SqlStore]:
    stack.url("postgresql")
    opened = open_store(database, now=time.now)
    yield opened
    opened.dispose()
    Postgres.empty(database)
