"""A document on its asset's page is leafed through: by pager, keys and address; what can't be shown says why."""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, expect

from dam.domain.recipes import Artefact
from dam.ports.store import Store
from dam.store.work import open_store
from tests.corpus import papers, tiff
from tests.web.conftest import PATIENCE_MS, Team, Visit
from tests.web.test_reflow import NARROW, ZOOMED, Reach
from tests.workers.media.generate import RGB

COLOURS: tuple[RGB, ...] = ((200, 40, 40), (40, 160, 40), (40, 60, 200), (150, 90, 20))
PDF = papers.pdf([papers.drawn([colour] * 4) for colour in COLOURS])
SIZES = ((90, 60), (60, 90), (80, 80))
TIFF = tiff.tiff(
    [tiff.page(Image.new("RGB", size, each)) for size, each in zip(SIZES, COLOURS[:3], strict=True)]
)  # fmt: skip
SHIFTS = """() => {
    window.shifted = []
    new PerformanceObserver(list => shifted.push(...list.getEntries().map(each => each.value)))
        .observe({type: 'layout-shift', buffered: false})
}"""


@pytest.fixture
def store(visit: Visit) -> Iterator[Store]:
    """The service's, beside it."""
    one = open_store(f"sqlite:///{visit.service.home / 'dam.sqlite'}")
    yield one
    one.dispose()


def picture(page: Page, number: int) -> Locator:
    return page.get_by_role("img", name=f"Hero, version 1, page {number}", exact=True)


