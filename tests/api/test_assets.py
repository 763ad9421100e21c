"""Assets, versions and decisions over HTTP: the good way, each refusal, and what a refusal leaves."""

from typing import Any

import pytest

from dam.api.paging import encode
from dam.operations import indexing
from tests.api.world import World, png, problem, sha256

NOBODY = "01234567-89ab-7cde-8f01-23456789abcd"
ONE, TWO = png(shade=1), png(shade=2)


@pytest.fixture
def asset(world: World) -> Any:
    return world.asset(ONE, "one.png", title="First", tag=["a"], campaign=["spring"])


def refuse(world: World, expected: tuple[int, str], method: str, path: str, **kwargs: Any) -> dict[str, Any]:
    """A refusal that leaves rows and bytes as they were."""
    before = world.state()
    found = problem(world.call(method, path, **kwargs), *expected)
    assert world.state() == before, (method, path)
    return found


def test_members_are_exactly_those_of_the_interface(world: World, asset: Any) -> None:
    world.approve(asset["id"])
    shown = world.get(f"assets/{asset['id']}")
    assert set(shown) == {
        "id",
        "key",
        "published",
        "title",
        "description",
        "tags",
        "campaigns",
        "kind",
        "focal_point",
        "fields",
        "revision",
        "created_at",
        "created_by",
        "updated_at",
        "latest",
        "approved",
        "trashed_at",
        "duplicates",
        "metadata",
    }
    assert set(shown["approved"]) == {
        "number", "sha256", "filename", "media_type", "status", "preview", "reason",
        "width", "height", "colour", "thumbnail",
    }  # fmt: skip
    version = world.get(f"assets/{asset['id']}/versions/1")
    assert set(version) == {
        "asset_id",
        "number",
        "filename",
        "sha256",
        "size",
        "media_type",
        "kind",
        "rationale",
        "status",
        "created_at",
        "created_by",
        "properties",
        "metadata",
        "keywords",
        "location",
        "content_credentials",
        "pages",
        "renditions",
    }
    assert set(version["renditions"][0]) == {
        "recipe",
        "state",
        "reason",
        "media_type",
        "width",
        "height",
        "size",
        "sha256",
        "url",
        "by_hand",
        "display",
        "progress",
    }
    event = world.services
    with event.store.writing() as work:
        work.jobs.relay({}, 100)
        work.commit()
    assert set(world.get("events")["data"][0]) == {"number", "at", "principal", "type", "asset_id", "data"}


