"""Recipes: the named, versioned specifications of what is derived from a version; here those that are built in. Those
that a house adds are rows (``cookbook``).

Rule: a declared version of a recipe never changes and is never removed, because placements go on referring to it.
Better output means a new version beside the old one. What is made without being asked for is built in. The name of a
recipe that comes from now on has two hyphens side by side (``web--800``), which no recipe of a house may have: an
upgrade takes nobody's name away.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from dam.domain import media_types
from dam.domain.errors import NotFound

ArtefactState = Literal["pending", "ready", "failed", "not_applicable"]
RenditionTask = Literal["render", "encode"]

RENDITION_TASKS: tuple[RenditionTask, ...] = ("render", "encode")
"""The tasks by which renditions are made: stills in a second, and what takes minutes. Neither waits for the other."""


Makes = Literal["picture", "playable", "film", "sprite", "peaks", "animation"]
"""What comes of it: a picture; a film or a sound for browsers; a film for a place, as a house's recipe has it; pictures
to seek a film by, on one sheet with an index; the outline of a sound, as numbers; a small picture that moves as the
large one does.
All but pictures have work of their own, which nobody waits for."""

Fit = Literal["inside", "cover", "contain"]
Metadata = Literal["strip", "rights"]
Profile = Literal["srgb", "keep"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """``box``: the longest side in pixels, never enlarged, of an outline its points; ``quality``: 1–100, of what
    is playable x264's rate factor (the less, the better) or a sound's kbit/s; ``kinds``: what it can be made from;
    ``display``: made for every version, to be used here; the others are made when somebody asks for them; an index is
    named after its sheet, and ``-index``.

    ``fit``: ``inside`` a square of the box; ``cover``: cut around the focal point to the proportions of ``frame``
    (width and height in pixels), at most as large; ``contain``: whole, in the middle of exactly this frame, on
    ``background`` (``#rrggbb``), which also stands behind what is transparent. ``max_bytes``: of the file; the quality
    is lessened until it has no more.

    ``page``: of a document or a TIFF, from 1; ``time``: of a film, in seconds from its begin. None: the first page, a
    moment that shows something. What is of another kind has neither, and is taken as it is. ``profile``: of
    ``keep`` the colours stay in the file's own profile, which goes with them, as far as the type can hold that.

    ``metadata``: of ``strip`` nothing is written into the file; of ``rights`` the asset's title, alt text, rights,
    creator and credit, as XMP. Nothing of the original's own goes with it, its place least of all. ``focal`` and
    ``words`` are set by an artefact's parameters (``parameters``) when it is carried out, and the ``page`` too of what
    is ``paged``: of one page, which somebody asks for by its number (``pages``), to be looked at here.
    """

    name: str
    version: int
    title: str
    media_type: str
    extension: str
    box: int
    quality: int
    kinds: frozenset[str]
    display: bool
    makes: Makes = "picture"
    fit: Fit = "inside"
    frame: tuple[int, int] | None = None
    background: str | None = None
    max_bytes: int | None = None
    metadata: Metadata = "strip"
    page: int | None = None
    time: float | None = None
    profile: Profile = "srgb"
    paged: bool = False
    focal: tuple[float, float] = (0.5, 0.5)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def task(self) -> RenditionTask:
        """The work that makes it."""
        return "render" if self.makes == "picture" else "encode"

    @property
    def takes_long(self) -> bool:
        """Whether it is made by itself, and whoever waits for it is told how far it is."""
        return self.makes in ("playable", "film")

    @property
    def looked_at(self) -> bool:
        """Whether a person looks at it, or plays it, to know the version: not what only helps with that."""
        return self.display and self.makes in ("picture", "playable")

    @property
    def elsewhere(self) -> bool:
        """Whether it may show another page or moment than the one by which the version is known."""
        return self.page is not None or self.time is not None

    def fits(self, kind: str, properties: Mapping[str, object]) -> bool:
        """Whether a file of this kind, of which this is known, has such a rendition, if only to say why there is
        none."""
        if self.makes == "animation" and not properties.get("animated"):
            return False  # most pictures stand still; who has looked at one knows it
        return self.task == "render" or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Artefact:
    """A recipe, at its version, with parameters, of a source digest, gave these bytes; or failed, with a code and a
    sentence.

    ``percent``: of what takes long how much was done when it was told last. Once a delivery refers to it, a ready
    artefact stays as it is for ever.
    """

    source_sha256: str
    recipe: str
    recipe_version: int
    params_sha256: str
    state: ArtefactState
    updated_at: datetime
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    reason_code: str | None = None
    reason_detail: str | None = None
    percent: int | None = None
    params: Mapping[str, object] | None = None

    @property
    def progress(self) -> float | None:
        """How much of it is done (0–1); None where it is not being made, or nobody knows."""
        return self.percent / 100 if self.state == "pending" and self.percent is not None else None

    def again(self, at: datetime) -> "Artefact":
        """The same, to be made anew."""
        return replace(self, state="pending", reason_code=None, reason_detail=None, percent=None, updated_at=at)


PICTURES = frozenset({"image", "document", "video", "audio", "other"})
"""What has a look: of a document its first page, of a film a poster, of a sound its cover or its waveform, of a font
(one of the others) a specimen. Whether we can see it, its type says."""

FILMS = frozenset({"video"})
"""What can be made into a film."""

ORIGINAL = "original"

_WHITE = "#ffffff"


def _jpeg(name: str, title: str, fit: Fit, width: int, height: int) -> Recipe:
    """For where the picture is to be seen outside: as every place takes it."""
    frame = None if fit == "inside" else (width, height)
    box, made = max(width, height), ("image/jpeg", "jpg")
    return Recipe(name, 1, title, *made, box, 86, PICTURES, display=False, fit=fit, frame=frame, background=_WHITE)


def _beside(makes: Makes, name: str, title: str, made: tuple[str, str], box: int, quality: int, of: str) -> Recipe:
    """What is made beside the pictures of a kind of file, by work of its own."""
    return Recipe(name, 1, title, *made, box, quality, frozenset({of}), display=True, makes=makes)


_WEBP, _VTT = ("image/webp", "webp"), ("text/vtt", "vtt")
_PAGED = frozenset({"document", "image"})


RECIPES: tuple[Recipe, ...] = (
    Recipe("thumb-256", 1, "Thumbnail, 256 px", "image/webp", "webp", 256, 80, PICTURES, display=True),
    Recipe("preview-1024", 1, "Preview, 1024 px", "image/webp", "webp", 1024, 82, PICTURES, display=True),
    Recipe("large-2048", 1, "Large, 2048 px", "image/webp", "webp", 2048, 84, PICTURES, display=True),
    _beside("playable", "proxy-480", "Film to play, 480p", ("video/mp4", "mp4"), 854, 26, "video"),
    _beside("playable", "sound-96", "Sound to play, 96 kbit/s", ("audio/mp4", "m4a"), 1, 96, "audio"),
    _beside("sprite", "sprite-160", "Pictures to seek by, 160 px each", _WEBP, 160, 70, "video"),
    _beside("sprite", "sprite-160-index", "Index of the pictures to seek by", _VTT, 160, 70, "video"),
    _beside("animation", "moving-480", "Moving preview, 480 px", _WEBP, 480, 60, "image"),
    _beside(
        "peaks", "peaks-4000", "Outline of the sound, for players", ("application/json", "json"), 4000, 100, "audio"
    ),
    _jpeg("jpeg-1600", "JPEG, 1600 px", "inside", 1600, 1600),
    _jpeg("link-1200x630", "Link preview, 1200 × 630, cut", "cover", 1200, 630),
    _jpeg("wide-1920x1080", "Wide, 1920 × 1080, cut", "cover", 1920, 1080),
    _jpeg("square-1080", "Square, 1080 × 1080, cut", "cover", 1080, 1080),
    _jpeg("story-1080x1920", "Story, 1080 × 1920, cut", "cover", 1080, 1920),
    _jpeg("shop-1500", "Shop, 1500 × 1500, whole on white", "contain", 1500, 1500),
    Recipe("png-1600", 1, "PNG, 1600 px, transparency kept", "image/png", "png", 1600, 100, PICTURES, display=False),
    Recipe("page--1600", 1, "Page to leaf to, 1600 px", *_WEBP, 1600, 84, _PAGED, display=False, paged=True),
)

EDITION = 21
"""Which types have a decoder, which display recipes there are, how much is read and told of files
(``embedded.READINGS``, ``looks``), and which are drawn otherwise (``redrawn.REDRAWN``), by number: raised with every
change of them (a test knows the last of most), so that what was uploaded before is looked at again
(``dam.operations.catch_up``)."""


def newest(name: str) -> Recipe:
    """The newest version of the named recipe. Raises NotFound ``recipe_not_found``."""
    versions = [recipe for recipe in RECIPES if recipe.name == name]
    if not versions:
        raise NotFound("recipe_not_found", f"There is no recipe named {name!r}.")
    return max(versions, key=lambda recipe: recipe.version)


def at_version(name: str, version: int) -> Recipe:
    """That version of the recipe. Raises NotFound ``recipe_not_found``."""
    for recipe in RECIPES:
        if (recipe.name, recipe.version) == (name, version):
            return recipe
    raise NotFound("recipe_not_found", f"There is no version {version} of a recipe named {name!r}.")


def newest_version(name: str) -> int:
    """The number of the newest version; ``original`` has one only. Raises NotFound."""
    return 1 if name == ORIGINAL else newest(name).version


def for_display() -> tuple[Recipe, ...]:
    """The newest version of each recipe that versions of assets get without being asked."""
    names = dict.fromkeys(recipe.name for recipe in RECIPES if recipe.display)
    return tuple(newest(name) for name in names)


def expected(kind: str, properties: Mapping[str, object] = MappingProxyType({})) -> tuple[Recipe, ...]:
    """Of those, what a version of this kind has, or has a reason not to have. Of some files more when it is known what
    they are (``properties`` of the content)."""
    return tuple(recipe for recipe in for_display() if recipe.fits(kind, properties))


def is_built_in(name: str) -> bool:
    """Whether the recipe is declared here; if not, it is a house's own or none."""
    return any(recipe.name == name for recipe in RECIPES)


def is_display(name: str) -> bool:
    """Whether it is made for every version, to be used here. A house's own is not."""
    return is_built_in(name) and newest(name).display


def is_paged(name: str) -> bool:
    """Whether it is of one page, which somebody asks for by its number."""
    return is_built_in(name) and newest(name).paged


def is_looked_at(name: str) -> bool:
    """As ``Recipe.looked_at``."""
    return is_built_in(name) and newest(name).looked_at


def makes(name: str) -> Makes | None:
    """What comes of the newest version of a built-in recipe; None of a house's own, whose versions may differ."""
    return newest(name).makes if is_built_in(name) else None


def obstacle(recipe: Recipe, media_type: str, kind: str, size: int) -> str | None:
    """Why this recipe can't be made of such a file, and what to do; None if it can be tried."""
    if size == 0:
        return "The file is empty: nothing came with its name. Upload it again as a new version."
    found = media_types.named(media_type)
    if found.route is None:
        return found.reason
    if kind in recipe.kinds:
        return None
    if recipe.makes == "film":
        return f"{found.title}: {recipe.title} makes a film, and of films only. Choose a recipe that makes a picture."
    return f"{found.title}: there is no {recipe.title} of such a file."


def params_sha256(params: Mapping[str, object]) -> str:
    """The digest that stands for parameters in an artefact's key: SHA-256 of their canonical JSON."""
    return hashlib.sha256(json.dumps(params, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


NO_PARAMS = params_sha256({})
