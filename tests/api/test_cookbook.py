"""Recipes of the house over HTTP."""

from typing import Any

from tests.api.test_assets import refuse
from tests.api.world import World, problem

BANNER = {"name": "banner", "title": "Banner", "format": "jpeg", "fit": "cover", "width": 1200, "height": 400}
OTHER = {"If-Match": '"x"'}


def listed(world: World) -> list[tuple[int, bool]]:
    found = [each for each in world.get("recipes")["data"] if each["name"] == "banner"]
    return [(each["version"], each["choosable"]) for each in found]


def test_it_is_added_changed_and_retired(world: World) -> None:
    made = world.post("recipes", BANNER)
    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/recipes/banner")
    assert made.json is not None
    shown = {name: made.json[name] for name in ("version", "fit", "width", "box", "quality", "background", "built_in")}
    assert shown == {
        "version": 1, "fit": "cover", "width": 1200, "box": 1200, "quality": 86, "background": "#ffffff",
        "built_in": False,
    }  # fmt: skip
    tag = made.headers["ETag"]
    refuse(world, (409, "recipe_exists"), "POST", "recipes", json=BANNER)
    refuse(world, (428, "precondition_required"), "PATCH", "recipes/banner", json={"quality": 9})
    refuse(
        world, (412, "revision_differs"), "PATCH", "recipes/banner", json={"quality": 9}, headers={"If-Match": '"x"'}
    )
    refuse(world, (422, "invalid_recipe"), "PATCH", "recipes/banner", json={"box": 9}, headers={"If-Match": tag})
    changed = world.call("PATCH", "recipes/banner", json={"quality": 9}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json and changed.json["version"]) == (200, 2)
    assert world.call("GET", "recipes/banner").headers["ETag"] == changed.headers["ETag"] != tag
    assert listed(world) == [(1, False), (2, True)]
    refuse(world, (412, "revision_differs"), "DELETE", "recipes/banner", headers={"If-Match": tag})
    assert world.call("DELETE", "recipes/banner").status_code == 204
    assert listed(world) == [(1, False), (2, False)]
    refuse(world, (409, "recipe_retired"), "DELETE", "recipes/banner")


def test_what_is_no_recipe_is_refused(world: World) -> None:
    def errors(**more: Any) -> set[tuple[str, str]]:
        body = {name: value for name, value in {**BANNER, **more}.items() if value is not None}
        said = refuse(world, (422, code), "POST", "recipes", json=body)
        return {(each["field"], each["code"]) for each in said["errors"]}

    code = "invalid_recipe"
    assert errors(height=None) == {("height", "missing")}
    assert errors(format="png", quality=9) == {("quality", "not_allowed")}
    assert errors(name="a" * 61) == {("name", "invalid")}
    code = "invalid_request"
    for more in ({"width": 9000}, {"width": "9"}, {"format": "gif"}, {"name": "../x"}, {"background": "red"}, {"x": 1},
                 {"profile": "x"}, {"page": 0}, {"page": 1001}, {"time": -1}, {"time": "soon"}):  # fmt: skip
        assert {field for field, _ in errors(**more)} == set(more)


def test_it_says_which_page_and_moment_it_shows_and_in_which_colours(world: World) -> None:
    made = world.post("recipes", {**BANNER, "page": 3, "time": 12.5, "profile": "keep"})
    assert made.json is not None
    assert (made.json["page"], made.json["time"], made.json["profile"]) == (3, 12.5, "keep")
    headers = {"If-Match": made.headers["ETag"]}
    changed = world.call("PATCH", "recipes/banner", json={"page": None, "time": 0}, headers=headers)
    assert changed.json is not None
    assert (changed.json["page"], changed.json["time"]) == (None, 0.0)


def test_it_makes_a_film_with_what_films_have_and_no_more(world: World) -> None:
    body = {"name": "square", "format": "mp4", "fit": "cover", "width": 1080, "height": 1080}
    made = world.post("recipes", {**body, "max_bytes": 2 << 30})
    assert made.json is not None
    shown = {name: made.json[name] for name in ("media_type", "quality", "max_bytes", "kinds", "display", "background")}
    assert shown == {
        "media_type": "video/mp4", "quality": 80, "max_bytes": 2 << 30, "kinds": ["video"], "display": False,
        "background": None,
    }  # fmt: skip
    said = refuse(
        world, (422, "invalid_recipe"), "POST", "recipes",
        json={**body, "name": "no", "page": 1, "time": 1, "profile": "keep", "background": "#000000", "width": 1921},
    )  # fmt: skip
    assert {(each["field"], each["code"]) for each in said["errors"]} == {
        *((name, "not_allowed") for name in ("page", "time", "profile", "background")), ("width", "out_of_range"),
    }  # fmt: skip
    asset = world.asset()
    path = f"assets/{asset['id']}/versions/1"
    world.post(f"{path}/renditions/square/retry", {})
    (found,) = [each for each in world.get(path)["renditions"] if each["recipe"] == "square"]
    assert (found["state"], found["reason"]["code"]) == ("not_applicable", "no_preview")
    assert "makes a film, and of films only" in found["reason"]["detail"]


def test_what_is_built_in_stays_as_it_is(world: World) -> None:
    problem(world.call("GET", "recipes/thumb-256"), 409, "built_in")
    problem(world.call("GET", "recipes/nothing"), 404, "recipe_not_found")
    refuse(world, (409, "built_in"), "PATCH", "recipes/original", json={"title": "x"}, headers=OTHER)
    refuse(world, (409, "built_in"), "DELETE", "recipes/thumb-256")


def test_it_is_placed_by_its_name(world: World) -> None:
    world.post("recipes", BANNER)
    placed = world.placement(world.asset()["id"], world.channel()["id"], recipe="banner")
    assert (placed["recipe"], placed["recipe_version"]) == ("banner", 1)
    said = refuse(world, (409, "in_use"), "DELETE", "recipes/banner")
    assert (said["placements"], said["channels"]) == (1, 0)
