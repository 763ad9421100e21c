"""The recipes of the house: added, changed and retired by its administrators, beside the built-in ones (``recipes``).

Rule: a version that was stored makes for ever what it made, because placements and artefacts refer to it. A change is
its next version; a retired recipe can't be chosen any more, and stays known. What comes of one is a picture, or of a
film a film.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

from dam.domain.errors import Conflict, FieldError, Invalid
from dam.domain.events import Event, event
from dam.domain.recipes import FILMS, ORIGINAL, PICTURES, Fit, Metadata, Profile, Recipe, is_built_in

FORMATS: Mapping[str, tuple[str, str]] = {
    "jpeg": ("image/jpeg", "jpg"),
    "png": ("image/png", "png"),
    "webp": ("image/webp", "webp"),
    "avif": ("image/avif", "avif"),
    "mp4": ("video/mp4", "mp4"),
}
"""The media type and the extension of each format that can be asked for."""

MOST_SIDE = 8192
"""Pixels; no renderer of ours makes more."""
MOST_AVIF_SIDE = 3072
"""Of an AVIF: for a square of 4096 the encoder has not enough in the 512 MiB of a child."""
MOST_FILM_SIDE = 1920
"""Of an MP4: Full HD, upright or not. For more the encoder has not enough in the GiB of its child."""
MOST_BYTES = 32 << 20
"""Of what comes of it; no renderer of ours gives more."""
MOST_FILM_BYTES = 2048 << 20
"""Of an MP4 that comes of it, whether a recipe says so or not."""
MOST_PAGE = 1000
"""No more pages of a TIFF are counted either."""
MOST_SECONDS = 86_400
"""Of the moment of a film."""
MOST_VERSIONS = 500
"""Of all recipes of the house together: they are listed at once."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 60
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_WHITE = "#ffffff"
_BLACK = "#000000"
_QUALITY = {"jpeg": 86, "webp": 84, "avif": 70, "mp4": 80}
"""What is meant where no quality is named; a PNG has none."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is to come of a file. ``box``: of ``inside`` the longest side in px; ``width`` and ``height``: of the others
    the frame in px. ``background`` (``#rrggbb``) stands behind what is transparent, and around what does not fill the
    frame; None: nothing does. ``quality``: 1–100, not of PNG. ``max_bytes``: of the file;
    ``metadata``: what is written into it; ``page``: of a document or a TIFF, from 1; ``time``: of a film, in seconds;
    ``profile``: in which its colours are."""

    format: str
    fit: Fit = "inside"
    box: int | None = None
    width: int | None = None
    height: int | None = None
    background: str | None = None
    quality: int | None = None
    max_bytes: int | None = None
    metadata: Metadata = "strip"
    page: int | None = None
    time: float | None = None
    profile: Profile = "srgb"


