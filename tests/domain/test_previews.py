"""Previews supplied by hand."""

from dataclasses import replace

import pytest

from dam.domain import previews
from dam.domain.errors import Invalid
from tests.contracts.facts import content, digest, later, version


def test_a_picture_stands_for_every_display_rendition_of_that_version() -> None:
    supplied = previews.supply(version(number=3), content("two"), "ann", later(1))
    assert [each.recipe for each in supplied.overrides] == ["thumb-256", "preview-1024", "large-2048"]
    assert {(each.asset_id, each.number, each.sha256) for each in supplied.overrides} == {("a1", 3, digest("two"))}
    assert (supplied.event.type, supplied.event.asset_id) == ("version.preview_supplied", "a1")
    assert supplied.event.data == {"number": 3, "sha256": digest("two")}


def test_what_is_no_picture_is_no_preview() -> None:
    with pytest.raises(Invalid, match="picture") as caught:
        previews.supply(version(), replace(content(), kind="other", media_type="application/zip"), "ann", later(1))
    assert caught.value.code == "not_a_picture"
