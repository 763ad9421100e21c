"""Colours: from whatever profile a picture has to sRGB, or as they are; and those that it consists of.

Belongs here: colour only, on pictures that are already small. Must not: read files.
"""

import io
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageCms, ImageColor

from workers.media.plan import LARGEST_PROFILE, LONGEST_PROFILE_NAME, MOST_COLOURS, one_line

_SRGB = ImageCms.createProfile("sRGB")
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_HELD: Mapping[str, tuple[str, ...]] = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("L", "RGB"),
    "WEBP": ("RGB",),
    "AVIF": ("RGB",),
}
"""The kinds of colours that each format can hold, without transparency's A."""
_OPAQUE_ENOUGH = 128
_ANOTHER = 64.0  # as far from each other in the RGB cube are colours that a person tells apart at a glance
_LEAST_PART = 0.05  # of the picture

Colour = tuple[int, int, int]

Ground = tuple[int, ...]
"""What is behind a picture, in its own kind of colours, without transparency."""


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str]:
    """``image`` (L, LA, RGB, RGBA, CMYK, LAB) as RGB or RGBA in sRGB, and its profile's fate: none, applied or ignored.

    A profile that is oversized, broken or of another colour space is ignored, as viewers do.
    """
    if image.mode == "LAB":
        return _transformed(image, _LAB, "LAB"), "none"
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert({"LA": "L", "RGBA": "RGB"}[image.mode]) if alpha else image
    converted = _transform(colours, profile) if profile and len(profile) <= LARGEST_PROFILE else None
    fate = "applied" if converted else "ignored" if profile else "none"
    result = converted or colours.convert("RGB")
    if alpha:
        result.putalpha(alpha)
    return result, fate


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture in the colours of its file (L, LA, RGB, RGBA, CMYK), and the profile that says which they are (empty:
    none)."""

    image: Image.Image
    profile: bytes

    def ground(self, background: str | None) -> Ground | None:
        """The colour (``#rrggbb`` in sRGB) as this picture has it."""
        if background is None:
            return None
        pixel, mode = Image.new("RGB", (1, 1), background), self.image.mode.removesuffix("A")
        return _one_pixel(_reached(pixel, self.profile, mode) or pixel.convert(mode))


def kept(image: Image.Image, profile: bytes | None, format_: str) -> Kept | None:
    """``image`` (as ``to_srgb`` takes it) for a file of this format without any conversion; None where the format can't
    hold it so, or no profile that could be used says what its colours are. Ink that no profile describes stays ink.
    """
    usable = profile if profile and len(profile) <= LARGEST_PROFILE else None
    space = _space(usable) if usable else None
    if space == "RGB" and image.mode in ("L", "LA"):  # as in ``_transform``
        image = image.convert("RGBA" if image.mode == "LA" else "RGB")
    mode = image.mode.removesuffix("A")
    if mode not in _HELD[format_] or (space != mode and mode != "CMYK"):
        return None
    own = image.copy()
    own.info.clear()  # a comment would be written too
    return Kept(own, usable if usable and space == mode else b"")


def ground(background: str | None) -> Ground | None:
    """The colour (``#rrggbb``) as a picture in sRGB has it."""
    return None if background is None else ImageColor.getrgb(background)


def _space(profile: bytes) -> str | None:
    """The mode of the pictures that it is for; None of what can't be used."""
    try:
        return _SPACES.get(ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _reached(pixel: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """From sRGB to the profile; None where there is none, or it does not lead there, as those of scanners."""
    try:
        target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(_SRGB, target, "RGB", mode, ImageCms.Intent.RELATIVE_COLORIMETRIC)
        return cast(Image.Image, ImageCms.applyTransform(pixel, transform))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _one_pixel(picture: Image.Image) -> Ground:
    return tuple(picture.tobytes())


def profile_name(profile: bytes) -> str:
    """What the profile calls itself, in one line of 100 characters at most; empty where it says nothing."""
    try:
        said = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.profile_description
    except (ImageCms.PyCMSError, OSError, ValueError):
        return ""
    return one_line(said or "", LONGEST_PROFILE_NAME)


def _transform(image: Image.Image, profile: bytes) -> Image.Image | None:
    """None when the profile can't be used on this image."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _SPACES.get(source.profile.xcolor_space)
        if mode == "RGB" and image.mode == "L":
            image = image.convert("RGB")  # grey pictures are often tagged with the profile of a screen
        if mode != image.mode:
            return None
        return _transformed(image, source, mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _transformed(image: Image.Image, source: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    """Raises PyCMSError."""
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB", intent, flags)
    return cast(Image.Image, ImageCms.applyTransform(image, transform))


def main_colours(image: Image.Image) -> list[str]:
    """What the picture consists of, as ``#rrggbb``: first its dominant colour, the mean of the most populous of 512
    cells of the RGB cube; then others that differ from it and from each other, those of the largest parts first. Empty
    if all is transparent.

    ``image`` is RGB or RGBA in sRGB. Equal pixels always give an equal answer: ties go to the darkest cell.
    """
    cells = _cells(image)
    parts: dict[Colour, int] = {}
    for count, mean in cells:
        near = min(parts, key=lambda other: math.dist(other, mean), default=None)
        if near is None or math.dist(near, mean) >= _ANOTHER:
            parts[mean] = count
        else:
            parts[near] += count
    if not parts:
        return []
    dominant, *others = parts
    least = sum(parts.values()) * _LEAST_PART
    largest = sorted((each for each in others if parts[each] >= least), key=lambda each: -parts[each])
    return ["#{:02x}{:02x}{:02x}".format(*each) for each in [dominant, *largest][:MOST_COLOURS]]


def _cells(image: Image.Image) -> list[tuple[int, Colour]]:
    """How many pixels are in each cell that has any, and their mean; the most populous first."""
    small = image.convert("RGBA")
    small.thumbnail((48, 48), Image.Resampling.BOX)
    cells: defaultdict[Colour, list[Colour]] = defaultdict(list)
    pixels = iter(small.tobytes())
    for red, green, blue, alpha in zip(pixels, pixels, pixels, pixels, strict=True):
        if alpha >= _OPAQUE_ENOUGH:
            cells[red >> 5, green >> 5, blue >> 5].append((red, green, blue))
    found = sorted(cells.items(), key=lambda cell: (-len(cell[1]), cell[0]))
    return [(len(members), _mean(members)) for _, members in found]


def _mean(members: list[Colour]) -> Colour:
    red, green, blue = ((sum(each) + len(members) // 2) // len(members) for each in zip(*members, strict=True))
    return red, green, blue