def test_a_merge_patch(world: World, asset: Any) -> None:
    path = f"assets/{asset['id']}"
    body = {"title": "New", "description": None, "fields": {"alt": "x", "gone": "y"}, "tags": ["b", "b", "c"]}
    first = world.call("PATCH", path, "contributor", json=body, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    answer = world.call("PATCH", path, json={"fields": {"gone": None}, "campaigns": None}, headers={"If-Match": '"2"'})
    shown = answer.json or {}
    assert (shown["title"], shown["fields"], shown["campaigns"]) == ("New", {"alt": "x"}, [])
    assert sorted(shown["tags"]) == ["b", "c"]
    same = world.call("PATCH", path, json={"title": "New"}, headers={"If-Match": "*"})
    assert same.headers["ETag"] == answer.headers["ETag"]


WRONG_EDITS: tuple[object, ...] = (
    {"title": None},
    {"title": ""},
    {"colour": "x"},
    {"tags": "a"},
    {"tags": [1]},
    {"tags": [""]},
    {"fields": {"a": 1}},
    {"title": "a\nb"},
    {"title": "x" * 501},
    {"title": "\ud800"},
    {"title": "a\x00"},
    [],
    "x",
    3,
)


def test_a_patch_that_is_refused(world: World, asset: Any) -> None:
    path, match = f"assets/{asset['id']}", {"If-Match": '"1"'}
    refuse(world, (428, "precondition_required"), "PATCH", path, json={"title": "x"})
    for tag in ('"2"', 'W/"1"', '"x"', ""):
        refuse(world, (412, "revision_differs"), "PATCH", path, json={"title": "x"}, headers={"If-Match": tag})
    refuse(world, (404, "asset_not_found"), "PATCH", f"assets/{NOBODY}", json={"title": "x"}, headers=match)
    for body in WRONG_EDITS:
        refuse(world, (422, "invalid_request"), "PATCH", path, json=body, headers=match)
    world.call("DELETE", path)
    refuse(world, (409, "trashed"), "PATCH", path, json={"title": "x"}, headers={"If-Match": '"2"'})


def test_a_body_that_is_not_json(world: World, asset: Any) -> None:
    path, match = f"assets/{asset['id']}", {"If-Match": '"1"'}
    json = "application/json"
    for body in (b"{", b"\xff", b"NaN", b"[" * 100_000, b'{"title": ' + b"1" * 5000 + b"}"):
        refuse(world, (400, "bad_request"), "PATCH", path, data=body, headers=match, content_type=json)
    refuse(world, (415, "unsupported_media_type"), "PATCH", path, data=b"a=b", headers=match)
    large = b'{"title": "' + b"x" * (1 << 20) + b'"}'
    refuse(world, (413, "too_large"), "PATCH", path, data=large, headers=match, content_type=json)
    problem(world.post("assets/x", {}), 404, "not_found")
    problem(world.call("PUT", path), 405, "method_not_allowed")
    problem(world.call("OPTIONS", path), 405, "method_not_allowed")
    refuse(world, (422, "invalid_request"), "POST", f"{path}/publish", json={"x": 1})


def test_the_trash(world: World, asset: Any) -> None:
    path = f"assets/{asset['id']}"
    refuse(world, (412, "revision_differs"), "DELETE", path, headers={"If-Match": '"7"'})
    refuse(world, (409, "not_trashed"), "POST", f"{path}/restore")
    assert world.call("DELETE", path, "contributor", headers={"If-Match": '"1"'}).status_code == 204
    assert world.get(path)["trashed_at"] is not None
    refuse(world, (409, "trashed"), "DELETE", path)
    refuse(world, (409, "trashed"), "POST", f"{path}/publish")
    restored = world.post(f"{path}/restore").json or {}
    assert (restored["trashed_at"], restored["tags"]) == (None, ["a"])


def test_what_is_in_the_trash_is_listed_the_last_first(world: World, asset: Any) -> None:
    others = [world.asset(png(shade=shade), title=f"No {shade}") for shade in (1, 2)]
    order = [others[1]["id"], asset["id"], others[0]["id"]]
    for each in order:
        world.time.move(1)
        assert world.call("DELETE", f"assets/{each}").status_code == 204
    first = world.get("assets/trash?limit=2")
    assert [each["id"] for each in first["data"]] == order[:0:-1]
    assert all(each["trashed_at"] for each in first["data"])
    # What the page ended with is gone meanwhile: the next begins behind it all the same.
    world.post(f"assets/{order[1]}/restore")
    rest = world.get(f"assets/trash?limit=2&cursor={first['next']}")
    assert ([each["id"] for each in rest["data"]], rest["next"]) == ([order[0]], None)
    assert [each["id"] for each in world.get("assets/trash")["data"]] == [order[2], order[0]]
    for key in (f"x {order[0]}", 7, f"2026-02-31T00:00:00.000000+00:00 {order[0]}"):
        refuse(world, (422, "invalid_cursor"), "GET", f"assets/trash?cursor={encode('trash', key)}")


def test_a_placed_asset_is_not_trashed(world: World, asset: Any) -> None:
    world.approve(asset["id"])
    world.placement(asset["id"], world.channel()["id"])
    refuse(world, (409, "placed"), "DELETE", f"assets/{asset['id']}")


def test_decisions_name_what_they_saw(world: World, asset: Any) -> None:
    path = f"assets/{asset['id']}"
    world.version(asset["id"], TWO)
    one = {"sha256": sha256(ONE), "expected_head": None}
    two = {"sha256": sha256(TWO), "expected_head": 1}
    approve = f"{path}/versions/1/approve"
    wrong = refuse(world, (409, "digest_differs"), "POST", approve, json=two)
    assert wrong["sha256"] == sha256(ONE)
    assert refuse(world, (409, "head_moved"), "POST", approve, json={**one, "expected_head": 2})["head"] is None
    for body in ({}, {"sha256": sha256(ONE)}, {**one, "sha256": "x"}, {**one, "expected_head": "1"},
                 {**one, "expected_head": 0}, {**one, "expected_head": True}, {**one, "note": 1}):  # fmt: skip
        refuse(world, (422, "invalid_request"), "POST", approve, json=body)
    refuse(world, (404, "version_not_found"), "POST", f"{path}/versions/3/approve", json=one)
    refuse(world, (404, "asset_not_found"), "POST", f"assets/{NOBODY}/versions/1/approve", json=one)
    answer = world.post(approve, {**one, "note": "fine"}, "approver")
    rollout = answer.json or {}
    assert answer.headers["Location"] == f"/api/v1/rollouts/{rollout['number']}"
    assert (answer.status_code, rollout["cause"], rollout["version"]) == (202, "approval", 1)
    refuse(world, (409, "already_approved"), "POST", approve, json={**one, "expected_head": 1})
    refuse(world, (409, "in_use"), "POST", f"{path}/versions/1/reject", json={"sha256": sha256(ONE)})
    refuse(world, (409, "in_use"), "POST", f"{path}/versions/1/revoke", json={"sha256": sha256(ONE)})
    refuse(world, (409, "never_approved"), "POST", f"{path}/versions/2/revoke", json={"sha256": sha256(TWO)})
    rejected = world.post(f"{path}/versions/2/reject", {"sha256": sha256(TWO), "note": "no"}).json or {}
    assert rejected["status"] == "rejected"
    back = {"to": 2, "sha256": sha256(TWO), "expected_head": 1}
    refuse(world, (409, "never_approved"), "POST", f"{path}/rollback", json=back)
    assert world.post(f"{path}/versions/2/approve", two).status_code == 202
    refuse(world, (409, "digest_differs"), "POST", f"{path}/rollback", json={**back, "to": 1})
    assert world.post(f"{path}/rollback", {"to": 1, "sha256": sha256(ONE), "expected_head": 2}).status_code == 202
    assert (world.post(f"{path}/versions/2/revoke", {"sha256": sha256(TWO)}).json or {})["status"] == "revoked"
    assert world.post(f"{path}/withdraw", {"note": "over"}).status_code == 202
    refuse(world, (409, "nothing_approved"), "POST", f"{path}/withdraw", json={})
    assert [each["cause"] for each in world.get(f"rollouts?asset={asset['id']}")["data"]] == [
        "withdrawal", "rollback", "approval", "approval"
    ]  # fmt: skip


def test_self_approval_is_the_house_s_rule(world: World, asset: Any) -> None:
    object.__setattr__(world.services.rules, "self_approval", False)
    body = {"sha256": sha256(ONE), "expected_head": None}
    refuse(world, (409, "self_approval"), "POST", f"assets/{asset['id']}/versions/1/approve", json=body)
    assert world.post(f"assets/{asset['id']}/versions/1/approve", body, "approver").status_code == 202


def test_versions_come_in_pages(world: World, asset: Any) -> None:
    for shade in range(10, 14):
        world.version(asset["id"], png(shade=shade))
    path = f"assets/{asset['id']}/versions"
    seen, cursor = [], ""
    while True:
        page = world.get(f"{path}?limit=2{cursor}")
        seen += [each["number"] for each in page["data"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [5, 4, 3, 2, 1]


def test_a_page_that_is_refused(world: World, asset: Any) -> None:
    for path in (f"assets/{asset['id']}/versions", "tags", "campaigns", "channels", "placements", "rollouts", "users",
                 "tokens", "work"):  # fmt: skip
        for limit in ("0", "201", "x", "-1", "1.5", ""):
            problem(world.call("GET", f"{path}?limit={limit}"), 422, "invalid_request")
        for cursor in ("x", "e30", "WyJ4IiwxXQ", "%00", "WyJ2ZXJzaW9ucyIsMS41XQ", "W" * 3000):
            found = problem(world.call("GET", f"{path}?cursor={cursor}"), 422, _code(cursor))
            assert found["errors"][0]["field"] == "cursor"
        found = problem(world.call("GET", f"{path}?colour=red"), 422, "invalid_request")
        assert found["errors"] == [{"field": "colour", "code": "unknown", "detail": "Unknown field."}]


def _code(cursor: str) -> str:
    return "invalid_request" if cursor == "%00" or len(cursor) > 2000 else "invalid_cursor"


def test_search(world: World, asset: Any) -> None:
    world.asset(TWO, "two.png", title="Second", tag=["a", "b"])
    assert world.get("assets")["index"]["behind"] == 2
    while indexing.index_behind(world.services):
        pass
    found = world.get("assets?q=tag:a&facets=tag,kind&sort=newest&limit=1")
    assert (found["total"], found["index"]["behind"]) == (2, 0)
    assert found["facets"]["tag"] == [{"value": "a", "count": 2}, {"value": "b", "count": 1}]
    following = world.get(f"assets?q=tag:a&sort=newest&limit=1&cursor={found['next']}")
    assert {each["title"] for each in found["data"] + following["data"]} == {"First", "Second"}
    assert following["next"] is None
    problem(world.call("GET", "assets?q=tag:"), 422, "query_invalid")
    assert "position" in problem(world.call("GET", "assets?q=(a"), 422, "query_invalid")
    problem(world.call("GET", "assets?sort=colour"), 422, "sort_unknown")
    problem(world.call("GET", "assets?facets=x"), 422, "facet_unknown")
    problem(world.call("GET", "assets?cursor=x"), 422, "cursor_invalid")
    assert [each["id"] for each in world.get("assets/named?name=First")["data"]] == [asset["id"]]
    holding = world.get(f"assets/holding?sha256={asset['latest']['sha256']}")
    assert [each["id"] for each in holding["data"]] == [asset["id"]]
    assert world.get("tags?prefix=a")["data"] == [{"name": "a", "count": 2}]


def test_others_that_look_alike(world: World, asset: Any) -> None:
    near = world.asset(TWO, "two.png", title="Second")
    world.asset(png(shade=3), "three.png", title="Third")
    looks = {asset["latest"]["sha256"]: "0" * 64, near["latest"]["sha256"]: "f" + "0" * 63}
    with world.services.store.writing() as work:
        for sha256, look in looks.items():
            work.looks.keep(sha256, look)
        work.commit()
    found = world.get(f"assets/{asset['id']}/similar")["data"]
    assert [(each["asset"]["id"], each["distance"]) for each in found] == [(near["id"], 4)]
    assert world.get(f"assets/{near['id']}/similar")["data"][0]["asset"]["title"] == "First"
    while indexing.index_behind(world.services):
        pass
    query = f"assets?q=like:{asset['id']}"
    assert [each["id"] for each in world.get(query)["data"]] == [near["id"]]
    refused = problem(world.call("GET", f"assets?q=tag:a%20like:{NOBODY}"), 422, "query_invalid")
    assert (refused["position"], refused["found"]) == (11, NOBODY)
    world.call("DELETE", f"assets/{near['id']}")
    assert world.get(query)["data"] == []
    assert world.get(f"assets/{asset['id']}/similar") == {"data": []}
    problem(world.call("GET", f"assets/{NOBODY}/similar"), 404, "asset_not_found")


def test_campaigns(world: World, asset: Any) -> None:
    made = world.post("campaigns", {"name": "Summer"}, "contributor")
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert (made.status_code, (made.json or {})["count"]) == (201, 0)
    refuse(world, (409, "campaign_exists"), "POST", "campaigns", json={"name": "Summer"})
    refuse(world, (409, "campaign_exists"), "PATCH", path, json={"name": "spring"}, headers={"If-Match": tag})
    refuse(world, (428, "precondition_required"), "PATCH", path, json={"name": "x"})
    renamed = world.call("PATCH", path, json={"name": "Autumn"}, headers={"If-Match": tag})
    assert (renamed.json or {})["name"] == "Autumn"
    refuse(world, (412, "revision_differs"), "PATCH", path, json={"name": "x"}, headers={"If-Match": tag})
    refuse(
        world,
        (404, "campaign_not_found"),
        "PATCH",
        f"campaigns/{NOBODY}",
        json={"name": "x"},
        headers={"If-Match": tag},
    )
    assert [each["name"] for each in world.get("campaigns")["data"]] == ["Autumn", "spring"]


def test_a_focal_point_is_within_the_picture(world: World, asset: Any) -> None:
    path = f"assets/{asset['id']}"
    assert asset["focal_point"] is None
    for wrong in (
        {"x": 1.1, "y": 0},
        {"x": -0.1, "y": 0},
        {"x": 0},
        {"x": "nan", "y": 0},
        {"x": 0, "y": 0, "z": 0},
        [0, 0],
    ):
        refuse(world, (422, "invalid_request"), "PATCH", path, json={"focal_point": wrong}, headers={"If-Match": '"1"'})
    answer = world.call("PATCH", path, json={"focal_point": {"x": 1 / 3, "y": 1}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json and answer.json["focal_point"]) == (200, {"x": 0.3333, "y": 1.0})
    world.call("PATCH", path, json={"title": "Other"}, headers={"If-Match": '"2"'})
    assert world.get(path)["focal_point"] == {"x": 0.3333, "y": 1.0}
    answer = world.call("PATCH", path, json={"focal_point": None}, headers={"If-Match": '"3"'})
    assert (answer.status_code, world.get(path)["focal_point"]) == (200, None)