def pager(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Pages")


def stands_at(page: Page, number: int, pages: int = len(COLOURS)) -> None:
    """That page is shown, in its colour, and told."""
    expect(pager(page).get_by_role("status")).to_have_text(f"{number} of {pages}")
    expect(picture(page, number)).to_have_js_property("complete", True)
    end = time.monotonic() + PATIENCE_MS / 1000
    while max(abs(one - other) for one, other in zip(seen(page, number), COLOURS[number - 1], strict=True)) > 30:
        assert time.monotonic() < end, f"{seen(page, number)} is shown on page {number}"


def seen(page: Page, number: int) -> RGB:
    with Image.open(io.BytesIO(picture(page, number).screenshot())) as shot:
        red, green, blue = shot.convert("RGB").getpixel((shot.width // 2, shot.height // 2))  # type: ignore[misc]
    return red, green, blue


def asking(page: Page) -> Callable[[], list[int]]:
    """Which pages are asked for from now on, each once."""
    asked: dict[int, None] = {}

    def note(request: Request) -> None:
        if request.method == "POST" and (found := re.search(r"/pages/(\d+)$", request.url)):
            asked[int(found[1])] = None

    page.on("request", note)
    return lambda: list(asked)


def test_a_document_is_leafed_through_by_pager_keys_and_address(team: Team) -> None:
    asset, page = team.asset(data=PDF, name="brochure.pdf"), team.page
    asked = asking(page)
    with page.expect_response(re.compile(r"/pages/2$")):  # made before anybody turns to it
        team.open(asset)
    stands_at(page, 1)
    before, after = (pager(page).get_by_role("button", name=name) for name in ("Previous page", "Next page"))
    expect(before).to_have_attribute("aria-disabled", "true")
    page.evaluate(SHIFTS)
    after.click()
    stands_at(page, 2)
    expect(page).to_have_url(re.compile(r"[?]p=2$"))
    expect(after).to_be_focused()
    team.visit.accessible()
    page.keyboard.press("PageDown")
    stands_at(page, 3)
    page.keyboard.press("Enter")
    stands_at(page, 4)
    expect(after).to_be_focused()
    expect(after).to_have_attribute("aria-disabled", "true")
    after.click(force=True)
    page.keyboard.press("PageUp")
    stands_at(page, 3)
    assert page.evaluate("shifted") == [], "nothing jumps"
    page.reload()
    stands_at(page, 3)
    before.click()
    before.click()
    stands_at(page, 1)
    expect(page).to_have_url(re.compile(r"/assets/[0-9a-f-]+$"))
    assert sorted(asked()) == [2, 3, 4]
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next page of the document")


def test_a_page_has_its_own_shape_and_an_address_beyond_the_last_is_the_last(team: Team) -> None:
    asset, page = team.asset(data=TIFF, name="scan.tif"), team.page
    team.open(asset, "?p=7")
    stands_at(page, 3, 3)
    for number, (width, height) in reversed(list(enumerate(SIZES, 1))):
        stands_at(page, number, 3)
        box = picture(page, number).bounding_box()
        assert box is not None
        assert box["width"] / box["height"] == pytest.approx(width / height, rel=0.05)
        page.keyboard.press("PageUp")


def test_what_has_one_page_has_no_pager(team: Team) -> None:
    asset, page = team.asset(data=papers.pdf([papers.drawn()]), name="one.pdf"), team.page
    asked = asking(page)
    team.open(asset)
    expect(page.get_by_role("img", name="Hero, version 1", exact=True)).to_be_visible()
    expect(pager(page)).to_have_count(0)
    page.keyboard.press("PageDown")
    assert asked() == []


def test_a_page_that_waits_has_its_room_and_one_that_failed_its_reason(team: Team, store: Store) -> None:
    asset, page = team.asset(data=PDF, name="brochure.pdf"), team.page
    team.open(asset, "?p=2")
    stands_at(page, 2)
    made = of_page(store, asset["latest"]["sha256"], 2)
    waits = put(store, made, replace(made, state="pending"))
    page.reload()
    room = page.get_by_role("img", name="Page 2 is being made")
    expect(room).to_be_visible()
    box = room.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(1.5, rel=0.05)
    expect(room).to_have_css("opacity", "1")
    team.visit.accessible()
    put(store, waits, replace(waits, state="failed", reason_code="timed_out", reason_detail="It took too long."))
    expect(page.get_by_text("Page 2 can't be shown")).to_be_visible()
    expect(page.get_by_text("timed_out")).to_be_visible()
    team.visit.accessible()
    page.get_by_role("button", name="Try again").click()
    stands_at(page, 2)


def test_the_pager_is_in_reach_however_narrow_and_in_german(visiting: Callable[..., Visit], team: Team) -> None:
    asset = team.asset(data=PDF, name="brochure.pdf")
    for size in (ZOOMED, NARROW):
        team.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        team.open(asset, "?p=3")
        stands_at(team.page, 3)
        reach = Reach(team.page)
        reach.holds("a document")
        assert reach.wrong == []
        team.visit.accessible()
    for each in pager(team.page).get_by_role("button").all():
        box = each.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    german = visiting(locale="de-DE")
    german.page.goto(f"{german.address}/sign-in")
    german.page.get_by_label("Name").fill("Ada")
    german.page.get_by_label("Passwort").fill("a long enough password")
    german.page.get_by_role("button", name="Anmelden").click()
    expect(german.page.get_by_role("navigation", name="Bereiche")).to_be_visible()
    german.go(f"/assets/{asset['id']}?p=3")
    seiten = german.page.get_by_role("navigation", name="Seiten")
    expect(seiten.get_by_role("status")).to_have_text("3 von 4")
    seiten.get_by_role("button", name="Nächste Seite").click()
    expect(german.page.get_by_role("img", name="Hero, Version 1, Seite 4")).to_be_visible()


def of_page(store: Store, source: str, page: int) -> Artefact:
    with store.reading() as work:
        return next(each for each in work.artefacts.of_source(source) if each.params == {"page": page})


def put(store: Store, seen: Artefact, now: Artefact) -> Artefact:
    """As one who makes it leaves it."""
    with store.writing() as work:
        assert work.replace(seen, now)
        work.commit()
    return now
