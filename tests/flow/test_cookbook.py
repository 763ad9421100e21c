"""Recipes of the house on a real folder: what is placed by one moves only when it is asked for, and stays known."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from dam.domain.cookbook import Spec
from dam.domain.errors import DamError
from dam.domain.recipes import Recipe
from dam.operations import cookbook, fetch, place, renditions, rollouts
from dam.operations.place import Change, Where
from dam.ports.media import MediaFailure, Told
from dam.ports.views import VersionView
from tests.flow.house import BOSS, PNG, Encoder, House, files
from tests.flow.shown import ONE, refused
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
