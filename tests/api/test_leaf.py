"""A document is leafed through: each page is made when somebody asks for it, once, and of no other page."""

import io
from collections.abc import Callable
from typing import Any, cast

import pytest
from PIL import Image

from dam.domain import pages
from dam.ports.media import MediaFailure
from tests.api.test_previews import work
from tests.api.world import World, png, problem, sha256
from tests.corpus import papers, scans, tiff
from tests.workers.media.generate import RGB
from tests.workers.world import Painter
from workers.drain import drain

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 220)
PDF = papers.pdf([papers.drawn([colour] * 4) for colour in (RED, GREEN, BLUE)])
TIFF = tiff.tiff(
    [tiff.page(Image.new("RGB", size, colour)) for size, colour in (((60, 40), RED), ((40, 60), GREEN), ((9, 9), BLUE))]
)
RECIPE = "page--1600"


def leafed(world: World, data: bytes = PDF, name: str = "brochure.pdf") -> str:
    """The path of a version that has been looked at."""
    path = f"assets/{world.asset(data, name)['id']}/versions/1"
    work(world)
    return path


def of(path: str, page: int, recipe: str = RECIPE) -> str:
    return f"{path}/renditions/{recipe}/pages/{page}"


def ask(world: World, path: str, page: int, role: Any = "viewer") -> Any:
    answer = world.post(of(path, page), role=role)
    assert answer.status_code == 202, answer.text
    return answer.json


def unmade(world: World) -> list[tuple[object, ...]]:
    return world.rows()["jobs"]


def colour(data: bytes) -> RGB:
    with Image.open(io.BytesIO(data)) as picture:
        return cast("RGB", picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2)))


@pytest.mark.parametrize(("data", "name"), [(PDF, "brochure.pdf"), (PDF, "poster.ai"), (TIFF, "fax.tif")])
def test_each_page_is_made_when_somebody_who_may_look_asks_for_it(world: World, data: bytes, name: str) -> None:
    path = leafed(world, data, name)
    before = world.get(path)
    assert before["pages"] == 3
    problem(world.call("GET", of(path, 2), "viewer"), 409, "not_ready")
    assert unmade(world) == [], "looking makes nothing"
    for page, wanted in ((2, GREEN), (3, BLUE), (1, RED)):
        waits = ask(world, path, page)
        assert (waits["recipe"], waits["page"], waits["state"], waits["url"]) == (RECIPE, page, "pending", None)
        refusal = problem(world.call("GET", of(path, page), "viewer"), 409, "not_ready")
        assert refusal["state"] == "pending"
        work(world)
        made = ask(world, path, page)
        assert (made["state"], made["media_type"], made["reason"]) == ("ready", "image/webp", None)
        assert max(made["width"], made["height"]) <= 1600
        sent = world.call("GET", made["url"], "viewer")
        assert (sent.status_code, sha256(sent.data), len(sent.data)) == (200, made["sha256"], made["size"])
        assert sent.headers["Content-Disposition"].endswith(f'"{name.partition(".")[0]}-page-{page}.webp"')
        assert all(abs(a - b) < 25 for a, b in zip(colour(sent.data), wanted, strict=True)), page
    assert world.get(path) == before, "what a version is known by, and shown by, is its first page"


def test_the_corpus_documents_are_leafed_through(world: World) -> None:
    cases = [next(each for each in good() if each.properties == {"pages": 3}) for good in (papers.good, scans.good)]
    for case in cases:
        path = leafed(world, case.make(), case.filename)
        ask(world, path, 2)
        work(world)
        made = world.call("GET", ask(world, path, 2)["url"]).data
        assert max(colour(made)) - min(colour(made)) == 0, "blank, and not the first one's quarters"


def test_a_page_is_made_once_however_often_it_is_asked_for(world: World) -> None:
    path = leafed(world)
    twin = f"assets/{world.asset(PDF, 'twin.pdf')['id']}/versions/1"
    work(world)
    for role in ("viewer", "admin", "viewer"):
        ask(world, path, 2, role)
    assert len(unmade(world)) == 1
    work(world)
    before = world.state()
    assert ask(world, path, 2)["sha256"] == ask(world, twin, 2)["sha256"]
    assert world.state() == before


