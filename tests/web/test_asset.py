"""The asset page and the comparison: versions looked at closely, described by two people at once, and inert whatever a
file or a person calls itself.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.api.world import png
from tests.web.conftest import PASSWORD, PICTURE, Team, Visit

HOSTILE = "<img src=x onerror=\"window.ran='title'\"><script>window.ran=1</script>"
SLOW_MS = 60_000
"""For what is heard of by the feed: each question for news may come a moment too early, the next is in ten seconds."""


def heard(page: Page) -> None:
    """The page asks for news now, as it does when its tab is shown again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def picture(page: Page, number: int) -> Locator:
    return page.get_by_role("img", name=f"Hero, version {number}", exact=True)


def test_everything_said_of_an_asset_is_edited_in_place(team: Team) -> None:
    asset, page = team.asset(tag="old"), team.page
    team.asset("Another", png(3, 3), tag="oldest")
    team.open(asset)
    page.keyboard.press("e")
    title = page.get_by_role("textbox", name="Title")
    expect(title).to_be_focused()
    title.fill("Not this")
    page.keyboard.press("Escape")
    expect(title).to_have_count(0)
    expect(heading(page)).to_have_text("Hero")
    page.keyboard.press("e")
    title.fill("   ")
    page.keyboard.press("Enter")
    expect(title).to_have_attribute("aria-invalid", "true")
    team.visit.accessible()
    title.fill("A hero in spring")
    page.reload()
    expect(title).to_have_value("A hero in spring")
    title.press("Enter")
    expect(heading(page)).to_have_text("A hero in spring")
    expect(title).to_have_count(0)

    page.get_by_role("button", name="Edit: Description").click()
    description = page.get_by_role("textbox", name="Description")
    description.fill("First line")
    description.press("Shift+Enter")
    description.press_sequentially("second")
    description.press("Enter")
    expect(description).to_have_count(0)
    expect(page.get_by_role("region", name="Description").get_by_text("First line\nsecond")).to_be_visible()

    tag = page.get_by_label("Add a tag").first
    tag.press_sequentially("olde")
    offered = page.locator(f"datalist#{tag.get_attribute('list')} option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "oldest")
    tag.fill("oldest, new")
    tag.press("Enter")
    expect(page.get_by_role("list", name="Tags").get_by_role("link")).to_have_text(["old", "oldest", "new"])
    page.get_by_role("button", name="Remove old", exact=True).click()
    expect(page.get_by_role("list", name="Tags").get_by_role("link")).to_have_text(["oldest", "new"])

    page.get_by_role("button", name="Add a field").click()
    page.get_by_label("Name", exact=True).fill("alt_text")
    page.get_by_label("Text", exact=True).fill("Hills")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Edit: alt_text").click()
    page.get_by_role("button", name="Remove the field").click()
    expect(page.get_by_role("button", name="Edit: alt_text")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Fields").get_by_text("Hills")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)

    found = team.now(asset)
    assert (found["title"], found["tags"]) == ("A hero in spring", ["oldest", "new"])
    assert (found["description"], found["fields"]) == ("First line\nsecond", {"alt_text": "Hills"})
    assert page.evaluate("Object.keys(localStorage).filter((each) => each.startsWith('dam.draft'))") == []
    heard(page)
    expect(page.get_by_role("region", name="History")).to_contain_text("Ada changed: title", timeout=SLOW_MS)
    team.visit.accessible()


def test_two_people_edit_one_asset_and_nobody_s_words_are_lost(team: Team, visiting: Callable[..., Visit]) -> None:
    asset, page = team.asset(), team.page
    team.open(asset)
    page.keyboard.press("e")
    title = page.get_by_role("textbox", name="Title")
    title.fill("Mine")

    other = visiting()
    other.sign_in()
    other.go(f"/assets/{asset['id']}")
    other.page.get_by_role("button", name="Edit: Description").click()
    other.page.get_by_role("textbox", name="Description").fill("What a colleague wrote")
    other.page.keyboard.press("Enter")
    expect(other.page.get_by_role("textbox", name="Description")).to_have_count(0)
    heard(page)
    expect(page.get_by_role("region", name="Description")).to_contain_text("What a colleague wrote", timeout=SLOW_MS)
    expect(title).to_have_value("Mine")
    expect(title).to_be_focused()

    # Neither has heard of the other's: the service refuses, the page takes in what does not touch it, and saves.
    page.route("**/api/v1/events?after=*", lambda route: route.fulfill(status=304))
    team.edit(asset, tags=["theirs"])
    title.press("Enter")
    expect(heading(page)).to_have_text("Mine")
    expect(page.get_by_role("link", name="theirs")).to_be_visible()

    page.keyboard.press("e")
    title.fill("Mine again")
    team.edit(asset, title="Theirs")
    title.press("Enter")
    choice = page.get_by_role("alert")
    expect(choice).to_contain_text("Mine again")
    expect(choice).to_contain_text("Theirs")
    assert team.now(asset)["title"] == "Theirs", "nothing is overwritten unasked"
    team.visit.accessible()
    page.get_by_role("button", name="Keep mine").click()
    expect(heading(page)).to_have_text("Mine again")
    expect(title).to_have_count(0)

    page.keyboard.press("e")
    title.fill("Mine once more")
    team.edit(asset, title="Theirs again")
    title.press("Enter")
    page.get_by_role("button", name="Take theirs").click()
    expect(heading(page)).to_have_text("Theirs again")
    tag = page.get_by_label("Add a tag").first
    team.edit(asset, tags=["theirs", "also theirs"])
    tag.fill("mine")
    tag.press("Enter")
    expect(page.get_by_role("list", name="Tags").get_by_role("link")).to_have_text(["theirs", "also theirs", "mine"])


def test_a_session_that_ends_in_mid_edit_keeps_the_text_and_saves_it_after_signing_in(team: Team) -> None:
    asset, page = team.asset(), team.page
    team.open(asset)
    page.get_by_role("button", name="Edit: Description").click()
    text = page.get_by_role("textbox", name="Description")
    text.fill("A long text that nobody wants to write twice")
    # Only what is saved may notice it: had a question of the page's own, the dialog would be there before the key.
    page.route("**/api/v1/**", lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    team.visit.context.clear_cookies()
    text.press("Enter")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    page.unroute("**/api/v1/**")
    team.visit.accessible()
    expect(text).to_have_value("A long text that nobody wants to write twice")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    expect(text).to_have_count(0)
    assert team.now(asset)["description"] == "A long text that nobody wants to write twice"


def test_versions_are_looked_at_compared_and_fetched_by_keyboard_alone(team: Team) -> None:
    asset, page = team.asset(), team.page
    team.version(asset, png(1280, 800, 200), "Brighter", "bright hero.png")
    team.approve(asset, 1)
    team.open(asset)
    expect(picture(page, 2)).to_be_visible()
    page.keyboard.press("j")
    expect(picture(page, 1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?v=1$"))
    expect(page.get_by_role("navigation", name="Versions").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("link", name="Version 1")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="Withdraw everywhere")).to_be_visible()
    page.keyboard.press("k")

    expect(picture(page, 2)).to_be_visible()
    expect(page.get_by_role("button", name="Approve version 2")).to_be_visible()
    fitted = styled(picture(page, 2), "width")
    page.keyboard.press("1")
    expect(page.get_by_text("100 %")).to_be_visible()
    expect(picture(page, 2)).to_have_css("width", "1280px")
    page.get_by_role("group", name="Picture.").focus()
    before = styled(picture(page, 2), "left")
    page.keyboard.press("ArrowRight")
    expect(picture(page, 2)).to_have_css("left", f"{before - 64:g}px")
    page.keyboard.press("+")
    expect(picture(page, 2)).to_have_css("width", "1920px")
    page.keyboard.press("0")
    expect(picture(page, 2)).to_have_css("width", f"{fitted:g}px")
    page.get_by_role("button", name="Black background").click()
    page.reload()
    expect(page.get_by_role("button", name="Black background")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Approve version 2")).to_be_visible()
    team.visit.accessible()

    page.get_by_text("Download", exact=True).press("Enter")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Original").press("Enter")
    assert begun.value.suggested_filename == "bright hero.png"
    page.get_by_text("Download", exact=True).press("Enter")
    wanted = page.get_by_role("button", name="JPEG, 1,080 × 1,080, cut")
    expect(wanted).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Moving preview|seek by"))).to_have_count(0)  # of a still
    wanted.press("Enter")
    page.get_by_text("Download", exact=True).press("Enter")
    with page.expect_download() as begun:
        page.get_by_role("link", name="JPEG, 1,080 × 1,080, cut").press("Enter")
    assert begun.value.suggested_filename == "bright hero-square-1080.jpg"

    page.keyboard.press("c")
    expect(page.get_by_role("combobox", name="Left version")).to_have_value("1")
    expect(page.get_by_role("combobox", name="Right version")).to_have_value("2")
    expect(page.get_by_role("region", name="Why it changed")).to_contain_text("Brighter")
    expect(picture(page, 1)).to_be_visible()
    together = styled(picture(page, 1), "width")
    assert together == styled(picture(page, 2), "width"), "different sizes lie on each other"
    page.keyboard.press("+")
    for number in (1, 2):
        expect(picture(page, number)).to_have_css("width", f"{together * 1.5:g}px")
    team.visit.accessible()
    page.keyboard.press("2")
    divider = page.get_by_role("slider", name="Divider")
    divider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(divider).to_have_value("55")
    team.visit.accessible()
    page.keyboard.press("3")
    expect(page.get_by_role("slider", name="Opacity of version 2")).to_be_visible()
    page.keyboard.press("4")
    expect(page.get_by_text("100 % of the picture differs")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/compare/1\.\.2\?mode=difference$"))
    team.visit.accessible()
    page.get_by_role("combobox", name="Left version").select_option("2")
    expect(page.get_by_text("Both versions are the same file")).to_be_visible()


def styled(shown: Locator, name: str) -> float:
    """A length in CSS pixels, to two decimals as the browser tells it."""
    return float(shown.evaluate("(element, name) => parseFloat(getComputedStyle(element)[name])", name))


def test_a_file_without_preview_says_why_and_takes_one_by_hand(team: Team) -> None:
    asset, page = team.asset("Broken", PICTURE[:60], "broken.png"), team.page
    team.open(asset)
    expect(page.get_by_text("No preview could be made", exact=True).first).to_be_visible()
    expect(page.get_by_text("Upload the complete file as a new version.").first).to_be_visible()
    team.visit.accessible()
    with page.expect_response("**/renditions/*/retry"):
        page.get_by_role("button", name="Try again").click()
    page.locator("input[type=file][accept]").set_input_files(
        {"name": "shown.png", "mimeType": "image/png", "buffer": png(80, 50, 90)}
    )
    expect(page.get_by_role("img", name="Broken, version 1", exact=True)).to_be_visible()
    expect(page.get_by_text("Preview supplied by hand")).to_be_visible()
    page.get_by_role("button", name="Take the supplied preview away").click()
    expect(page.get_by_text("No preview could be made", exact=True).first).to_be_visible()

    page.get_by_role("button", name="Give it a public address").click()
    address = f"{team.visit.address}/d/{team.now(asset)['key']}"
    expect(page.get_by_role("link", name="/d/")).to_have_attribute("href", address)
    page.get_by_role("button", name="Take the public address away").click()
    expect(page.get_by_role("button", name="Give it a public address")).to_be_visible()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("In the trash since")).to_be_visible()
    expect(page.get_by_role("button", name="Edit: Title")).to_have_count(0)
    team.visit.accessible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Edit: Title")).to_be_visible()
    assert team.now(asset)["trashed_at"] is None


def test_hostile_words_are_words_on_a_phone_too(team: Team) -> None:
    asset, page = (
        team.asset(HOSTILE, PICTURE, f"{HOSTILE.replace('/', '')}.png", tag=HOSTILE, description=HOSTILE),
        team.page,
    )
    team.edit(asset, fields={HOSTILE: HOSTILE, "__proto__": "x"}, campaigns=[HOSTILE])
    team.version(asset, png(640, 400, 90), HOSTILE, 'a"onload="window.ran=1.png')
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("", "?v=1", "/compare/1..2?mode=onion"):
        team.open(asset, address)
        expect(heading(page)).to_have_text(HOSTILE)
        expect(page.get_by_role("img", name=f"{HOSTILE}, version").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate("[window.ran ?? null, document.querySelectorAll('script:not([src])').length]") == [None, 0]
        team.visit.accessible()
