"""What EXIF says of people and places: creator, rights, and when and where a picture was taken.

Rule: four values, no maker's notes. Text is UTF-8, or Latin-1 where it is not (the Metadata Working Group's guidance
asks readers for the first, cameras write the second).
"""

import contextlib
import struct
from typing import BinaryIO

from workers.media.directories import Directory
from workers.media.written import Written, text

_ARTIST, _COPYRIGHT, _OF_PICTURE, _GPS = 0x013B, 0x8298, 0x8769, 0x8825
_TAKEN = 0x9003
_LATITUDE, _LONGITUDE = (1, 2, "S"), (3, 4, "W")
_LONGEST = 10_000


def read(source: BinaryIO, pictured: BinaryIO | None = None, placed: BinaryIO | None = None) -> Written:
    """``pictured``, ``placed``: structures of their own, for a format that keeps these two directories apart. Raises
    what a broken block makes ``struct`` and others raise."""
    first = Directory.first(source)
    found = Written("exif")
    found.say("creator", _line(first, _ARTIST))
    found.say("rights", _line(first, _COPYRIGHT))
    with contextlib.suppress(struct.error, ValueError, OSError):  # the rest is read all the same
        of_picture = first.inner(_OF_PICTURE) if pictured is None else Directory.first(pictured)
        if of_picture is not None:
            found.take(text(of_picture.data(_TAKEN, 20)))
    with contextlib.suppress(struct.error, ValueError, OSError):
        place = first.inner(_GPS) if placed is None else Directory.first(placed)
        if place is not None:
            found.locate(_degrees(place, *_LATITUDE), _degrees(place, *_LONGITUDE))
    return found


def _line(first: Directory, tag: int) -> str:
    """Copyright has two parts, of the photographer and of the editor, with a zero byte between."""
    parts = (text(part).strip() for part in first.data(tag, _LONGEST).split(b"\0"))
    return ", ".join(part for part in parts if part)


def _degrees(place: Directory, sense: int, tag: int, negative: str) -> float | None:
    parts = place.fractions(tag, 3)
    if not parts:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if text(place.data(sense, 4)).startswith(negative) else degrees
