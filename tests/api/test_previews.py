"""A preview supplied by hand: shown for its version, and nowhere else."""

import io
import random
from typing import Any

from PIL import Image

from tests.api.world import World, form, png, problem, sha256
from workers.drain import drain
from workers.media.studio import Studio
from workers.render import StudioRenderer

NOTHING = b"no picture\0"
OWN, SUPPLIED = png(40, 20, 10), png(30, 60, 200)


def put(world: World, path: str, data: bytes = SUPPLIED, role: Any = "contributor") -> Any:
    return world.call("PUT", f"{path}/preview", role, data=form(data, "shot.png"))


def work(world: World) -> None:
    with Studio() as studio:
        drain(world.services, StudioRenderer(studio))


def sides(world: World, path: str) -> set[tuple[object, ...]]:
    made = world.get(path)["renditions"]
    return {(each["state"], each["width"], each["height"], each["by_hand"]) for each in made}


def test_a_version_without_a_preview_gets_one_and_loses_it_again(world: World) -> None:
    path = f"assets/{world.asset(NOTHING, 'notes.bin')['id']}/versions/1"
    work(world)
    assert sides(world, path) == {("not_applicable", None, None, False)}
    answer = put(world, path)
    assert (answer.status_code, {each["state"] for each in answer.json["renditions"]}) == (202, {"pending"})
    problem(world.call("GET", f"{path}/renditions/thumb-256"), 409, "not_ready")
    work(world)
    assert sides(world, path) == {("ready", 30, 60, True)}
    made = {each["recipe"]: each["sha256"] for each in world.get(path)["renditions"]}
    shown = world.call("GET", f"{path}/renditions/thumb-256", "viewer")
    assert (shown.status_code, sha256(shown.data)) == (200, made["thumb-256"])
    asset_id = path.split("/")[1]
    shown = world.get(f"assets/{asset_id}")["latest"]
    assert (shown["preview"], shown["reason"]) == ("ready", None)
    assert shown["thumbnail"].endswith("/renditions/thumb-256")
    rendered = [each for each in world.get(f"events?asset={asset_id}")["data"] if each["type"] == "version.rendered"]
    assert rendered[-1]["data"]["sha256"] == sha256(SUPPLIED)
    assert world.call("DELETE", f"{path}/preview", "contributor").status_code == 200
    assert sides(world, path) == {("not_applicable", None, None, False)}
    problem(world.call("DELETE", f"{path}/preview"), 404, "no_preview")


def test_it_belongs_to_the_version_and_is_delivered_nowhere(world: World) -> None:
    asset, twin = world.asset(OWN, "hero.png"), world.asset(OWN, "twin.png")
    path = f"assets/{asset['id']}/versions/1"
    assert put(world, path, png(9, 9)).status_code == 202
    assert put(world, path).status_code == 202  # in place of the first one
    world.approve(asset["id"])
    world.post(f"assets/{asset['id']}/publish")
    placed = world.placement(asset["id"], world.channel()["id"], "hero.webp", recipe="preview-1024")
    work(world)
    assert sides(world, path) == {("ready", 30, 60, True)}
    assert sides(world, f"assets/{twin['id']}/versions/1") == {("ready", 40, 20, False)}
    own = world.call("GET", f"assets/{twin['id']}/versions/1/renditions/preview-1024").data
    assert world.call("GET", f"assets/{asset['id']}/approved/renditions/preview-1024").data == own
    assert world.call("GET", f"/d/{asset['key']}/preview-1024", None).data == own
    assert (world.folder / "shop" / "hero.webp").read_bytes() == own
    assert world.get(f"placements/{placed['id']}")["state"] == "current"


def test_a_broken_one_says_so_and_can_be_tried_again(world: World) -> None:
    path = f"assets/{world.asset(OWN)['id']}/versions/1"
    put(world, path, SUPPLIED[:40])
    work(world)
    (state, *_), *others = sides(world, path)
    assert (state, others) == ("failed", [])
    assert world.post(f"{path}/renditions/thumb-256/retry").status_code == 202
    with world.services.store.reading() as unit:
        assert unit.artefacts.get(sha256(SUPPLIED[:40]), "thumb-256", 1).state == "pending"  # type: ignore[union-attr]


def test_what_is_refused_leaves_nothing(world: World) -> None:
    asset = world.asset(OWN)
    path = f"assets/{asset['id']}/versions/1"
    gone = f"assets/{world.asset(png(3, 3))['id']}"
    assert world.call("DELETE", gone).status_code == 204
    before = world.state()
    problem(put(world, path, b"a text"), 422, "not_a_picture")
    problem(put(world, f"assets/{asset['id']}/versions/2"), 404, "version_not_found")
    problem(put(world, f"{gone}/versions/1"), 409, "trashed")
    problem(put(world, path, role="viewer"), 403, "forbidden")
    problem(world.call("PUT", f"{path}/preview", data=form(SUPPLIED, "a.png", title="no")), 422, "invalid_request")
    assert world.state() == before


def test_what_is_made_only_when_asked_for_is_made_once_and_is_no_preview(world: World) -> None:
    asset = world.asset(png(64, 32, 90), "hero.png")
    path = f"assets/{asset['id']}/versions/1"
    work(world)
    assert {each["display"] for each in world.get(path)["renditions"]} == {True}
    problem(world.call("GET", f"{path}/renditions/square-1080"), 404, "no_rendition")
    assert world.post(f"{path}/renditions/square-1080/retry", role="contributor").status_code == 202
    work(world)
    (made,) = (each for each in world.get(path)["renditions"] if not each["display"])
    shown = (made["recipe"], made["state"], made["media_type"], made["width"], made["height"])
    assert shown == ("square-1080", "ready", "image/jpeg", 32, 32)
    sent = world.call("GET", f"{path}/renditions/square-1080", "viewer")
    assert (sent.status_code, sent.mimetype, sha256(sent.data)) == (200, "image/jpeg", made["sha256"])
    assert sent.headers["Content-Disposition"].endswith('"hero-square-1080.jpg"')
    problem(world.call("POST", f"{path}/renditions/square-1080/retry", "contributor"), 409, "not_failed")


def test_what_is_delivered_leaves_the_colour_of_a_picture_as_it_is(world: World) -> None:
    """It depends a little on the size of the picture that it is taken of."""
    speckled = Image.frombytes("RGB", (300, 300), random.Random(6).randbytes(270_000))
    speckled.save(written := io.BytesIO(), "PNG")
    path = f"assets/{world.asset(written.getvalue(), 'sand.png')['id']}/versions/1"
    work(world)
    before = world.get(path)["properties"]
    assert before["colour"]
    assert world.post(f"{path}/renditions/jpeg-1600/retry", role="contributor").status_code == 202
    work(world)
    assert world.get(path)["properties"] == before


def test_what_is_asked_for_of_a_file_that_has_no_look_says_why_there_is_none(world: World) -> None:
    path = f"assets/{world.asset(NOTHING, 'notes.bin')['id']}/versions/1"
    assert world.post(f"{path}/renditions/jpeg-1600/retry", role="contributor").status_code == 202
    (told,) = (each for each in world.get(path)["renditions"] if not each["display"])
    assert (told["state"], told["reason"]["code"]) == ("not_applicable", "no_preview")
