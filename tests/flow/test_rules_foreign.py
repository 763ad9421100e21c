"""The rules of the core on real folders: bytes of somebody else, and what is no file at all, are not overwritten
unasked; what we replace of them is kept.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from dam.domain.placements import UNREADABLE
from dam.operations import channels, decide, place, reconcile
from dam.operations.channels import ChannelEdit
from tests.flow.house import BOSS, House, files, sha256
from tests.flow.shown import FOREIGN, ONE, TWO, shown

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
