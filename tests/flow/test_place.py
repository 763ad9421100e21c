"""Placements: who may have a place."""

import pytest

from dam.domain.errors import Conflict
from dam.operations import place
from tests.harness.stage import BOSS, REMOTE, Stage


def test_a_target_belongs_to_one_placement(stage: Stage) -> None:
    standing = stage.standing()
    with pytest.raises(Conflict) as refused:
        place.place(stage.services, BOSS, stage.ids.asset, place.Where(standing.channel.id, REMOTE))
    assert refused.value.code == "target_taken"
    assert refused.value.extra["placement_id"] == standing.placement.id


def test_only_an_approved_version_can_be_pinned(stage: Stage) -> None:
    where = place.Where(stage.standing().channel.id, "pinned.bin", pinned=2)
    with pytest.raises(Conflict) as refused:
        place.place(stage.services, BOSS, stage.ids.asset, where)
    assert refused.value.code == "never_approved"
    stage.release(2)
    assert place.place(stage.services, BOSS, stage.ids.asset, where)
