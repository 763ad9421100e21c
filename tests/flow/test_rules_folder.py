"""The rules of the core on real folders: a root that vanishes, one file reached in two ways, bytes of somebody else,
changed encoders, and what overlaps.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dam.domain import recipes
from dam.domain.errors import Conflict, DamError
from dam.domain.placements import UNREADABLE
from dam.operations import channels, decide, deliver, observe, place, push, reconcile, renditions, rollouts
from dam.operations.channels import ChannelEdit
from dam.operations.place import Change
from tests.flow.house import BOSS, PNG, Encoder, House, files, sha256

ONE, TWO, FOREIGN = b"one", b"two two", b"somebody else's work"


@pytest.fixture
def shop(house: House) -> Path:
    """The folder of the channel ``shop``."""
    return house.outside / "shop"


def shown(house: House, shop: Path) -> tuple[str, str, str]:
    """An asset with two versions, the first approved and proven in the shop: asset, channel, placement."""
    asset, channel = house.upload(ONE), house.channel()
    house.add(asset, TWO)
    placement = house.place(asset, channel)
    house.approve(asset, 1)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": ONE})
    return asset, channel, placement


def refused(code: str, verb: Callable[[], object]) -> DamError:
    with pytest.raises(DamError) as refusal:
        verb()
    assert refusal.value.code == code
    return refusal.value


# A vanished root is not an empty one.


def test_a_vanished_root_is_unreachable_and_comes_back(house: House, shop: Path) -> None:
    asset, channel, placement = shown(house, shop)
    away = shop.rename(house.outside / "away")

    house.audit(channel)
    unreachable(house, placement)

    shop.mkdir()  # an empty place where a disk is mounted otherwise
    house.approve(asset, 2)
    house.time.move(30)
    house.drain()
    house.audit(channel)
    unreachable(house, placement)
    assert list(shop.iterdir()) == []
    assert files(away) == {"hero.bin": ONE}

    shop.rmdir()
    away.rename(shop)
    house.time.move(600)
    channels.check_due(house.services, BOSS)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})
    assert len(house.told("channel.unreachable")) == len(house.told("channel.reachable")) == 1


def unreachable(house: House, placement: str) -> None:
    state, standing = house.state(placement), house.standing(placement)
    assert (state.word, state.reason and state.reason.code) == ("unreachable", "root_vanished")
    assert state.next_attempt_at == standing.channel.next_check_at is not None
    assert standing.observation is not None
    assert (standing.observation.digest, standing.observation.counted) == (None, False)
    assert house.told("placement.drifted") == []


def test_a_root_with_the_mark_of_another_channel_is_not_ours(house: House, shop: Path) -> None:
    _, channel, placement = shown(house, shop)
    house.channel("other")
    shop.rename(house.outside / "away")
    (house.outside / "other").rename(shop)
    house.audit(channel)
    assert house.word(placement) == "unreachable"


def test_a_mark_that_names_no_channel_is_none(house: House, shop: Path) -> None:
    _, channel, placement = shown(house, shop)
    (mark,) = shop.glob(f".dam-channel-{channel}")
    mark.write_bytes(b"")
    house.audit(channel)
    assert house.word(placement) == "unreachable"


def test_no_try_is_lost_while_a_root_is_away(house: House, shop: Path) -> None:
    asset, _, placement = shown(house, shop)
    away = shop.rename(house.outside / "away")
    house.approve(asset, 2)
    for _ in range(house.services.rules.max_tries + 2):
        house.time.move(600)
        house.drain()  # the delivery itself is what finds that the root is away
    away.rename(shop)
    house.time.move(600)
    channels.check_due(house.services, BOSS)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})


# One target, one placement.


@pytest.mark.parametrize("way", ["same", "spelled", "nested", "above", "linked", "linked nested"])
def test_two_ways_to_one_file_are_one_target(house: House, way: str) -> None:
    shop = house.outside / "shop"
    (shop / "deep").mkdir(parents=True)
    (house.outside / "link").symlink_to(shop)
    (house.outside / "deep link").symlink_to(shop / "deep")
    first_at, first_name, second_at, second_name = {
        "same": (shop, "a.bin", shop, "a.bin"),
        "spelled": (shop, "a.bin", house.outside / "shop" / "deep" / "..", "a.bin"),
        "nested": (shop, "deep/a.bin", shop / "deep", "a.bin"),
        "above": (shop / "deep", "a.bin", shop, "deep/a.bin"),
        "linked": (shop, "a.bin", house.outside / "link", "a.bin"),
        "linked nested": (shop, "deep/a.bin", house.outside / "deep link", "a.bin"),
    }[way]
    asset, other = house.upload(ONE), house.upload(TWO)
    first = house.channel("first", first_at)
    second = house.channel("second", second_at)
    taken = house.place(asset, first, first_name)

    refusal = refused("target_taken", lambda: house.place(other, second, second_name))
    assert isinstance(refusal, Conflict)
    assert refusal.extra == {"placement_id": taken, "asset_id": asset, "channel_id": first}

    house.place(other, second, f"not {Path(second_name).name}")


def test_a_target_is_free_again_when_its_placement_has_ended(house: House, shop: Path) -> None:
    asset, channel, placement = shown(house, shop)
    place.withdraw(house.services, BOSS, placement)
    refused("target_taken", lambda: house.place(asset, channel))
    house.drain()
    assert (house.word(placement), files(shop)) == ("withdrawn", {})
    again = house.place(asset, channel)
    house.drain()
    assert (house.word(again), files(shop)) == ("current", {"hero.bin": ONE})


# Bytes of somebody else.


def test_a_first_placement_touches_nothing_unknown(house: House, shop: Path) -> None:
    asset, channel = house.upload(ONE), house.channel()
    (shop / "hero.bin").write_bytes(FOREIGN)
    placement = house.place(asset, channel)
    house.approve(asset, 1)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "target_occupied")
    house.time.move(3600)
    reconcile.reconcile(house.services, None)
    house.drain()
    assert (house.need(placement), files(shop)) == ("target_occupied", {"hero.bin": FOREIGN})


def test_adopting_keeps_a_copy_and_its_digest(house: House, shop: Path) -> None:
    asset, channel = house.upload(ONE), house.channel()
    house.approve(asset, 1)
    (shop / "hero.bin").write_bytes(FOREIGN)
    placement = house.place(asset, channel, adopt=True)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": ONE})
    assert house.standing(placement).placement.adopted_sha256 == sha256(FOREIGN)
    assert house.stored(sha256(FOREIGN)) == FOREIGN
    (kept,) = house.told("placement.foreign_kept")
    assert (kept.event.data["sha256"], kept.event.data["adopted"]) == (sha256(FOREIGN), True)


def test_the_approved_bytes_that_are_there_already_need_nobody(house: House, shop: Path) -> None:
    asset, channel = house.upload(ONE), house.channel()
    house.approve(asset, 1)
    (shop / "hero.bin").write_bytes(ONE)
    placement = house.place(asset, channel)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": ONE})


@pytest.mark.parametrize("whole", [True, False], ids=["asset", "placement"])
def test_a_withdrawal_removes_no_foreign_bytes_unless_asked(house: House, shop: Path, whole: bool) -> None:
    asset, _, placement = shown(house, shop)
    (shop / "hero.bin").write_bytes(FOREIGN)
    if whole:
        decide.withdraw(house.services, BOSS, asset)
    else:
        place.withdraw(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "foreign_bytes")
    assert files(shop) == {"hero.bin": FOREIGN}

    place.repair(house.services, BOSS, placement)
    house.drain()
    assert files(shop) == {"hero.bin": FOREIGN}

    place.repair(house.services, BOSS, placement, adopt=True)
    house.drain()
    assert (house.word(placement), files(shop)) == ("withdrawn", {})
    assert house.stored(sha256(FOREIGN)) == FOREIGN


def test_a_withdrawal_removes_older_bytes_of_ours(house: House, shop: Path) -> None:
    asset, _, placement = shown(house, shop)
    house.approve(asset, 2)
    house.drain()
    (shop / "hero.bin").write_bytes(ONE)
    place.withdraw(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), files(shop)) == ("withdrawn", {})


def test_a_hand_edit_is_drift_and_its_repair_keeps_a_copy(house: House, shop: Path) -> None:
    _, channel, placement = shown(house, shop)
    (shop / "hero.bin").write_bytes(FOREIGN)
    assert house.word(placement) == "current"  # nobody has looked yet

    house.audit(channel)
    assert (house.word(placement), house.need(placement)) == ("drifted", "drifted")
    (drift,) = house.told("placement.drifted")
    assert (drift.event.data["seen"], drift.event.data["expected"]) == (sha256(FOREIGN), sha256(ONE))
    house.audit(channel)
    reconcile.reconcile(house.services, None)
    house.drain()
    assert files(shop) == {"hero.bin": FOREIGN}
    assert len(house.told("placement.drifted")) == 1

    place.repair(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": ONE})
    assert house.stored(sha256(FOREIGN)) == FOREIGN
    (kept,) = house.told("placement.foreign_kept")
    assert (kept.event.data["sha256"], kept.event.data["adopted"]) == (sha256(FOREIGN), False)


def test_the_next_audit_by_the_clock_finds_a_hand_edit(house: House, shop: Path) -> None:
    _, _, placement = shown(house, shop)
    (shop / "hero.bin").write_bytes(FOREIGN)
    house.time.move(house.services.rules.audit_every.total_seconds() - 1)
    house.drain()
    assert house.word(placement) == "current"
    house.time.move(1)
    house.drain()
    assert house.word(placement) == "drifted"


def test_a_hand_edit_that_is_undone_by_hand_is_green_again(house: House, shop: Path) -> None:
    _, channel, placement = shown(house, shop)
    (shop / "hero.bin").unlink()
    house.audit(channel)
    assert house.word(placement) == "drifted"
    (shop / "hero.bin").write_bytes(ONE)
    house.audit(channel)
    assert house.word(placement) == "current"


def test_an_approval_overwrites_a_hand_edit_and_keeps_a_copy(house: House, shop: Path) -> None:
    asset, _, placement = shown(house, shop)
    (shop / "hero.bin").write_bytes(FOREIGN)
    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})
    assert house.stored(sha256(FOREIGN)) == FOREIGN
    assert len(house.told("placement.foreign_kept")) == 1


def test_the_policy_to_repair_brings_it_back_and_keeps_a_copy(house: House, shop: Path) -> None:
    _, channel, placement = shown(house, shop)
    channels.edit(house.services, BOSS, channel, 1, ChannelEdit(on_drift="repair"))
    (shop / "hero.bin").write_bytes(FOREIGN)
    house.audit(channel)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": ONE})
    assert house.stored(sha256(FOREIGN)) == FOREIGN


# Something at the target that is no file.


def _link(target: Path, canary: Path) -> None:
    target.symlink_to(canary)


def _dangling(target: Path, canary: Path) -> None:
    target.symlink_to(canary.with_name("nowhere"))


def _folder(target: Path, canary: Path) -> None:
    target.mkdir()
    (target / "work").write_bytes(FOREIGN)


@pytest.mark.parametrize("plant", [_link, _dangling, _folder])
def test_what_is_no_file_is_neither_followed_nor_replaced(
    house: House, shop: Path, plant: Callable[[Path, Path], None]
) -> None:
    asset, channel, placement = shown(house, shop)
    canary = house.outside / "canary"
    canary.write_bytes(FOREIGN)
    (shop / "hero.bin").unlink()
    plant(shop / "hero.bin", canary)
    before = files(shop)

    house.audit(channel)
    assert house.word(placement) == "drifted"
    assert house.standing(placement).placement.proof_digest == UNREADABLE

    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "target_not_a_file")
    assert files(shop) == before
    assert canary.read_bytes() == FOREIGN
    assert not canary.with_name("nowhere").exists()

    (shop / "hero.bin").rename(house.outside / "taken away")
    place.retry(house.services, BOSS, placement)
    house.drain()
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})


def test_a_link_on_the_way_is_not_followed(house: House, shop: Path) -> None:
    elsewhere = house.outside / "elsewhere"
    elsewhere.mkdir()
    asset, channel = house.upload(ONE), house.channel()
    placement = house.place(asset, channel, "deep/hero.bin")
    (shop / "deep").symlink_to(elsewhere)
    house.approve(asset, 1)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "not_a_folder")
    assert list(elsewhere.iterdir()) == []


# An artefact is fixed before it is pushed.


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
    house.add(asset, b"no picture")
    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), house.need(placement)) == ("failed", "artefact_failed")
    assert files(shop) == before


# What overlaps.


def test_placing_while_an_approval_runs_never_falls_between(house: House, shop: Path) -> None:
    """Both orders of the two, and all between: afterwards every placement shows the head."""
    asset, channel = house.upload(ONE), house.channel()
    house.add(asset, TWO)
    house.approve(asset, 1)
    placements: list[str] = []
    for number in range(12):
        start, failures = threading.Barrier(2), list[BaseException]()
        version = 2 - number % 2
        verb = house.approve if number == 0 else house.roll_back

        def together(run: Callable[[], Any], start: threading.Barrier = start, failures: Any = failures) -> None:
            try:
                start.wait(10)
                run()
            except BaseException as error:
                failures.append(error)

        first = threading.Thread(target=together, args=(lambda verb=verb, v=version: verb(asset, v),))
        second = threading.Thread(
            target=together, args=(lambda n=number: placements.append(house.place(asset, channel, f"{n}.bin")),)
        )
        for thread in (first, second):
            thread.start()
        for thread in (first, second):
            thread.join(30)
        assert failures == []
        house.drain()
        assert {house.word(each) for each in placements} == {"current"}
        assert set(files(shop).values()) == {(ONE, TWO)[version - 1]}
    assert len(files(shop)) == 12


def test_an_audit_in_the_middle_of_a_push_counts_for_nothing(house: House, shop: Path) -> None:
    asset, _, placement = shown(house, shop)
    rollout = house.approve(asset, 2)
    reconcile.fan_out(house.services, rollout)
    _, claims, _ = deliver.claim_due(house.services, 16)
    observe.look(house.services, placement)
    assert house.word(placement) == "replacing"
    assert not any(each.counted for each in [house.standing(placement).observation] if each and each.how == "audit")
    push.push(house.services, claims)
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})


def test_an_audit_that_a_push_overtakes_counts_for_nothing(
    house: House, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, _, placement = shown(house, shop)
    reconcile.fan_out(house.services, house.approve(asset, 2))
    see = observe.see

    def slowly(channel: Any, remote: str) -> Any:
        seen = see(channel, remote)  # the old bytes
        monkeypatch.setattr(observe, "see", see)
        while deliver.run_due(house.services):
            pass
        return seen

    monkeypatch.setattr(observe, "see", slowly)
    observe.look(house.services, placement)
    assert (house.word(placement), files(shop)) == ("current", {"hero.bin": TWO})
    assert house.told("placement.drifted") == []
    last = house.standing(placement).observation
    assert last is not None
    assert (last.how, last.digest, last.counted) == ("audit", sha256(ONE), False)

    house.time.move(observe.AGAIN.total_seconds())
    house.drain()
    last = house.standing(placement).observation
    assert last is not None
    assert (last.how, last.digest, last.counted) == ("audit", sha256(TWO), True)
