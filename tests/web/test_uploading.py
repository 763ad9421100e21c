"""Uploading: dropped and chosen files, what is asked before, how far each is, and what is done about failures."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.api.world import png
from tests.web.conftest import Visit
from tests.web.files import choose, drop

HOSTILE = '<img src=x onerror=alert(1)> & "quoted" {n}.png'


def tray(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Uploads")


def made(visit: Visit) -> list[dict[str, Any]]:
    """What the tray's links lead to."""
    links = [each.get_attribute("href") for each in tray(visit.page).get_by_role("link").all()]
    return [visit.service.get(f"/api/v1{each}") for each in links]


def test_files_are_dropped_described_and_sent(visit: Visit) -> None:
    page = visit.page
    drop(page, {"one.png": png(shade=1), HOSTILE: png(shade=2), "three.txt": b"three"})
    panel = page.get_by_role("dialog", name="Upload 3 files")
    expect(panel).to_be_visible()
    expect(panel.get_by_text(HOSTILE)).to_be_visible()
    panel.get_by_label("Tags").fill("spring, hero")
    panel.get_by_label("Campaigns").fill("Spring 2027")
    visit.accessible()
    panel.get_by_role("button", name="Upload 3 files").click()

    uploads = tray(page)
    expect(uploads).to_contain_text("3 files uploaded")
    expect(uploads.get_by_text("Ready")).to_have_count(3)
    visit.accessible()
    found = made(visit)
    assert {each["title"] for each in found} == {"one", HOSTILE.removesuffix(".png"), "three"}
    assert {(*each["tags"], *each["campaigns"]) for each in found} == {("spring", "hero", "Spring 2027")}

    page.get_by_role("button", name="Close the list").click()
    expect(uploads).to_be_hidden()


def test_one_chosen_file_gets_a_title_and_enter_sends(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "winter evening.png"
    path.write_bytes(png())
    choose(visit.page, path)
    panel = visit.page.get_by_role("dialog", name="Upload 1 file")
    expect(panel.get_by_label("Title")).to_have_value("winter evening")
    panel.get_by_label("Title").fill("Winter")
    visit.accessible()
    visit.page.keyboard.press("Enter")
    tray(visit.page).get_by_role("link", name="winter evening.png").click()
    assert visit.service.get(f"/api/v1{visit.page.url.removeprefix(visit.address)}")["title"] == "Winter"
