"""What of a picture has to be seen, set on its asset's page; and which others look like it."""

import io
import re

from PIL import Image, ImageEnhance
from playwright.sync_api import Locator, Page, Request, expect

from tests.web.conftest import Team
from tests.web.files import drop
from tests.workers.media.test_look import scene


def jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def focal(page: Page) -> Locator:
    return page.get_by_role("button", name="Set the focal point")


def says(page: Page, where: str) -> None:
    expect(page.get_by_role("region", name="Focal point").locator("[aria-live]")).to_have_text(where)


def test_the_focal_point_is_set_by_pointer_and_by_keys_and_kept(team: Team) -> None:
    asset, page = team.asset(), team.page
    team.open(asset)
    expect(focal(page).locator("img")).to_have_js_property("complete", True)
    says(page, "The middle")
    width, height = focal(page).evaluate("button => [button.clientWidth, button.clientHeight]")
    focal(page).click(position={"x": width * 0.25, "y": height * 0.75})
    says(page, "25 % from the left, 75 % from the top")
    focal(page).focus()
    page.keyboard.press("ArrowRight")
    says(page, "30 % from the left, 75 % from the top")
    page.keyboard.press("ArrowUp")
    says(page, "30 % from the left, 70 % from the top")
    team.visit.accessible()
    page.reload()
    says(page, "30 % from the left, 70 % from the top")
    kept = team.now(asset)["focal_point"]
    assert {name: round(value, 1) for name, value in kept.items()} == {"x": 0.3, "y": 0.7}
    page.get_by_role("button", name="Back to the middle").click()
    says(page, "The middle")
    assert team.now(asset)["focal_point"] is None


def test_what_looks_like_it_is_shown_and_led_to(team: Team) -> None:
    page, hills = team.page, scene(1)
    asset = team.asset("Hills", jpeg(hills), "hills.jpg")
    brighter = team.asset("Hills, brighter", jpeg(ImageEnhance.Brightness(hills).enhance(1.2)), "bright.jpg")
    for each in (brighter, team.asset("Another picture", jpeg(scene(2)), "other.jpg")):
        team.open(each)
        expect(page.get_by_role("img", name=f"{each['title']}, version 1", exact=True)).to_be_visible()
    team.open(asset)
    alike = page.get_by_role("region", name="Looks like")
    expect(alike.get_by_role("img")).to_have_count(1)
    team.visit.accessible()
    alike.get_by_role("link", name="Hills, brighter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hills, brighter")
    expect(page).to_have_url(re.compile("/assets/"))
    expect(alike.get_by_role("link", name="Hills", exact=True)).to_be_visible()
    expect(alike.get_by_role("img")).to_have_count(1)

    alike.get_by_role("link", name="Show in the library").click()
    search = page.get_by_role("combobox", name="Search the library")
    expect(search).to_have_value(f"like:{brighter['id']}")
    expect(page.get_by_role("gridcell")).to_have_count(1)
    expect(page.get_by_role("button", name="Quick look: Hills", exact=True)).to_be_visible()
    search.fill("hills like:0198")
    search.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Expected: the id of an asset")
    expect(page.locator("mark")).to_have_text("0198")


def test_who_uploads_what_is_there_in_other_bytes_is_told_once(team: Team) -> None:
    page, hills = team.page, scene(1)
    there = team.asset("Hills", jpeg(hills), "hills.jpg")
    team.open(there)
    expect(page.get_by_role("img", name="Hills, version 1", exact=True)).to_be_visible()
    team.visit.go("/")
    expect(page.get_by_role("gridcell")).to_have_count(1)
    drop(page, {"small.jpg": jpeg(hills.resize((240, 160))), "other.jpg": jpeg(scene(2))})
    compared: list[str] = []

    def note(request: Request) -> None:
        compared.extend([request.url] if request.url.endswith("/similar") else [])

    def both(request: Request) -> bool:
        note(request)
        return len(compared) == 2

    with page.expect_event("requestfinished", both):
        page.get_by_role("button", name="Upload 2 files").click()
    page.on("request", note)
    uploads = page.get_by_role("complementary", name="Uploads")
    rows = {name: uploads.get_by_role("listitem").filter(has_text=name) for name in ("small.jpg", "other.jpg")}
    expect(uploads.get_by_text("Ready")).to_have_count(2)
    expect(rows["small.jpg"]).to_contain_text("Looks like Hills")
    expect(rows["small.jpg"].get_by_role("link", name="Hills")).to_have_attribute("href", f"/assets/{there['id']}")
    team.visit.accessible()
    expect(rows["other.jpg"]).not_to_contain_text("Looks like")
    assert len(set(compared)) == len(compared) == 2, "each is asked for once"
