"""The rules of the core on real folders: an artefact is fixed before it is pushed, whatever encoders and recipes do
later.
"""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from dam.domain import recipes
from dam.domain.errors import Unavailable
from dam.operations import place, reconcile, renditions, rollouts
from dam.operations.place import Change
from tests.flow.house import BOSS, PNG, Encoder, House, files, sha256
from tests.flow.shown import FOREIGN, ONE, TWO, refused


@pytest.fixture
def encoder(house: House) -> Encoder:
    assert isinstance(house.renderer, Encoder)
    return house.renderer


def previewed(house: House, shop: Path, encoder: Encoder) -> tuple[str, str, bytes]:
    """A picture shown in the shop as its preview: asset, placement, the delivered bytes."""
    asset, channel = house.upload(PNG + ONE, "hero.png"), house.channel(recipe="preview-1024")
    house.drain()
    house.approve(asset, 1)
    placement = house.place(asset, channel, "hero.webp")
    house.drain()
    made = encoder.encode(PNG + ONE, "preview-1024", 1)
    assert (house.word(placement), files(shop)) == ("current", {"hero.webp": made})
    return asset, placement, made


def test_a_changed_encoder_changes_nothing_that_was_delivered(house: House, shop: Path, encoder: Encoder) -> None:
    _, placement, made = previewed(house, shop, encoder)
    encoder.edition = "second"
    renditions.throw_away(house.services)
    house.drain()
    assert house.word(placement) == "current"

    (shop / "hero.webp").unlink()
    place.repair(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.webp": made})


def test_a_second_place_gets_the_recorded_artefact(house: House, shop: Path, encoder: Encoder) -> None:
    asset, placement, made = previewed(house, shop, encoder)
    encoder.edition = "second"
    other = house.place(asset, house.standing(placement).placement.channel_id, "again.webp")
    house.drain()
    assert house.word(other) == "current"
    assert files(shop) == {"hero.webp": made, "again.webp": made}


def test_an_artefact_that_is_lost_is_not_made_again_behind_anybodys_back(
    house: House, shop: Path, encoder: Encoder
) -> None:
    _, placement, made = previewed(house, shop, encoder)
    encoder.edition = "second"
    for stored in (house.folder / "objects").rglob(sha256(made)):
        stored.unlink()
    (shop / "hero.webp").write_bytes(FOREIGN)
    place.repair(house.services, BOSS, placement)
    house.drain()
    assert files(shop) == {"hero.webp": FOREIGN}
    state = house.state(placement)
    assert (state.word, state.needs_person and state.needs_person.code) == ("failed", "artefact_missing")


def test_an_artefact_that_breaks_off_while_it_is_read_is_tried_again(
    house: House, shop: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that come over a network may stop coming; no place is at fault, and nobody is needed."""
    _, placement, made = previewed(house, shop, encoder)
    (shop / "hero.webp").unlink()

    class BreaksOff(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise Unavailable("objects_unavailable", "The object store broke off.")

    with monkeypatch.context() as patched:
        patched.setattr(house.services.objects, "open", lambda _: BreaksOff(made))
        place.repair(house.services, BOSS, placement)
        house.drain()
    assert files(shop) == {}
    assert house.need(placement) is None
    house.time.move(3600)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.webp": made})


def second_version(monkeypatch: pytest.MonkeyPatch) -> None:
    better = replace(recipes.newest("preview-1024"), version=2, quality=90)
    monkeypatch.setattr(recipes, "RECIPES", (*recipes.RECIPES, better))


def test_a_new_version_of_a_recipe_moves_only_who_is_asked(
    house: House, shop: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, placement, made = previewed(house, shop, encoder)
    refused("nothing_changes", lambda: rollouts.recipe_rollout(house.services, BOSS, "preview-1024"))
    second_version(monkeypatch)
    house.time.move(86_400)
    house.drain()
    reconcile.reconcile(house.services, None)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.webp": made})

    house.add(asset, PNG + TWO)
    house.approve(asset, 2)
    house.drain()
    assert files(shop) == {"hero.webp": encoder.encode(PNG + TWO, "preview-1024", 1)}

    impact = rollouts.recipe_impact(house.services, BOSS, "preview-1024")
    assert (impact.newest, impact.placements) == (2, 1)
    number = rollouts.recipe_rollout(house.services, BOSS, "preview-1024")
    house.drain()
    assert house.word(placement) == "current"
    assert files(shop) == {"hero.webp": encoder.encode(PNG + TWO, "preview-1024", 2)}
    assert house.standing(placement).placement.recipe_version == 2
    with house.services.store.reading() as work:
        rollout = work.rollouts.get(number)
    assert rollout is not None
    assert (rollout.cause, rollout.state) == ("recipe_change", "done")
    refused("nothing_changes", lambda: rollouts.recipe_rollout(house.services, BOSS, "preview-1024"))


def test_one_placement_can_be_moved_alone(
    house: House, shop: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, placement, _ = previewed(house, shop, encoder)
    second_version(monkeypatch)
    place.change(house.services, BOSS, placement, Change(recipe="preview-1024"))
    house.drain()
    assert (house.word(placement), files(shop)) == (
        "current",
        {"hero.webp": encoder.encode(PNG + ONE, "preview-1024", 2)},
    )


def test_a_recipe_that_cannot_be_made_needs_a_person_and_keeps_the_old(house: House, shop: Path) -> None:
    asset, channel = house.upload(PNG + ONE, "hero.png"), house.channel(recipe="preview-1024")
    house.approve(asset, 1)
    placement = house.place(asset, channel, "hero.webp")
    house.drain()
    before = files(shop)
    assert (house.word(placement), len(before)) == ("current", 1)
    house.add(asset, b"no picture\0")
    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "artefact_failed")
    assert files(shop) == before
