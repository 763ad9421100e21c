"""Who may ask for what: role by route, for every route of the document; and that asking counts before the body is read.

The table is written down here a second time on purpose: a route that is not in it fails.
"""

import pytest

from dam.domain.principals import ROLES
from tests.api.test_document import operations
from tests.api.world import World, form, png, problem

PUBLIC = "public"

LEAST: dict[tuple[str, str], str] = {
    ("POST", "/assets"): "contributor",
    ("GET", "/assets"): "viewer",
    ("GET", "/assets/named"): "viewer",
    ("GET", "/assets/holding"): "viewer",
    ("GET", "/assets/trash"): "viewer",
    ("GET", "/assets/{asset_id}"): "viewer",
    ("GET", "/assets/{asset_id}/similar"): "viewer",
    ("PATCH", "/assets/{asset_id}"): "contributor",
    ("DELETE", "/assets/{asset_id}"): "contributor",
    ("POST", "/assets/{asset_id}/restore"): "contributor",
    ("POST", "/assets/{asset_id}/rollback"): "approver",
    ("POST", "/assets/{asset_id}/withdraw"): "approver",
    ("POST", "/assets/{asset_id}/publish"): "approver",
    ("POST", "/assets/{asset_id}/unpublish"): "approver",
    ("GET", "/assets/{asset_id}/approved"): "viewer",
    ("GET", "/assets/{asset_id}/approved/content"): "viewer",
    ("GET", "/assets/{asset_id}/approved/renditions/{recipe}"): "viewer",
    ("POST", "/assets/{asset_id}/versions"): "contributor",
    ("GET", "/assets/{asset_id}/versions"): "viewer",
    ("GET", "/assets/{asset_id}/versions/{number}"): "viewer",
    ("GET", "/assets/{asset_id}/versions/{number}/content"): "viewer",
    ("GET", "/assets/{asset_id}/versions/{number}/renditions/{recipe}"): "viewer",
    ("POST", "/assets/{asset_id}/versions/{number}/renditions/{recipe}/retry"): "contributor",
    ("GET", "/assets/{asset_id}/versions/{number}/renditions/{recipe}/pages/{page}"): "viewer",
    ("POST", "/assets/{asset_id}/versions/{number}/renditions/{recipe}/pages/{page}"): "viewer",
    ("POST", "/assets/{asset_id}/versions/{number}/renditions/{recipe}/pages/{page}/retry"): "contributor",
    ("POST", "/assets/{asset_id}/versions/{number}/awaited"): "viewer",
    ("PUT", "/assets/{asset_id}/versions/{number}/preview"): "contributor",
    ("DELETE", "/assets/{asset_id}/versions/{number}/preview"): "contributor",
    ("GET", "/assets/{asset_id}/versions/{number}/impact"): "viewer",
    ("POST", "/assets/{asset_id}/versions/{number}/approve"): "approver",
    ("POST", "/assets/{asset_id}/versions/{number}/reject"): "approver",
    ("POST", "/assets/{asset_id}/versions/{number}/revoke"): "approver",
    ("POST", "/uploads"): "contributor",
    ("GET", "/uploads/{upload_id}"): "contributor",
    ("DELETE", "/uploads/{upload_id}"): "contributor",
    ("POST", "/uploads/{upload_id}/parts"): "contributor",
    ("PUT", "/uploads/{upload_id}/parts/{number}"): PUBLIC,
    ("POST", "/uploads/{upload_id}/complete"): "contributor",
    ("GET", "/tags"): "viewer",
    ("GET", "/campaigns"): "viewer",
    ("POST", "/campaigns"): "contributor",
    ("GET", "/campaigns/{campaign_id}"): "viewer",
    ("PATCH", "/campaigns/{campaign_id}"): "contributor",
    ("GET", "/recipes"): "viewer",
    ("POST", "/recipes"): "admin",
    ("GET", "/recipes/{recipe}"): "viewer",
    ("PATCH", "/recipes/{recipe}"): "admin",
    ("DELETE", "/recipes/{recipe}"): "admin",
    ("GET", "/recipes/{recipe}/impact"): "viewer",
    ("POST", "/recipes/{recipe}/rollout"): "manager",
    ("GET", "/channels"): "viewer",
    ("POST", "/channels"): "manager",
    ("GET", "/channels/kinds"): "viewer",
    ("GET", "/channels/{channel_id}"): "viewer",
    ("PATCH", "/channels/{channel_id}"): "manager",
    ("DELETE", "/channels/{channel_id}"): "manager",
    ("POST", "/channels/{channel_id}/check"): "contributor",
    ("POST", "/channels/{channel_id}/audit"): "contributor",
    ("GET", "/placements"): "viewer",
    ("POST", "/placements"): "approver",
    ("GET", "/placements/counts"): "viewer",
    ("GET", "/placements/{placement_id}"): "viewer",
    ("PATCH", "/placements/{placement_id}"): "approver",
    ("DELETE", "/placements/{placement_id}"): "approver",
    ("POST", "/placements/{placement_id}/verify"): "contributor",
    ("POST", "/placements/{placement_id}/retry"): "contributor",
    ("POST", "/placements/{placement_id}/repair"): "approver",
    ("GET", "/placements/{placement_id}/history"): "viewer",
    ("GET", "/rollouts"): "viewer",
    ("GET", "/rollouts/{number}"): "viewer",
    ("GET", "/rollouts/{number}/deliveries"): "viewer",
    ("POST", "/rollouts/{number}/rollback"): "approver",
    ("GET", "/events"): "viewer",
    ("GET", "/samples"): "contributor",
    ("GET", "/samples/{name}"): "contributor",
    ("GET", "/work"): "manager",
    ("POST", "/work/{job_id}/retry"): "manager",
    ("POST", "/sessions"): PUBLIC,
    ("DELETE", "/sessions"): "viewer",
    ("GET", "/me"): "viewer",
    ("GET", "/people"): "viewer",
    ("POST", "/me/password"): "viewer",
    ("GET", "/users"): "manager",
    ("POST", "/users"): "admin",
    ("GET", "/users/{user_id}"): "manager",
    ("PATCH", "/users/{user_id}"): "admin",
    ("POST", "/users/{user_id}/link"): "admin",
    ("GET", "/tokens"): "viewer",
    ("POST", "/tokens"): "viewer",
    ("GET", "/tokens/{token_id}"): "viewer",
    ("DELETE", "/tokens/{token_id}"): "viewer",
    ("GET", "/d/{key}"): PUBLIC,
    ("GET", "/d/{key}/{recipe}"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): "viewer",
}


