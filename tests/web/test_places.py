"""Placements as a person sees them: proven, replaced, drifted, repaired, unreachable, rolled back; channels and their
form; what waits for somebody.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.world import png
from tests.web.campaign import Campaign
from tests.web.conftest import Visit

ONE, TWO, THREE = (png(64, 48, shade) for shade in (10, 120, 200))
SLOW_MS = 60_000


@pytest.fixture
def team(visit: Visit, tmp_path: Path) -> Iterator[Campaign]:
    """The service's API, as somebody else uses it meanwhile."""
    token = (visit.service.home / "token").read_text().strip()
    with httpx.Client(base_url=visit.address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        folder = tmp_path / "team"
        folder.mkdir()
        yield Campaign(http, folder)


def upload(team: Campaign, title: str, data: bytes = ONE) -> str:
    team.assets[title] = team.post("assets", files={"file": ("hero.png", data)}, data={"title": title})
    return str(team.assets[title]["id"])


def version(team: Campaign, title: str, data: bytes, rationale: str) -> None:
    path = f"assets/{team.assets[title]['id']}/versions"
    team.post(path, files={"file": ("hero.png", data)}, data={"rationale": rationale})


def proven(team: Campaign) -> bool:
    found = list(team.placements())
    return bool(found) and all(each["state"] == "current" for each in found)


def chip(page: Page, state: str) -> Locator:
    return page.get_by_role("button", name=state, expanded=False).filter(has=page.locator(".where"))


def test_a_channel_is_set_up_and_what_is_wrong_stands_at_its_field(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    visit.go("/placements")
    expect(page.get_by_text("A channel is a place outside")).to_be_visible()
    page.get_by_label("Name").fill("Web site")
    page.get_by_label("Folder", exact=True).fill("pictures")
    page.get_by_role("button", name="Set it up").click()
    folder = page.get_by_label("Folder", exact=True)
    expect(folder).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("The path must be an absolute path.")).to_be_visible()
    visit.accessible()

    root = tmp_path / "site"
    root.mkdir()
    folder.fill(str(root))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Web site")).to_be_visible()
    expect(page.get_by_text("Reachable")).to_be_visible()
    visit.accessible()

    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Folder", exact=True)).to_have_attribute("readonly", "")
    expect(page.get_by_label("Name")).to_have_value("Web site")
    page.get_by_label("Name").fill("Shop window")
    page.get_by_label("When something else is found there").select_option("Repair it at once")
    visit.accessible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Shop window")).to_be_visible()
    expect(page.get_by_text("Repair it at once")).to_be_visible()

    visit.go("/channels?new=1")
    page.get_by_label("Kind").select_option("Bucket (S3)")
    expect(page.get_by_label("Secret")).to_have_attribute("type", "password")
    page.get_by_label("Name").fill("shop window")
    expect(page.get_by_label("Encrypted connection (HTTPS)")).to_be_checked()
    visit.accessible()

    visit.go("/channels")
    page.get_by_role("link", name="Shop window").click()
    page.get_by_role("button", name="Remove").click()
    visit.accessible()
    page.get_by_role("button", name="Remove the channel").click()
    expect(page.get_by_text("A channel is a place outside")).to_be_visible()


def test_drift_is_seen_and_repaired_and_a_vanished_folder_is_said(visit: Visit, team: Campaign) -> None:
    page = visit.page
    root = team.channel("Web site")
    upload(team, "Hero")
    team.approve("Hero", 1)
    team.place("Hero", "Web site", "img/hero.png")
    visit.go("/placements")
    expect(page.get_by_role("button", name="Proven 1")).to_be_visible()
    chip(page, "Proven").click()
    expect(page.get_by_text("Read back: opened anew by its remote name, and every byte hashed.")).to_be_visible()
    expect(page.get_by_text("Attempt 1 written")).to_be_visible()
    expect(page).to_have_url(re.compile("proof="))  # an open proof has an address
    visit.accessible()

    (root / "img/hero.png").write_bytes(b"edited by hand")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("button", name="Drifted 1")).to_be_visible()
    expect(page.get_by_text("Other bytes")).to_be_visible()
    expect(page.get_by_text("something that is not ours")).to_be_visible()
    visit.accessible()
    page.get_by_role("button", name="Repair").click()
    expect(page.get_by_role("button", name="Proven 1")).to_be_visible()
    assert (root / "img/hero.png").read_bytes() == ONE

    root.rename(root.with_name("away"))
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("button", name="Unreachable 1")).to_be_visible()
    page.get_by_role("button", name="Unreachable", expanded=True).click()
    expect(chip(page, "Unreachable")).to_be_visible()
    expect(page.get_by_text("is not there any more")).to_be_visible()
    page.get_by_role("link", name="Open the channel").click()
    page.get_by_role("button", name="Check the connection").first.click()
    expect(page.get_by_text("The destination can’t be reached.")).to_be_visible()
    visit.accessible()
    root.with_name("away").rename(root)
    page.get_by_role("button", name="Check the connection").first.click()
    expect(page.get_by_text("The destination answers, and it is ours.")).to_be_visible()
    expect(chip(page, "Proven")).to_be_visible()


