"""Parameters: what an artefact depends on beside the file and the recipe: what of the picture has to be seen, and what
is written into the copy.

Rule: they are read from the asset when a placement is moved, and stay with the placement and the artefact from then on:
what somebody edits about an asset moves no place by itself, and whatever moves the place next takes it along. A recipe
that needs none has none, so that its artefacts do not change with them. Of what is looked at page by page the page is
one (``pages``), which no asset says.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from dam.domain.assets import Asset
from dam.domain.embedded import Embedded, named
from dam.domain.recipes import Recipe

_FIELDS = ("alt_text", "rights", "creator", "credit")
_LONGEST = 2000
"""Characters of a text that is written into a copy: all together have to fit into one segment of a JPEG."""


def parameters(recipe: Recipe, asset: Asset, embedded: Embedded) -> dict[str, object]:
    """Of what the recipe makes for the asset, JSON-ready. ``embedded``: what the file says; only a recipe that writes
    needs it."""
    found: dict[str, object] = {}
    if recipe.fit == "cover" and asset.focal is not None:
        found["focal"] = [asset.focal["x"], asset.focal["y"]]
    if recipe.metadata == "rights" and (words := _words(asset, embedded)):
        found["words"] = words
    return found


def applied(recipe: Recipe, params: Mapping[str, object] | None) -> Recipe:
    """The recipe as it is carried out with these."""
    said = params or {}
    if "focal" in said:
        x, y = cast("list[float]", said["focal"])
        recipe = replace(recipe, focal=(x, y))
    if "page" in said:
        recipe = replace(recipe, page=cast("int", said["page"]))
    return replace(recipe, words=cast("Mapping[str, str]", said["words"])) if "words" in said else recipe


def _words(asset: Asset, embedded: Embedded) -> dict[str, str]:
    """The title, and what people wrote or the file says; not what is empty."""
    found = {"title": asset.title, **named(asset.fields, embedded, _FIELDS)}
    return {name: text[:_LONGEST] for name, text in found.items() if text.strip()}
