"""An asset that is shown in the folder of a shop: where most of the rules on real folders begin."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dam.domain.errors import DamError
from tests.flow.house import House, files

ONE, TWO, FOREIGN = b"one", b"two two", b"somebody else's work"


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
