"""Films for places, made by the program itself: placed in a folder, replaced, and proven there."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from dam.domain.cookbook import Spec
from dam.operations import cookbook, decide, fetch, place, renditions, rollouts
from dam.operations.place import Where
from tests.corpus.films import Film, film, song
from tests.flow.house import BOSS, PNG, House, Street, files, sha256
from tests.flow.shown import refused
from tests.workers.media.test_encoding import needs_fences
from workers.media.studio import Studio
from workers.render import StudioRenderer

FIRST, SECOND = film(), film(Film(first=(220, 220, 220)))


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio() as one:
        yield one


@pytest.fixture
def house(street: Street, studio: Studio) -> Iterator[House]:
    with street.house(StudioRenderer(studio)) as one:
        cookbook.add(one.services, BOSS, "square", "Square", Spec("mp4", "cover", width=120, height=120))
        yield one


def sides(data: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(data), "r", format="mov") as opened:
        stream = opened.streams.video[0]
        return stream.width, stream.height


def placed(house: House) -> tuple[str, str]:
    """Asset and placement of an approved film, as a square."""
    asset, channel = house.upload(FIRST, "film.mp4"), house.channel()
    house.approve(asset, 1)
    placement = place.place(house.services, BOSS, asset, Where(channel, "a/film.mp4", "square"))
    house.drain()
    return asset, placement


@needs_fences
def test_a_film_is_placed_replaced_and_proven(house: House, shop: Path) -> None:
    asset, placement = placed(house)
    assert house.word(placement) == "current"
    (first,) = files(shop).values()
    assert sides(first) == (120, 120)
    shown = fetch.content(house.services, BOSS, asset, 1, "square")
    assert (shown.sha256, shown.media_type, shown.filename) == (sha256(first), "video/mp4", "film-square.mp4")

    house.add(asset, SECOND, filename="film.mp4")
    house.approve(asset, 2)
    house.drain()
    second = files(shop)["a/film.mp4"]
    assert (house.word(placement), house.standing(placement).desired.digest) == ("current", sha256(second))
    assert second != first

    house.roll_back(asset, 1)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"a/film.mp4": first})
    decide.publish(house.services, BOSS, asset, published=True)
    with house.services.store.reading() as work:
        found = work.assets.get(asset)
    assert found is not None
    assert fetch.public(house.services, found.key, "square").sha256 == sha256(first)


@needs_fences
def test_a_changed_recipe_is_its_next_version_and_moves_the_film_when_asked(house: House, shop: Path) -> None:
    _, placement = placed(house)
    first = files(shop)
    seen = cookbook.get(house.services, BOSS, "square")
    cookbook.change(house.services, BOSS, seen, {"fit": "contain", "height": 200, "background": "#102030"})
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", first)
    rollouts.recipe_rollout(house.services, BOSS, "square")
    house.drain()
    assert house.word(placement) == "current"
    assert sides(files(shop)["a/film.mp4"]) == (120, 200)


@needs_fences
@pytest.mark.parametrize(
    ("data", "filename", "state", "code"),
    [
        (PNG, "a.png", "not_applicable", "no_preview"),
        (song(), "song.mp4", "failed", "no_picture"),
        (FIRST[:3000], "half.mp4", "failed", None),
    ],
)
def test_what_no_film_can_be_made_of_says_why_and_nothing_is_delivered(
    house: House, shop: Path, data: bytes, filename: str, state: str, code: str | None
) -> None:
    asset, channel = house.upload(data, filename), house.channel()
    house.approve(asset, 1)
    placement = place.place(house.services, BOSS, asset, Where(channel, "a/film.mp4", "square"))
    house.drain()
    with house.services.store.reading() as work:
        (found,) = [each for each in work.artefacts.of_source(sha256(data)) if each.recipe == "square"]
    assert found.state == state
    assert found.reason_detail
    assert code is None or found.reason_code == code
    assert files(shop) == {}
    assert house.need(placement) is not None


@needs_fences
def test_a_film_that_can_not_have_so_few_bytes_is_not_delivered(house: House, shop: Path) -> None:
    cookbook.add(house.services, BOSS, "tiny", "Tiny", Spec("mp4", box=120, max_bytes=500))
    asset, channel = house.upload(FIRST, "film.mp4"), house.channel()
    house.approve(asset, 1)
    placement = place.place(house.services, BOSS, asset, Where(channel, "a/film.mp4", "tiny"))
    house.drain()
    need = house.state(placement).needs_person
    assert need is not None
    assert "more bytes than its recipe allows" in need.detail
    assert files(shop) == {}
    refused("not_ready", lambda: fetch.content(house.services, BOSS, asset, 1, "tiny"))
    renditions.retry(house.services, BOSS, asset, 1, "tiny")
