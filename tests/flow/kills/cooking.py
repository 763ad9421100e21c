"""The step about a recipe of the house, from its first version until nobody can choose it any more.

Rule: as in ``steps``.
"""

from collections.abc import Mapping

from dam.domain.cookbook import Spec
from dam.domain.errors import Conflict
from dam.domain.principals import Actor
from dam.operations import cookbook, fetch, renditions
from tests.flow.kills.story import BOSS, Facts, Story
from tests.flow.kills.worker import work

_NAME = "our-teaser"


def cook(story: Story) -> Facts:
    """Add it and change it; have it made, fetch what was made, and retire it."""
    services, asset = story.services, story.asset
    story.once("recipe", lambda who: _added(story, who))
    found = cookbook.get(services, BOSS, _NAME)
    if found.version == 1:
        found = cookbook.change(services, BOSS, found, {"quality": 40})
    _ask_for_it(story)
    acknowledged = work(story)
    fetch.content(services, BOSS, asset, 1, _NAME).open(services).close()
    fetch.approved_content(services, BOSS, asset, _NAME).open(services).close()
    if found.retired_at is None:
        cookbook.retire(services, BOSS, found)
    if [each.version for each in cookbook.listed(services, BOSS) if each.name == _NAME] != [1, 2]:
        raise AssertionError("A version of the recipe is not known any more.")
    return acknowledged


def _added(story: Story, who: Actor) -> Mapping[str, str]:
    cookbook.add(story.services, who, _NAME, "Our teaser", Spec("jpeg", box=100))
    return {"recipe": _NAME}


def _ask_for_it(story: Story) -> None:
    try:
        renditions.retry(story.services, BOSS, story.asset, 1, _NAME)
    except Conflict as told:
        if told.code != "not_failed":
            raise
        # It had been asked for when the answer got lost.
