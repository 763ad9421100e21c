"""Edits name the revision that they saw, whoever asks for them."""

import pytest

from dam.domain.assets import Edit
from dam.domain.errors import PreconditionFailed
from dam.operations import describe
from tests.harness.stage import BOSS, Stage


def test_an_edit_of_another_revision_is_refused(stage: Stage) -> None:
    seen = stage.standing().asset
    describe.edit(stage.services, BOSS, seen.id, seen.revision, Edit(title="One"))
    with pytest.raises(PreconditionFailed) as refused:
        describe.edit(stage.services, BOSS, seen.id, seen.revision, Edit(title="Two"))
    assert refused.value.code == "revision_differs"
    assert stage.standing().asset.title == "One"
