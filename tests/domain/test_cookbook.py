"""Recipes of the house: what may be one, its versions, and when it is retired."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dam.domain import cookbook, recipes
from dam.domain.cookbook import HouseRecipe, Spec
from dam.domain.errors import Conflict, Invalid

AT = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2026, 11, 2, tzinfo=UTC)
WIDE: dict[str, Any] = {
    "format": "jpeg", "fit": "cover", "width": 1200, "height": 400, "background": "#ffffff", "quality": 86,
    "metadata": "strip",
}  # fmt: skip


def added(name: str = "banner", spec: Spec | None = None, last: HouseRecipe | None = None) -> HouseRecipe:
    wanted = spec or Spec("jpeg", "cover", width=1200, height=400)
    return cookbook.add(name, "Banner", wanted, last, "ann", AT).recipe


def wrong(spec: Spec) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        added(spec=spec)
    assert refusal.value.code == "invalid_recipe"
    return {(each.field, each.code) for each in refusal.value.errors}


def test_what_is_not_said_is_as_usual_and_stays_so() -> None:
    assert added() == HouseRecipe("banner", 1, "Banner", WIDE, AT, "ann")
    assert added(spec=Spec("png", box=900)).spec == {"format": "png", "fit": "inside", "box": 900, "metadata": "strip"}
    assert added(spec=Spec("webp", box=900)).spec["quality"] == 84


def test_a_recipe_is_a_declaration_like_a_built_in_one() -> None:
    recipe = cookbook.recipe_of(added())
    assert (recipe.name, recipe.version, recipe.media_type, recipe.extension) == ("banner", 1, "image/jpeg", "jpg")
    assert (recipe.box, recipe.fit, recipe.frame, recipe.background) == (1200, "cover", (1200, 400), "#ffffff")
    assert (recipe.quality, recipe.display, recipe.task) == (86, False, "render")
    placed = cookbook.recipe_of(added(spec=Spec("png", box=900, page=3, time=0.0)))
    assert (placed.page, placed.time, placed.elsewhere, recipe.elsewhere) == (3, 0.0, True, False)
    plain = cookbook.recipe_of(added(spec=Spec("png", box=900)))
    assert (plain.box, plain.frame, plain.background, plain.fit) == (900, None, None, "inside")


def test_what_does_not_go_together_is_refused_with_each_field() -> None:
    assert wrong(Spec("jpeg")) == {("box", "missing")}
    assert wrong(Spec("jpeg", "cover", width=9)) == {("height", "missing")}
    assert wrong(Spec("jpeg", "inside", box=9, width=9)) == {("width", "not_allowed")}
    assert wrong(Spec("jpeg", "contain", box=9, width=9, height=9)) == {("box", "not_allowed")}
    assert wrong(Spec("png", box=9, quality=80)) == {("quality", "not_allowed")}
    assert wrong(Spec("gif", "stretch", box=9)) >= {("format", "unknown"), ("fit", "unknown")}  # type: ignore[arg-type]
    assert wrong(Spec("jpeg", box=0)) == wrong(Spec("jpeg", box=8193)) == {("box", "out_of_range")}
    assert wrong(Spec("jpeg", box=9, quality=101)) == {("quality", "out_of_range")}
    assert wrong(Spec("avif", box=3073)) == {("box", "out_of_range")}
    assert wrong(Spec("jpeg", box=9, max_bytes=0)) == {("max_bytes", "out_of_range")}
    assert wrong(Spec("jpeg", box=9, profile="adobe")) == {("profile", "unknown")}  # type: ignore[arg-type]
    for page in (0, 1001, True, 1.5):
        assert wrong(Spec("jpeg", box=9, page=page)) == {("page", "out_of_range")}  # type: ignore[arg-type]
    for time in (-0.5, 86_401, float("nan"), True):
        assert wrong(Spec("jpeg", box=9, time=time)) == {("time", "out_of_range")}
    for colour in ("white", "#FFFFFF", "#fff", "#ffffff\n"):
        assert wrong(Spec("jpeg", box=9, background=colour)) == {("background", "invalid")}


def test_a_film_is_one_and_has_what_films_have() -> None:
    square = added(spec=Spec("mp4", "cover", width=1080, height=1080))
    assert square.spec == {
        "format": "mp4", "fit": "cover", "width": 1080, "height": 1080, "quality": 80, "metadata": "strip",
    }  # fmt: skip
    recipe = cookbook.recipe_of(square)
    assert (recipe.makes, recipe.task, recipe.media_type, recipe.extension) == ("film", "encode", "video/mp4", "mp4")
    assert (recipe.kinds, recipe.display, recipe.looked_at, recipe.takes_long) == (recipes.FILMS, False, False, True)
    assert cookbook.recipe_of(added()).takes_long is False
    assert added(spec=Spec("mp4", "contain", width=9, height=9)).spec["background"] == "#000000"
    assert "background" not in added(spec=Spec("mp4", box=720)).spec
    assert added(spec=Spec("mp4", box=720, max_bytes=2 << 30)).spec["max_bytes"] == 2 << 30


def test_what_a_film_has_not_is_refused_with_each_field() -> None:
    assert wrong(Spec("mp4", box=9, page=1, time=0.0, profile="keep", background="#000000")) == {
        (name, "not_allowed") for name in ("page", "time", "profile", "background")
    }
    assert wrong(Spec("mp4", "cover", width=9, height=9, background="#000000")) == {("background", "not_allowed")}
    assert wrong(Spec("mp4", box=1921)) == {("box", "out_of_range")}
    assert wrong(Spec("mp4", "contain", width=1921, height=9)) == {("width", "out_of_range")}
    assert wrong(Spec("mp4", box=9, max_bytes=(2 << 30) + 1)) == {("max_bytes", "out_of_range")}
    assert wrong(Spec("jpeg", box=9, max_bytes=(32 << 20) + 1)) == {("max_bytes", "out_of_range")}
    assert wrong(Spec("mp4", box=9, quality=0)) == {("quality", "out_of_range")}


def test_what_is_no_film_has_a_reason_and_what_to_do() -> None:
    film = cookbook.recipe_of(added(spec=Spec("mp4", box=720)))
    assert recipes.obstacle(film, "video/mp4", "video", 9) is None
    for media_type, kind in (("image/jpeg", "image"), ("audio/mpeg", "audio"), ("application/pdf", "document")):
        said = recipes.obstacle(film, media_type, kind, 9)
        assert said is not None
        assert "Banner makes a film, and of films only. Choose a recipe that makes a picture." in said


@pytest.mark.parametrize("name", ["", "Banner", "a b", "a_b", "-a", "a-", "a--b", "a/b", "a" * 61, "ä"])
def test_a_name_is_one_that_can_stand_in_an_address(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        added(name)
    assert [each.field for each in refusal.value.errors] == ["name"]


@pytest.mark.parametrize("name", ["original", "thumb-256"])
def test_no_recipe_takes_the_name_of_one_that_is_built_in(name: str) -> None:
    with pytest.raises(Conflict) as refusal:
        added(name)
    assert refusal.value.code == "recipe_exists"


def test_a_change_is_the_next_version_beside_the_old_one() -> None:
    first = added()
    second = cookbook.change(first, {"quality": 70}, "bea", LATER).recipe
    assert second == HouseRecipe("banner", 2, "Banner", {**WIDE, "quality": 70}, LATER, "bea")
    again = cookbook.change(second, {"quality": None, "title": "Wide"}, "bea", LATER).recipe
    assert (again.version, again.title, again.spec) == (3, "Wide", WIDE)
    boxed = cookbook.change(first, {"fit": "inside", "width": None, "height": None, "box": 700}, "bea", LATER).recipe
    kept = {"background": "#ffffff", "quality": 86, "metadata": "strip"}
    assert boxed.spec == {"format": "jpeg", "fit": "inside", "box": 700, **kept}


def test_a_recipe_from_before_profiles_were_a_choice_is_no_other_one_for_that() -> None:
    assert "profile" not in added().spec
    with pytest.raises(Conflict):
        cookbook.change(added(), {"profile": "srgb"}, "bea", LATER)
    kept = cookbook.change(added(), {"profile": "keep"}, "bea", LATER).recipe
    assert (kept.version, kept.spec) == (2, {**WIDE, "profile": "keep"})
    assert (cookbook.recipe_of(added()).profile, cookbook.recipe_of(kept).profile) == ("srgb", "keep")


def test_another_title_alone_makes_no_version() -> None:
    assert cookbook.change(added(), {"title": "Wide"}, "bea", LATER).recipe == replace(added(), title="Wide")


def test_what_changes_nothing_or_does_not_fit_is_refused() -> None:
    for changes in ({}, {"quality": 86}, {"title": "Banner", "background": None}):
        with pytest.raises(Conflict) as refusal:
            cookbook.change(added(), changes, "bea", LATER)
        assert refusal.value.code == "nothing_changes"
    with pytest.raises(Invalid):
        cookbook.change(added(), {"box": 700}, "bea", LATER)


def test_what_is_used_is_not_retired() -> None:
    for placements, channels in ((1, 0), (0, 1)):
        with pytest.raises(Conflict) as refusal:
            cookbook.retire(added(), placements, channels, "bea", LATER)
        assert (refusal.value.code, refusal.value.extra) == ("in_use", {"placements": placements, "channels": channels})


def test_a_retired_one_is_not_changed_and_its_name_goes_on_counting() -> None:
    retired = cookbook.retire(added(), 0, 0, "bea", LATER).recipe
    assert retired == replace(added(), retired_at=LATER)
    verbs: tuple[Callable[[], object], ...] = (
        lambda: cookbook.change(retired, {"quality": 1}, "bea", AT),
        lambda: cookbook.retire(retired, 0, 0, "bea", AT),
    )
    for verb in verbs:
        with pytest.raises(Conflict) as refusal:
            verb()
        assert refusal.value.code == "recipe_retired"
    with pytest.raises(Conflict) as refusal:
        added(last=added())
    assert refusal.value.code == "recipe_exists"
    assert added(last=retired).version == 2


def test_what_happened_is_told_with_all_that_the_recipe_is() -> None:
    told = cookbook.change(added(), {"quality": 70}, "bea", LATER).event
    assert (told.type, told.principal_id, told.at) == ("recipe.changed", "bea", LATER)
    assert told.data == {
        "recipe": "banner", "recipe_version": 2, "title": "Banner", "spec": {**WIDE, "quality": 70},
    }  # fmt: skip
