"""A film on its asset's page: gone through by its pictures, played, and how far it is while it is being made."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from dam.domain.recipes import Artefact
from dam.ports.store import Store
from dam.store.work import open_store
from tests.corpus.films import seconds
from tests.corpus.subtitled import PICTURES, SUBRIP, subtitled
from tests.web.conftest import PATIENCE_MS, Team, Visit
from tests.workers.media.generate import RGB

COLOURS: tuple[RGB, ...] = ((200, 40, 40), (40, 160, 40), (40, 60, 200), (120, 120, 120))
FILM = seconds(COLOURS)
"""Of four seconds, each with a key frame of its colour."""
H264 = 'video/mp4; codecs="avc1.64001e"'


@pytest.fixture
def store(visit: Visit) -> Iterator[Store]:
    """The service's, beside it."""
    one = open_store(f"sqlite:///{visit.service.home / 'dam.sqlite'}")
    yield one
    one.dispose()


def shown(team: Team) -> Locator:
    """The film, when it can be played."""
    if not team.page.evaluate("type => document.createElement('video').canPlayType(type)", H264):
        pytest.skip("this Chromium has no decoder for H.264; Debian's has")
    film = team.page.get_by_label("Hero, version 1", exact=True).and_(team.page.locator("video"))
    expect(film).to_be_visible()
    return film


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Go to a moment of the film")


def colour(page: Page) -> RGB:
    """In the middle of the picture over the slider."""
    with Image.open(io.BytesIO(page.locator(".moment > span").screenshot())) as picture:
        red, green, blue = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))  # type: ignore[misc]
    return red, green, blue


def shows(page: Page, wanted: RGB) -> None:
    """The picture over the slider has this colour, once the sheet is there."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while max(abs(one - other) for one, other in zip(colour(page), wanted, strict=True)) > 30:
        assert time.monotonic() < end, f"{colour(page)} is shown, and not {wanted}"


def test_a_film_is_gone_through_by_its_pictures_and_played(team: Team) -> None:
    asset, page = team.asset(data=FILM, name="four.mp4"), team.page
    team.open(asset)
    film = shown(team)
    seek = slider(page)
    expect(seek).to_be_visible()
    width, height = seek.evaluate("slider => [slider.clientWidth, slider.clientHeight]")
    for second, each in enumerate(COLOURS):
        seek.hover(position={"x": width * (second + 0.5) / len(COLOURS), "y": height / 2})
        shows(page, each)
    page.mouse.move(0, 0)
    expect(page.locator(".moment")).to_have_count(0)

    seek.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".moment")).to_have_text("0:02")
    shows(page, COLOURS[2])
    expect(film).to_have_js_property("currentTime", 2)
    team.visit.accessible()

    film.focus()
    page.keyboard.press("Space")
    expect(film).to_have_js_property("ended", True)
    expect(seek).to_have_value("4")
    assert film.evaluate("film => [film.videoWidth, film.videoHeight, film.error]") == [320, 240, None]


def test_how_far_a_film_is_made_is_seen_until_it_can_be_played(team: Team, store: Store) -> None:
    asset, page = team.asset(data=FILM, name="four.mp4"), team.page
    team.open(asset)
    shown(team)
    ready = proxy(store, asset["latest"]["sha256"])
    made = put(store, ready, replace(ready, state="pending", percent=42))
    page.reload()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0.42")
    expect(page.get_by_text("42 %")).to_be_visible()
    expect(page.locator("video")).to_have_count(0)
    team.visit.accessible()
    made = put(store, made, replace(made, percent=80))
    expect(page.get_by_text("80 %")).to_be_visible()
    put(store, made, ready)
    shown(team)
    expect(bar).to_have_count(0)


def test_a_film_for_a_place_is_asked_for_and_fetched(team: Team) -> None:
    team.recipe(name="our-square", format="mp4", fit="cover", width=120, height=120)
    asset, page = team.asset(data=FILM, name="four.mp4"), team.page
    team.open(asset)
    shown(team)
    page.get_by_text("Download", exact=True).press("Enter")
    page.get_by_role("button", name="our-square").press("Enter")
    page.get_by_text("Download", exact=True).press("Enter")
    link = page.get_by_role("link", name="our-square")
    expect(link).to_contain_text("MP4 · 120 × 120 px", timeout=PATIENCE_MS)
    with page.expect_download() as fetched:
        link.press("Enter")
    assert fetched.value.suggested_filename == "four-our-square.mp4"


def test_the_languages_of_its_subtitles_are_told_beside_its_length(team: Team) -> None:
    said = subtitled("matroska", PICTURES, SUBRIP, replace(SUBRIP, language="deu"))
    team.open(team.asset(data=said, name="said.mkv"))
    facts = team.page.locator(".file-facts > div")
    expect(facts.filter(has_text="Subtitles").locator("dd")).to_have_text("French, English, German")
    expect(facts.filter(has_text="Duration").locator("dd")).to_have_text("0:04")


def proxy(store: Store, source: str) -> Artefact:
    with store.reading() as work:
        return next(each for each in work.artefacts.of_source(source) if each.recipe == "proxy-480")


def put(store: Store, seen: Artefact, now: Artefact) -> Artefact:
    """As one who makes it leaves it."""
    with store.writing() as work:
        assert work.replace(seen, now)
        work.commit()
    return now
