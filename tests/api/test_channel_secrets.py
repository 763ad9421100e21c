"""A secret of a channel is taken and never given again: by no answer, event, log or row."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.api.test_assets import refuse
from tests.api.world import World
from tests.channels.test_s3 import BEGUN, EMPTY
from tests.objects.scripted import Answer, error, serving

CANARY = "canary0secret0canary"


class Bucket:
    """Says yes to whoever sets up a channel: markers are kept, and nothing else is asked for."""

    def __init__(self) -> None:
        self.marked: set[str] = set()
        self.refuses: Answer | None = None

    def answer(self, method: str, path: str) -> Answer:
        if self.refuses is not None:
            return self.refuses
        if method == "PUT":
            self.marked.add(path)
        if method == "GET" and "list-type" not in path:
            return Answer(200, f"{path[-36:]}\n".encode()) if path in self.marked else error(404, "NoSuchKey")
        return {"GET": EMPTY, "POST": BEGUN, "DELETE": Answer(204)}.get(method, Answer(200))


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def setup(bucket: Bucket) -> Iterator[dict[str, Any]]:
    with serving(bucket.answer) as (endpoint, _):
        config = {"endpoint": endpoint, "bucket": "shop", "secure": False, "key": "KEY", "secret": CANARY}
        yield {"name": "bucket", "kind": "s3", "config": config}


def test_it_is_shown_nowhere(world: World, setup: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = world.post("channels", setup, headers={"Idempotency-Key": "one"})
    assert made.status_code == 201
    again = world.post("channels", setup, headers={"Idempotency-Key": "one"})
    assert again.json == made.json
    channel = made.json or {}
    shown = {name: value for name, value in setup["config"].items() if name != "secret"}
    assert channel["config"] == shown
    path = f"channels/{channel['id']}"
    edited = world.call("PATCH", path, json={"config": {"region": "eu-1"}}, headers={"If-Match": '"1"'})
    answers = [made, again, edited, world.post(f"{path}/check"), world.call("GET", path)]
    answers += [world.call("GET", each) for each in ("channels", "events?limit=200", "work?state=set_aside")]
    assert all(answer.status_code in (200, 201) for answer in answers)
    assert not any(CANARY in answer.text for answer in answers)
    assert CANARY not in caplog.text
    with closing(sqlite3.connect(world.database_url.removeprefix("sqlite:///"))) as database:
        assert CANARY not in "\n".join(database.iterdump())


def test_it_is_not_repeated_by_a_refusal(world: World, bucket: Bucket, setup: dict[str, Any]) -> None:
    config = setup["config"]
    bucket.refuses = error(403, "SignatureDoesNotMatch")
    tries = [
        ((422, "invalid_config"), setup),
        ((422, "invalid_config"), {**setup, "config": {**config, "secret": f"{CANARY}\n"}}),
        ((422, "invalid_config"), {**setup, "config": {**config, "secret": [CANARY]}}),
        ((422, "invalid_config"), {**setup, "config": {**config, "secrets": CANARY}}),
        ((422, "invalid_config"), {**setup, "config": {**config, "endpoint": f"x:{CANARY}@y"}}),
        ((422, "unknown_kind"), {**setup, "kind": CANARY[:6]}),
    ]
    for expected, body in tries:
        refuse(world, expected, "POST", "channels", json=body)
        assert CANARY not in world.post("channels", body).text


def test_a_change_keeps_it_and_can_give_another(world: World, bucket: Bucket, setup: dict[str, Any]) -> None:
    path = f"channels/{(world.post('channels', setup).json or {})['id']}"
    kept = _sealed(world)
    changed = world.call("PATCH", path, json={"config": {"cache_control": "max-age=60"}}, headers={"If-Match": '"1"'})
    assert (changed.json or {})["config"]["cache_control"] == "max-age=60"
    assert _sealed(world) == kept
    gone = world.call("PATCH", path, json={"config": {"cache_control": None}}, headers={"If-Match": '"2"'})
    assert "cache_control" not in (gone.json or {})["config"]
    other = world.call("PATCH", path, json={"config": {"secret": f"{CANARY}2"}}, headers={"If-Match": '"3"'})
    assert (other.status_code, CANARY in other.text) == (200, False)
    assert _sealed(world) != kept


def test_a_configuration_that_does_not_work_is_not_taken(world: World, bucket: Bucket, setup: dict[str, Any]) -> None:
    path = f"channels/{(world.post('channels', setup).json or {})['id']}"
    kept = _sealed(world)
    tag = {"If-Match": '"1"'}
    elsewhere = ({"bucket": "other"}, {"prefix": "x"}, {"endpoint": "127.0.0.1:1"}, {"secure": True}, {"bucket": None})
    for fixed in elsewhere:
        refuse(world, (422, "config_fixed"), "PATCH", path, json={"config": fixed}, headers=tag)
    refuse(world, (422, "invalid_config"), "PATCH", path, json={"config": {"secret": None}}, headers=tag)
    refuse(world, (422, "invalid_config"), "PATCH", path, json={"config": {"acl": "x"}}, headers=tag)
    old = {"If-Match": '"9"'}
    refuse(world, (412, "revision_differs"), "PATCH", path, json={"config": {"secret": "x"}}, headers=old)
    bucket.refuses = error(403, "SignatureDoesNotMatch")
    refuse(world, (409, "channel_unreachable"), "PATCH", path, json={"config": {"secret": "wrong"}}, headers=tag)
    assert _sealed(world) == kept


def test_a_channel_that_could_not_be_reached_can_with_another_secret(
    world: World, bucket: Bucket, setup: dict[str, Any]
) -> None:
    path = f"channels/{(world.post('channels', setup).json or {})['id']}"
    bucket.refuses = error(403, "SignatureDoesNotMatch")
    assert (world.post(f"{path}/check").json or {})["unreachable"]["code"] == "credentials_refused"
    bucket.refuses = None
    found = world.call("PATCH", path, json={"config": {"secret": "right"}}, headers={"If-Match": _tag(world, path)})
    assert (found.json or {})["unreachable"] is None


def _tag(world: World, path: str) -> str:
    return world.call("GET", path).headers["ETag"]


def _sealed(world: World) -> str:
    with closing(sqlite3.connect(world.database_url.removeprefix("sqlite:///"))) as database:
        (found,) = database.execute("SELECT sealed FROM channels").fetchone()
        return str(found)