def below(least: str) -> tuple[str, ...]:
    """The roles that are less."""
    names = [str(role) for role in ROLES]
    return () if least == PUBLIC else tuple(names[: names.index(least)])


NOBODY_ID = "01234567-89ab-7cde-8f01-23456789abcd"


def filled(path: str) -> str:
    """The path with something in each of its places; nothing is there."""
    for name, value in (
        ("{number}", "7"),
        ("{job_id}", "7"),
        ("{page}", "7"),
        ("{recipe}", "thumb-256"),
        ("{key}", "nothing"),
        ("{name}", "no.png"),
    ):
        path = path.replace(name, value)
    while "{" in path:
        path = path[: path.index("{")] + NOBODY_ID + path[path.index("}") + 1 :]
    return path


def test_every_route_has_its_row(world: World) -> None:
    found = {(method, path.removeprefix("/api/v1")) for method, path, _ in operations(world.document)}
    assert found == set(LEAST)


def test_each_role_on_each_route(world: World) -> None:
    """Below the least role: 403 whatever else is wrong. From it on: anything but 401 and 403. And nothing changes."""
    before = world.state()
    for method, path, _ in operations(world.document):
        least = LEAST[method, path.removeprefix("/api/v1")]
        for role in ROLES:
            answer = world.call(method, filled(path), role)
            if role in below(least):
                problem(answer, 403, "forbidden")
            else:
                assert answer.status_code not in (401, 403), (method, path, role)
                assert answer.status_code < 500, (method, path, role)
    after = world.state()
    assert after[1] == before[1]


def test_nobody_gets_in_anywhere_but_in_public(world: World) -> None:
    before = world.state()
    for method, path, _ in operations(world.document):
        answer = world.call(method, filled(path), None)
        if LEAST[method, path.removeprefix("/api/v1")] == PUBLIC:
            assert answer.status_code != 401, (method, path)
        else:
            problem(answer, 401, "credentials_missing")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert world.state() == before


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer x", "Bearer dam_wrong", "dam_x"])
def test_a_wrong_credential_is_refused_not_ignored(world: World, header: str) -> None:
    problem(world.call("GET", "me", None, headers={"Authorization": header}), 401, "token_invalid")


def test_the_role_counts_before_the_body_is_read(world: World) -> None:
    """A viewer can't make the service receive a file."""
    before = world.state()
    answer = world.call("POST", "assets", "viewer", data=form(png(), "../bad\x00name.png"))
    problem(answer, 403, "forbidden")
    assert world.state() == before


def test_a_token_of_another_is_not_there(world: World) -> None:
    mine = world.get("tokens", "viewer")["data"]
    assert [each["user_id"] for each in mine] == [world.people["viewer"].principal_id]
    theirs = world.get("tokens", "contributor")["data"][0]["id"]
    problem(world.call("GET", f"tokens/{theirs}", "viewer"), 404, "token_not_found")
    before = world.state()
    problem(world.call("DELETE", f"tokens/{theirs}", "viewer"), 404, "token_not_found")
    assert world.state() == before
