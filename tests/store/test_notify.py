"""PostgreSQL tells of commits: at once, to everybody, and again after its connection was cut."""

import select

import psycopg
import pytest

from dam.store.notify import Listener
from dam.store.work import open_store
from tests.contracts.facts import content, fill

pytestmark = pytest.mark.postgresql
LONG_S = 30.0


def hears(listener: Listener, seconds: float = LONG_S) -> bool:
    heard = listener.fileno()
    assert heard is not None
    return bool(select.select([heard], [], [], seconds)[0])


def test_a_commit_is_heard_and_what_is_rolled_back_is_not(postgres_url: str) -> None:
    store, listener = open_store(postgres_url), Listener(postgres_url)
    assert not hears(listener, 0)
    with store.writing() as work:
        work.add(content("one"))
    assert not hears(listener, 0)
    fill(store, content("one"), content("two"))
    fill(store, content("three"))
    assert hears(listener)
    listener.drain()
    listener.drain()
    assert not hears(listener, 0)
    listener.close()
    store.dispose()


def test_a_connection_that_was_cut_comes_back(postgres_url: str) -> None:
    now = [100.0]
    store, listener = open_store(postgres_url), Listener(postgres_url, lambda: now[0])
    assert listener.fileno() is not None
    with psycopg.connect(postgres_url, autocommit=True) as other:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        assert other.execute(cut).fetchall()
    while listener.fileno() is not None:  # the server's last word, then the end
        assert hears(listener)
        listener.drain()
    now[0] += 1
    fill(store, content("one"))
    assert not hears(listener, 0)  # what was told meanwhile is lost: the worker looks by itself
    fill(store, content("two"))
    assert hears(listener)
    listener.close()
    store.dispose()


def test_a_server_that_is_not_there_is_asked_ever_more_slowly() -> None:
    now = [0.0]
    listener = Listener("postgresql://dam:x@127.0.0.1:1/none", lambda: now[0])
    tried = []
    for second in range(40):
        now[0], before = second, listener._failures
        assert listener.fileno() is None
        tried += [second] if listener._failures > before else []
    assert tried == [0, 1, 3, 8, 18, 28, 38]
    listener.drain()
    listener.close()
