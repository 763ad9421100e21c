"""What every store must do with recipes of the house; as in ``store_rollouts``."""

from dataclasses import replace
from typing import Any

import pytest

from dam.domain.cookbook import HouseRecipe
from dam.domain.errors import Conflict
from dam.ports.store import Store
from tests.contracts.facts import AT, artefact, asset, channel, content, digest, fill, later, placement, version


def recipe(name: str = "banner", version: int = 1, **given: Any) -> HouseRecipe:
    values: dict[str, Any] = {"title": "Banner", "spec": {"format": "png", "box": 9}, "created_at": AT}
    return HouseRecipe(name, version, **({"created_by": "ann"} | values | given))


class CookbookContract:
    """Recipes of the house."""

    def test_each_version_is_known_and_the_newest_counts(self, store: Store) -> None:
        second = recipe(version=2, spec={"format": "png", "box": 8})
        fill(store, recipe(), recipe("card"), second)
        with store.writing() as work:
            assert work.cookbook.newest("banner") == work.cookbook.hold("banner") == second
            assert work.cookbook.get("banner", 1) == recipe()
            assert work.cookbook.get("banner", 3) is None
            assert work.cookbook.newest("none") is work.cookbook.hold("none") is None
            assert work.cookbook.all(9) == [recipe(), second, recipe("card")]
            assert work.cookbook.all(2) == [recipe(), second]
            assert (work.cookbook.count(9), work.cookbook.count(2)) == (3, 2)

    def test_a_version_is_stored_once(self, store: Store) -> None:
        fill(store, recipe())
        with pytest.raises(Conflict), store.writing() as work:
            work.add(recipe(title="Other"))

    def test_of_two_who_change_it_one_wins(self, store: Store) -> None:
        fill(store, recipe())
        with store.writing() as work:
            assert work.replace(recipe(), recipe(retired_at=later(1)))
            assert not work.replace(recipe(), recipe(title="Other"))

    def test_who_uses_it_is_counted(self, store: Store) -> None:
        fill(store, content(), asset("a1"), channel("c1", recipe="banner"), channel("c2"))
        fill(store, channel("c3", recipe="banner", removed_at=AT))
        uses = {"recipe": "banner", "recipe_version": 2}
        fill(store, placement("p1", **uses), placement("p2", **uses, ended_at=AT), placement("p3"))
        with store.reading() as work:
            assert work.placements.count_channels_by_recipe("banner") == 1
            assert [work.placements.count_outdated("banner", newest) for newest in (2, 3)] == [0, 1]

    def test_the_latest_counts_and_what_is_ready_is_best(self, store: Store) -> None:
        old = artefact("banner", state="ready", sha256=digest("old"))
        new = artefact("banner", recipe_version=2, state="failed")
        worded = replace(new, params_sha256=digest("p"), state="ready", sha256=digest("x"))
        fill(store, content(), asset("a1", latest=1), version("a1"), old, new, worded, artefact("card"))
        key = ("a1", 1, "banner")
        with store.writing() as work:
            assert work.artefacts.latest(*key) is work.artefacts.best(*key) is None
            for each, at in ((new, AT), (old, later(1)), (artefact("card"), AT)):
                work.artefacts.ask("a1", 1, each, at)
            assert (work.artefacts.latest(*key), work.artefacts.best(*key)) == (new, old)
            work.artefacts.ask("a1", 1, worded, later(2))
            assert work.artefacts.latest(*key) == work.artefacts.best(*key) == worded
            work.artefacts.ask("a1", 1, new, later(3))
            assert (work.artefacts.latest(*key), work.artefacts.best(*key)) == (new, worded)

    def test_each_version_shows_what_it_asked_for(self, store: Store) -> None:
        ours = artefact("banner", state="ready", sha256=digest("ours"), params_sha256=digest("our words"))
        theirs = replace(ours, sha256=digest("theirs"), params_sha256=digest("their words"))
        fill(store, content(), content("two"), artefact(), ours, theirs)
        for name in ("a1", "a2", "a3"):
            fill(store, asset(name, latest=2), version(name), version(name, 2, text="two"))
        with store.writing() as work:
            work.artefacts.ask("a1", 1, ours, AT)
            work.artefacts.ask("a2", 1, theirs, later(1))
            made = [work.artefacts.best(name, 1, "banner") for name in ("a1", "a2", "a3")]
            views = [work.assets.version_view(*key) for key in (("a1", 1), ("a2", 1), ("a3", 1), ("a1", 2))]
            latest = work.artefacts.latest("a1", 2, "banner")
        assert (made, latest) == ([ours, theirs, None], None)
        shown = [set(view.renditions) for view in views if view is not None]
        assert shown == [{artefact(), ours}, {artefact(), theirs}, {artefact()}, set()]
