"""What is written in a file, and what it consists of, on its asset's page; and that whoever looks is served first."""

from playwright.sync_api import Route, expect

from tests.corpus import written
from tests.web.conftest import Team

FILE = written.jpeg(exif_block=written.exif(artist="Ada", place=written.PLACE), xmp_block=written.FULL_XMP, c2pa=True)


def test_the_keywords_of_a_file_become_tags_when_somebody_says_so(team: Team) -> None:
    asset, page = team.asset("Tulips", FILE, "tulips.jpg"), team.page
    team.open(asset)
    offered = page.get_by_role("list", name="Keywords in the file")
    expect(offered.get_by_role("button")).to_have_text(["tulips", "Frühling"])
    assert team.now(asset)["tags"] == []
    team.visit.accessible()
    page.get_by_role("button", name="Add the tag Frühling").click()
    expect(page.get_by_role("list", name="Tags").get_by_role("link")).to_have_text(["Frühling"])
    expect(offered.get_by_role("button")).to_have_text(["tulips"])
    assert team.now(asset)["tags"] == ["Frühling"]


def test_place_credentials_and_colours_are_told(team: Team) -> None:
    asset, page = team.asset("Tulips", FILE, "tulips.jpg"), team.page
    team.open(asset)
    expect(page.get_by_text("Taken at 48.85822, 2.29450")).to_be_visible()
    expect(page.get_by_text("The original keeps them; previews and renditions do not have them.")).to_be_visible()
    expect(page.locator(".hue")).to_have_count(4)


def test_who_looks_at_what_is_not_made_yet_asks_for_it_to_be_made_first(team: Team) -> None:
    def unmade(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for each in body["data"]:
            each["renditions"] = [{**made, "state": "pending", "url": None} for made in each["renditions"]]
        route.fulfill(response=answer, json=body)

    asset, page = team.asset(), team.page
    page.route("**/api/v1/assets/*/versions?*", unmade)
    with page.expect_response("**/versions/1/awaited") as asked:
        team.open(asset)
    assert asked.value.status == 202
