"""Canon's raw pictures of today (CR3): where EXIF's directories and XMP are in their boxes, found but not read.

Rule: each block is looked for where Canon puts it, once, and left where it is when it is too large. Canon has not
published the format; sources: L. Clévy, "Describing the Canon Raw v3 (CR3) file format"; ExifTool's names of tags.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from workers.media.boxes import within

BRAND = b"ftypcrx "  # behind the length of the first box
_CAMERA = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_UUID = 16


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
        elif kind == b"uuid" and not found.xmp and _is(source, begin, end, _XMP):
            found.xmp = _data(source, begin + _UUID, end, largest)
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
        if kind == b"uuid" and _is(source, first, last, _CAMERA):
            for name, start, stop in within(source, first + _UUID, last):
                if data := _data(source, start, stop, largest) if name.startswith(b"CMT") else b"":
                    yield name, io.BytesIO(data)
            return  # there is one


def _is(source: BinaryIO, begin: int, end: int, name: bytes) -> bool:
    source.seek(begin)
    return end - begin >= _UUID and source.read(_UUID) == name


def _data(source: BinaryIO, begin: int, end: int, largest: int) -> bytes:
    """Nothing if it is larger than that."""
    if end - begin > largest:
        return b""
    source.seek(begin)
    return source.read(end - begin)
