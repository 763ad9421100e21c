"""Recipes of the house on a real folder: what is placed by one moves only when it is asked for, and stays known."""

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from dam.domain.assets import Edit
from dam.domain.cookbook import Spec
from dam.domain.errors import DamError
from dam.domain.recipes import Recipe
from dam.operations import cookbook, describe, fetch, impact, place, reconcile, renditions, rollouts
from dam.operations.place import Change, Where
from dam.ports.media import MediaFailure, RenderedFile, Told
from dam.ports.views import VersionView
from tests.flow.house import BOSS, PNG, Encoder, House, files
from tests.flow.shown import ONE, TWO, refused
from tests.workers.world import Pictures


@pytest.fixture
def encoder(house: House) -> Encoder:
    assert isinstance(house.renderer, Encoder)
    return house.renderer


def add(house: House, name: str = "banner") -> None:
    cookbook.add(house.services, BOSS, name, "Banner", Spec("jpeg", "cover", width=1200, height=400))


def change(house: House, **changes: object) -> None:
    cookbook.change(house.services, BOSS, cookbook.get(house.services, BOSS, "banner"), changes)


def retire(house: House) -> None:
    cookbook.retire(house.services, BOSS, cookbook.get(house.services, BOSS, "banner"))


def placed(house: House) -> tuple[str, str]:
    """Asset and placement of an approved picture, as a banner."""
    asset, channel = house.upload(PNG + ONE, "hero.png"), house.channel()
    house.approve(asset, 1)
    placement = place.place(house.services, BOSS, asset, Where(channel, "hero.jpg", "banner"))
    house.drain()
    return asset, placement


def version(house: House, asset: str) -> VersionView:
    with house.services.store.reading() as work:
        view = work.assets.version_view(asset, 1)
    assert view is not None
    return view


def test_a_changed_recipe_moves_a_place_only_when_asked(house: House, shop: Path, encoder: Encoder) -> None:
    add(house)
    _, placement = placed(house)
    first = encoder.encode(PNG + ONE, "banner", 1)
    assert (house.word(placement), files(shop)) == ("current", {"hero.jpg": first})

    change(house, quality=40)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.jpg": first})
    assert rollouts.recipe_impact(house.services, BOSS, "banner").placements == 1

    rollouts.recipe_rollout(house.services, BOSS, "banner")
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.jpg": encoder.encode(PNG + ONE, "banner", 2)})

    place.change(house.services, BOSS, placement, Change(recipe_version=1))
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.jpg": first})


def test_a_recipe_is_retired_once_nothing_uses_it_and_stays_known(house: House, shop: Path, encoder: Encoder) -> None:
    add(house)
    asset, placement = placed(house)
    refused("in_use", lambda: retire(house))
    place.change(house.services, BOSS, placement, Change(recipe="original"))
    house.drain()
    retire(house)
    channel = house.standing(placement).placement.channel_id
    refused("recipe_retired", lambda: place.change(house.services, BOSS, placement, Change(recipe="banner")))
    refused("recipe_retired", lambda: place.place(house.services, BOSS, asset, Where(channel, "b.jpg", "banner")))
    refused("recipe_retired", lambda: house.channel("other", recipe="banner"))
    refused("recipe_retired", lambda: change(house, quality=1))
    made = fetch.content(house.services, BOSS, asset, 1, "banner")
    assert (made.filename, made.media_type) == ("hero-banner.jpg", "image/jpeg")
    add(house)
    assert cookbook.get(house.services, BOSS, "banner").version == 2


def test_a_channel_keeps_its_recipe_from_being_retired(house: House) -> None:
    add(house)
    house.channel(recipe="banner")
    refused("in_use", lambda: retire(house))