def test_what_there_is_no_page_of_is_refused_and_nothing_is_made(world: World) -> None:
    path, picture = leafed(world), leafed(world, png(), "a.png")
    single = leafed(world, papers.pdf([papers.drawn()]), "one.pdf")
    fresh = f"assets/{world.asset(papers.pdf([papers.drawn()] * 2), 'new.pdf')['id']}/versions/1"
    before = world.state()
    for method in ("GET", "POST"):
        for place, code, status in (
            (of(path, 4), "no_such_page", 404),
            (of(path, 999_999_999), "no_such_page", 404),
            (of(picture, 1), "no_pages", 404),
            (of(single, 1), "no_pages", 404),
            (of(path, 2, "large-2048"), "no_pages", 404),
            (of(path, 2, "page--3200"), "recipe_not_found", 404),
            (of(path.replace("versions/1", "versions/2"), 2), "version_not_found", 404),
            (of(fresh, 2), "not_ready", 409),
            (of(path, 0), "not_found", 404),
        ):
            problem(world.call(method, place, "viewer"), status, code)
    problem(world.post(f"{path}/renditions/{RECIPE}/retry"), 404, "no_rendition")
    problem(world.call("GET", f"{path}/renditions/{RECIPE}"), 404, "no_rendition")
    assert world.call("GET", of(path, 4)).json["pages"] == 3  # type: ignore[index]
    assert world.state() == before


def test_only_so_many_pages_of_one_file_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_WAITING", 2)
    path = leafed(world)
    ask(world, path, 1)
    ask(world, path, 3)
    before = world.state()
    problem(world.post(of(path, 2), role="viewer"), 409, "too_many_pages")
    assert world.state() == before
    assert ask(world, path, 3)["state"] == "pending", "what waits already may be asked for"
    work(world)
    assert ask(world, path, 2)["state"] == "pending"


def test_a_page_that_fails_says_why_and_is_made_again_by_who_may(world: World) -> None:
    path = leafed(world)
    ask(world, path, 2)
    problem(world.post(of(path, 2) + "/retry", role="contributor"), 409, "not_failed")
    drain(world.services, Painter(MediaFailure("timed_out", "It took too long.")))
    told = ask(world, path, 2)
    assert (told["state"], told["reason"]) == ("failed", {"code": "timed_out", "detail": "It took too long."})
    assert unmade(world) == [], "asking again does not make it again"
    assert {each["state"] for each in world.get(path)["renditions"]} == {"ready"}
    problem(world.post(of(path, 2) + "/retry", role="viewer"), 403, "forbidden")
    problem(world.post(of(path, 3) + "/retry", role="contributor"), 409, "not_failed")
    again = world.post(of(path, 2) + "/retry", role="contributor")
    assert (again.status_code, again.json["state"]) == (202, "pending")  # type: ignore[index]
    work(world)
    assert ask(world, path, 2)["state"] == "ready"


def test_it_is_told_by_events_of_its_own_which_nothing_follows_from(world: World) -> None:
    path = leafed(world)
    asset_id = path.split("/")[1]
    told: Callable[[], list[Any]] = lambda: world.get(f"events?asset={asset_id}")["data"]  # noqa: E731
    before = len(told())
    ask(world, path, 2)
    work(world)
    (rendered,) = told()[before:]
    assert (rendered["type"], rendered["data"]["pages"], rendered["data"]["recipes"]) == (
        "page.rendered",
        [2],
        [RECIPE],
    )
    ask(world, path, 3)
    drain(world.services, Painter(MediaFailure("timed_out", "It took too long.")))
    assert [each["type"] for each in told()[before:]] == ["page.rendered", "page.render_failed"]


def test_no_place_takes_a_page_that_is_leafed_to(world: World) -> None:
    (listed,) = (each for each in world.get("recipes")["data"] if each["name"] == RECIPE)
    assert (listed["choosable"], listed["built_in"]) == (False, True)
    asset_id, channel = leafed(world).split("/")[1], world.channel()["id"]
    before = world.state()
    body = {"asset_id": asset_id, "channel_id": channel, "remote": "a.webp", "recipe": RECIPE, "follow": "approved"}
    problem(world.post("placements", body), 422, "unknown_recipe")
    problem(world.call("GET", f"recipes/{RECIPE}"), 409, "built_in")
    world.approve(asset_id)
    world.post(f"assets/{asset_id}/publish")
    key = world.get(f"assets/{asset_id}")["key"]
    problem(world.call("GET", f"/d/{key}/{RECIPE}", None), 404, "no_rendition")
    assert {name: rows for name, rows in world.rows().items() if name == "placements"} == {
        "placements": before[0]["placements"]  # type: ignore[index]
    }
