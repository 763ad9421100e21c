"""At 200 % zoom, and as narrow as 1280 pixels are at 400 % (WCAG 1.4.4 and 1.4.10): nothing scrolls sideways, and no
control is out of reach, on any page or in any dialog, whatever things are called.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TimedOut

from tests.api.world import png
from tests.web.campaign import Campaign
from tests.web.conftest import Visit
from tests.web.files import drop

ZOOMED = {"width": 640, "height": 400}
NARROW = {"width": 320, "height": 640}
LONG = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen_final_v2_FINAL"

HOLDS_MS = 30_000

OUT_OF_REACH = """() => {
    const shown = document.querySelector('dialog[open]'), width = innerWidth, found = []
    const scroller = shown ?? document.documentElement
    if (scroller.scrollWidth > scroller.clientWidth + 1) found.push(`${scroller.tagName} ${scroller.scrollWidth} wide`)
    if (shown) {
        const box = shown.getBoundingClientRect()
        if (box.left < 0 || box.right > width || box.top < 0 || box.bottom > innerHeight) found.push('dialog')
        for (const part of shown.children)
            if (part.scrollWidth > part.clientWidth + 1) found.push(`dialog ${part.tagName} ${part.scrollWidth} wide`)
    }
    // A phone makes the whole page as wide as what is only meant to be heard.
    for (const each of document.querySelectorAll('.visually-hidden'))
        if (each.getBoundingClientRect().width > 1) found.push(`heard, and ${each.getBoundingClientRect().width} wide`)
    const controls = 'a[href], button, input:not([type=file]), select, textarea, summary, [tabindex="0"]'
    for (const each of (shown ?? document).querySelectorAll(controls)) {
        if (!each.checkVisibility({visibilityProperty: true}) || each.closest('.skip, .visually-hidden')) continue
        if (each.closest('.strip, [role=gridcell]')) continue  // versions are a strip, to be moved by keys and fingers
        const {left, right, width: wide, height} = each.getBoundingClientRect()
        const said = `${each.tagName} ${each.getAttribute('aria-label') ?? each.textContent.slice(0, 40)}`
        if (wide > 0 && (left < -1 || right > width + 1)) found.push(`${said}: ${left} to ${right}`)
        if (wide > 0 && Math.min(wide, height) < 13 && each.tagName !== 'A') found.push(`${said}: ${wide} x ${height}`)
    }
    return found
}"""


@pytest.fixture
def team(visiting: Callable[..., Visit], tmp_path: Path) -> Iterator[tuple[Visit, Campaign]]:
    visit = visiting(viewport=ZOOMED, device_scale_factor=2)
    visit.sign_in()
    token = (visit.service.home / "token").read_text().strip()
    with httpx.Client(base_url=visit.address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        folder = tmp_path / "team"
        folder.mkdir()
        yield visit, Campaign(http, folder)


def test_nothing_is_out_of_reach_at_200_percent_nor_320_pixels_wide(team: tuple[Visit, Campaign]) -> None:
    visit, campaign = team
    asset = fills(campaign)
    rollout = campaign.get("rollouts")["data"][0]["number"]
    channel = campaign.channels[LONG]["id"]
    pages = {
        "/": "Library", f"/assets/{asset}": LONG, f"/assets/{asset}/compare/1..2": LONG, "/rollouts": "Rollouts",
        f"/rollouts/{rollout}": LONG, "/placements": "Placements", "/channels?new=1": "Channels",
        f"/channels/{channel}": LONG, "/inbox": "Waiting for me", "/trash": "Trash", "/settings": "Your account",
        "/settings/people": "People", "/settings/tokens": "Tokens", "/settings/health": "Health",
        "/settings/work": "Set aside", "/settings/recipes": "Recipes",
    }  # fmt: skip
    reach = Reach(visit.page)
    for size in (ZOOMED, NARROW):
        visit.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for path, heading in pages.items():
            visit.go(path)
            expect(visit.page.get_by_role("heading", level=1)).to_contain_text(heading)
            reach.holds(path)
        dialogs(visit, reach, asset)
    assert reach.wrong == []
    visit.page.evaluate("document.querySelector('h1').style.minWidth = '700px'")
    assert visit.page.evaluate(OUT_OF_REACH), "what is too wide is noticed"


def fills(campaign: Campaign) -> str:
    """One asset with a proven place and a version that waits, one in the trash; every name is long."""
    campaign.channel(LONG)
    made = {}
    for title, shade in ((LONG, 10), ("Gone", 90)):
        file = {"file": (f"{LONG}.png", png(64, 48, shade))}
        made[title] = campaign.post("assets", files=file, data={"title": title, "tag": [LONG], "campaign": [LONG]})
    campaign.assets = made
    asset = str(made[LONG]["id"])
    campaign.approve(LONG, 1, LONG)
    campaign.place(LONG, LONG, f"img/{LONG}.png")
    campaign.until(lambda: all(each["state"] == "current" for each in campaign.placements()))
    file = {"file": (f"{LONG}.png", png(64, 48, 200))}
    campaign.post(f"assets/{asset}/versions", files=file, data={"rationale": f"{LONG} {LONG}"})
    campaign.http.delete(f"/api/v1/assets/{made['Gone']['id']}").raise_for_status()
    return asset


@dataclass
class Reach:
    """Looks at a page, and keeps what is wrong with it."""

    page: Page
    wrong: list[tuple[str, int, str]] = field(default_factory=list)

    def holds(self, where: str) -> None:
        """Looked at until it does, since parts come in one after the other."""
        try:
            self.page.wait_for_function(f"() => ({OUT_OF_REACH})().length === 0", timeout=HOLDS_MS)
        except TimedOut:
            width = self.page.evaluate("innerWidth")
            self.wrong.extend((where, width, each) for each in self.page.evaluate(OUT_OF_REACH))


def dialogs(visit: Visit, reach: Reach, asset: str) -> None:
    page = visit.page
    shown = page.get_by_role("dialog")
    visit.go(f"/assets/{asset}")
    page.get_by_role("button", name="Approve version 2 and replace it in 1 place").click()
    expect(shown).to_contain_text("1 place changes.")
    reach.holds("approve")
    visit.accessible()
    closes(page)
    page.keyboard.press("?")
    expect(shown).to_contain_text("Keys that work here")
    reach.holds("keys")
    closes(page)
    visit.go("/")
    page.get_by_role("button", name="Filter").click()
    expect(shown).to_be_visible()
    reach.holds("filter")
    closes(page)
    visit.go(f"/?look={asset}")
    expect(shown).to_be_visible()
    reach.holds("quick look")
    closes(page)
    drop(page, {f"{LONG}.png": png(shade=77)})
    expect(shown.get_by_label("Title")).to_be_visible()
    reach.holds("upload")
    closes(page)
    visit.go("/settings/people")
    page.get_by_role("button", name="Add a person").click()
    expect(shown.get_by_label("Name")).to_be_visible()
    reach.holds("add a person")
    closes(page)


def closes(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