def test_what_is_public_stays_there_until_the_next_version_is_made(house: House, encoder: Encoder) -> None:
    add(house)
    asset = house.upload(PNG + ONE, "hero.png")
    house.approve(asset, 1)
    refused("no_rendition", lambda: fetch.approved_content(house.services, BOSS, asset, "banner"))
    renditions.retry(house.services, BOSS, asset, 1, "banner")
    house.drain()
    first = fetch.approved_content(house.services, BOSS, asset, "banner").sha256
    change(house, quality=40)
    assert fetch.approved_content(house.services, BOSS, asset, "banner").sha256 == first

    renditions.retry(house.services, BOSS, asset, 1, "banner")
    shown = {each.recipe: (each.recipe_version, each.state) for each in version(house, asset).renditions}
    assert shown["banner"] == (2, "pending")
    assert fetch.approved_content(house.services, BOSS, asset, "banner").sha256 == first
    refused("not_ready", lambda: fetch.content(house.services, BOSS, asset, 1, "banner"))
    house.drain()
    second = fetch.approved_content(house.services, BOSS, asset, "banner").sha256
    assert second == fetch.content(house.services, BOSS, asset, 1, "banner").sha256 != first


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(house: House) -> None:
    add(house)
    seen = cookbook.get(house.services, BOSS, "banner")
    change(house, quality=40)
    for verb in (lambda: cookbook.change(house.services, BOSS, seen, {"quality": 9}),
                 lambda: cookbook.retire(house.services, BOSS, seen)):  # fmt: skip
        with pytest.raises(DamError) as refusal:
            verb()
        assert refusal.value.code == "revision_differs"


def test_there_are_only_so_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cookbook, "MOST_VERSIONS", 2)
    add(house)
    change(house, quality=40)
    refused("too_many_recipes", lambda: add(house, "card"))
    refused("too_many_recipes", lambda: change(house, quality=41))
    change(house, title="Wide")  # makes no version


class Picky(Encoder):
    """Can't make a banner, nor anything together with one."""

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        if any(each.name == "banner" for each in recipes):
            raise MediaFailure("crashed", "No banner.")
        return super().render(source, media_type, recipes)


def test_what_cant_be_made_for_a_place_costs_no_preview(house: House) -> None:
    house.renderer = Picky()
    add(house)
    asset = house.upload(PNG + ONE, "hero.png")
    renditions.retry(house.services, BOSS, asset, 1, "banner")
    house.drain()
    states = {each.recipe: each.state for each in version(house, asset).renditions}
    assert (states["thumb-256"], states["banner"]) == ("ready", "failed")


# What is written about an asset, and where its picture's middle is.


class Telling(Encoder):
    """Its bytes say with what the recipe was carried out."""

    def give(self, original: bytes, recipe: Recipe) -> RenderedFile:
        data = f"{recipe.name} {recipe.version} {recipe.focal} {dict(recipe.words)}".encode()
        return RenderedFile(io.BytesIO(data), recipe.media_type, 4, 3, len(data))


def describe_(house: House, asset: str, change: Edit) -> None:
    with house.services.store.reading() as work:
        found = work.assets.get(asset)
    assert found is not None
    describe.edit(house.services, BOSS, asset, found.revision, change)


def test_what_is_edited_moves_no_place_and_goes_along_with_whatever_moves_it_next(house: House, shop: Path) -> None:
    house.renderer = Telling()
    cookbook.add(house.services, BOSS, "banner", "Banner", Spec("jpeg", "cover", width=12, height=4, metadata="rights"))
    asset, placement = placed(house)
    first = files(shop)
    assert first == {"hero.jpg": b"banner 1 (0.5, 0.5) {'title': 'hero'}"}

    describe_(house, asset, Edit(title="Hills", focal={"x": 0.25, "y": 0.5}))
    house.time.move(86_400)
    house.drain()
    reconcile.reconcile(house.services, None)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", first)

    place.repair(house.services, BOSS, placement)
    house.drain()
    second = {"hero.jpg": b"banner 1 (0.25, 0.5) {'title': 'Hills'}"}
    assert (house.word(placement), files(shop)) == ("current", second)

    describe_(house, asset, Edit(title="hero", focal={}))
    house.add(asset, PNG + TWO)
    assert impact.of_approval(house.services, BOSS, asset, 2).counts["put"] == 1
    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", first)
    renditions.throw_away(house.services)
    assert house.word(placement) == "current"