def test_bytes_that_are_not_ours_are_replaced_only_by_choice(visit: Visit, team: Campaign) -> None:
    page = visit.page
    root = team.channel("Web site")
    (root / "hero.png").write_bytes(b"somebody else's")
    asset = upload(team, "Hero")
    team.approve("Hero", 1)
    visit.go(f"/assets/{asset}")
    lives = page.locator(".places-of")
    lives.get_by_role("button", name="Add a place").click()
    expect(lives.get_by_label("Name there")).to_have_value("hero.png")
    lives.get_by_label("Name there").fill("../hero.png")
    lives.get_by_role("button", name="Place it").click()
    expect(lives.get_by_label("Name there")).to_have_attribute("aria-invalid", "true")
    visit.accessible()
    lives.get_by_label("Name there").fill("hero.png")
    lives.get_by_role("button", name="Place it").click()
    expect(chip(page, "Failed")).to_be_visible()
    visit.go("/inbox")
    expect(page.get_by_text("Something unknown is at this place already.")).to_be_visible()
    visit.accessible()
    page.get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Repair").click()
    replace = page.get_by_role("button", name="Replace it")
    expect(replace).to_be_disabled()
    visit.accessible()
    assert (root / "hero.png").read_bytes() == b"somebody else's"
    page.get_by_label("Replace what is there already").check()
    replace.click()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    visit.accessible()
    # Nobody is needed any more from the moment it is on its way.
    team.until(lambda: (root / "hero.png").read_bytes() == ONE)

    visit.go(f"/assets/{asset}")
    chip(page, "Proven").click()
    lives.get_by_role("button", name="Withdraw", exact=True).click()
    visit.accessible()
    lives.get_by_role("button", name="Withdraw it from here").click()
    expect(lives.get_by_text("It is not placed anywhere yet.")).to_be_visible()
    team.until(lambda: not (root / "hero.png").exists())


