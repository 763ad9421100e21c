"""Uploading: dropped and chosen files, what is asked before, how far each is, and what is done about failures."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from tests.api.world import png, sha256
from tests.web.conftest import PASSWORD, Visit
from tests.web.files import choose, drop, drop_paths

HOSTILE = '<img src=x onerror=alert(1)> & "quoted" {n}.png'


def tray(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Uploads")


def made(visit: Visit) -> list[dict[str, Any]]:
    """What the tray's links lead to."""
    # At one moment: rows change their places when previews are ready.
    links = tray(visit.page).get_by_role("link").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
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


PASTE = """bytes => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(bytes)], 'image.png', {type: 'image/png'}))
    document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true, clipboardData: data}))
}"""


def test_a_chosen_file_and_a_pasted_picture_get_titles_and_enter_sends(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "winter evening.png"
    path.write_bytes(png())
    choose(visit.page, path)
    panel = visit.page.get_by_role("dialog", name="Upload 1 file")
    expect(panel.get_by_label("Title")).to_have_value("winter evening")
    panel.get_by_label("Title").fill("Winter")
    visit.accessible()
    visit.page.keyboard.press("Enter")
    tray(visit.page).get_by_role("link", name="winter evening.png").click()
    expect(visit.page).to_have_url(re.compile("/assets/"))
    assert visit.service.get(f"/api/v1{visit.page.url.removeprefix(visit.address)}")["title"] == "Winter"
    visit.page.get_by_role("button", name="Close the list").click()

    visit.page.evaluate(PASTE, list(png(shade=5)))
    expect(panel.get_by_label("Title")).to_have_value(re.compile("^Pasted 20"))
    visit.page.keyboard.press("Enter")
    expect(tray(visit.page)).to_contain_text("1 file uploaded")


def test_what_is_there_already_is_said_before_it_is_sent(visit: Visit) -> None:
    page = visit.page
    there = visit.service.upload(png(shade=9))
    drop(page, {"again.png": png(shade=9), "fresh.png": png(shade=10), "twin.png": png(shade=10), "empty.png": b""})
    panel = page.get_by_role("dialog", name="Upload 4 files")
    known = panel.get_by_role("listitem").filter(has_text="again.png")
    expect(known.get_by_role("link", name=there["title"])).to_have_attribute("href", f"/assets/{there['id']}")
    expect(panel.get_by_role("listitem").filter(has_text="twin.png")).to_contain_text("The same as fresh.png")
    expect(panel.get_by_role("listitem").filter(has_text="empty.png")).to_contain_text("This file is empty.")
    visit.accessible()
    panel.get_by_label("Upload the 2 that are already there all the same").check()
    panel.get_by_role("button", name="Upload 3 files").click()
    expect(tray(page)).to_contain_text("3 files uploaded")
    again = next(each for each in made(visit) if each["title"] == "again")
    assert again["duplicates"] == [there["id"]]
    page.get_by_role("button", name="Close the list").click()

    expect(tray(page)).to_be_hidden()

    # Who is quicker than the digest is told in the tray.
    held: list[Route] = []
    page.route("**/assets/holding?*", lambda route: held.append(route))  # noqa: PLW0108 looked at by Playwright
    with page.expect_request("**/assets/holding?*"):
        drop(page, {"again.png": png(shade=9)})
    page.get_by_role("dialog").get_by_role("button", name="Upload, ").click()
    expect(tray(page)).to_contain_text("Being read")
    for route in held:
        route.continue_()
    row = tray(page).get_by_role("listitem")
    expect(row.get_by_role("link", name=there["title"], exact=True)).to_be_visible()
    expect(tray(page)).to_contain_text("1 needs you")
    visit.accessible()
    row.get_by_role("button", name="Upload anyway").click()
    expect(tray(page)).to_contain_text("1 file uploaded")


PART = 8 << 20
LOOKS, LOOK_MS = 1200, 50


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "film.mov"
    path.write_bytes(random.Random(7).randbytes(3 * PART - 1))
    return path


class Parts:
    """Lets a few parts through, and holds the others until they may go on."""

    def __init__(self, page: Page, through: int) -> None:
        self.page = page
        self.left = through
        self.held: list[Route] = []
        self.seen = 0
        self.away = False
        """No network: what is tried meanwhile counts for nothing."""
        page.route("**/parts/*", self._part)

    def _part(self, route: Route) -> None:
        if self.away:
            route.abort("internetdisconnected")
            return
        self.seen += 1
        if self.left > 0:
            self.left -= 1
            route.continue_()
        else:
            self.held.append(route)

    def until_held(self, count: int) -> None:
        """All that the page sends at present waits here: nothing of it is on its way."""
        for _ in range(LOOKS):
            if len(self.held) >= count:
                return
            self.page.wait_for_timeout(LOOK_MS)
        raise AssertionError(f"{len(self.held)} parts wait, not {count}.")

    def go_on(self) -> None:
        self.left = 1000
        for route in self.held:
            route.continue_()
        self.held.clear()


def test_a_big_file_survives_a_lost_network_a_reload_and_the_end_of_the_session(visit: Visit, big: Path) -> None:
    page = visit.page
    parts = Parts(page, through=1)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    choose(page, big)
    page.get_by_role("dialog", name="Upload 1 file").get_by_role("button", name="Upload, 24 MiB").click()
    expect(tray(page)).to_contain_text("8 MiB of 24 MiB arrived")
    bar = tray(page).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "33")

    parts.until_held(2)
    visit.context.set_offline(True)
    parts.away = True
    parts.go_on()
    expect(tray(page)).to_contain_text("No connection; goes on by itself")
    expect(bar).to_have_attribute("aria-valuenow", "33")
    visit.accessible()
    parts.left = 1
    visit.context.set_offline(False)
    parts.away = False
    expect(tray(page)).to_contain_text("16 MiB of 24 MiB arrived")

    page.reload()
    row = tray(page).get_by_role("listitem")
    expect(row).to_contain_text("16 MiB of 24 MiB arrived. Choose the file again to go on")
    assert asked == ["beforeunload"]
    visit.accessible()
    parts.go_on()
    parts.seen = 0
    again = tray(page).get_by_label("Choose the file", exact=True).locator("visible=false")
    again.set_input_files({"name": "other.mov", "mimeType": "video/quicktime", "buffer": b"another"})
    expect(tray(page).get_by_role("alert")).to_contain_text("other.mov is not one of these files")
    visit.context.clear_cookies()
    again.set_input_files(str(big))
    expect(tray(page)).to_contain_text("Waits until you are signed in again")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(tray(page)).to_contain_text("1 file uploaded")
    assert parts.seen == 1, "what was there was not sent again"
    (asset,) = made(visit)
    assert (asset["title"], asset["latest"]["sha256"]) == ("film", sha256(big.read_bytes()))