@dataclass(frozen=True, slots=True)
class HouseRecipe:
    """A version of a recipe of the house. ``spec``: a ``Spec`` as JSON has it; ``retired_at`` is set on the newest
    version only."""

    name: str
    version: int
    title: str
    spec: Mapping[str, object]
    created_at: datetime
    created_by: str
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A recipe of the house as it is to be stored, and what is to be told of it."""

    recipe: HouseRecipe
    event: Event


def is_name(name: str) -> bool:
    """Whether a recipe of a house may be called so. Never wider: ``recipes`` has a part of the names for itself."""
    return _NAME.fullmatch(name) is not None and len(name) <= _LONGEST_NAME


def add(name: str, title: str, spec: Spec, last: HouseRecipe | None, by: str, at: datetime) -> Entry:
    """A new recipe; under the name of a retired one (``last``) its next version. Raises Invalid ``invalid_recipe``,
    Conflict ``recipe_exists``.
    """
    if name == ORIGINAL or is_built_in(name) or (last is not None and last.retired_at is None):
        raise Conflict("recipe_exists", f"There is a recipe named {name!r} already.")
    if not is_name(name):
        detail = f"A name has small letters, digits and single hyphens, {_LONGEST_NAME} at most."
        raise _invalid([FieldError("name", "invalid", detail)])
    version = last.version + 1 if last else 1
    return _entry("recipe.added", HouseRecipe(name, version, title, _checked(spec), at, by))


def change(before: HouseRecipe, changes: Mapping[str, object], by: str, at: datetime) -> Entry:
    """Its next version; a null in ``changes`` takes a part back to what is meant where nothing is said. Another title
    alone makes no version, since it makes no other bytes. Raises Invalid ``invalid_recipe``, Conflict
    ``recipe_retired``, ``nothing_changes``.
    """
    refuse_retired(before)
    said: dict[str, Any] = {**before.spec, **changes}
    title = str(said.pop("title", before.title))
    spec = _checked(Spec(**{name: value for name, value in said.items() if value is not None}))
    if spec == before.spec and title == before.title:
        raise Conflict("nothing_changes", "The recipe is so already.")
    if spec == before.spec:
        return _entry("recipe.changed", replace(before, title=title), by, at)
    return _entry("recipe.changed", HouseRecipe(before.name, before.version + 1, title, spec, at, by))


def retire(before: HouseRecipe, placements: int, channels: int, by: str, at: datetime) -> Entry:
    """It can't be chosen any more. ``placements`` and ``channels``: how many use it. Raises Conflict
    ``recipe_retired``, ``in_use``.
    """
    refuse_retired(before)
    if placements or channels:
        raise Conflict(
            "in_use",
            f"{placements} placements and {channels} channels use this recipe; give them another one first.",
            extra={"placements": placements, "channels": channels},
        )
    return _entry("recipe.retired", replace(before, retired_at=at), by, at)


def refuse_retired(recipe: HouseRecipe) -> None:
    """Raises Conflict ``recipe_retired``."""
    if recipe.retired_at is not None:
        raise Conflict("recipe_retired", f"The recipe {recipe.name} is retired; choose another one.")


def recipe_of(house: HouseRecipe) -> Recipe:
    """The declaration that it stands for."""
    spec = Spec(**cast("dict[str, Any]", dict(house.spec)))
    media_type, extension = FORMATS[spec.format]
    frame = (spec.width, spec.height) if spec.width and spec.height else None
    film = spec.format == "mp4"
    return Recipe(
        name=house.name,
        version=house.version,
        title=house.title,
        media_type=media_type,
        extension=extension,
        box=max(frame) if frame else spec.box or MOST_SIDE,
        quality=spec.quality or 100,
        kinds=FILMS if film else PICTURES,
        display=False,
        makes="film" if film else "picture",
        fit=spec.fit,
        frame=frame,
        background=spec.background,
        max_bytes=spec.max_bytes,
        metadata=spec.metadata,
        page=spec.page,
        time=spec.time,
        profile=spec.profile,
    )


def _entry(word: str, recipe: HouseRecipe, by: str = "", at: datetime | None = None) -> Entry:
    data = {"recipe": recipe.name, "recipe_version": recipe.version, "title": recipe.title, "spec": dict(recipe.spec)}
    return Entry(recipe, event(word, by or recipe.created_by, at or recipe.created_at, None, data))


def _checked(spec: Spec) -> dict[str, object]:
    """With what is meant where nothing is said, as JSON has it. Raises Invalid ``invalid_recipe``."""
    if errors := [*_misnamed(spec), *_missing(spec), *_too_much(spec), *_out_of_range(spec)]:
        raise _invalid(errors)
    background = spec.background or _usual_background(spec)
    full = replace(spec, quality=spec.quality or _QUALITY.get(spec.format), background=background)
    # A recipe from before there was a choice says nothing of the profile, and is not another one for that.
    return {name: value for name, value in asdict(full).items() if value is not None and value != "srgb"}


def _usual_background(spec: Spec) -> str | None:
    """Around a film is black, as everywhere; a JPEG has no transparency."""
    if spec.format == "mp4" and spec.fit == "contain":
        return _BLACK
    return _WHITE if spec.format == "jpeg" else None


def _misnamed(spec: Spec) -> Iterator[FieldError]:
    if spec.format not in FORMATS:
        yield FieldError("format", "unknown", f"It is one of {', '.join(FORMATS)}.")
    if spec.fit not in ("inside", "cover", "contain"):
        yield FieldError("fit", "unknown", "It is inside, cover or contain.")
    if spec.metadata not in ("strip", "rights"):
        yield FieldError("metadata", "unknown", "It is strip or rights.")
    if spec.profile not in ("srgb", "keep"):
        yield FieldError("profile", "unknown", "It is srgb or keep.")
    if spec.background is not None and not _COLOUR.fullmatch(spec.background):
        yield FieldError("background", "invalid", "A colour is written #rrggbb, in small letters.")


def _missing(spec: Spec) -> Iterator[FieldError]:
    for name in ("box",) if spec.fit == "inside" else ("width", "height"):
        if getattr(spec, name) is None:
            yield FieldError(name, "missing", f"A recipe that fits {spec.fit} needs it.")


def _too_much(spec: Spec) -> Iterator[FieldError]:
    for name in ("width", "height") if spec.fit == "inside" else ("box",):
        if getattr(spec, name) is not None:
            yield FieldError(name, "not_allowed", f"A recipe that fits {spec.fit} has none.")
    if spec.format == "png" and spec.quality is not None:
        yield FieldError("quality", "not_allowed", "A PNG has no quality: it loses nothing.")
    if spec.format == "mp4":
        yield from _not_of_a_film(spec)


def _not_of_a_film(spec: Spec) -> Iterator[FieldError]:
    for name in ("page", "time"):
        if getattr(spec, name) is not None:
            yield FieldError(name, "not_allowed", "An MP4 is the whole film; a page or a moment is a picture.")
    if spec.profile == "keep":
        yield FieldError("profile", "not_allowed", "An MP4 has the colours of screens, and no profile.")
    if spec.background is not None and spec.fit != "contain":
        yield FieldError("background", "not_allowed", "A film fills its frame, unless its recipe fits contain.")


def _out_of_range(spec: Spec) -> Iterator[FieldError]:
    for each in fields(spec):
        value, most = getattr(spec, each.name), _MOST_OF.get(spec.format, _MOST).get(each.name)
        if most is not None and value is not None and not (type(value) is int and 1 <= value <= most):
            yield FieldError(each.name, "out_of_range", f"It is a whole number from 1 to {most}.")
    if spec.time is not None and not (type(spec.time) in (int, float) and 0 <= spec.time <= MOST_SECONDS):
        yield FieldError("time", "out_of_range", f"It is a number of seconds from 0 to {MOST_SECONDS}.")


_MOST = {
    "box": MOST_SIDE,
    "width": MOST_SIDE,
    "height": MOST_SIDE,
    "quality": 100,
    "max_bytes": MOST_BYTES,
    "page": MOST_PAGE,
}
_MOST_OF = {
    "avif": {**_MOST, **dict.fromkeys(("box", "width", "height"), MOST_AVIF_SIDE)},
    "mp4": {**_MOST, **dict.fromkeys(("box", "width", "height"), MOST_FILM_SIDE), "max_bytes": MOST_FILM_BYTES},
}


def _invalid(errors: list[FieldError]) -> Invalid:
    first = errors[0]
    return Invalid("invalid_recipe", f"{first.field}: {first.detail}", errors=tuple(errors))
