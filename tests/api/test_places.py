"""Channels, placements, rollouts over HTTP: the good way, each refusal, and what a refusal leaves."""

from typing import Any

import pytest

from dam.operations import deliver, indexing, reconcile
from tests.api.test_assets import NOBODY, ONE, TWO, refuse
from tests.api.world import World, problem, sha256


@pytest.fixture
def asset(world: World) -> Any:
    made = world.asset(ONE, "one.png")
    world.approve(made["id"])
    return made


@pytest.fixture
def channel(world: World) -> Any:
    return world.channel()


def delivered(world: World) -> None:
    """Let everything that is due arrive."""
    for rollout in world.get("rollouts")["data"]:
        reconcile.fan_out(world.services, rollout["number"])
    while deliver.run_due(world.services):
        pass


def test_a_channel_s_life(world: World, channel: Any) -> None:
    path = f"channels/{channel['id']}"
    folder = str(world.folder / "shop")
    assert (channel["kind"], channel["config"], channel["unreachable"]) == ("folder", {"path": folder}, None)
    assert [each["name"] for each in world.get("channels/kinds")["data"]] == ["folder", "s3"]
    edited = world.call("PATCH", path, json={"name": "store", "on_drift": "repair"}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["ETag"], (edited.json or {})["name"]) == (200, '"2"', "store")
    assert (world.post(f"{path}/check").json or {})["unreachable"] is None
    assert world.post(f"{path}/audit").json == {"channel_id": channel["id"], "placements": 0}
    refuse(world, (412, "revision_differs"), "DELETE", path, headers={"If-Match": '"1"'})
    assert world.call("DELETE", path, "manager").status_code == 204
    refuse(world, (404, "channel_not_found"), "GET", path)


def test_a_channel_that_is_refused(world: World, channel: Any) -> None:
    good = {"name": "other", "kind": "folder", "config": {"path": str(world.folder / "shop")}}
    refuse(world, (409, "channel_exists"), "POST", "channels", json={**good, "name": "shop"})
    refuse(world, (422, "unknown_kind"), "POST", "channels", json={**good, "kind": "pigeon"})
    refuse(world, (422, "invalid_config"), "POST", "channels", json={**good, "config": {"path": "relative"}})
    refuse(world, (422, "invalid_config"), "POST", "channels", json={**good, "config": {}})
    wrong: tuple[dict[str, object], ...] = (
        {"recipe": "X"},
        {"on_drift": "x"},
        {"name": ""},
        {"audit_every_s": 1},
        {"x": 1},
        {"config": []},
    )
    for more in wrong:
        refuse(world, (422, "invalid_request"), "POST", "channels", json={**good, **more})
    refuse(world, (422, "unknown_recipe"), "POST", "channels", json={**good, "recipe": "x"})
    path = f"channels/{channel['id']}"
    refuse(world, (428, "precondition_required"), "PATCH", path, json={"name": "x"})
    refuse(world, (412, "revision_differs"), "PATCH", path, json={"name": "x"}, headers={"If-Match": '"9"'})
    refuse(world, (422, "invalid_request"), "PATCH", path, json={"config": []}, headers={"If-Match": '"1"'})
    for verb in ("check", "audit"):
        refuse(world, (404, "channel_not_found"), "POST", f"channels/{NOBODY}/{verb}")


def test_a_channel_that_vanished_is_unreachable(world: World, channel: Any) -> None:
    (world.folder / "shop").rename(world.folder / "moved")
    found = world.post(f"channels/{channel['id']}/check").json or {}
    assert found["unreachable"]["code"]
    assert found["next_check_at"]