def test_the_keyboard_alone_approves_and_watches_it_arrive(visit: Visit, team: Campaign) -> None:
    page = visit.page
    root = team.channel("Web site")
    upload(team, "Hero")
    team.approve("Hero", 1)
    for remote in ("hero.png", "start/hero.png"):
        team.place("Hero", "Web site", remote)
    team.until(lambda: proven(team))
    version(team, "Hero", TWO, "Evening light")
    goes_by_keys(page, "gi", "/inbox")
    button = page.get_by_role("button", name="Approve version 2: Hero")
    expect(button).to_be_visible()
    tab_to(page, button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 places change.")
    expect(dialog).to_contain_text("Evening light")
    visit.accessible()
    does = dialog.get_by_role("button", name="Approve version 2 and replace it in 2 places")
    tab_to(page, does)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("2 of 2 proven")
    expect(chip(page, "Proven")).to_have_count(2)
    visit.accessible()
    assert [(root / name).read_bytes() for name in ("hero.png", "start/hero.png")] == [TWO, TWO]
    expect(dialog.get_by_role("button", name="Close").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()


def goes_by_keys(page: Page, keys: str, path: str) -> None:
    """Both within about a second, as a hand does it; a machine that was too slow for it tries again."""
    for _ in range(10):
        for key in keys:
            page.keyboard.press(key)
        if page.evaluate("location.pathname") == path:
            return
    raise AssertionError("The keys lead nowhere.")


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("The keyboard does not reach it.")


def test_rolling_back_returns_the_old_bytes_a_moved_head_is_told_and_withdrawing_takes_it_away(
    visit: Visit, team: Campaign
) -> None:
    page = visit.page
    root = team.channel("Web site")
    asset = upload(team, "Hero")
    team.approve("Hero", 1)
    team.place("Hero", "Web site", "hero.png")
    version(team, "Hero", TWO, "Evening light")
    number = team.approve("Hero", 2, "Signed off")["number"]
    team.until(lambda: (root / "hero.png").exists() and (root / "hero.png").read_bytes() == TWO and proven(team))
    visit.go("/rollouts")
    page.get_by_role("link", name="Approved: Hero").first.click()
    expect(page).to_have_url(f"{visit.address}/rollouts/{number}")
    expect(page.get_by_text("1 of 1 proven")).to_be_visible()
    expect(page.get_by_text("Signed off")).to_be_visible()
    visit.accessible()

    page.get_by_role("button", name="Roll back to version 1").click()
    dialog = page.get_by_role("dialog")
    does = dialog.get_by_role("button", name="Roll back to version 1 in 1 place")
    expect(does).to_be_enabled()
    version(team, "Hero", THREE, "Night")
    team.approve("Hero", 3)
    does.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody decided about this asset meanwhile.")
    visit.accessible()
    dialog.get_by_role("button", name="Look again").click()
    expect(dialog.get_by_text("Now Version 3")).to_be_visible()
    does.click()
    expect(dialog).to_contain_text("1 of 1 proven")
    assert (root / "hero.png").read_bytes() == ONE
    dialog.get_by_role("link", name="Rollout").click()
    expect(page.get_by_role("heading", name="Rolled back: Hero")).to_be_visible()
    expect(page.get_by_text("1 of 1 proven")).to_be_visible()
    visit.accessible()

    visit.go(f"/assets/{asset}?v=1")
    page.get_by_role("button", name="Withdraw everywhere").click()
    expect(dialog).to_contain_text("1 place changes.")
    visit.accessible()
    dialog.get_by_role("button", name="Withdraw from 1 place").click()
    expect(dialog).to_contain_text("1 of 1 taken down")
    visit.accessible()
    assert not (root / "hero.png").exists()


def test_a_version_is_rejected_another_pinned_and_what_is_in_use_is_not_revoked(visit: Visit, team: Campaign) -> None:
    page = visit.page
    dialog = page.get_by_role("dialog")
    root = team.channel("Web site")
    asset = upload(team, "Hero")
    team.approve("Hero", 1)
    version(team, "Hero", TWO, "Evening light")
    team.approve("Hero", 2)
    version(team, "Hero", THREE, "Night")
    visit.go(f"/assets/{asset}")
    page.get_by_role("button", name="Reject …").click()
    dialog.get_by_label("Note").fill("Too dark for print")
    visit.accessible()
    dialog.get_by_role("button", name="Reject version 3").click()
    expect(dialog).to_have_count(0)
    strip = page.get_by_role("navigation", name="Versions")
    expect(strip.get_by_role("link", name="Version 3")).to_contain_text("Rejected", timeout=SLOW_MS)
    expect(page.get_by_role("region", name="History")).to_contain_text("Too dark for print", timeout=SLOW_MS)

    lives = page.locator(".places-of")
    lives.get_by_role("button", name="Add a place").click()
    lives.get_by_label("Name there").fill("kept.png")
    lives.get_by_label("Shows").select_option("Version 1, whatever is approved")
    lives.get_by_role("button", name="Place it").click()
    expect(chip(page, "Proven")).to_be_visible(timeout=SLOW_MS)
    expect(lives).to_contain_text("version 1 only")
    assert (root / "kept.png").read_bytes() == ONE

    visit.go(f"/assets/{asset}?v=1")
    page.get_by_role("button", name="Revoke the approval").click()
    revoke = dialog.get_by_role("button", name="Revoke the approval of version 1")
    revoke.click()
    expect(dialog.get_by_role("alert")).to_contain_text("It is in use.")
    visit.accessible()
    (placed,) = team.placements()
    team.http.delete(f"/api/v1/placements/{placed['id']}").raise_for_status()
    team.until(lambda: not list(team.placements()))  # it counts until it is proven gone
    assert not (root / "kept.png").exists()
    revoke.click()
    expect(dialog).to_have_count(0)
    expect(strip.get_by_role("link", name="Version 1")).to_contain_text("Revoked", timeout=SLOW_MS)
