"""Pages: a document of several is leafed through. Each page is a picture of its own, made when somebody asks for it.

Rule: by a recipe that says so (``Recipe.paged``) and in no other size, only of pages that the file is known to have,
and only so many of one file at a time: asking fills neither the disk nor the queue. What is a page's is no version's:
it is in no list of renditions, and no place shows it.
"""

from collections.abc import Iterable, Mapping

from dam.domain import media_types
from dam.domain.assets import Content
from dam.domain.errors import Conflict, NotFound
from dam.domain.recipes import Artefact, Recipe, is_paged

MOST_PAGES = 1000
"""The last that can be asked for; no more pages of a TIFF are counted."""
MOST_WAITING = 24
"""Of one file, however many look at it: a second or two of work for each of a few people."""

_TURNED: frozenset[media_types.Route] = frozenset({"PDF", "TIFF"})
"""What is opened at any page at once. An office document would be converted anew, whole, for each."""


def count(content: Content) -> int | None:
    """How many pages can be leafed through, from the first on; None where there is only one, or it is not known."""
    said = content.properties.get("pages")
    if media_types.named(content.media_type).route not in _TURNED or not isinstance(said, int) or said < 2:
        return None
    return min(said, MOST_PAGES)


def parameters(page: int) -> Mapping[str, object]:
    """With which a recipe shows this page."""
    return {"page": page}


def require_paged(recipe: Recipe) -> None:
    """Raises NotFound ``no_pages``."""
    if not recipe.paged:
        raise NotFound("no_pages", f"The recipe {recipe.name!r} shows no single pages.")


def require(content: Content, page: int) -> None:
    """Raises NotFound ``no_pages`` or ``no_such_page``, Conflict ``not_ready`` where it is not known yet."""
    if not content.properties and media_types.named(content.media_type).route in _TURNED:
        raise Conflict("not_ready", "How many pages the file has is known when it has been looked at.")
    pages = count(content)
    if pages is None:
        raise NotFound("no_pages", "This file has no pages to leaf through.")
    if page > pages:
        raise NotFound("no_such_page", f"This file is leafed through up to page {pages}.", extra={"pages": pages})


def require_room(waiting: Iterable[Artefact]) -> None:
    """``waiting``: what is pending of the file. Raises Conflict ``too_many_pages``."""
    if sum(is_paged(each.recipe) for each in waiting) >= MOST_WAITING:
        raise Conflict("too_many_pages", f"{MOST_WAITING} pages of this file are being made; ask again in a moment.")