def test_a_placement_arrives_and_is_proven(world: World, asset: Any, channel: Any) -> None:
    placement = world.placement(asset["id"], channel["id"])
    assert set(placement) == {
        "id",
        "asset_id",
        "title",
        "channel_id",
        "channel",
        "remote",
        "recipe",
        "recipe_version",
        "follow",
        "state",
        "reason",
        "needs_person",
        "desired",
        "observed",
        "evidence",
        "verified_at",
        "next_attempt_at",
        "attempts",
        "url",
    }
    assert (placement["state"], placement["follow"], placement["evidence"]) == ("replacing", "approved", None)
    delivered(world)
    shown = world.get(f"placements/{placement['id']}")
    assert (shown["state"], shown["reason"], shown["evidence"]) == ("current", None, "sha256")
    assert shown["desired"] == {"version": 1, "sha256": sha256(ONE)}
    seen = shown["observed"]
    assert (seen["version"], seen["sha256"], seen["absent"]) == (1, sha256(ONE), False)
    assert shown["verified_at"]
    assert (world.folder / "shop" / "hero.png").read_bytes() == ONE
    history = world.get(f"placements/{placement['id']}/history")
    assert [each["outcome"] for each in history["attempts"]] == ["applied"]
    assert history["observations"][0]["sha256"] == sha256(ONE)
    older = f"placements/{placement['id']}/history?observations_before={history['observations'][0]['id']}"
    assert world.get(older)["observations"] == history["observations"][1:], "what is older can be asked for"
    assert [each["id"] for each in world.get("placements?state=current")["data"]] == [placement["id"]]
    assert world.get("placements?state=drifted")["data"] == []
    refuse(world, (409, "in_use"), "DELETE", f"channels/{channel['id']}")
    (rollout,) = [each for each in world.get("rollouts")["data"] if each["cause"] == "placement"]
    assert set(rollout) == {
        "number",
        "asset_id",
        "title",
        "cause",
        "state",
        "version",
        "head_before",
        "sha256",
        "note",
        "started_by",
        "started_at",
        "finished_at",
        "counts",
    }
    (delivery,) = world.get(f"rollouts/{rollout['number']}/deliveries")["data"]
    members = {"id", "placement_id", "placement", "action", "version", "sha256", "state", "tries", "due_at", "reason"}
    assert set(delivery) == members
    assert (delivery["state"], delivery["placement"]) == ("done", shown)


def test_impact_says_what_an_approval_would_do(world: World, asset: Any, channel: Any) -> None:
    placement = world.placement(asset["id"], channel["id"], "hero.jpg")
    world.version(asset["id"], TWO)
    before = world.state()
    found = world.get(f"assets/{asset['id']}/versions/2/impact")
    assert world.state() == before
    (touched,) = found["placements"]
    assert (touched["placement"]["id"], touched["action"]) == (placement["id"], "put")
    assert (touched["before"]["version"], touched["after"]["version"]) == (1, 2)
    assert [each["code"] for each in touched["problems"]] == ["other_type"]
    assert found["counts"]["put"] == 1
    problem(world.call("GET", f"assets/{asset['id']}/versions/3/impact"), 404, "version_not_found")


def test_a_placement_that_is_refused(world: World, asset: Any, channel: Any) -> None:
    body = {"asset_id": asset["id"], "channel_id": channel["id"], "remote": "hero.png"}
    other = world.placement(asset["id"], channel["id"])
    taken = refuse(world, (409, "target_taken"), "POST", "placements", json=body)
    assert taken["placement_id"] == other["id"]
    fresh = {**body, "remote": "new.png"}
    refuse(world, (404, "asset_not_found"), "POST", "placements", json={**fresh, "asset_id": NOBODY})
    refuse(world, (404, "channel_not_found"), "POST", "placements", json={**fresh, "channel_id": NOBODY})
    refuse(world, (404, "version_not_found"), "POST", "placements", json={**fresh, "follow": 9})
    world.version(asset["id"], TWO)
    refuse(world, (409, "never_approved"), "POST", "placements", json={**fresh, "follow": 2})
    for remote in ("../x.png", "/etc/passwd", "a/../../x"):
        refuse(world, (422, "invalid_remote"), "POST", "placements", json={**body, "remote": remote})
    for more in ({"follow": "latest"}, {"follow": 0}, {"follow": True}, {"recipe": "X"}, {"remote": ""}, {"x": 1},
                 {"asset_id": "x"}, {"adopt": "yes"}, {"remote": "a\x00"}):  # fmt: skip
        refuse(world, (422, "invalid_request"), "POST", "placements", json={**fresh, **more})
    refuse(world, (422, "unknown_recipe"), "POST", "placements", json={**fresh, "recipe": "x"})
    for query in ("asset=x", "channel=x", "state=", "x=1"):
        problem(world.call("GET", f"placements?{query}"), 422, "invalid_request")


