"""Colours: from whatever profile a picture has to sRGB, and the one colour that stands for it.

Belongs here: colour only, on pictures that are already small. Must not: read files.
"""

import io
from collections import defaultdict
from typing import cast

from PIL import Image, ImageCms

from workers.media.plan import LONGEST_PROFILE_NAME, MIB, one_line

# Press profiles are larger than those of screens (ISO Coated v2: 1.8 MB); beyond this it is no profile in good faith.
LARGEST_PROFILE = 4 * MIB
_SRGB = ImageCms.createProfile("sRGB")
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_OPAQUE_ENOUGH = 128


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


def dominant_colour(image: Image.Image) -> str | None:
    """The mean of the most populous of 512 cells of the RGB cube as ``#rrggbb``; None if all is transparent.

    ``image`` is RGB or RGBA in sRGB. Equal pixels always give an equal answer: ties go to the darkest cell.
    """
    small = image.convert("RGBA")
    small.thumbnail((48, 48), Image.Resampling.BOX)
    cells: defaultdict[tuple[int, int, int], list[tuple[int, int, int]]] = defaultdict(list)
    pixels = iter(small.tobytes())
    for red, green, blue, alpha in zip(pixels, pixels, pixels, pixels, strict=True):
        if alpha >= _OPAQUE_ENOUGH:
            cells[red >> 5, green >> 5, blue >> 5].append((red, green, blue))
    if not cells:
        return None
    _, members = min(cells.items(), key=lambda cell: (-len(cell[1]), cell[0]))
    means = [(sum(channel) + len(members) // 2) // len(members) for channel in zip(*members, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*means)
