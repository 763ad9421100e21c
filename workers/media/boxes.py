"""The boxes that ISO's media files are made of (ISO/IEC 14496-12, 4.2), and the types of two that others have added.

Rule: ``MOST`` at most are looked at on a level, and each once; one that is longer than what it is in ends it.

Sources: XMP Specification, part 3, 1.1.6 (MPEG-4); C2PA Specification 2.1, A.5 (boxes of ISO's media files).
"""

from collections.abc import Iterator
from typing import BinaryIO

MOST = 5000
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The type of a ``uuid`` box with a packet."""
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""The type of a ``uuid`` box with a manifest."""
_UUID = 16


def within(source: BinaryIO, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type, begin and end of the content of each box that is in this part of the file, by default the whole."""
    place, last = begin, source.seek(0, 2) if end is None else end
    for _ in range(MOST):
        source.seek(place)
        head = source.read(min(16, last - place))
        if len(head) < 8:
            return
        length, skip = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, skip = int.from_bytes(head[8:16], "big"), 16
        after = place + length if length else last
        if after < place + skip or after > last:
            return
        yield head[4:8], place + skip, after
        place = after


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the boxes inside of another that was read."""
    at = 0
    for _ in range(MOST):
        if len(data) < at + 8:
            return
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8 or at + length > len(data):
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def own_type(source: BinaryIO, begin: int, end: int) -> tuple[bytes, int]:
    """Of a ``uuid`` box the type that its inventor gave it, and where its content begins; empty if it is too short."""
    source.seek(begin)
    return (source.read(_UUID), begin + _UUID) if end - begin >= _UUID else (b"", end)


def content(source: BinaryIO, begin: int, end: int, largest: int) -> bytes:
    """Nothing if it has more bytes than that."""
    if end - begin > largest:
        return b""
    source.seek(begin)
    return source.read(end - begin)
