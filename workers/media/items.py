"""The items of a HEIF or AVIF file that say something about its picture: EXIF and XMP, found but not decoded.

Rule: the boxes in front of the pictures, each looked at once, in a description of ``_LARGEST_META`` bytes at most; an
item is taken if it describes the first picture, or does not say which. What is in another file is not looked for.
Sources: ISO/IEC 14496-12, 8.11 (meta, iloc, iinf, iref); ISO/IEC 23008-12, Annex A (EXIF, XMP); C2PA 2.1, A.5.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from workers.media.boxes import C2PA, MOST, boxes, own_type, within
from workers.media.plan import MIB

_LARGEST_META = MIB
_MOST_PARTS = 64  # of an item
_XMP = b"application/rdf+xml"
_LARGEST_PLACE = 2**62  # what no file has, and every system can seek
_Extent = tuple[int, int]
"""Place and length."""


@dataclass(slots=True)
class Items:
    """``exif``: a TIFF structure; ``xmp``: a packet; ``c2pa``: there is a manifest."""

    exif: bytes = b""
    xmp: bytes = b""
    c2pa: bool = False


@dataclass(slots=True)
class _Meta:
    """Items by number: their types (of MIME the media type), what they describe, where they are (in the file, or in
    ``held``)."""

    primary: int = 0
    types: dict[int, bytes] = field(default_factory=dict)
    described: dict[int, tuple[int, ...]] = field(default_factory=dict)
    places: dict[int, tuple[bool, list[_Extent]]] = field(default_factory=dict)
    held: bytes = b""


def find(source: BinaryIO, largest: int, found: Items) -> None:
    """Put those of a whole file into ``found``; one of more than ``largest`` bytes is left out. Raises struct.error,
    IndexError for what is broken; what was found before stays."""
    metas = []
    for kind, begin, end in within(source):
        if kind == b"uuid" and own_type(source, begin, end)[0] == C2PA:
            found.c2pa = True
        elif kind == b"meta" and end - begin <= _LARGEST_META:
            source.seek(begin)
            metas.append(source.read(end - begin))
    for data in metas[:1]:  # there is one in a file (8.11.1)
        _take(source, _described(data), largest, found)


def _described(data: bytes) -> _Meta:
    meta = _Meta()
    for kind, held in boxes(data[4:]):
        if kind == b"pitm":
            meta.primary = _Reader(held, 4).number(4 if held[0] else 2)
        elif kind == b"iinf":
            meta.types = dict(_types(held))
        elif kind == b"iref":
            meta.described = dict(_descriptions(held))
        elif kind == b"iloc":
            meta.places = dict(_places(held))
        elif kind == b"idat":
            meta.held = held
    return meta


def _types(held: bytes) -> Iterator[tuple[int, bytes]]:
    for kind, entry in boxes(held[8 if held[0] else 6 :]):
        if kind == b"infe" and entry[0] in (2, 3):
            reader = _Reader(entry, 4)
            number = reader.number(4 if entry[0] == 3 else 2)
            name = entry[reader.at + 2 : reader.at + 6]
            words = entry[reader.at + 6 :].split(b"\0")
            yield number, words[1] if name == b"mime" and len(words) > 1 else name


def _descriptions(held: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    size = 4 if held[0] else 2
    for kind, entry in boxes(held[4:]):
        if kind == b"cdsc":
            reader = _Reader(entry, 0)
            number, count = reader.number(size), reader.number(2)
            yield number, tuple(reader.number(size) for _ in range(count))


def _places(held: bytes) -> Iterator[tuple[int, tuple[bool, list[_Extent]]]]:
    """Of the items of this file: whether they are in the description itself, and their parts."""
    version, reader = held[0], _Reader(held, 4)
    sizes = reader.number(2)
    for_offset, for_length, for_base, for_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    if not for_length:
        return  # each would be the whole file, and a part take no room: there could be any number of them
    for _ in range(min(reader.number(4 if version == 2 else 2), MOST)):
        number = reader.number(4 if version == 2 else 2)
        method = reader.number(2) & 15 if version else 0
        elsewhere, base = reader.number(2), reader.number(for_base)
        parts = []
        for _ in range(reader.number(2)):
            reader.number(for_index if version else 0)
            parts.append((base + reader.number(for_offset), reader.number(for_length)))
        if method in (0, 1) and not elsewhere:
            yield number, (method == 1, parts)


class _Reader:
    """Numbers of so many bytes, one after the other."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def number(self, size: int) -> int:
        """Raises struct.error beyond the end."""
        if self.at + size > len(self._data):
            raise struct.error("a number beyond the end")
        self.at += size
        return int.from_bytes(self._data[self.at - size : self.at], "big")


def _take(source: BinaryIO, meta: _Meta, largest: int, found: Items) -> None:
    for number, kind in meta.types.items():
        if meta.primary not in meta.described.get(number, (meta.primary,)):
            continue  # of a thumbnail, or of another picture in the same file
        if kind == b"Exif" and not found.exif:
            block = _data(source, meta, number, largest)
            found.exif = block[4 + int.from_bytes(block[:4], "big") :]
        elif kind == _XMP and not found.xmp:
            found.xmp = _data(source, meta, number, largest)


def _data(source: BinaryIO, meta: _Meta, number: int, largest: int) -> bytes:
    """None if it is not whole, not here, or too large."""
    inside, parts = meta.places.get(number, (False, []))
    if len(parts) > _MOST_PARTS or not 0 < sum(length for _, length in parts) <= largest:
        return b""
    found = [_part(source, meta.held if inside else None, *part) for part in parts]
    return b"".join(found) if all(found) else b""


def _part(source: BinaryIO, held: bytes | None, place: int, length: int) -> bytes:
    """None if it is not whole: nothing behind it would be right."""
    if held is None:
        source.seek(min(place, _LARGEST_PLACE))
        data = source.read(length)
    else:
        data = held[place : place + length]
    return data if len(data) == length else b""
