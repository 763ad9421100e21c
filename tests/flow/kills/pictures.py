"""The steps that bring bytes in.

Rule: as in ``steps``.
"""

from collections.abc import Mapping

from dam.domain.errors import NotFound
from dam.domain.principals import Actor
from dam.operations import previews, renditions, uploads
from tests.flow.kills.story import BOSS, Facts, Story, digest_of
from tests.flow.kills.worker import work


def upload(story: Story) -> Facts:
    """The asset with its first version, tags and a campaign."""
    details = uploads.Details(title="Spring hero", tags=("hero", "spring"), campaigns=("spring 26",))

    def run(who: Actor) -> Mapping[str, str]:
        return {"asset_id": uploads.create_asset(story.services, who, story.incoming(1), details)}

    asset = story.once("upload", run)["asset_id"]
    renditions.prefer(story.services, BOSS, asset, 1)  # and looks at it at once
    described = {"title": "Spring hero", "tags": ["hero", "spring"], "campaigns": ["spring 26"]}
    return {"asset": asset, "describes": described, "version": [1, digest_of(1), ""]}


def second_version(story: Story) -> Facts:
    def run(who: Actor) -> Mapping[str, str]:
        incoming = story.incoming(2)
        return {"number": str(uploads.add_version(story.services, who, story.asset, incoming, "warmer colours"))}

    number = int(story.once("version", run)["number"])
    return {"version": [number, digest_of(2), "warmer colours"]}


def show_otherwise(story: Story) -> Facts:
    """The second version is shown by another picture, which somebody supplies."""
    previews.supply(story.services, BOSS, story.asset, 2, story.incoming(3))
    work(story)
    return {"shown_by": [2, 3]}


def show_itself(story: Story) -> Facts:
    """And by its own bytes again."""
    try:
        previews.take_away(story.services, BOSS, story.asset, 2)
    except NotFound as gone:
        if gone.code != "no_preview":
            raise
        # It had been taken away when the answer got lost; nobody could have supplied another one since.
    return {"shown_by": [2, 2]}
