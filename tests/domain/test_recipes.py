"""Recipes by name and version, and the key of an artefact's parameters."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from dam.api.document import WordConverter
from dam.domain import cookbook, media_types, recipes
from dam.domain.errors import NotFound
from dam.domain.recipes import RECIPES, Recipe


@pytest.fixture
def two_versions(monkeypatch: pytest.MonkeyPatch) -> tuple[Recipe, Recipe]:
    """A second version of the first recipe, declared before it, so that order can't decide."""
    first = RECIPES[0]
    second = replace(first, version=2, quality=90)
    monkeypatch.setattr(recipes, "RECIPES", (second, *RECIPES))
    return first, second


def test_the_newest_version_counts_and_older_ones_stay(two_versions: tuple[Recipe, Recipe]) -> None:
    first, second = two_versions
    assert recipes.newest(first.name) == second
    assert recipes.newest_version(first.name) == 2
    assert recipes.at_version(first.name, 1) == first
    assert recipes.at_version(first.name, 2) == second


def test_each_name_is_shown_once_at_its_newest(two_versions: tuple[Recipe, Recipe]) -> None:
    shown = recipes.for_display()
    assert two_versions[1] in shown
    assert set(Counter(each.name for each in shown).values()) == {1}


def test_what_is_not_for_display_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "RECIPES", (replace(RECIPES[0], display=False), *RECIPES[1:]))
    assert [each.name for each in recipes.for_display()] == [each.name for each in RECIPES[1:] if each.display]


@pytest.mark.parametrize("name", ["", "thumb", "THUMB-256", "original"])
def test_an_unknown_name_is_not_found(name: str) -> None:
    with pytest.raises(NotFound) as refusal:
        recipes.newest(name)
    assert refusal.value.code == "recipe_not_found"


@pytest.mark.parametrize(("name", "version"), [("thumb-256", 0), ("thumb-256", 99), ("nothing", 1)])
def test_an_unknown_version_is_not_found(name: str, version: int) -> None:
    with pytest.raises(NotFound) as refusal:
        recipes.at_version(name, version)
    assert refusal.value.code == "recipe_not_found"


def test_the_original_has_one_version() -> None:
    assert recipes.newest_version("original") == 1


def test_no_built_in_recipe_takes_a_name_that_a_house_may_have_given_to_its_own() -> None:
    """Whoever upgrades has places by that name. These stood before a house could have recipes."""
    first = {
        "thumb-256", "preview-1024", "large-2048", "proxy-480", "sound-96", "sprite-160", "sprite-160-index",
        "moving-480", "peaks-4000", "jpeg-1600", "link-1200x630", "wide-1920x1080", "square-1080", "story-1080x1920",
        "shop-1500", "png-1600",
    }  # fmt: skip
    later = {each.name for each in RECIPES} - first
    assert [name for name in later if cookbook.is_name(name)] == []
    assert not cookbook.is_name("web--800")
    assert re.fullmatch(WordConverter.regex, "web--800")


def test_declarations_are_unique_and_sound() -> None:
    assert len({(each.name, each.version) for each in RECIPES}) == len(RECIPES)
    assert recipes.ORIGINAL not in {each.name for each in RECIPES}
    for each in RECIPES:
        assert each.version >= 1
        assert each.box > 0
        assert 1 <= each.quality <= 100
        assert (each.frame is None) == (each.fit == "inside")
        assert each.frame is None or max(each.frame) == each.box
        assert each.background is not None or each.media_type != "image/jpeg"
        assert not each.display or each.fit == "inside"  # a cut is no preview


def test_parameters_have_one_digest_whatever_their_order() -> None:
    assert recipes.params_sha256({"a": 1, "b": [2]}) == recipes.params_sha256({"b": [2], "a": 1})
    assert recipes.params_sha256({"a": 1}) != recipes.params_sha256({"a": 2})
    # SHA-256 of "{}"; rows in databases carry it.
    assert recipes.NO_PARAMS == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("each", list(media_types.ALL.values()), ids=lambda each: each.name)
def test_what_can_not_be_decoded_has_a_reason_and_everything_else_is_tried(each: media_types.MediaType) -> None:
    for recipe in recipes.expected(each.kind):
        told = recipes.obstacle(recipe, each.name, each.kind, 9)
        assert told == (None if each.route else each.reason)


def test_only_a_film_has_a_film_to_play() -> None:
    made = {kind: [each.name for each in recipes.expected(kind)] for kind in ("image", "video", "audio", "other")}
    pictures = ["thumb-256", "preview-1024", "large-2048"]
    playable = {
        "video": [*pictures, "proxy-480", "sprite-160", "sprite-160-index"],
        "audio": [*pictures, "sound-96", "peaks-4000"],
    }
    assert made == {"image": pictures, "other": pictures, **playable}
    moving = recipes.expected("image", {"animated": True})
    assert [each.name for each in moving] == [*pictures, "moving-480"]
    told = recipes.obstacle(recipes.newest("proxy-480"), "image/png", "image", 9)
    assert told == "PNG picture: there is no Film to play, 480p of such a file."


def test_an_empty_file_is_told_as_such() -> None:
    for recipe in recipes.for_display():
        assert "empty" in (recipes.obstacle(recipe, "image/png", "image", 0) or "")