def test_a_folder_is_taken_and_each_file_says_what_is_wrong_with_it(
    visiting: Callable[..., Visit], tmp_path: Path
) -> None:
    visit = visiting({"DAM_MAX_UPLOAD_BYTES": str(1 << 20)})
    visit.sign_in()
    page = visit.page
    folder = tmp_path / "spring"
    (folder / "web").mkdir(parents=True)
    (folder / "hero.png").write_bytes(png(shade=3))
    (folder / "web" / "teaser.png").write_bytes(png(shade=4))
    (folder / ".DS_Store").write_bytes(b"hidden")
    (folder / "harmless\u202egnp.exe").write_bytes(b"turned")
    (folder / "film.mov").write_bytes(bytes(3 << 20))
    (folder / "raw.mov").write_bytes(bytes(17 << 20))
    drop_paths(page, folder)
    panel = page.get_by_role("dialog", name="Upload 5 files")
    expect(panel.get_by_role("listitem").filter(has_text="teaser.png")).to_contain_text("spring/web")
    panel.get_by_role("button", name="Upload 5 files").click()

    expect(tray(page)).to_contain_text("2 files uploaded · 3 need you")
    rows = tray(page).get_by_role("listitem")
    for name in ("film.mov", "raw.mov"):
        expect(rows.filter(has_text=name)).to_contain_text("The file is larger than this service takes.")
    turned = rows.filter(has_text="harmless")
    expect(turned).to_contain_text("invalid_filename")
    visit.accessible()
    assert {each["title"] for each in made(visit)} == {"hero", "teaser"}
    turned.get_by_role("button", name="off the list").click()
    expect(tray(page)).to_contain_text("2 need you")


HANDLE = """async (size) => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('kept.mov', {create: true})
    if ((await handle.getFile()).size !== size) {
        const writing = await handle.createWritable()
        await writing.write(new Uint8Array(size).fill(7))
        await writing.close()
    }
    window.showOpenFilePicker = async () => [handle]
}"""


def test_a_file_that_the_browser_can_open_again_goes_on_by_itself_after_a_reload(visit: Visit) -> None:
    page = visit.page
    parts = Parts(page, through=1)
    page.evaluate(HANDLE, 3 * PART)
    page.keyboard.press("u")
    page.get_by_role("dialog", name="Upload 1 file").get_by_role("button", name="Upload, 24 MiB").click()
    expect(tray(page)).to_contain_text("8 MiB of 24 MiB arrived")
    parts.until_held(2)
    parts.seen = 0
    page.reload()
    expect(tray(page)).to_contain_text("8 MiB of 24 MiB arrived")
    parts.go_on()
    expect(tray(page)).to_contain_text("1 file uploaded")
    assert parts.seen == 2, "what was there was not sent again"
    assert made(visit)[0]["latest"]["sha256"] == sha256(bytes([7]) * 3 * PART)


def test_a_file_dropped_on_an_asset_is_its_next_version_and_says_why(visit: Visit) -> None:
    page = visit.page
    asset = visit.service.upload(png(shade=1))
    page.evaluate(
        "({id, title}) => Object.assign(document.querySelector('main').dataset, {dropAsset: id, dropTitle: title})",
        asset,
    )
    drop(page, {HOSTILE: png(shade=1)})
    dialog = page.get_by_role("dialog", name=f"Replace “{asset['title']}”")
    expect(dialog).to_contain_text("This is version 1, byte for byte.")
    expect(dialog.get_by_role("button", name="Upload as version 2")).to_be_disabled()
    dialog.get_by_label("Why it changes").fill("The sky was <b>too</b> grey")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)

    drop(page, {HOSTILE: png(shade=2)})
    expect(dialog.get_by_label("Why it changes")).to_have_value("The sky was <b>too</b> grey")
    expect(dialog.get_by_role("img", name=HOSTILE)).to_be_visible()
    visit.accessible()
    dialog.get_by_role("button", name="Upload as version 2").click()
    expect(tray(page)).to_contain_text("1 file uploaded")
    expect(page).to_have_url(f"{visit.address}/assets/{asset['id']}")
    version = visit.service.get(f"/api/v1/assets/{asset['id']}/versions/2")
    assert (version["rationale"], version["sha256"]) == ("The sky was <b>too</b> grey", sha256(png(shade=2)))
    assert version["filename"] == HOSTILE
