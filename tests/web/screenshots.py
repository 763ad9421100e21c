"""``make screenshots``: every page in light, dark and on a phone, into ``docs/screenshots``, from a library as a team
has it (``campaign``). ``python -m tests.web.screenshots [NAME…]`` takes only those.

Rule: a picture is of the real service and the real client; nothing is arranged in the page.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.commands.test_up import Service
from tests.web.campaign import Campaign, play
from tests.web.chromium import arguments, chromium

OUT = Path(__file__).parents[2] / "docs/screenshots"
QUALITY = 82

LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """A page, and what somebody does there before the picture is taken."""

    path: Callable[[Campaign], str]
    act: Callable[[Page], None] = lambda page: None
    somebody: bool = True  # signed in


def _at(path: str) -> Callable[[Campaign], str]:
    return lambda team: path


def _asset(name: str, rest: str = "") -> Callable[[Campaign], str]:
    return lambda team: f"/assets/{team.assets[name]['id']}{rest}"


def _decide(page: Page) -> None:
    page.get_by_role("button", name="Approve version 2").first.click()
    page.get_by_role("dialog").get_by_text("3 places change").wait_for()


SHOTS: Mapping[str, Shot] = {
    "library": Shot(_at("/")),
    "library-found": Shot(_at("/?q=tag%3Apackshot")),
    "asset": Shot(_asset("coffee-bag.jpg")),
    "compare": Shot(_asset("coffee-bag.jpg", "/compare/1..2")),
    "approve": Shot(_asset("coffee-bag.jpg", "?v=2"), _decide),
    "rollouts": Shot(_at("/rollouts")),
    "rollout": Shot(lambda team: f"/rollouts/{team.get('rollouts')['data'][0]['number']}"),
    "placements": Shot(_at("/placements")),
    "channels": Shot(_at("/channels")),
    "channel": Shot(lambda team: f"/channels/{team.channels['Microsite 2026']['id']}"),
    "inbox": Shot(_at("/inbox")),
    "trash": Shot(_at("/trash")),
    "account": Shot(_at("/settings/account")),
    "people": Shot(_at("/settings/people")),
    "recipes": Shot(_at("/settings/recipes")),
    "tokens": Shot(_at("/settings/tokens")),
    "health": Shot(_at("/settings/health")),
    "work": Shot(_at("/settings/work")),
    "sign-in": Shot(_at("/"), somebody=False),
}

# A picture below the fold is fetched when somebody comes near it, so only what is in view is waited for.
PICTURES_ARE_THERE = """() => [...document.images].every((each) => {
  const box = each.getBoundingClientRect();
  return each.complete || box.top >= innerHeight || box.bottom <= 0 || box.left >= innerWidth || box.right <= 0;
})"""


def main(names: list[str]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        service = Service(Path(place) / "home")
        try:
            browser = playwright.chromium.launch(executable_path=chromium(), args=arguments())
            state = _welcome(browser, service)
            token = (service.home / "token").read_text().strip()
            team = play(service.said["address"], token, Path(place) / "team")
            for look, options in LOOKS.items():
                for name in names or SHOTS:
                    shot = SHOTS[name]
                    with _page(browser, storage_state=state if shot.somebody else None, **options) as page:
                        page.goto(service.said["address"] + shot.path(team))
                        page.wait_for_load_state("networkidle")
                        shot.act(page)
                        _keep(page, f"{name}-{look}")
            browser.close()
        finally:
            service.close()


def _welcome(browser: Browser, service: Service) -> Any:
    """The first start, as a person sees it; returns the cookies of whoever has signed in."""
    with _page(browser, **LOOKS["light"]) as page:
        page.goto(service.said["link"])
        page.get_by_label("Name").fill("Ada Winter")
        page.get_by_label("Password").fill("a long enough password")
        _keep(page, "welcome-light")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="try it with sample files").wait_for()
        _keep(page, "empty-light")
        return page.context.storage_state()


@contextmanager
def _page(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", reduced_motion="reduce", **options)
    yield context.new_page()
    context.close()


def _keep(page: Page, name: str) -> None:
    page.wait_for_function(PICTURES_ARE_THERE)
    Image.open(io.BytesIO(page.screenshot())).save(OUT / f"{name}.webp", quality=QUALITY, method=6)
    print(f"{name}.webp")


if __name__ == "__main__":
    main(sys.argv[1:])
