"""Settings: people and their links, tokens shown once, health, one's own password."""

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from dam.store.work import open_store
from tests.web.conftest import Visit


def test_a_person_is_added_and_signs_in_by_the_link_that_is_shown_once(
    visit: Visit, visiting: Callable[..., Visit]
) -> None:
    visit.go("/settings/people")
    visit.page.get_by_role("button", name="Add a person").click()
    visit.page.get_by_label("Name").fill("<b>Ben</b>")
    visit.page.get_by_label("Role", exact=True).select_option("approver")
    visit.accessible()
    visit.page.get_by_role("button", name="Add, and show the link").click()
    link = visit.page.locator("code.secret").inner_text()
    visit.accessible()
    visit.page.get_by_role("button", name="I have it").click()
    expect(visit.page.get_by_text("<b>Ben</b>")).to_be_visible()
    expect(visit.page.get_by_text(link)).to_have_count(0)
    visit.accessible()

    ben = visiting()
    ben.service.said["link"] = link
    ben.sign_in("Ben")
    ben.go("/settings")
    expect(ben.page.get_by_text("You are signed in as Ben (Approver).")).to_be_visible()
    expect(ben.page.get_by_role("link", name="People")).to_have_count(0)

    # One press after the other, the second before the first's outcome: both count, and neither takes the focus away.
    people = visit.page
    line = people.get_by_role("listitem").filter(has_text="Ben")
    expect(line.get_by_label("Role of Ben")).to_be_visible(timeout=60_000)  # heard of by the feed
    held: list[Route] = []
    people.route("**/api/v1/users/*", lambda route: held.append(route) if not held else route.continue_())
    with people.expect_request("**/api/v1/users/*"):
        line.get_by_label("Role of Ben").select_option("viewer")
    line.get_by_role("button", name="Disable").click()
    expect(line.get_by_role("button", name="Disable")).to_have_attribute("aria-disabled", "true")
    expect(line.get_by_role("button", name="Disable")).to_be_focused()
    expect(line.get_by_label("Role of Ben")).to_have_value("viewer")
    held[0].continue_()
    expect(line.get_by_role("button", name="Enable")).to_be_visible()
    expect(line.get_by_role("button", name="Enable")).to_be_focused()
    expect(line).to_have_attribute("aria-busy", "false")
    expect(line.get_by_label("Role of Ben")).to_have_value("viewer")
    expect(people.get_by_role("alert")).to_have_count(0)
    found = next(each for each in visit.service.get("/api/v1/users")["data"] if each["name"] == "Ben")
    assert (found["role"], found["disabled"]) == ("viewer", True)
    ben.page.reload()
    expect(ben.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_token_is_shown_once_and_works_until_it_is_revoked(visit: Visit) -> None:
    visit.go("/settings/tokens")
    visit.page.get_by_role("button", name="New token").click()
    visit.page.get_by_label("Name").fill("website build")
    visit.accessible()
    visit.page.get_by_role("button", name="Make the token").click()
    secret = visit.page.locator("code.secret").inner_text()
    assert status(visit, secret) == 200
    visit.page.get_by_role("button", name="I have it").click()
    expect(visit.page.get_by_role("dialog")).to_have_count(0)
    visit.page.get_by_role("button", name="Revoke website build").click()
    expect(visit.page.get_by_role("listitem").filter(has_text="website build")).to_contain_text("revoked")
    assert status(visit, secret) == 401
    visit.accessible()


def status(visit: Visit, secret: str) -> int:
    """What a program with this token is answered."""
    request = urllib.request.Request(f"{visit.address}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code


def test_what_the_service_needs_is_said(visit: Visit) -> None:
    visit.go("/settings/health")
    expect(visit.page.get_by_text("Everything that the service needs is there.")).to_be_visible()
    visit.accessible()
    visit.go("/settings/work")
    expect(visit.page.get_by_text("Nothing is set aside.")).to_be_visible()
    visit.accessible()


def test_work_that_was_set_aside_says_why_and_a_person_lets_it_start_anew(visit: Visit) -> None:
    with open_store(f"sqlite:///{visit.service.home / 'dam.sqlite'}").writing() as work:
        work.jobs.enqueue("index", {})
        job = work.jobs.lease(["index"], work.now(), work.now(), 99)[-1]
        assert work.jobs.failed(job, "poison", "It took its process with it.", None)
        work.commit()
    visit.go("/settings/work")
    line = visit.page.get_by_role("listitem").filter(has_text="It took its process with it.")
    expect(line).to_contain_text("poison")
    visit.accessible()
    line.get_by_role("button", name="Try again").click()
    expect(visit.page.get_by_text("Nothing is set aside.")).to_be_visible()
    assert visit.service.get("/api/v1/work?state=set_aside")["data"] == []


def test_a_recipe_of_the_house_is_added_changed_and_retired(visit: Visit) -> None:
    page = visit.page
    visit.go("/settings/recipes")
    page.get_by_role("button", name="New recipe").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("our-teaser")
    dialog.get_by_label("Title").fill("Our teaser")
    dialog.get_by_label("Longest side in px").fill("640")
    dialog.get_by_label("Colours").select_option("keep")
    dialog.get_by_label("Page", exact=True).fill("2")
    dialog.get_by_label("Moment of a film, in seconds").fill("1.5")
    visit.accessible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    line = page.get_by_role("listitem").filter(has_text="our-teaser")
    expect(line).to_contain_text("640 px")
    visit.accessible()
    page.get_by_role("button", name="Change Our teaser").click()
    dialog.get_by_label("Longest side in px").fill("800")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(line).to_contain_text("800 px")
    shown = [each for each in visit.service.get("/api/v1/recipes")["data"] if each["name"] == "our-teaser"]
    assert [(each["version"], each["box"], each["choosable"]) for each in shown] == [(1, 640, False), (2, 800, True)]
    assert [(each["page"], each["time"], each["profile"]) for each in shown] == [(2, 1.5, "keep")] * 2
    page.get_by_role("button", name="Retire Our teaser").click()
    expect(line).to_have_count(0)


def test_a_recipe_that_makes_films_asks_for_what_films_have(visit: Visit) -> None:
    page = visit.page
    visit.go("/settings/recipes")
    page.get_by_role("button", name="New recipe").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("social-square")
    dialog.get_by_label("Page", exact=True).fill("2")
    dialog.get_by_label("Format").select_option("mp4")
    for label in ("Page", "Moment of a film, in seconds", "Colours", "Background"):
        expect(dialog.get_by_label(label, exact=True)).to_have_count(0)
    dialog.get_by_label("How it fits").select_option("contain")
    dialog.get_by_label("Width in px").fill("4000")
    dialog.get_by_label("Height in px").fill("1080")
    dialog.get_by_label("Background").fill("#102030")
    visit.accessible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("It is a whole number from 1 to 1920.")).to_be_visible()
    dialog.get_by_label("Width in px").fill("1080")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text="social-square")).to_contain_text("1080 × 1080 px")
    (made,) = [each for each in visit.service.get("/api/v1/recipes")["data"] if each["name"] == "social-square"]
    assert (made["media_type"], made["page"], made["background"]) == ("video/mp4", None, "#102030")


@pytest.mark.parametrize("width", [390, 1280])
def test_one_s_own_account(visiting: Callable[..., Visit], width: int) -> None:
    visit = visiting(viewport={"width": width, "height": 800})
    visit.sign_in()
    visit.go("/settings")
    visit.page.get_by_label("Present password").fill("wrong wrong wrong")
    visit.page.get_by_label("New password").fill("another long password")
    visit.page.get_by_role("button", name="Change the password").click()
    expect(visit.page.get_by_role("alert")).to_be_visible()
    expect(visit.page.get_by_label("New password")).to_have_value("another long password")
    visit.page.get_by_label("Present password").fill("a long enough password")
    visit.page.get_by_role("button", name="Change the password").click()
    expect(visit.page.get_by_role("status")).to_contain_text("The password is changed.")
    visit.page.get_by_label("Language").select_option("de")
    expect(visit.page.get_by_role("heading", name="Ihr Konto")).to_be_visible()
    visit.accessible()
    visit.page.reload()
    expect(visit.page.get_by_role("button", name="Abmelden")).to_be_visible()
    visit.page.get_by_role("button", name="Abmelden").click()
    expect(visit.page.get_by_role("heading", name="Anmelden")).to_be_visible()
