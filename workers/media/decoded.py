"""What a decoder hands on: a picture that is small already, and what is known of the file that it came from.

Belongs here: the value and the arithmetic of sizes. Must not: decode.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from PIL import Image

from workers.media.written import Written

Size = tuple[int, int]


@dataclass(slots=True)
class Decoded:
    """``image``: upright, no larger than asked for; L, LA, RGB, RGBA, CMYK or LAB, in the colours of ``profile``.
    ``size`` in px and ``mode`` in Pillow's words are the original's, upright; ``details`` are further properties, which
    ``results`` knows by name; ``text``: the words of the first pages, or what is said first, as it is in the file;
    ``written``: what the container says of people and places.
    """

    image: Image.Image
    size: Size
    mode: str
    profile: bytes | None = None
    details: dict[str, object] = field(default_factory=dict)
    text: str = ""
    written: Written | None = None


Decoder = Callable[[BinaryIO, int, int], Decoded]
"""Source, the longest side in px that will be needed, and the bytes of memory that this process may use. Raises
MediaFailure for what is wrong with the file, MemoryError."""


def fit(size: Size, box: int) -> Size:
    """``size`` in proportion, its longest side at most ``box`` px; never larger than it was."""
    longest = max(size)
    if longest <= box:
        return size
    return scaled(size, box / longest)


def scaled(size: tuple[float, float], factor: float) -> Size:
    """Whole pixels, one at least."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
