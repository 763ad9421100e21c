"""Previews supplied by hand: a person shows what no recipe can see in the version's own bytes.

Rule: what is supplied belongs to one version, also where another one has the same bytes. It is looked at here and never
goes anywhere: placements and the approved version's addresses deliver what was made of the approved bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from dam.domain import media_types, recipes
from dam.domain.assets import Content, Version
from dam.domain.errors import Invalid
from dam.domain.events import Event, event


@dataclass(frozen=True, slots=True)
class RenditionOverride:
    """The version's rendition by this recipe is made of other bytes, those of ``sha256``."""

    asset_id: str
    number: int
    recipe: str
    sha256: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Supplied:
    """What supplying a preview leads to."""

    overrides: tuple[RenditionOverride, ...]
    event: Event


def supply(version: Version, preview: Content, by: str, at: datetime) -> Supplied:
    """Have every display rendition that can be made of ``preview`` made of it. Raises Invalid ``not_a_picture``."""
    able = [each for each in recipes.for_display() if _shows(each, preview)]
    if not able:
        raise Invalid("not_a_picture", "A preview has to be a picture that can be shown, such as a JPEG, PNG or WebP.")
    key = (version.asset_id, version.number)
    overrides = tuple(RenditionOverride(*key, each.name, preview.sha256, at, by) for each in able)
    data = {"number": version.number, "sha256": preview.sha256}
    return Supplied(overrides, event("version.preview_supplied", by, at, version.asset_id, data))


def _shows(recipe: recipes.Recipe, preview: Content) -> bool:
    if media_types.named(preview.media_type).route in media_types.STAND_INS or not recipe.fits(preview.kind, {}):
        return False
    return recipes.obstacle(recipe, preview.media_type, preview.kind, preview.size) is None


def take_away(version: Version, by: str, at: datetime) -> Event:
    """Say that the version shows its own renditions again."""
    return event("version.preview_taken_away", by, at, version.asset_id, {"number": version.number})
