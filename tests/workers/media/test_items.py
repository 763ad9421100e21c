"""Which items of a HEIF file are read, by boxes made by hand (ISO/IEC 14496-12, 8.11)."""

import io
import struct
from collections.abc import Sequence

import pytest

from workers.media import items
from workers.media.items import Items, find

LARGEST = 1000
EXIF, XMP = b"\0\0\0\0MM\0*exif", b"<x/>"


def box(kind: bytes, data: bytes, *, version: int | None = None) -> bytes:
    head = b"" if version is None else bytes((version, 0, 0, 0))
    return struct.pack(">I4s", 8 + len(head + data), kind) + head + data


def entry(number: int, kind: bytes) -> bytes:
    if kind == b"Exif":
        return box(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", version=2)
    return box(b"infe", struct.pack(">HH", number, 0) + b"mime\0" + kind + b"\0", version=2)


def place(number: int, parts: Sequence[tuple[int, int]], *, method: int = 0, elsewhere: int = 0) -> bytes:
    held = struct.pack(">HHHH", number, method, elsewhere, len(parts))
    return held + b"".join(struct.pack(">II", *part) for part in parts)


def file(
    entries: Sequence[tuple[int, bytes]], places: Sequence[bytes], *, held: bytes = b"", described: bytes = b""
) -> bytes:
    """A description, and the items' data in front of it, behind the file's type."""
    iinf = box(b"iinf", struct.pack(">H", len(entries)) + b"".join(entry(*each) for each in entries), version=0)
    iloc = box(b"iloc", struct.pack(">HH", 0x4400, len(places)) + b"".join(places), version=1)
    inside = box(b"pitm", b"\0\1", version=0) + iinf + described + iloc + (box(b"idat", held) if held else b"")
    return box(b"ftyp", b"heic") + box(b"mdat", EXIF + XMP) + box(b"meta", inside, version=0)


AT = 20  # of the first byte in mdat
WHOLE = ((AT, len(EXIF)),)


def read(data: bytes) -> tuple[bytes, bytes]:
    found = Items()
    find(io.BytesIO(data), LARGEST, found)
    return found.exif, found.xmp


def test_exif_and_xmp_are_found_by_their_places() -> None:
    entries = [(2, b"Exif"), (3, b"application/rdf+xml"), (4, b"text/plain")]
    places = [place(2, WHOLE), place(3, [(AT + len(EXIF), len(XMP))]), place(4, WHOLE)]
    assert read(file(entries, places)) == (b"MM\0*exif", XMP)


def test_an_item_may_be_in_parts_and_in_the_description_itself() -> None:
    parts = [(AT, 6), (AT + 6, len(EXIF) - 6)]
    assert read(file([(2, b"Exif")], [place(2, parts)]))[0] == b"MM\0*exif"
    inside = place(2, [(0, len(EXIF))], method=1)
    assert read(file([(2, b"Exif")], [inside], held=EXIF))[0] == b"MM\0*exif"


def test_what_describes_another_picture_is_not_that_of_the_first() -> None:
    def described(target: int) -> bytes:
        return box(b"iref", box(b"cdsc", struct.pack(">HHH", 2, 1, target)), version=0)

    assert read(file([(2, b"Exif")], [place(2, WHOLE)], described=described(9)))[0] == b""
    assert read(file([(2, b"Exif")], [place(2, WHOLE)], described=described(1)))[0] == b"MM\0*exif"


@pytest.mark.parametrize(
    "there",
    [
        place(2, WHOLE, elsewhere=1),
        place(2, [(0, len(EXIF))], method=2),
        place(2, [(AT, LARGEST + 1)]),
        place(2, [(2**32 - 1, 10)]),
        place(2, [(AT, 4), (2**32 - 1, 4)]),
        place(2, [(AT, 2**32 - 1)] * 2),
        place(2, []),
        place(3, WHOLE),
        place(2, [(AT, 1)] * 65),
    ],
    ids=["in another file", "of another item", "too large", "outside", "in part outside", "vast", "nowhere", "of none",
         "of 65 parts"],
)  # fmt: skip
def test_what_is_not_whole_not_here_or_too_large_is_not_read(there: bytes) -> None:
    assert read(file([(2, b"Exif")], [there])) == (b"", b"")


def test_parts_that_take_no_room_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 items of 65,535 parts each, in 40 kB."""
    numbers = 0
    whole = items._Reader.number

    def counted(self: items._Reader, size: int) -> int:
        nonlocal numbers
        numbers += 1
        assert numbers < 100_000
        return whole(self, size)

    monkeypatch.setattr(items._Reader, "number", counted)
    iloc = box(b"iloc", struct.pack(">HH", 0, 5000) + struct.pack(">HHHH", 2, 0, 0, 65_535) * 5000, version=1)
    iinf = box(b"iinf", b"\0\1" + entry(2, b"Exif"), version=0)
    assert read(box(b"ftyp", b"heic") + box(b"meta", iinf + iloc, version=0)) == (b"", b"")
    assert numbers
