"""PostgreSQL behind a proxy that falls silent: nobody waits for ever, or gets a late answer to another question.

That the whole service lives with every fault is shown in ``tests/stack/suites/faults.py``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import text

from dam.domain.errors import Unavailable
from dam.store import engine as engines
from dam.store.notify import Listener
from dam.store.patient import PatientConnection
from dam.store.work import SqlStore, open_store
from tests.stack.proxy import Fault, Proxy

SILENT = Fault("silent")

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(120)]


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    folder = parse_qs(urlsplit(postgres_url).query)["host"][0]
    with Proxy(f"{folder}/.s.PGSQL.5432") as made:
        yield made


@pytest.fixture
def url(postgres_url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database behind the proxy."""
    monkeypatch.setattr(engines, "_WAIT_S", 2)
    parts = urlsplit(postgres_url)
    who = f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"
    return parts._replace(netloc=who, query="").geturl()


@contextmanager
def impatient() -> Iterator[None]:
    """Little patience, only as long as nobody answers: who is well may be slow on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PatientConnection, "ping_s", 0.2)
        patch.setattr(PatientConnection, "answer_s", 0.6)
        yield


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    with opened.reading() as work:
        work.now()
    yield opened
    opened.dispose()


def refused(store: SqlStore) -> float:
    """After how many seconds a unit of work is told that there is no database."""
    began = time.monotonic()
    with impatient(), pytest.raises(Unavailable) as told, store.reading() as work:
        work.now()
    assert told.value.code == "database_unavailable"
    return time.monotonic() - began


def test_a_server_that_fell_silent_is_given_up_and_found_again(store: SqlStore, proxy: Proxy) -> None:
    proxy.behave(SILENT)
    assert refused(store) < 60  # without its limits it would wait for ever
    proxy.behave()
    with store.reading() as work:
        work.now()


def test_so_it_is_within_a_unit_of_work(store: SqlStore, proxy: Proxy) -> None:
    with store.writing() as work:
        work.now()
        proxy.behave(SILENT)
        began = time.monotonic()
        with impatient(), pytest.raises(Unavailable) as told:
            work.people.any_person()
        assert 0.5 < time.monotonic() - began < 60
    assert told.value.code == "database_unavailable"


def test_a_slow_answer_within_the_patience_is_taken(store: SqlStore, proxy: Proxy) -> None:
    with store.reading() as work:
        assert work.connection.execute(text("SELECT pg_sleep(0.3), 7")).one()[1] == 7


def test_what_comes_too_late_is_no_answer_to_the_next_question(url: str) -> None:
    with PatientConnection.connect(url) as connection:
        with impatient(), pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(1), 'late'")
        assert connection.closed
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 'next'")


def test_what_the_server_refuses_is_told_as_it_is_and_the_connection_stays(url: str) -> None:
    with PatientConnection.connect(url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            connection.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$")
        assert connection.execute("SELECT 7").fetchone() == (7,)


def test_a_listener_waits_for_nobody(url: str, proxy: Proxy) -> None:
    listener = Listener(url)
    proxy.behave(SILENT)
    began = time.monotonic()
    assert listener.fileno() is None
    assert time.monotonic() - began < 60
    listener.close()