def test_what_a_recipe_does_not_depend_on_makes_nothing_anew(house: House, shop: Path) -> None:
    house.renderer = Telling()
    cookbook.add(house.services, BOSS, "banner", "Banner", Spec("jpeg", box=12))
    asset, placement = placed(house)
    describe_(house, asset, Edit(title="Hills", focal={"x": 0.25, "y": 0.5}))
    place.repair(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.jpg": b"banner 1 (0.5, 0.5) {}"})
    with house.services.store.reading() as work:
        sha256 = version(house, asset).version.sha256
        assert len([each for each in work.artefacts.of_source(sha256) if each.recipe == "banner"]) == 1


def test_a_rendition_is_asked_for_with_what_is_written_now(house: House) -> None:
    house.renderer = Telling()
    asset = house.upload(PNG + ONE, "hero.png")
    house.approve(asset, 1)
    digests = []
    for focal in ({"x": 0.0, "y": 0.5}, {"x": 1.0, "y": 0.5}, {"x": 0.0, "y": 0.5}):
        describe_(house, asset, Edit(focal=focal))
        house.time.move(1)
        renditions.retry(house.services, BOSS, asset, 1, "square-1080")
        house.drain()
        digests.append(fetch.approved_content(house.services, BOSS, asset, "square-1080").sha256)
    assert digests[0] == digests[2] != digests[1]
    refused("not_failed", lambda: renditions.retry(house.services, BOSS, asset, 1, "square-1080"))


def test_assets_with_the_same_bytes_show_their_own_words(house: House) -> None:
    house.renderer = Telling()
    cookbook.add(house.services, BOSS, "banner", "Banner", Spec("jpeg", "cover", width=12, height=4, metadata="rights"))
    assets = {title: house.upload(PNG + ONE, f"{title}.png") for title in ("for all", "secret")}
    for title, asset in assets.items():
        describe_(house, asset, Edit(title=title))
        house.approve(asset, 1)
    refused("no_rendition", lambda: fetch.content(house.services, BOSS, assets["secret"], 1, "banner"))
    for title, asset in assets.items():
        house.time.move(1)
        renditions.retry(house.services, BOSS, asset, 1, "banner")
        house.drain()
        again = partial(renditions.retry, house.services, BOSS, asset, 1, "banner")
        refused("not_failed", again)
        describe_(house, asset, Edit(title=f"edited {title}"))  # asks for nothing
    for title, asset in assets.items():
        wanted = f"banner 1 (0.5, 0.5) {{'title': '{title}'}}".encode()
        for found in (
            fetch.content(house.services, BOSS, asset, 1, "banner"),
            fetch.approved_content(house.services, BOSS, asset, "banner"),
        ):
            with found.open(house.services) as file:
                assert file.read() == wanted
        listed = {each.recipe: each for each in version(house, asset).renditions}
        assert listed["banner"].params == {"words": {"title": title}}


def test_what_is_placed_is_shown_also_where_it_was_made_for_another_asset(house: House) -> None:
    add(house)
    placed(house)
    second = house.upload(PNG + ONE, "second.png")
    house.approve(second, 1)
    assert "banner" not in {each.recipe for each in version(house, second).renditions}
    place.place(house.services, BOSS, second, Where(house.channel("other"), "second.jpg", "banner"))
    house.drain()
    assert "banner" in {each.recipe for each in version(house, second).renditions}
    fetch.approved_content(house.services, BOSS, second, "banner")


class Unseen(Encoder):
    """Makes what is for a place, and nothing to look at."""

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        if any(each.display for each in recipes):
            raise MediaFailure("out_of_memory", "Too much.")
        return super().render(source, media_type, recipes)


def test_another_page_says_nothing_about_the_file(house: House) -> None:
    house.renderer = Unseen()
    cookbook.add(house.services, BOSS, "third", "Third", Spec("jpeg", box=12, page=3))
    cookbook.add(house.services, BOSS, "first", "First", Spec("jpeg", box=12))
    asset = house.upload(PNG + ONE, "hero.png")
    house.drain()
    for recipe, known in (("third", {}), ("first", {"width": 4, "height": 3})):
        renditions.retry(house.services, BOSS, asset, 1, recipe)
        house.drain()
        view = version(house, asset)
        assert {each.recipe: each.state for each in view.renditions}[recipe] == "ready"
        assert view.content.properties == known
