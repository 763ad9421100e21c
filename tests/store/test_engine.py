"""How connections are set up, what their errors mean, and what crosses a fork."""

import os
import signal
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from dam.domain.errors import Invalid, StorageFull, Unavailable
from dam.domain.principals import Grant
from dam.store.columns import Utc
from dam.store.engine import make_engine, notices
from dam.store.work import SqlStore, open_store
from tests.contracts.facts import asset, fill
from tests.postgres import Postgres


@pytest.fixture
def sqlite_store(sqlite_url: str) -> SqlStore:
    return open_store(sqlite_url)


def test_sqlite_is_durable_and_checks_references(sqlite_store: SqlStore) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
        "busy_timeout": 10_000,
    }
    with sqlite_store.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    sqlite_store.dispose()
    assert found == wanted


def test_a_connection_that_read_can_write_next_and_the_other_way_round(sqlite_store: SqlStore) -> None:
    for number in range(3):
        with sqlite_store.reading() as work, pytest.raises(Exception, match="readonly"):
            work.add(asset("never"))
        fill(sqlite_store, asset(f"a{number}"))
    sqlite_store.dispose()


def test_a_writer_takes_the_write_lock_at_its_begin(sqlite_store: SqlStore, tmp_path: Path) -> None:
    """One that read first would be refused, not made to wait, if another one wrote meanwhile."""
    other = sqlite3.connect(tmp_path / "dam.sqlite", timeout=0, isolation_level=None)
    with sqlite_store.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    sqlite_store.dispose()


def test_an_error_does_not_tell_what_was_to_be_stored(sqlite_store: SqlStore) -> None:
    with sqlite_store.writing() as work, pytest.raises(IntegrityError) as broken:
        work.add(Grant("nobody", "viewer", "a secret"))
    assert "a secret" not in str(broken.value)
    sqlite_store.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"file|database"):
        make_engine(url)


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_an_affected_sqlite_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: tuple[int, int, int], affected: bool
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    engine = make_engine(f"sqlite:///{tmp_path / 'x'}")
    assert bool(notices(engine, gated=True)) is affected
    assert ["is off" in notice for notice in notices(engine, gated=False)] == [True] * affected


def test_a_full_disk_is_said_as_such_and_nothing_is_changed(sqlite_store: SqlStore) -> None:
    fill(sqlite_store, asset("a1"))
    with sqlite_store.writing() as work:
        # The same error as from the disk, without needing a small one.
        pages = work.connection.exec_driver_sql("PRAGMA page_count").scalar()
        work.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StorageFull):
            work.add(asset("a2", description="x" * 1_000_000))
    with sqlite_store.reading() as work:
        assert [found.id for found in work.assets.page(None, 9)] == ["a1"]
    sqlite_store.dispose()


def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'x'}")
    with pytest.raises(Unavailable) as refused, store.reading():
        pass
    assert refused.value.code == "database_unavailable"
    nobody = open_store("postgresql://u:p@/db?host=/nowhere")
    with pytest.raises(Unavailable) as refused, nobody.writing():
        pass
    assert refused.value.code == "database_unavailable"


@pytest.mark.postgresql
def test_a_broken_connection_is_unavailable_and_the_next_works(postgres: Postgres, postgres_url: str) -> None:
    store = open_store(postgres_url)
    name = str(make_url(postgres_url).database)
    with store.writing() as work:
        work.add(asset("a1"))
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as killer:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
            killer.execute(sql.SQL(end).format(sql.Literal(name)))
        with pytest.raises(Unavailable) as refused:
            work.add(asset("a2"))
    assert refused.value.code == "database_unavailable"
    fill(store, asset("a3"))
    with store.reading() as work:
        assert [found.id for found in work.assets.page(None, 9)] == ["a3"]
    store.dispose()


@pytest.mark.postgresql
def test_a_lock_that_somebody_keeps_is_unavailable(postgres_url: str) -> None:
    store = open_store(postgres_url)
    fill(store, asset("a1"))
    with store.writing() as one, store.writing() as two:
        one.assets.lock("a1")
        two.connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(Unavailable) as refused:
            two.assets.lock("a1")
    assert refused.value.code == "database_unavailable"
    store.dispose()


@pytest.mark.postgresql
def test_text_that_postgresql_can_not_store_is_invalid(postgres_url: str) -> None:
    store = open_store(postgres_url)
    for broken in (asset(title="a\x00b"), asset(fields={"note": "a\x00b"})):
        with pytest.raises(Invalid) as refused:
            fill(store, broken)
        assert refused.value.code == "not_storable"
    store.dispose()


@pytest.mark.postgresql
def test_postgresqls_time_is_its_own_and_goes_on_in_a_transaction(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with store.reading() as work:
        first = work.now()
        second = work.now()
    assert first < second
    assert first.tzinfo is UTC
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    store.dispose()


def test_a_forked_child_opens_its_own_connections(database_url: str) -> None:
    store = open_store(database_url)
    fill(store, asset("a1"))
    with store.writing() as held:
        held.add(asset("a2"))
        if store.engine.dialect.name == "sqlite":
            assert _in_child(lambda: _ids(store) == ["a1"])
        else:
            assert _in_child(lambda: _filled(store, "a3"))
        held.commit()
    pool = store.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedin() > 0
    assert _in_child(lambda: store.engine.pool is not pool), "two processes would speak over one connection"
    assert _in_child(lambda: _filled(store, "a4"))
    assert [id_ for id_ in _ids(store) if id_ != "a3"] == ["a1", "a2", "a4"]
    store.dispose()


def test_woken_after_each_commit_and_never_by_a_rollback(sqlite_url: str) -> None:
    calls: list[int] = []
    store = open_store(sqlite_url, wake=lambda: calls.append(1))
    with store.writing() as work:
        work.add(asset("a1"))
    assert calls == []
    fill(store, asset("a1"))
    assert calls == [1]
    with store.reading() as work:
        work.commit()
    assert calls == [1]
    store.dispose()


def test_a_wake_up_that_fails_does_not_fail_the_commit(sqlite_url: str) -> None:
    def fail() -> None:
        raise OSError

    store = open_store(sqlite_url, wake=fail)
    fill(store, asset("a1"))
    assert _ids(store) == ["a1"]
    store.dispose()


SQLITE = make_engine("sqlite:///x").dialect
POSTGRESQL = make_engine("postgresql:///x").dialect
ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=ZONES)  # noqa: DTZ001 - bounds are naive


@given(TIMES, TIMES)
def test_times_come_back_equal_and_sort_as_text(one: datetime, two: datetime) -> None:
    column = Utc()
    texts = [column.process_bind_param(moment, SQLITE) for moment in (one, two)]
    assert [column.process_result_value(text, SQLITE) for text in texts] == [one, two]
    assert (texts[0] < texts[1]) is (one < two)
    native = column.process_bind_param(one, POSTGRESQL)
    assert column.process_result_value(native, POSTGRESQL) == one


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Utc().process_bind_param(datetime(2026, 1, 1), SQLITE)  # noqa: DTZ001 - that is the point


def _ids(store: SqlStore) -> list[str]:
    with store.reading() as work:
        return [found.id for found in work.assets.page(None, 9)]


def _filled(store: SqlStore, id_: str) -> bool:
    fill(store, asset(id_))
    return id_ in _ids(store)


def _in_child(does: Callable[[], bool]) -> bool:
    """Fork, do it there, and say whether it was true; a child that hangs is ended."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            os._exit(0 if does() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
