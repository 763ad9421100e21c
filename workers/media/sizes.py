"""How large a picture says it is, from the first bytes of its file: WebP, JPEG, PNG and AVIF.

Belongs here: reading headers that may be lies. Must not: decode, or trust a length.
"""

import struct
from collections.abc import Callable, Mapping

from workers.media.plan import MediaFailure

HEAD = 72 * 1024
"""So many bytes are enough of a file that we have written: nothing stands before the sides but tables, and an XMP
packet in a segment of 64 KiB at most."""

_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive, by Huffman's code


def webp(head: bytes) -> tuple[int, int]:
    """Sides in px from the first 30 bytes of a WebP file (RFC 9649, 2.5–2.7). Raises MediaFailure (``crashed``)."""
    _require(len(head) >= 30 and head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    chunk = head[12:16]
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L" and head[20] == 0x2F:
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    _require(chunk == b"VP8X")
    return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1


def png(head: bytes) -> tuple[int, int]:
    """Sides in px from a PNG file (W3C PNG, 11.2.1). Raises MediaFailure (``crashed``)."""
    _require(len(head) >= 24 and head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def jpeg(head: bytes) -> tuple[int, int]:
    """Sides in px from a JPEG file (ITU T.81, B.2.2). Raises MediaFailure (``crashed``)."""
    _require(head[:2] == b"\xff\xd8")
    at = 2
    while len(head) >= at + 9 and head[at] == 0xFF:
        length = int.from_bytes(head[at + 2 : at + 4], "big")
        if head[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        _require(length >= 2)
        at += 2 + length
    raise _lie()


def avif(head: bytes) -> tuple[int, int]:
    """Sides in px from an AVIF file (ISO/IEC 23008-12, 6.5.3: the ``ispe`` of its first item's properties). Raises
    MediaFailure (``crashed``)."""
    _require(head[4:8] == b"ftyp" and head[8:12] == b"avif")
    properties = head
    for name, skipped in ((b"meta", 4), (b"iprp", 0), (b"ipco", 0), (b"ispe", 4)):
        properties = _box(properties, name)[skipped:]
    _require(len(properties) >= 8)
    width, height = struct.unpack(">II", properties[:8])
    return width, height


def _box(boxes: bytes, name: bytes) -> bytes:
    """What is in the first box of this name (ISO/IEC 14496-12, 4.2), as far as it is there."""
    at = 0
    while len(boxes) >= at + 8:
        length = int.from_bytes(boxes[at : at + 4], "big")
        if boxes[at + 4 : at + 8] == name:
            return boxes[at + 8 : at + length]
        _require(length >= 8)
        at += length
    raise _lie()


def is_whole_webp(head: bytes, size: int) -> bool:
    """Whether the file is as long as it says."""
    return len(head) >= 30 and int.from_bytes(head[4:8], "little") + 8 == size


WRITTEN: Mapping[str, tuple[str, Callable[[bytes], tuple[int, int]]]] = {
    "WEBP": ("image/webp", webp),
    "JPEG": ("image/jpeg", jpeg),
    "PNG": ("image/png", png),
    "AVIF": ("image/avif", avif),
}
"""The media type of each format that is written, and who reads its sides."""


def _require(truth: bool) -> None:  # noqa: FBT001 an assertion
    if not truth:
        raise _lie()


def _lie() -> MediaFailure:
    return MediaFailure("crashed", "the child's type can't be right")
