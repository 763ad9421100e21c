"""HEIC and AVIF whose boxes lie: sizes, counts, places and references (ISO/IEC 14496-12, 23008-12)."""

import functools
import struct
from collections.abc import Callable, Iterator

from tests.corpus import stills, written
from tests.corpus.cases import SIZE
from tests.corpus.hostile.case import SHOWN, Canary, Hostile

_MOST = 2**31 - 1
_BROKEN = "broken_file|truncated"
_ANY = f"{_BROKEN}|too_large|{SHOWN}"


@functools.cache
def heic() -> bytes:
    return written.heic(exif_block=written.exif(artist="Ada"), xmp_block=written.FULL_XMP)


@functools.cache
def avif() -> bytes:
    return written.avif(exif_block=written.exif(artist="Ada"), xmp_block=written.FULL_XMP)


def cases(_: Canary) -> Iterator[Hostile]:
    """The same lies in both."""
    for kind, whole in (("HEIC", heic()), ("AVIF", avif())):
        for name, change, outcome in _LIES:
            yield Hostile("containers", f"{kind}: {name}", change(bytearray(whole)), outcome)
    frames = bytearray(stills.animated("AVIF"))
    at = frames.index(b"stsz") + 12
    struct.pack_into(">I", frames, at, _MOST)
    yield Hostile("containers", "AVIF: 2^31 frames", bytes(frames), _ANY)


def _sides(data: bytearray, across: int, down: int) -> bytes:
    return bytes(data).replace(struct.pack(">II", *SIZE), struct.pack(">II", across, down))


def _word(box: bytes, behind: int, value: int) -> Callable[[bytearray], bytes]:
    """Write 32 bits so many bytes behind a box's name."""

    def change(data: bytearray) -> bytes:
        struct.pack_into(">I", data, data.index(box) + behind, value)
        return bytes(data)

    return change


def _roomless(data: bytearray) -> bytes:
    """A second table of places, of 5,000 items with 65,535 parts each, that no byte is spent on."""
    places = struct.pack(">HH", 0, 5_000) + struct.pack(">HHHH", 2, 0, 0, 65_535) * 5_000
    more = struct.pack(">I4sI", 12 + len(places), b"iloc", 1 << 24) + places
    meta = data.index(b"meta") - 4
    end = meta + struct.unpack_from(">I", data, meta)[0]
    struct.pack_into(">I", data, meta, end - meta + len(more))
    return bytes(data[:end]) + more + bytes(data[end:])


def _nested(data: bytearray) -> bytes:
    """The boxes of 20,000 inside of each other in front of the right ones."""
    deep, count = b"", 20_000
    head = struct.unpack_from(">I", data, 0)[0]
    for number in range(count, 0, -1):
        deep += struct.pack(">I4s", 8 * number, b"meta")
    return bytes(data[:head]) + deep + bytes(data[head:])


def _many(data: bytearray) -> bytes:
    head = struct.unpack_from(">I", data, 0)[0]
    return bytes(data[:head]) + struct.pack(">I4s", 8, b"free") * 100_000 + bytes(data[head:])


def _cyclic(data: bytearray) -> bytes:
    """A reference of the first item to itself, as its own thumbnail and its own part."""
    at = data.index(b"iinf") - 4
    end = at + struct.unpack_from(">I", data, at)[0]
    inner = struct.pack(">I4sHHH", 14, b"dimg", 1, 1, 1) + struct.pack(">I4sHHH", 14, b"auxl", 1, 1, 1)
    more = struct.pack(">I4sI", 12 + len(inner), b"iref", 0) + inner
    meta = data.index(b"meta") - 4
    struct.pack_into(">I", data, meta, struct.unpack_from(">I", data, meta)[0] + len(more))
    return bytes(data[:end]) + more + bytes(data[end:])


_LIES: tuple[tuple[str, Callable[[bytearray], bytes], str], ...] = (
    ("2^31 by 2^31", lambda data: _sides(data, _MOST, _MOST), _BROKEN + "|too_large|out_of_memory"),
    ("60,000 by 60,000", lambda data: _sides(data, 60_000, 60_000), _BROKEN + "|too_large"),
    ("2^31 by one", lambda data: _sides(data, _MOST, 1), _BROKEN + "|too_large"),
    ("nothing by nothing", lambda data: _sides(data, 0, 0), _BROKEN),
    ("a box of 2^32 bytes", _word(b"meta", -4, 2**32 - 1), _BROKEN),
    ("a box of no bytes", _word(b"iloc", -4, 1), _BROKEN),
    ("items without number", _word(b"iinf", 6, 2**32 - 1), _ANY),
    ("places without number", _word(b"iloc", 8, 2**32 - 1), _ANY),
    ("parts that take no room", _roomless, SHOWN + "|" + _BROKEN),
    ("properties for everybody", _word(b"ipma", 8, 2**32 - 1), _ANY),
    ("20,000 boxes inside of each other", _nested, _ANY),
    ("100,000 boxes of nothing", _many, _ANY),
    ("a picture that is part of itself", _cyclic, _ANY),
)
