"""SVG, by resvg: drawn at the size that is needed, not scaled.

Belongs here: drawings. No script runs (resvg knows none) and nothing outside of the file is shown: what it refers to
would have to be opened, which this process can't. The same holds for fonts: a text that was not turned into paths is
left out, and ``text_missing`` says so.
"""

import contextlib
import io
import re
from typing import BinaryIO
from xml.parsers import expat

import resvg_py
from PIL import Image

from workers.media.decoded import Decoded, Decoder, Size, scaled
from workers.media.plan import MIB, MediaFailure

_LARGEST = 64 * MIB
_DPI = 96.0  # CSS pixels an inch
_TEXT = re.compile(r"<(?:\w+:)?text[\s>]")
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in)?\s*\Z", re.IGNORECASE)
_UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_LONGEST_SIDE = 1_000_000.0


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the drawing in CSS pixels."""
    del data
    written = source.read(_LARGEST + 1)
    if len(written) > _LARGEST:
        raise MediaFailure("too_large", f"more than {_LARGEST} bytes of SVG")
    try:
        text = written.decode()
        drawn = resvg_py.svg_to_bytes(
            svg_string=text, width=box, height=box, dpi=_DPI, skip_system_fonts=True, log_information=False
        )
    except ValueError as error:  # resvg's only exception; what is no UTF-8 is one too
        raise MediaFailure("broken_file", repr(error)) from error
    Image.MAX_IMAGE_PIXELS = box * box  # ours, and as large as it was asked for; another decoder's cap may still be set
    picture = Image.open(io.BytesIO(bytes(drawn)), formats=["PNG"])
    picture.load()
    details: dict[str, object] = {"text_missing": True} if _TEXT.search(text) else {}
    return Decoded(picture, _size(written) or picture.size, "RGBA", None, details)


DECODERS: dict[str, Decoder] = {"SVG": decode}


class _Found(Exception):
    """The first element has been seen."""


def _size(written: bytes) -> Size | None:
    """What the drawing says of its size; None where it says nothing, or nonsense."""
    root: dict[str, str] = {}

    def begin(_: str, attributes: dict[str, str]) -> None:
        root.update(attributes)
        raise _Found

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    with contextlib.suppress(_Found, expat.ExpatError, ValueError):  # resvg has read it; only its size is asked here
        parser.Parse(written, True)
    sides = [_pixels(root.get(name, "")) for name in ("width", "height")]
    viewed = [_pixels(part) for part in root.get("viewBox", "").replace(",", " ").split()[2:4]]
    if len(viewed) == 2 and all(viewed):
        across, down = viewed[0] or 1.0, viewed[1] or 1.0
        width, height = sides
        found = (width or (height * across / down if height else across), height or (width or across) * down / across)
    else:
        found = (sides[0] or 0.0, sides[1] or 0.0)
    return scaled(found, 1) if all(0 < side <= _LONGEST_SIDE for side in found) else None


def _pixels(length: str) -> float | None:
    found = _LENGTH.match(length)
    return float(found[1]) * _UNITS[(found[2] or "").lower()] if found else None
