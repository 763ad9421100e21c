"""The boxes that ISO's media files are made of (ISO/IEC 14496-12, 4.2).

Rule: ``MOST`` at most are looked at on a level, and each once; one that is longer than what it is in ends it.
"""

from collections.abc import Iterator
from typing import BinaryIO

MOST = 5000


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
