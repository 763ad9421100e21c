"""The library: found, looked at, selected and changed; by pointer and by keys; with an address that holds all of it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.api.world import png
from tests.web.conftest import Visit
from tests.web.library import fill, library

LARGE = {"viewport": {"width": 1440, "height": 900}}
HOSTILE = "<img src=x onerror=alert(1)>"
COUNT = 160


def tiles(page: Page) -> Locator:
    return page.get_by_role("gridcell")


def search(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search the library")


def team(visit: Visit) -> httpx.Client:
    """Somebody else, who works over the API."""
    token = (visit.service.home / "token").read_text().strip()
    return httpx.Client(
        base_url=f"{visit.address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
    )


def add(client: httpx.Client, title: str, data: bytes | None = None, name: str = "a.png") -> Any:
    files = {"file": (name, data if data is not None else png(30, 20, shade=crc32(title.encode()) % 200))}
    answer = client.post("/assets", files=files, data={"title": title, "tag": ["first"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


TRIED = ("spring-hero.jpg", "spring-hero-evening.jpg", "enamel-mug.jpg", "lake-at-dusk.jpg")
"""Of the samples, so that the test need not wait for all to be drawn: one has a second version."""


def test_an_empty_library_teaches_and_fills_with_sample_files(visit: Visit) -> None:
    page = visit.page
    few = [each for each in visit.service.get("/api/v1/samples")["data"] if each["name"] in TRIED]
    assert len(few) == len(TRIED)
    page.route("**/api/v1/samples", lambda route: route.fulfill(json={"data": few, "next": None}))
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    visit.accessible()
    page.get_by_role("button", name="try it with sample files").click()
    expect(tiles(page).nth(2)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_hidden()
    expect(page.get_by_role("complementary", name="Uploads")).to_contain_text("4 files uploaded", timeout=60_000)
    (hero,) = visit.service.get("/api/v1/assets/named?name=Spring%20hero")["data"]
    second = visit.service.get(f"/api/v1/assets/{hero['id']}/versions/2")
    assert second["rationale"].startswith("Evening light sells better"), "there is a replacement to be tried at once"


def test_a_large_library_is_found_looked_at_and_come_back_to(visiting: Callable[..., Visit], tmp_path: Path) -> None:
    with library(tmp_path / "home") as (services, calendar):
        fill(services, COUNT, calendar=calendar)
    visit = visiting(**LARGE)
    visit.sign_in()
    page = visit.page
    expect(page.get_by_text(f"{COUNT} assets")).to_be_visible()
    expect(tiles(page).first).to_be_visible()
    shown = "() => [...document.querySelectorAll('[role=gridcell]')].filter(e => { const r = e.getBoundingClientRect();"
    page.wait_for_function(shown + " return r.top >= 0 && r.bottom <= innerHeight; }).length >= 24")  # seen at once
    scrolls_and_returns(visit)
    facets_make_the_address(visit)
    asks_and_is_told(visit)
    looks(visit)


def scrolls_and_returns(visit: Visit) -> None:
    page = visit.page
    page.mouse.move(900, 500)
    last = page.get_by_role("row").last
    for _ in range(40):
        page.mouse.wheel(0, 1500)
        if page.evaluate("scrollY + innerHeight > document.documentElement.scrollHeight - 40"):
            break
        page.wait_for_function("() => document.querySelectorAll('[role=gridcell]').length > 12")
    expect(last).to_be_visible()
    drawn = "document.querySelectorAll('[role=gridcell]').length"
    page.wait_for_function(f"() => {drawn} > 12 && {drawn} < 120")  # only what is near
    # Until it rests there: what the wheel began may still move it.
    page.wait_for_function("() => (scrollY === 2400 || scrollTo(0, 2400), history.state?.scroll === 2400)")
    here = "() => document.elementsFromPoint(800, 500).map(e => e.closest('a[data-id]')?.dataset.id).find(Boolean)"
    middle = page.wait_for_function(here).json_value()
    page.reload()
    page.wait_for_function(f"id => scrollY === 2400 && ({here})() === id", arg=middle)
    page.mouse.click(800, 500)
    expect(page).to_have_url(re.compile("/assets/"))
    page.go_back()
    page.wait_for_function(f"id => scrollY === 2400 && ({here})() === id", arg=middle)
    page.evaluate("scrollTo(0, 0)")


def facets_make_the_address(visit: Visit) -> None:
    page = visit.page
    side = page.get_by_role("complementary", name="Filter")
    boxes = side.get_by_role("group", name="Tag").get_by_role("checkbox")
    boxes.nth(0).check()
    expect(page.get_by_text(f"{COUNT} assets")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?tag=[^&]+$"))
    boxes.nth(1).check()
    expect(page).to_have_url(re.compile(r"\?tag=[^&]+&tag=[^&]+$"))
    with page.expect_response(lambda each: "/api/v1/assets?" in each.url and "sort=title" in each.url) as sorted_:
        page.get_by_label("Order").select_option("title")
    expect(page).to_have_url(re.compile("sort=title"))
    first = tiles(page).first.get_by_role("link")
    name = re.compile("^" + re.escape(sorted_.value.json()["data"][0]["title"]))
    expect(first).to_have_attribute("aria-label", name)
    page.reload()
    expect(first).to_have_attribute("aria-label", name)
    expect(boxes.nth(0)).to_be_checked()
    visit.accessible()
    page.go_back()
    expect(page.get_by_label("Order")).to_have_value("relevance")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text(f"{COUNT} assets")).to_be_visible()


def asks_and_is_told(visit: Visit) -> None:
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("ki")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options).to_have_text(["kind:"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(search(page)).to_have_value("kind:")
    expect(options).to_have_count(5)
    page.keyboard.type("im")
    expect(options).to_have_count(1)
    page.keyboard.press("Tab")
    expect(search(page)).to_have_value("kind:image ")
    expect(page).to_have_url(re.compile("q=kind%3Aimage"))
    page.keyboard.type("tga:hero")
    told = page.get_by_role("alert").filter(has_text="Did you mean")
    expect(told).to_contain_text("“tga:” can't be understood here.")
    expect(page.locator("mark")).to_have_text("tga:")
    expect(tiles(page).first).to_be_visible()
    visit.accessible()
    told.get_by_role("button", name="tag").click()
    expect(search(page)).to_have_value("kind:image tag:hero")
    expect(told).to_be_hidden()
    search(page).fill("nothing is called so")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(page.get_by_text(f"{COUNT} assets")).to_be_visible()


def looks(visit: Visit) -> None:
    page = visit.page
    search(page).press("ArrowDown")
    links = page.locator("[role=gridcell] a")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=row][aria-rowindex='2'] a:focus")).to_be_visible()
    page.keyboard.press("Home")
    expect(links.first).to_be_focused()
    page.keyboard.press(" ")
    look = page.get_by_role("dialog")
    expect(look).to_contain_text(f"1 of {COUNT}")
    expect(look.get_by_role("img").first).to_be_visible()
    visit.accessible()
    page.keyboard.press("ArrowRight")
    expect(look).to_contain_text(f"2 of {COUNT}")
    page.reload()
    expect(look).to_contain_text(f"2 of {COUNT}")
    page.keyboard.press("Escape")
    expect(look).to_be_hidden()
    expect(page).not_to_have_url(re.compile("look="))
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(look).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/assets/"))
    page.go_back()
    page.go_back()
    expect(look).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys that work here")).to_contain_text("Quick look")
    visit.accessible()
    page.keyboard.press("Escape")


def test_what_is_selected_is_changed_and_each_failure_told(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    with team(visit) as client:
        made = [add(client, title) for title in ("Alpha", "Beta", "Gamma", HOSTILE)]
        text = add(client, "Minutes", b"no words\0", "minutes.bin")
        expect(tiles(page)).to_have_count(5)
        expect(page.get_by_role("gridcell").filter(has_text="Minutes")).to_contain_text("No preview")
        expect(page.get_by_role("gridcell").filter(has=page.get_by_role("link", name=HOSTILE))).to_be_visible()
        place(client, made[0]["id"], tmp_path / "shown")
        selects_and_tags(visit, client, made)
        goes_to_the_trash(visit, client, text["id"])
        arrives_while_one_looks(visit, client)
        restores_from_the_trash(visit, client)


def place(client: httpx.Client, asset_id: str, folder: Path) -> None:
    """Approve it and put it somewhere, so that it can't go to the trash."""
    folder.mkdir()
    body = {"name": "Shop", "kind": "folder", "config": {"path": str(folder)}}
    channel = client.post("/channels", json=body).raise_for_status().json()
    sha256 = client.get(f"/assets/{asset_id}").json()["latest"]["sha256"]
    approval = {"sha256": sha256, "expected_head": None}
    client.post(f"/assets/{asset_id}/versions/1/approve", json=approval).raise_for_status()
    where = {"asset_id": asset_id, "channel_id": channel["id"], "remote": "a.png"}
    client.post("/placements", json=where).raise_for_status()


