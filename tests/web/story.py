"""The whole story, as one person lives it in the browser: a picture is uploaded, found, approved, placed three times,
replaced, watched until it is proven, edited behind everybody's back, repaired, and rolled back.

Rule: told by what is seen and pressed alone; whatever the service runs on, it is the same.
"""

from pathlib import Path

from playwright.sync_api import Page, expect

from dam.samples.make import save_all
from tests.web.conftest import Visit

FIRST, SECOND = "spring-hero.jpg", "spring-hero-evening.jpg"
PLACES = ("img/hero.jpg", "img/again.jpg", "start/hero.jpg")
ARRIVES_MS = 60_000


def tell(visit: Visit, folder: Path) -> None:
    """Play it; ``folder`` takes the files and the channel's folder."""
    save_all(folder / "files", (FIRST, SECOND))
    site = folder / "site"
    site.mkdir()

    def shown() -> set[bytes]:
        return {(site / each).read_bytes() for each in PLACES}

    first, second = ((folder / "files" / name).read_bytes() for name in (FIRST, SECOND))

    _upload(visit, folder / "files" / FIRST)
    _set_up_a_channel(visit, site)
    _find_and_open(visit)
    _approve(visit, "Approve version 1")
    for count, remote in enumerate(PLACES, 1):
        _place(visit.page, remote, count)
    assert shown() == {first}

    _replace(visit.page, folder / "files" / SECOND)
    _compare(visit)
    _approve(visit, "Approve version 2 and replace it in 3 places", "3 of 3 proven")
    assert shown() == {second}

    (site / PLACES[0]).write_bytes(b"my own idea")
    _notice_and_repair(visit)
    assert shown() == {second}

    _roll_back(visit)
    assert shown() == {first}


def _upload(visit: Visit, file: Path) -> None:
    page = visit.page
    page.get_by_label("Choose files to upload").set_input_files(file)
    panel = page.get_by_role("dialog", name="Upload 1 file")
    panel.get_by_label("Title").fill("Spring hero")
    panel.get_by_label("Tags").fill("hero")
    panel.get_by_role("button", name="Upload,").click()
    expect(page.get_by_role("complementary", name="Uploads").get_by_text("Ready")).to_be_visible(timeout=ARRIVES_MS)
    page.get_by_role("button", name="Close the list").click()


def _set_up_a_channel(visit: Visit, site: Path) -> None:
    visit.go("/channels?new=1")
    visit.page.get_by_label("Name").fill("Web site")
    visit.page.get_by_label("Folder", exact=True).fill(str(site))
    visit.page.get_by_role("button", name="Set it up").click()
    expect(visit.page.get_by_text("Reachable")).to_be_visible()


def _find_and_open(visit: Visit) -> None:
    page = visit.page
    visit.go("/")
    expect(page.get_by_role("combobox", name="Search the library")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search the library")).to_be_focused()
    page.keyboard.type("tag:hero")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 asset", exact=True)).to_be_visible()
    visit.accessible()
    page.get_by_role("gridcell").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="Spring hero")).to_be_visible()
    visit.accessible()


def _approve(visit: Visit, says: str, arrived: str | None = None) -> None:
    """The same words on the button and in its dialog; there, the places turn green one by one."""
    page = visit.page
    page.get_by_role("button", name=says, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=says, exact=True).click()
    expect(dialog.get_by_role("link", name="Rollout")).to_be_visible(timeout=ARRIVES_MS)
    if arrived is not None:
        expect(dialog.get_by_role("status")).to_have_text(arrived, timeout=ARRIVES_MS)
        visit.accessible()
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_be_hidden()


def _place(page: Page, remote: str, count: int) -> None:
    page.get_by_role("button", name="Add a place").click()
    page.get_by_label("Name there").fill(remote)
    page.get_by_role("button", name="Place it").click()
    expect(page.locator(".proof-chip.proven")).to_have_count(count, timeout=ARRIVES_MS)


def _replace(page: Page, file: Path) -> None:
    page.get_by_label("New version").last.set_input_files(file)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why it changes").fill("Evening light sells better")
    dialog.get_by_role("button", name="Upload as version 2").click()
    expect(page.get_by_role("link", name="Compare with approved")).to_be_visible(timeout=ARRIVES_MS)


def _compare(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("link", name="Compare with approved").click()
    expect(page.get_by_text("Evening light sells better")).to_be_visible()
    page.get_by_role("radio", name="Difference").or_(page.get_by_role("button", name="Difference")).first.click()
    expect(page.get_by_text("of the picture differs")).to_be_visible(timeout=ARRIVES_MS)
    visit.accessible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Spring hero")).to_be_visible()


def _notice_and_repair(visit: Visit) -> None:
    page = visit.page
    visit.go("/placements")
    expect(page.get_by_role("button", name="Proven 3")).to_be_visible()
    page.get_by_role("listitem").filter(has_text=PLACES[0]).get_by_role("button", name="Proven").click()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("button", name="Drifted 1")).to_be_visible(timeout=ARRIVES_MS)
    visit.accessible()
    page.get_by_role("button", name="Repair").first.click()
    expect(page.get_by_role("button", name="Proven 3")).to_be_visible(timeout=ARRIVES_MS)


def _roll_back(visit: Visit) -> None:
    page = visit.page
    visit.go("/rollouts")
    page.get_by_role("link", name="Spring hero").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    visit.go("/")
    page.get_by_role("gridcell").get_by_role("link").click()
    page.get_by_role("button", name="Version 1").or_(page.get_by_role("link", name="Version 1")).first.click()
    _approve(visit, "Roll back to version 1 in 3 places", "3 of 3 proven")
