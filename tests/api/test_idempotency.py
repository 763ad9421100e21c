"""Idempotency-Key on real requests: nothing is done twice, nothing is said twice that is a secret."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest

from dam.domain.principals import RequestKey
from dam.operations import answers
from tests.api.world import World, form, png, problem, sha256

KEY = {"Idempotency-Key": "once"}


def test_an_upload_that_is_sent_again_makes_one_asset(world: World) -> None:
    first = world.upload(png(), headers=KEY, title="t")
    rows = world.rows()
    # The same form in another boundary and another order is the same request to a person, not to us: only bytes count.
    again = world.upload(png(), headers=KEY, title="t")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert world.rows() == rows


@pytest.mark.parametrize(
    "other", [form(png(shade=9), "a.png", title="t"), form(png(), "b.png", title="t"), form(png(), "a.png", title="u")]
)
def test_another_form_under_the_same_key_is_refused(world: World, other: dict[str, Any]) -> None:
    world.upload(png(), headers=KEY, title="t")
    before = world.state()
    problem(world.call("POST", "assets", data=other, headers=KEY), 422, "idempotency_key_reused")
    assert world.state() == before


def test_another_body_under_the_same_key_is_refused(world: World) -> None:
    assert world.post("campaigns", {"name": "a"}, headers=KEY).status_code == 201
    before = world.state()
    problem(world.post("campaigns", {"name": "b"}, headers=KEY), 422, "idempotency_key_reused")
    assert world.state() == before


def test_while_the_first_runs_the_second_is_told_so(world: World) -> None:
    asset = world.asset()
    path = f"/api/v1/assets/{asset['id']}/versions"
    seen: list[Any] = []

    def second() -> None:
        seen.append(world.call("POST", path, data=form(png(shade=5), "b.png"), headers=KEY))

    run_during(world, second)
    first = world.call("POST", path, data=form(png(shade=5), "b.png"), headers=KEY)
    assert first.status_code == 201
    problem(seen[0], 409, "request_in_progress")
    assert len(world.get(path)["data"]) == 2


def run_during(world: World, act: Callable[[], None]) -> None:
    """Do something while the next upload's transaction is still to come; in a thread of its own, as a server does."""
    objects = world.services.objects
    receive = objects.receive
    done: list[bool] = []

    class Sink:
        def __init__(self) -> None:
            self.sink = receive()

        def __getattr__(self, name: str) -> object:
            return getattr(self.sink, name)

        def __enter__(self) -> "Sink":
            return self

        def __exit__(self, *exc: object) -> None:
            self.sink.__exit__(*exc)

        def seal(self) -> object:
            if not done:
                done.append(True)
                other = threading.Thread(target=act)
                other.start()
                other.join()
            return self.sink.seal()

    object.__setattr__(objects, "receive", Sink)


def test_a_refused_request_frees_its_key(world: World) -> None:
    world.post("campaigns", {"name": "a"})
    before = world.state()
    problem(world.post("campaigns", {"name": "a"}, headers=KEY), 409, "campaign_exists")
    assert world.state() == before
    assert world.post("campaigns", {"name": "b"}, headers=KEY).status_code == 201


def test_a_key_of_another_person_or_route_is_another_key(world: World) -> None:
    one, other = world.asset(png(shade=1))["id"], world.asset(png(shade=2))["id"]
    for asset_id in (one, other):
        for role in ("approver", "admin"):
            answer = world.post(f"assets/{asset_id}/publish", role=role, headers=KEY)
            assert (answer.status_code, (answer.json or {})["id"]) == (200, asset_id)


def test_a_token_s_secret_is_never_said_twice(world: World) -> None:
    body = {"name": "ci", "role": "viewer"}
    first, again = (world.post("tokens", body, headers=KEY) for _ in range(2))
    assert first.json is not None
    assert first.json["token"].startswith("dam_")
    assert again.json == {**first.json, "token": None}
    secrets = repr(world.rows())
    assert first.json["token"] not in secrets


def test_a_link_is_never_said_twice(world: World) -> None:
    first, again = (world.post("users", {"name": "ann", "role": "viewer"}, headers=KEY) for _ in range(2))
    assert first.json is not None
    assert first.json["link"]
    assert again.json == {**first.json, "link": None}
    path = f"users/{first.json['id']}/link"
    links = [(world.post(path, headers=KEY).json or {})["link"] for _ in range(2)]
    assert links[0]
    assert links[1] is None


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "\xe9"])
def test_a_key_has_a_form(world: World, key: str) -> None:
    before = world.state()
    problem(world.post("campaigns", {"name": "a"}, headers={"Idempotency-Key": key}), 422, "idempotency_key_invalid")
    assert world.state() == before


