"""Canon's raw pictures of today (CR3): where EXIF's directories and XMP are in their boxes, found but not read.

Rule: each block is looked for where Canon puts it, once, and left where it is when it is too large. Canon has not
published the format; sources: L. Clévy, "Describing the Canon Raw v3 (CR3) file format"; ExifTool's names of tags.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from workers.media.boxes import XMP, content, own_type, within

BRAND = b"ftypcrx "  # behind the length of the first box
_CAMERA = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


@dataclass(slots=True)
class Found:
    """``exif``, ``pictured`` and ``placed``: structures of their own, with EXIF's first directory, that of the picture,
    and that of the place; ``xmp``: a packet."""

    exif: BinaryIO | None = None
    pictured: BinaryIO | None = None
    placed: BinaryIO | None = None
    xmp: bytes = b""


def find(source: BinaryIO, largest: int) -> Found:
    """What is in a whole file, of at most ``largest`` bytes each."""
    found, described = Found(), False
    for kind, begin, end in within(source):
        if kind == b"moov" and not described:
            described = True  # there is one in a file (ISO/IEC 14496-12, 8.2.1)
            _of_camera(source, begin, end, largest, found)
        elif kind == b"uuid" and not found.xmp:
            own, first = own_type(source, begin, end)
            found.xmp = content(source, first, end, largest) if own == XMP else b""
    return found


def _of_camera(source: BinaryIO, begin: int, end: int, largest: int, found: Found) -> None:
    for kind, block in _directories(source, begin, end, largest):
        if kind == b"CMT1":
            found.exif = found.exif or block
        elif kind == b"CMT2":
            found.pictured = found.pictured or block
        elif kind == b"CMT4":
            found.placed = found.placed or block


def _directories(source: BinaryIO, begin: int, end: int, largest: int) -> Iterator[tuple[bytes, BinaryIO]]:
    for kind, first, last in within(source, begin, end):
        own, inside = own_type(source, first, last) if kind == b"uuid" else (b"", last)
        if own == _CAMERA:
            for name, start, stop in within(source, inside, last):
                if data := content(source, start, stop, largest) if name.startswith(b"CMT") else b"":
                    yield name, io.BytesIO(data)
            return  # there is one