def test_pinning_following_and_withdrawing(world: World, asset: Any, channel: Any) -> None:
    placement = world.placement(asset["id"], channel["id"])
    delivered(world)
    path = f"placements/{placement['id']}"
    tag = world.call("GET", path).headers["ETag"]
    refuse(world, (428, "precondition_required"), "PATCH", path, json={"follow": 1})
    refuse(world, (412, "revision_differs"), "PATCH", path, json={"follow": 1}, headers={"If-Match": '"x"'})
    refuse(world, (409, "nothing_changes"), "PATCH", path, json={"follow": "approved"}, headers={"If-Match": tag})
    answer = world.call("PATCH", path, json={"follow": 1}, headers={"If-Match": tag})
    assert (answer.status_code, (answer.json or {})["cause"]) == (202, "repin")
    assert world.get(path)["follow"] == 1
    tag = world.call("GET", path).headers["ETag"]
    refuse(world, (404, "recipe_not_found"), "PATCH", path, json={"recipe": "thumb-256", "recipe_version": 9},
           headers={"If-Match": tag})  # fmt: skip
    pinned = {"sha256": sha256(ONE)}
    world.version(asset["id"], TWO)
    world.approve(asset["id"], 2)
    refuse(world, (409, "in_use"), "POST", f"assets/{asset['id']}/versions/1/revoke", json=pinned)
    assert (world.call("DELETE", path).json or {})["cause"] == "withdrawal"
    delivered(world)
    assert world.get(path)["state"] == "withdrawn"
    assert not (world.folder / "shop" / "hero.png").exists()
    for method, place in (("DELETE", path), ("POST", f"{path}/verify"), ("POST", f"{path}/repair")):
        refuse(world, (409, "withdrawn"), method, place)


def test_verify_retry_and_repair(world: World, asset: Any, channel: Any) -> None:
    placement = world.placement(asset["id"], channel["id"])
    path = f"placements/{placement['id']}"
    assert world.post(f"{path}/retry", role="contributor").status_code == 202
    delivered(world)
    refuse(world, (409, "nothing_to_retry"), "POST", f"{path}/retry")
    assert world.post(f"{path}/verify", role="contributor").status_code == 202
    (world.folder / "shop" / "hero.png").write_bytes(b"edited by hand")
    answer = world.post(f"{path}/repair", {"adopt": True})
    assert (answer.json or {})["cause"] == "repair"
    delivered(world)
    assert (world.folder / "shop" / "hero.png").read_bytes() == ONE
    for verb in ("verify", "retry", "repair"):
        refuse(world, (404, "placement_not_found"), "POST", f"placements/{NOBODY}/{verb}")
    refuse(world, (422, "invalid_request"), "POST", f"{path}/repair", json={"adopt": 1})
    problem(world.call("GET", f"placements/{NOBODY}/history"), 404, "placement_not_found")


def test_rolling_a_rollout_back(world: World, asset: Any) -> None:
    world.version(asset["id"], TWO)
    number = world.approve(asset["id"], 2)["number"]
    answer = world.post(f"rollouts/{number}/rollback", {"note": "oops"})
    assert (answer.status_code, (answer.json or {})["version"]) == (202, 1)
    shown = [(each["cause"], each["version"], each["head_before"]) for each in world.get("rollouts")["data"]]
    assert shown == [("rollback", 1, 2), ("approval", 2, 1), ("approval", 1, None)]
    assert {each["title"] for each in world.get("rollouts")["data"]} == {asset["title"]}
    refuse(world, (409, "head_moved"), "POST", f"rollouts/{number}/rollback", json={})
    for method, path in (
        ("GET", "rollouts/999"),
        ("GET", "rollouts/999/deliveries"),
        ("POST", "rollouts/999/rollback"),
    ):
        refuse(world, (404, "rollout_not_found"), method, path)


