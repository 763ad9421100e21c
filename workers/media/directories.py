"""A directory of a TIFF structure, as TIFF files and EXIF have it: the values of single tags.

Rule: one directory is read, of ``_MOST_TAGS`` at most; none is followed to the next, so that there is no loop to fall
into. What points outside of the file, or is larger than asked for, is not there. Source: TIFF 6.0, 2; BigTIFF.
"""

import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

_MOST_TAGS = 1000
# Bytes of a value of each type (TIFF 6.0, 2; EXIF's 129 is text; BigTIFF's 16 to 18).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, 129: 1}
_RATIONAL = 5


@dataclass(slots=True)
class Entry:
    """Where a tag's value is: ``held`` has the value itself where that is short enough, else its place."""

    kind: int
    count: int
    held: bytes

    @property
    def size(self) -> int:
        return _SIZES.get(self.kind, 0) * self.count


class Directory:
    """The tags of one directory of ``source``."""

    def __init__(self, source: BinaryIO, order: str, *, large: bool, place: int) -> None:
        """Raises struct.error where there is none."""
        self._source = source
        self._order = order
        self._large = large
        source.seek(place)
        (count,) = self._take("Q" if large else "H")
        self._entries = dict(self._entry() for _ in range(min(count, _MOST_TAGS)))

    @classmethod
    def first(cls, source: BinaryIO) -> Self:
        """Of a whole structure. Raises struct.error, ValueError for what is none."""
        source.seek(0)
        head = source.read(16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None:
            raise ValueError("no TIFF structure")
        version, place = struct.unpack_from(order + "HI", head, 2)
        if version == 43:  # BigTIFF
            return cls(source, order, large=True, place=struct.unpack_from(order + "Q", head, 8)[0])
        return cls(source, order, large=False, place=place)

    def has(self, tag: int) -> bool:
        return tag in self._entries

    def data(self, tag: int, most: int) -> bytes:
        """The bytes of its value; none if it is not there, incomplete, or longer than ``most``."""
        entry = self._entries.get(tag)
        if entry is None or not 0 < entry.size <= most:
            return b""
        if entry.size <= len(entry.held):
            return entry.held[: entry.size]
        self._source.seek(self._number(entry.held))
        found = self._source.read(entry.size)
        return found if len(found) == entry.size else b""

    def fractions(self, tag: int, count: int) -> tuple[float, ...]:
        """So many unsigned fractions; none if there are not exactly so many, or one of them is none."""
        entry = self._entries.get(tag)
        if entry is None or (entry.kind, entry.count) != (_RATIONAL, count):
            return ()
        data = self.data(tag, 8 * count)
        parts = struct.unpack(f"{self._order}{len(data) // 4}I", data)
        if not parts or not all(parts[1::2]):
            return ()
        return tuple(above / below for above, below in zip(parts[::2], parts[1::2], strict=True))

    def inner(self, tag: int) -> "Directory | None":
        """The directory that this tag points to. Raises struct.error, ValueError, OSError."""
        entry = self._entries.get(tag)
        if entry is None or entry.count != 1:
            return None
        return Directory(self._source, self._order, large=self._large, place=self._number(entry.held[: entry.size]))

    def _entry(self) -> tuple[int, Entry]:
        tag, kind, count, held = self._take("HHQ8s" if self._large else "HHI4s")
        return tag, Entry(kind, count, held)

    def _number(self, held: bytes) -> int:
        return int.from_bytes(held, "little" if self._order == "<" else "big")

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(self._order + form, self._source.read(struct.calcsize(self._order + form)))
