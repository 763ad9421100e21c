"""TIFF and BigTIFF files from their pixels (TIFF 6.0), with what Pillow does not write: 16 bits, tiles, big offsets."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

GREY, RGB, CMYK, LAB = 1, 2, 5, 8
NONE, DEFLATE = 1, 8
PLANES = 284
_SHORT, _LONG, _UNDEFINED, _LONG8 = 3, 4, 7, 16
_FORMS = {_SHORT: "H", _LONG: "I", _LONG8: "Q"}

Entry = tuple[int, int, int, bytes]
"""Tag, type, count, the value's bytes."""


@dataclass(frozen=True)
class Page:
    """``data``: rows of samples side by side, in the file's byte order. ``tile``: its side, a multiple of 16, 0 for one
    strip. ``extra``: further SHORT tags. ``profile``: ICC."""

    size: tuple[int, int]
    photometric: int
    bits: tuple[int, ...]
    data: bytes
    tile: int = 0
    compression: int = NONE
    extra: Mapping[int, int] = field(default_factory=dict)
    profile: bytes = b""


def page(image: Image.Image, bits: int = 8, order: str = "<", **options: object) -> Page:
    """A page with the picture's samples, each widened to ``bits``."""
    photometric = {"L": GREY, "RGB": RGB, "RGBA": RGB, "CMYK": CMYK, "LAB": LAB}[image.mode]
    data = image.tobytes()
    if bits == 16:
        data = struct.pack(f"{order}{len(data)}H", *(value * 257 for value in data))
    extra: dict[int, int] = {338: 2} if image.mode == "RGBA" else {}
    extra.update(options.pop("extra", {}))  # type: ignore[call-overload]
    return Page(image.size, photometric, (bits,) * len(image.getbands()), data, extra=extra, **options)  # type: ignore[arg-type]


def tiff(pages: Sequence[Page], *, big: bool = False, order: str = "<") -> bytes:
    """The file."""
    mark = b"II" if order == "<" else b"MM"
    place = "Q" if big else "I"
    head = mark + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8))
    body = bytearray(head)
    link = len(head) - (8 if big else 4)
    for each in pages:
        struct.pack_into(order + place, body, link, len(body))
        link = _append(body, each, order, big=big)
    return bytes(body)


def _append(body: bytearray, page: Page, order: str, *, big: bool) -> int:
    """Put a directory with its data at the end of ``body``; returns where its link to the next one is."""
    pieces = [zlib.compress(piece) if page.compression == DEFLATE else piece for piece in _pieces(page)]
    entries = _entries(page, order, [len(piece) for piece in pieces])
    size, count, place = (20, "Q", "Q") if big else (12, "H", "I")
    room = struct.calcsize("=" + place)
    start = len(body) + struct.calcsize("=" + count) + size * len(entries) + room
    values, data = bytearray(), b"".join(pieces)
    spare = sum(len(value) for *_, value in entries if len(value) > room)
    offsets = [start + spare + sum(len(piece) for piece in pieces[:index]) for index in range(len(pieces))]
    table = bytearray(struct.pack(order + count, len(entries)))
    for tag, type_, number, value in entries:
        if tag in (273, 324):
            value = struct.pack(f"{order}{number}{_FORMS[type_]}", *offsets)
        table += struct.pack(order + "HH" + place, tag, type_, number)
        if len(value) > room:
            table += struct.pack(order + place, start + len(values))
            values += value
        else:
            table += value.ljust(room, b"\0")
    link = len(body) + len(table)
    body += table + b"\0" * room + values + data
    return link


def _entries(page: Page, order: str, lengths: list[int]) -> list[Entry]:
    width, height = page.size
    shorts: dict[int, tuple[int, ...]] = {
        258: page.bits,
        259: (page.compression,),
        262: (page.photometric,),
        277: (len(page.bits),),
        **{tag: (value,) for tag, value in page.extra.items()},
    }
    longs: dict[int, tuple[int, ...]] = {256: (width,), 257: (height,)}
    if page.tile:
        longs |= {322: (page.tile,), 323: (page.tile,), 324: (0,) * len(lengths), 325: tuple(lengths)}
    else:
        longs |= {273: (0,) * len(lengths), 278: (height,), 279: tuple(lengths)}
    entries = [(tag, _SHORT, len(v), struct.pack(f"{order}{len(v)}H", *v)) for tag, v in shorts.items()]
    entries += [(tag, _LONG, len(v), struct.pack(f"{order}{len(v)}I", *v)) for tag, v in longs.items()]
    if page.profile:
        entries.append((34675, _UNDEFINED, len(page.profile), page.profile))
    return sorted(entries)


def _plane(page: Page, number: int) -> bytes:
    """The samples of one kind."""
    each = page.bits[0] // 8
    return b"".join(page.data[at : at + each] for at in range(number * each, len(page.data), len(page.bits) * each))


def _pieces(page: Page) -> list[bytes]:
    if page.extra.get(PLANES) == 2:
        return [_plane(page, number) for number in range(len(page.bits))]
    if not page.tile:
        return [page.data]
    width, height = page.size
    pixel = sum(page.bits) // 8
    tiles = []
    for top in range(0, height, page.tile):
        for left in range(0, width, page.tile):
            rows = []
            for row in range(top, top + page.tile):
                start = (row * width + left) * pixel
                end = (row * width + min(left + page.tile, width)) * pixel
                rows.append((page.data[start:end] if row < height else b"").ljust(page.tile * pixel, b"\0"))
            tiles.append(b"".join(rows))
    return tiles