def test_recipes(world: World) -> None:
    found = {each["name"]: each for each in world.get("recipes")["data"]}
    shown = [name for name, each in found.items() if each["display"]]
    assert shown == ["thumb-256", "preview-1024", "large-2048", "proxy-480", "sound-96"]
    assert (found["original"]["box"], found["thumb-256"]["box"], found["thumb-256"]["fit"]) == (None, 256, "inside")
    cut = found["link-1200x630"]
    assert (cut["fit"], cut["width"], cut["height"], cut["media_type"]) == ("cover", 1200, 630, "image/jpeg")
    assert (found["proxy-480"]["kinds"], "document" in found["original"]["kinds"]) == (["video"], True)
    assert world.get("recipes/thumb-256/impact") == {"recipe": "thumb-256", "newest": 1, "placements": 0}
    refuse(world, (409, "nothing_changes"), "POST", "recipes/thumb-256/rollout")
    refuse(world, (404, "recipe_not_found"), "POST", "recipes/nothing/rollout")
    problem(world.call("GET", "recipes/nothing/impact"), 404, "recipe_not_found")


def test_a_rendition_can_be_tried_again_once_it_failed(world: World, asset: Any) -> None:
    path = f"assets/{asset['id']}/versions/1/renditions"
    refuse(world, (409, "not_failed"), "POST", f"{path}/thumb-256/retry")
    refuse(world, (404, "recipe_not_found"), "POST", f"{path}/nothing/retry")
    with world.services.store.writing() as work:
        was = work.artefacts.get(sha256(ONE), "thumb-256", 1)
        assert was is not None
        assert work.replace(was, type(was)(**{**_members(was), "state": "failed", "reason_code": "broken"}))
        work.commit()
    version = world.get(f"assets/{asset['id']}/versions/1")
    (failed,) = [each for each in version["renditions"] if each["state"] == "failed"]
    assert failed["reason"]["code"] == "broken"
    assert world.post(f"{path}/thumb-256/retry", role="contributor").status_code == 202


def _members(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}


def test_placements_are_counted_by_channel_and_state_as_search_shows_them(
    world: World, asset: Any, channel: Any
) -> None:
    other = world.channel("other")
    for number in range(3):
        world.placement(asset["id"], channel["id"], f"{number}.png")
    waiting = world.asset(TWO, "two.png")
    world.placement(waiting["id"], other["id"])
    assert world.get("placements/counts", "viewer")["behind"] == 2
    delivered(world)
    indexing.index_behind(world.services)
    wanted = {channel["id"]: {"current": 3}, other["id"]: {"waiting": 1}}
    counted = world.get("placements/counts", "viewer")
    assert {each["channel_id"]: each["counts"] for each in counted["data"]} == wanted
    assert (counted["next"], counted["behind"]) == (None, 0)


def test_a_choice_by_state_is_never_behind(world: World, asset: Any, channel: Any) -> None:
    """Whatever was counted: each state is computed, and nothing is missed."""
    world.placement(asset["id"], channel["id"], "one.png")
    two = world.placement(asset["id"], channel["id"], "two.png")
    indexing.index_behind(world.services)
    assert len(world.get("placements?state=current")["data"]) == 0
    delivered(world)
    for query in ("state=current", f"state=current&channel={channel['id']}", "state=current&limit=1"):
        first = world.get(f"placements?{query}")
        rest = world.get(f"placements?{query}&cursor={first['next']}")["data"] if first["next"] else []
        assert [each["remote"] for each in first["data"] + rest] == ["one.png", "two.png"]
    world.call("DELETE", f"placements/{two['id']}")
    delivered(world)
    assert [each["remote"] for each in world.get("placements?state=current")["data"]] == ["one.png"]
    (world.folder / "shop").rename(world.folder / "gone")
    world.post(f"channels/{channel['id']}/check")
    assert world.get("placements?state=current")["data"] == []
    assert [each["remote"] for each in world.get("placements?state=unreachable")["data"]] == ["one.png"]
