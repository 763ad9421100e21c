"""What a decoder hands on: a picture that is small already, and what is known of the file that it came from.

Belongs here: the value. Must not: decode.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from PIL import Image

from workers.media.geometry import Size, fit, scaled
from workers.media.written import Written

__all__ = ["Decoded", "Decoder", "Size", "fit", "scaled"]


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
