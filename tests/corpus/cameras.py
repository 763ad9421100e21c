"""What phones and cameras write: HEIC, and DNG with its sensor's pixels and a preview."""

import io
import struct
from collections.abc import Iterator
from functools import partial
from typing import Any

import pillow_heif
from PIL import Image

from tests.corpus.cases import CUT, QUARTERS, SIZE, Bad, Good, cut_out, half, picture, turned
from tests.workers.media import generate
from tests.workers.media.generate import encoded

HEIC, DNG = "image/heic", "image/x-adobe-dng"


def heic(image: Image.Image, **options: Any) -> bytes:
    """By libheif's encoder."""
    pillow_heif.register_heif_opener()
    return encoded(image, "HEIF", quality=95, **options)


def dng(preview: bytes | None, size: tuple[int, int] = (640, 480), orientation: int = 1) -> bytes:
    """A raw picture (DNG 1.4) whose sensor saw grey, and in the bottom right quarter as much light as it can; with a
    JPEG preview in front of it, or none.

    Directory 0 is the preview, and points to the sensor's; without one it is the sensor's itself.
    """
    grey, white = (struct.pack("<H", level) * (size[0] // 2) for level in (0x3000, 0xFFFF))
    sensor = 2 * grey * (size[1] // 2) + (grey + white) * (size[1] // 2)
    shared = [
        _ascii(271, b"Us\0"),
        _ascii(272, b"Camera\0"),
        _short(274, orientation),
        _bytes(50706, b"\1\4\0\0"),
        _ascii(50708, b"Our Camera\0"),
    ]
    matrix = struct.pack("<18i", *(part for value in (1, 0, 0, 0, 1, 0, 0, 0, 1) for part in (value, 1)))
    shared += [(50721, 10, 9, matrix), (50728, 5, 3, struct.pack("<6I", 1, 1, 1, 1, 1, 1)), _short(50778, 21)]
    raw = [
        _long(254, 0), _long(256, size[0]), _long(257, size[1]), _short(258, 16), _short(259, 1), _short(262, 32803),
        _long(273, 0), _short(277, 1), _long(278, size[1]), _long(279, len(sensor)), _short(33421, 2, 2),
        _bytes(33422, b"\0\1\1\2"), _long(50717, 65535),
    ]  # fmt: skip
    if preview is None:
        return _file([([*raw, *shared], sensor)])
    inside = Image.open(io.BytesIO(preview))
    shown = [
        _long(254, 1), _long(256, inside.width), _long(257, inside.height), _short(258, 8, 8, 8), _short(259, 7),
        _short(262, 6), _long(273, 0), _short(277, 3), _long(278, inside.height), _long(279, len(preview)),
        _long(330, 0),
    ]  # fmt: skip
    return _file([([*shown, *shared], preview), (raw, sensor)])


Entry = tuple[int, int, int, bytes]


def _short(tag: int, *values: int) -> Entry:
    return tag, 3, len(values), struct.pack(f"<{len(values)}H", *values)


def _long(tag: int, value: int) -> Entry:
    return tag, 4, 1, struct.pack("<I", value)


def _ascii(tag: int, value: bytes) -> Entry:
    return tag, 2, len(value), value


def _bytes(tag: int, value: bytes) -> Entry:
    return tag, 1, len(value), value


def _file(directories: list[tuple[list[Entry], bytes]]) -> bytes:
    """The first directory; others are children of it. Strip offsets (273) and children (330) are filled in."""
    sizes = [2 + 12 * len(entries) + 4 for entries, _ in directories]
    spares = [sum(len(value) + len(value) % 2 for *_, value in entries if len(value) > 4) for entries, _ in directories]
    starts, at = [], 8
    for index, (_, data) in enumerate(directories):
        starts.append(at)
        at += sizes[index] + spares[index] + len(data) + len(data) % 2
    result = bytearray(b"II*\0" + struct.pack("<I", 8))
    for index, (entries, data) in enumerate(directories):
        spare_at = starts[index] + sizes[index]
        data_at = spare_at + spares[index]
        table, spare = bytearray(struct.pack("<H", len(entries))), bytearray()
        for tag, kind, count, value in sorted(entries):
            value = struct.pack("<I", {273: data_at, 330: starts[-1]}[tag]) if tag in (273, 330) else value
            if len(value) > 4:
                place = struct.pack("<I", spare_at + len(spare))
                spare += value + b"\0" * (len(value) % 2)
                value = place
            table += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
        result += table + b"\0\0\0\0" + spare + data + b"\0" * (len(data) % 2)
    return bytes(result)


def good() -> Iterator[Good]:
    """Phones' and cameras' pictures that are shown."""
    yield Good("HEIC", "a.heic", lambda: heic(picture()), HEIC)
    yield Good("HEIC alpha", "b.heic", lambda: heic(cut_out()), HEIC, colours=CUT)
    yield Good("HEIC of tiles", "c.heic", lambda: heic(picture((1200, 800)), tile_size=256), HEIC, size=(1200, 800))
    for orientation in range(1, 9):
        data = heic(turned(orientation), exif=generate.exif(orientation))
        yield Good(f"HEIC turned {orientation}", "d.heic", lambda d=data: d, HEIC)  # type: ignore[misc]
    shown = encoded(picture((1200, 800)), "JPEG", quality=95)
    yield Good("DNG with its preview", "a.dng", lambda: dng(shown), DNG, size=(640, 480))
    # 0x3000 of 0xffff, on the curve of BT.709.
    seen = (*((107, 107, 107),) * 3, (255, 255, 255))
    yield Good("DNG developed", "b.dng", lambda: dng(None), DNG, size=(640, 480), colours=seen)
    small = encoded(picture((160, 120)), "JPEG")
    yield Good("DNG with a small preview", "c.dng", lambda: dng(small), DNG, size=(640, 480), colours=seen)
    for orientation, order in ((3, (3, 0, 0, 0)), (6, (0, 0, 3, 0)), (8, (0, 3, 0, 0))):
        size = (640, 480) if orientation == 3 else (480, 640)
        upright = tuple(seen[index] for index in order)
        held = partial(dng, None, orientation=orientation)
        yield Good(f"DNG developed, turned {orientation}", "d.dng", held, DNG, size=size, colours=upright)


def bad() -> Iterator[Bad]:
    """Broken ones."""
    whole = heic(picture())
    yield Bad("half a HEIC", "a.heic", lambda: half(whole), HEIC, "truncated|broken_file")
    yield Bad("the head of a HEIC", "b.heic", lambda: whole[:40], HEIC, "truncated|broken_file")
    zeros = whole[:200] + bytes(len(whole) - 200)
    yield Bad("zeros in a HEIC", "c.heic", lambda: zeros, HEIC, "truncated|broken_file|")
    vast = whole.replace(struct.pack(">II", *SIZE), struct.pack(">II", 60_000, 60_000))
    yield Bad("a HEIC bomb", "d.heic", lambda: vast, HEIC, "too_large|broken_file")
    raw = dng(None)
    yield Bad("the head of a DNG", "a.dng", lambda: raw[:300], DNG, "broken_file")
    wide = raw.replace(struct.pack("<HHII", 256, 4, 1, 640), struct.pack("<HHII", 256, 4, 1, 60_000))
    vast_raw = wide.replace(struct.pack("<HHII", 257, 4, 1, 480), struct.pack("<HHII", 257, 4, 1, 60_000))
    yield Bad("a DNG bomb", "b.dng", lambda: vast_raw, DNG, "too_large|broken_file|out_of_memory")


__all__ = ["QUARTERS", "bad", "good"]
