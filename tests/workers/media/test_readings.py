"""Who reads more of a type of files says so by the number of its reading, or what was uploaded before keeps it to
itself (``dam.operations.catch_up``)."""

from collections.abc import Iterator
from typing import get_args

from dam.domain.embedded import READINGS
from dam.domain.media_types import Route
from workers.media import blocks, spoken
from workers.media.encoding import DEMUXERS, SOUNDS

WORDED = {"PDF", "TEXT", "SUBTITLES", "OFFICE", "EPS"}

KNOWN: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("GIF", "BMP", "ICO", "SVG", "FONT", "INDD"), (1, "")),
    **dict.fromkeys(("JPEG", "PNG", "WEBP", "TIFF", "PSD"), (1, "blocks")),
    **dict.fromkeys(("HEIF", "AVIF"), (2, "blocks")),
    "RAW": (3, "blocks"),
    "PDF": (2, "blocks, words"),
    **dict.fromkeys(("TEXT", "SUBTITLES"), (2, "words")),
    **dict.fromkeys(("OFFICE", "EPS"), (1, "words")),
    **dict.fromkeys(SOUNDS, (2, "tags")),
    **dict.fromkeys(DEMUXERS, (2, "tags")),
    "MKV": (2, "tags, what is said"),
    "M4A": (3, "blocks, tags"),
    "MOV": (3, "blocks, tags, what is said"),
}


def sources(route: str) -> Iterator[str]:
    """What is read of it."""
    if route in blocks._WALKS:
        yield "blocks"
    if route in WORDED:
        yield "words"
    if route in DEMUXERS or route in SOUNDS:
        yield "tags"
    if route in spoken._READERS:
        yield "what is said"


def test_who_reads_more_of_a_type_raises_its_reading() -> None:
    """When this fails: raise the number in ``READINGS`` and ``recipes.EDITION``, and put what is read here."""
    assert {route: (READINGS[route], ", ".join(sources(route))) for route in get_args(Route)} == KNOWN
