"""The rules of the core on real folders: a root that vanishes is not an empty one; one file is one target, in whatever
way it is reached.
"""

from pathlib import Path

import pytest

from dam.domain.errors import Conflict
from dam.operations import channels, place
from tests.flow.house import BOSS, House, files
from tests.flow.shown import ONE, TWO, refused, shown

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