def selects_and_tags(visit: Visit, client: httpx.Client, made: list[Any]) -> None:
    page = visit.page
    bar = page.get_by_role("region", name="Selection")
    page.keyboard.press("Home")
    expect(page.locator("[role=gridcell] a").first).to_be_focused()
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    page.keyboard.press("Shift+ArrowRight")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Select all 5").click()
    expect(bar).to_contain_text("5 selected")
    expect(page.get_by_role("gridcell", selected=True)).to_have_count(5)
    visit.accessible()
    bar.get_by_role("button", name="Add tag").click()
    dialog = page.get_by_role("dialog", name="Add a tag")
    dialog.get_by_label("Tag").fill("campaign week")
    visit.accessible()
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("Tagged 5 assets “campaign week”.")
    assert client.get(f"/assets/{made[1]['id']}").json()["tags"] == ["first", "campaign week"]
    bar.get_by_role("button", name="Undo").click()
    expect(bar).to_contain_text("Removed “campaign week” from 5 assets.")
    assert client.get(f"/assets/{made[1]['id']}").json()["tags"] == ["first"]


def goes_to_the_trash(visit: Visit, client: httpx.Client, text_id: str) -> None:
    page = visit.page
    bar = page.get_by_role("region", name="Selection")
    bar.get_by_role("button", name="Move to trash").click()
    expect(bar).to_contain_text("Moved 4 assets to the trash.")
    expect(bar.get_by_role("alert")).to_contain_text("Alpha")
    expect(tiles(page)).to_have_count(1)
    visit.accessible()
    assert client.get(f"/assets/{text_id}").json()["trashed_at"]
    bar.get_by_role("button", name="Undo").click()
    expect(bar).to_contain_text("Took 4 assets out of the trash.")
    expect(tiles(page)).to_have_count(5)
    assert client.get(f"/assets/{text_id}").json()["trashed_at"] is None
    with page.expect_download() as saved:
        bar.get_by_role("button", name="Download approved").click()
    assert saved.value.suggested_filename == "a.png"
    expect(bar).to_contain_text("1 approved file is being downloaded.")
    bar.get_by_role("button", name="Close").click()
    expect(bar.get_by_text("Took 4 assets")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def arrives_while_one_looks(visit: Visit, client: httpx.Client) -> None:
    """Where somebody is at a picture, nothing moves: what is new waits behind a button."""
    page = visit.page
    page.keyboard.press("Home")
    expect(page.locator("[role=gridcell] a").first).to_be_focused()
    add(client, "Latecomer")
    page.get_by_role("button", name="1 new").click(timeout=60_000)
    expect(page.get_by_role("link", name=re.compile("Latecomer"))).to_be_visible()
    expect(tiles(page)).to_have_count(6)


def restores_from_the_trash(visit: Visit, client: httpx.Client) -> None:
    page = visit.page
    made = [add(client, title, png(9, 9, shade)) for title, shade in (("Mistake", 1), (f"{HOSTILE} 2", 2))]
    for each in made:
        client.delete(f"/assets/{each['id']}").raise_for_status()
    visit.go("/trash")
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(HOSTILE)  # the last that went there
    visit.accessible()
    page.get_by_role("button", name="Restore Mistake").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    visit.accessible()
    assert [client.get(f"/assets/{each['id']}").json()["trashed_at"] for each in made] == [None, None]
