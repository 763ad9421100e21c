"""Events, the service's own work, and its health over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from sqlalchemy import event

from dam.domain.errors import Unavailable
from dam.domain.principals import Principal
from dam.store.work import SqlStore
from tests.api.test_assets import NOBODY, ONE, TWO, refuse
from tests.api.test_sessions import signed_in
from tests.api.world import API, World, problem


@pytest.fixture
def asset(world: World) -> Any:
    return world.asset(ONE, "one.png")


def test_events_are_polled(world: World, asset: Any) -> None:
    with world.services.store.writing() as work:
        work.jobs.relay({}, 1000)
        work.commit()
    page = world.call("GET", "events?limit=2", "viewer")
    found = page.json or {}
    assert [each["number"] for each in found["data"]] == [1, 2]
    assert found["next"] == "2"
    assert world.get("events?after=2&limit=1")["data"][0]["number"] == 3
    poll = {"If-None-Match": page.headers["ETag"]}
    answer = world.call("GET", "events?limit=2", "viewer", headers=poll)
    assert (answer.status_code, answer.data) == (304, b"")
    world.version(asset["id"], TWO)
    with world.services.store.writing() as work:
        work.jobs.relay({}, 1000)
        work.commit()
    assert world.call("GET", "events?limit=2", "viewer", headers=poll).status_code == 200
    types = {each["type"] for each in world.get(f"events?asset={asset['id']}&limit=200")["data"]}
    assert types >= {"asset.created", "version.created"}
    newest = world.get(f"events?asset={asset['id']}&before=9007199254740991&limit=1")
    assert newest["data"][0]["type"] == "version.created"
    assert newest["next"] == str(newest["data"][0]["number"])
    rest = world.get(f"events?asset={asset['id']}&before={newest['next']}&limit=200")
    assert [each["type"] for each in rest["data"]][-1] == "asset.created"
    assert rest["next"] is None
    for query in ("before=0", "after=-1", "after=x", f"after={1 << 60}", "asset=x", "limit=0"):
        problem(world.call("GET", f"events?{query}"), 422, "invalid_request")


def test_a_poll_of_a_browser_asks_the_database_twice_and_knows_at_once_who_may(world: World, asset: Any) -> None:
    """Who asks, and the number of the last event: in the same state of the database, of which nothing is remembered."""
    client, _, _ = signed_in(world)
    poll = {"If-None-Match": client.get(f"{API}/events").headers["ETag"]}
    with statements(world) as asked:
        assert client.get(f"{API}/events?after=1", headers=poll).status_code == 304
    assert len(asked) == 2, asked
    with world.services.store.writing() as work:
        assert work.people.end_sessions(client_of(world).id) == 1
        work.commit()
    problem(client.get(f"{API}/events?after=1", headers=poll), 401, "session_invalid")


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, without the begin and the end of transactions."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.append(statement)

    engine = cast(SqlStore, world.services.store).engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def client_of(world: World) -> Principal:
    """The account that ``signed_in`` makes."""
    with world.services.store.reading() as work:
        found = work.people.named("ann")
    assert found is not None
    return found


def test_work_that_was_set_aside(world: World, asset: Any) -> None:
    assert world.get("work", "manager") == {"data": [], "next": None}
    with world.services.store.writing() as work:
        work.jobs.enqueue("render", {"sha256": "x"})
        now = work.now()
        (job,) = work.jobs.lease(["render"], now, now, 1)
        assert work.jobs.failed(job, "broken", "It can't be done.", None)
        work.commit()
    (shown,) = world.get("work?state=set_aside", "manager")["data"]
    assert (shown["state"], shown["reason"]["code"]) == ("set_aside", "broken")
    assert world.post(f"work/{shown['id']}/retry", role="manager").status_code == 202
    refuse(world, (409, "not_set_aside"), "POST", f"work/{shown['id']}/retry")
    refuse(world, (404, "work_not_found"), "POST", "work/999999/retry")


def test_health(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.get("/healthz", None) == {"status": "ok"}
    ready = world.get("/readyz", None)
    assert (ready["status"], [each["ok"] for each in ready["checks"]]) == ("ready", [True, True, True])
    monkeypatch.setattr(type(world.services.objects), "find", _broken)
    found = problem(world.call("GET", "/readyz", None), 503, "not_ready")
    assert [each["name"] for each in found["checks"] if not each["ok"]] == ["objects"]


def _broken(objects: object, sha256: str) -> None:
    raise Unavailable("objects_unavailable", "The disk is gone.")


def test_a_bug_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.app.testing = False
    monkeypatch.setattr("dam.operations.read.asset", _bug)
    found = problem(world.call("GET", f"assets/{NOBODY}"), 500, "internal_error")
    assert "secret" not in repr(found)


def _bug(*args: object) -> None:
    raise RuntimeError("a secret")
