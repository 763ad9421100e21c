"""What an artefact depends on beside the file and the recipe."""

from dataclasses import replace
from datetime import UTC, datetime

from dam.domain import recipes
from dam.domain.assets import Asset, Edit, edit
from dam.domain.parameters import applied, parameters
from dam.domain.recipes import NO_PARAMS, Recipe, params_sha256

AT = datetime(2026, 11, 1, tzinfo=UTC)
WRITTEN = {"Alt Text": "Hills <in> snow", "rights": "", "other": "no"}
ASSET = Asset("a1", "key", "Hills", "", WRITTEN, (), (), AT, "ann", AT, focal={"x": 0.25, "y": 1.0})
EMBEDDED = {
    "fields": {"rights": {"value": "file's", "source": "exif"}, "creator": {"value": "Ann", "source": "xmp"}},
    "location": {"latitude": 1.0, "longitude": 2.0, "source": "exif"},
}
CUT, WHOLE = recipes.newest("square-1080"), recipes.newest("jpeg-1600")
SAYING = replace(WHOLE, metadata="rights")


def test_only_a_cut_depends_on_the_focal_point() -> None:
    assert parameters(CUT, ASSET, EMBEDDED) == {"focal": [0.25, 1.0]}
    assert parameters(WHOLE, ASSET, EMBEDDED) == {}
    assert params_sha256(parameters(CUT, replace(ASSET, focal=None), None)) == NO_PARAMS


def test_only_a_recipe_that_writes_depends_on_what_is_written_and_nothing_tells_the_place() -> None:
    said = {"title": "Hills", "alt_text": "Hills <in> snow", "creator": "Ann"}  # the rights a person has emptied
    assert parameters(SAYING, ASSET, EMBEDDED) == {"words": said}
    assert parameters(SAYING, replace(ASSET, title=" ", fields={}), None) == {}
    assert parameters(SAYING, replace(ASSET, title="x" * 3000), None)["words"] == {
        "title": "x" * 2000, "alt_text": "Hills <in> snow",
    }  # fmt: skip


def test_a_recipe_is_carried_out_with_them() -> None:
    both = replace(CUT, metadata="rights")
    found: Recipe = applied(both, parameters(both, ASSET, None))
    assert (found.focal, found.words["title"]) == ((0.25, 1.0), "Hills")
    assert applied(both, None) == both


def test_a_focal_point_is_edited_and_taken_away() -> None:
    moved = edit(ASSET, Edit(focal={"x": 0.5, "y": 0.5}), "bea", AT)
    assert (moved.asset.focal, moved.asset.revision) == ({"x": 0.5, "y": 0.5}, 2)
    assert edit(ASSET, Edit(focal={}), "bea", AT).asset.focal is None
    assert edit(ASSET, Edit(title="Hills"), "bea", AT).asset == ASSET
