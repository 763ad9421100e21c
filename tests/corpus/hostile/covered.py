"""Documents that are shown by the picture inside of them, whose picture or place is hostile."""

import base64
import struct
from collections.abc import Iterator

from tests.corpus import papers, stills, written
from tests.corpus.hostile.archives import zipped
from tests.corpus.hostile.blocks import entity
from tests.corpus.hostile.case import SHOWN, Canary, Hostile
from tests.corpus.hostile.pixels import packed_zeros
from tests.workers.media import generate

_NONE = "no_preview_inside"
_INSTEAD = {"slides": "no_libreoffice", "EPS": "no_ghostscript"}
_INDESIGN = bytes.fromhex("0606edf5d81d46e5bd31efe7fe74b71d")


def cases(canary: Canary) -> Iterator[Hostile]:
    """Slides, EPS, InDesign."""
    for name, data, outcome in (*_slides(canary), *_archives(), *_others()):
        instead = next((code for begin, code in _INSTEAD.items() if name.startswith(begin)), _NONE)
        yield Hostile("pictures inside", name, data, outcome.replace(_NONE, instead))


_Row = tuple[str, bytes, str]


def slides(picture: bytes, ending: str = "jpeg") -> bytes:
    """With this as their thumbnail."""
    return zipped({"ppt/presentation.xml": b"<p/>", f"docProps/thumbnail.{ending}": picture})


def _slides(canary: Canary) -> Iterator[_Row]:
    there = canary.path("canary.png")
    yield "slides with a PNG of 400 megapixels", slides(generate.png_bomb(20_000, 20_000), "png"), _NONE
    yield "slides with a JPEG of 536 megapixels", slides(generate.flat_jpeg(65_500, 8_190)), _NONE
    drawing = papers.svg(inside=f'<image href="{there}" width="120" height="80"/>')
    yield "slides with a drawing that refers to others", slides(drawing), _NONE
    yield "slides with a document", slides(papers.pdf([papers.drawn()])), _NONE
    outside = written.jpeg(xmp_block=entity(f"file://{canary.path('canary.txt')}"))
    yield "slides with a picture whose XMP refers to a file", slides(outside), SHOWN
    yield "slides with a TIFF of itself", slides(stills.looped()), SHOWN
    climbing = {"ppt/a": b"", "../docProps/thumbnail.jpeg": written.jpeg(), "/docProps/thumbnail.jpeg": written.jpeg()}
    yield "slides with a thumbnail that climbs", zipped(climbing), _NONE


def _archives() -> Iterator[_Row]:
    whole = slides(written.jpeg())
    at = whole.index(b"PK\1\2", whole.index(b"PK\1\2") + 4)  # of the thumbnail
    odd = f"broken_file|truncated|{_NONE}|{SHOWN}"
    for name, place, form, value in (
        ("of 2^32 bytes", 24, "<I", 2**32 - 2),
        ("that begins elsewhere", 42, "<I", 2**32 - 2),
        ("with a password", 8, "<H", 1),
        ("packed by nobody knows what", 10, "<H", 99),
        ("with another checksum", 16, "<I", 7),
    ):
        data = bytearray(whole)
        struct.pack_into(form, data, at + place, value)
        yield f"slides with a thumbnail {name}", bytes(data), odd
    end = whole.rindex(b"PK\5\6")
    vast = whole[: end + 12] + b"\xff\xff\xff\x7f" + whole[end + 16 :]
    yield "slides with a directory of 2^31", vast, "too_large"


def _others() -> Iterator[_Row]:
    def eps(place: int, length: int, behind: bytes) -> bytes:
        return b"\xc5\xd0\xd3\xc6" + struct.pack("<IIIIIIH", 30, 9, 0, 0, place, length, 0xFFFF) + behind

    yield "EPS whose picture is elsewhere", eps(2**32 - 1, 2**32 - 1, b"%!PS"), _NONE
    yield "EPS whose picture is itself", eps(0, 2**32 - 1, b"%!PS"), _NONE
    yield "EPS with a TIFF of 2^31", eps(30, 2**32 - 1, stills.tiff_bomb(2**31 - 1)), _NONE
    begins = b"<xmpGImg:image>"
    yield "InDesign of a million pictures that begin", _INDESIGN + begins * 1_000_000, _NONE
    bomb = base64.b64encode(generate.png_bomb(20_000, 20_000))
    yield "InDesign with PNGs of 400 megapixels", _INDESIGN + (begins + bomb + b"<") * 20, _NONE
    yield "InDesign with words for a picture", _INDESIGN + begins + packed_zeros(1 << 20) + b"<", _NONE
