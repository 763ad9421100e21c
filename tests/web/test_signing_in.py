"""The first start's link, later sign-ins, and a session that ends while somebody works."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.web.conftest import PASSWORD, Visit


def test_the_link_leads_to_name_and_password_and_then_into_the_library(visiting: Callable[..., Visit]) -> None:
    visit = visiting()
    link = visit.service.said["link"]
    visit.page.goto(link)
    expect(visit.page.get_by_role("heading", name="Welcome")).to_be_visible()
    visit.accessible()
    visit.sign_in()
    expect(visit.page).to_have_url(f"{visit.address}/")
    assert "Ada" in [each["name"] for each in visit.service.get("/api/v1/users")["data"]]

    other = visiting()
    other.page.goto(link)
    other.page.get_by_label("Name").fill("Eve")
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Begin").click()
    expect(other.page.get_by_role("alert")).to_contain_text("link_invalid")
    other.accessible()
    other.sign_in()
    expect(other.page.get_by_text("Ada")).to_be_visible()


def test_a_wrong_password_is_said_and_nothing_typed_is_lost(visit: Visit, visiting: Callable[..., Visit]) -> None:
    other = visiting()
    other.go("/placements")
    other.page.get_by_label("Name").fill("Ada")
    other.page.get_by_label("Password").fill("not the password")
    other.page.get_by_role("button", name="Sign in").click()
    expect(other.page.get_by_role("alert")).to_contain_text("Name or password is wrong.")
    expect(other.page.get_by_label("Name")).to_have_value("Ada")
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Sign in").click()
    expect(other.page.get_by_role("navigation", name="Places")).to_be_visible()
    expect(other.page).to_have_url(f"{other.address}/placements")  # where one wanted to go


def test_every_page_answers_at_its_address_and_obeys_the_policy(visit: Visit) -> None:
    answer = visit.page.goto(f"{visit.address}/inbox")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    expect(visit.page.get_by_role("main")).to_be_visible()


def test_german_is_spoken_to_who_prefers_it(visiting: Callable[..., Visit]) -> None:
    visit = visiting(locale="de-DE")
    visit.go("/sign-in")
    expect(visit.page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(visit.page.locator("html")).to_have_attribute("lang", "de")