def test_the_answer_is_committed_with_the_effect_on_every_route(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """``settle`` is for requests that had nothing to change; here each has an effect, so it must find it remembered."""
    late: list[RequestKey] = []
    settle = answers.settle

    def watched(services: Any, request: RequestKey, result: Any) -> None:
        with services.store.reading() as work:
            kept = work.answers.get(request)
            if kept is None or kept.result != dict(result):
                late.append(request)
        settle(services, request, result)

    monkeypatch.setattr(answers, "settle", watched)
    count = replay_everything(world)
    assert late == []
    assert count >= 22


def replay_everything(world: World) -> int:
    """Every POST twice under one key: the second answers as the first did and changes nothing. Returns how many."""
    done = 0

    def twice(path: str, body: object = None, files: Callable[[], dict[str, Any]] | None = None) -> Any:
        nonlocal done
        done += 1
        headers = {"Idempotency-Key": f"key-{done}"}

        def send() -> Any:
            if files is not None:
                return world.call("POST", path, data=files(), headers=headers)
            return world.post(path, body, headers=headers)

        first = send()
        assert first.status_code in (200, 201, 202), (path, first.text)
        before = world.state()
        again = send()
        assert (again.status_code, world.state()) == (first.status_code, before), (path, again.text)
        hidden = {"token": None, "link": None, "csrf": None}
        assert {**again.json, **hidden} == {**first.json, **hidden}, path
        return first.json

    asset = twice("assets", files=lambda: form(png(), "a.png"))
    place = f"assets/{asset['id']}"
    data = png(shade=44)
    twice(f"{place}/versions", files=lambda: form(data, "b.png"))
    digests = {1: sha256(png()), 2: sha256(data)}
    twice(f"{place}/versions/2/reject", {"sha256": digests[2]})
    twice(f"{place}/versions/1/approve", {"sha256": digests[1], "expected_head": None})
    twice(f"{place}/versions/2/approve", {"sha256": digests[2], "expected_head": 1})
    twice(f"{place}/rollback", {"to": 1, "sha256": digests[1], "expected_head": 2})
    twice(f"{place}/versions/2/revoke", {"sha256": digests[2]})
    twice(f"{place}/publish")
    twice(f"{place}/unpublish")
    (world.folder / "shop").mkdir()
    channel = twice("channels", {"name": "s", "kind": "folder", "config": {"path": str(world.folder / "shop")}})
    twice(f"channels/{channel['id']}/check")
    twice(f"channels/{channel['id']}/audit")
    placed = {"asset_id": asset["id"], "channel_id": channel["id"], "remote": "a.png"}
    placement = f"placements/{twice('placements', placed)['id']}"
    for verb in ("verify", "retry", "repair"):
        twice(f"{placement}/{verb}", {} if verb == "repair" else None)
    rollout = twice(f"{place}/withdraw", {})
    assert rollout["cause"] == "withdrawal"
    other = world.asset(png(shade=77))
    twice(f"assets/{other['id']}/versions/1/approve", {"sha256": sha256(png(shade=77)), "expected_head": None})
    newest = world.get("rollouts")["data"][0]["number"]
    twice(f"rollouts/{newest}/rollback", {})
    twice("campaigns", {"name": "c"})
    twice("tokens", {"name": "t", "role": "viewer"})
    user = twice("users", {"name": "ann", "role": "viewer"})
    twice(f"users/{user['id']}/link")
    trashed = world.asset(png(shade=78))
    world.call("DELETE", f"assets/{trashed['id']}")
    twice(f"assets/{trashed['id']}/restore")
    return done


def test_an_upload_under_a_key_is_hashed_as_it_was_sent(world: World) -> None:
    """Parts that would run together without their lengths are different forms."""
    one = world.call("POST", "assets", data={"file": (io.BytesIO(b"ab"), "a"), "title": "c"}, headers=KEY)
    assert one.status_code == 201
    other = world.call("POST", "assets", data={"file": (io.BytesIO(b"a"), "a"), "title": "bc"}, headers=KEY)
    problem(other, 422, "idempotency_key_reused")
