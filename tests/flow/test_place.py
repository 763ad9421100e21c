"""Placements: who may have a place."""

import pytest

from dam.domain.errors import Conflict, PreconditionFailed
from dam.operations import place
from tests.harness.stage import BOSS, REMOTE, Stage


def test_a_target_belongs_to_one_placement(stage: Stage) -> None:
    standing = stage.standing()
    with pytest.raises(Conflict) as refused:
        place.place(stage.services, BOSS, stage.ids.asset, place.Where(standing.channel.id, REMOTE))
    assert refused.value.code == "target_taken"
    assert refused.value.extra["placement_id"] == standing.placement.id


def test_a_change_names_what_it_saw(stage: Stage) -> None:
    seen = stage.standing().placement
    stage.release(1)
    place.change(stage.services, BOSS, seen.id, place.Change(pinned=1, seen=seen))
    with pytest.raises(PreconditionFailed) as refused:
        place.change(stage.services, BOSS, seen.id, place.Change(recipe="thumb-256", seen=seen))
    assert refused.value.code == "revision_differs"


def test_only_an_approved_version_can_be_pinned(stage: Stage) -> None:
    where = place.Where(stage.standing().channel.id, "pinned.bin", pinned=2)
    with pytest.raises(Conflict) as refused:
        place.place(stage.services, BOSS, stage.ids.asset, where)
    assert refused.value.code == "never_approved"
    stage.release(2)
    assert place.place(stage.services, BOSS, stage.ids.asset, where)
