"""How a picture looks, in 256 bits: pictures that look alike differ in few of them, whatever their size and format.

The method is PDQ's (Davis and Rosen, "PDQ & TMK + PDQF", Facebook 2019): the luminance as 64 × 64, its cosine transform
without the constant part, 16 × 16 coefficients of the lowest frequencies, and of each whether it is above their median.
Written out here, because the package ``pdqhash`` has no wheels for Linux. Small pictures are averaged by Pillow instead
of PDQ's two passes of a box, so that a bit may differ from PDQ's own here and there.

Belongs here: the numbers. What is flat, or has hardly a line in it, has no look (PDQ's measure of quality).
"""

import math
from itertools import pairwise
from operator import mul

from PIL import Image

_SIDE, _KEPT = 64, 16
_HALF = _SIDE // 2
_LEAST_QUALITY = 50
_GRADIENTS = 90  # so much of them is a quality of 1
_WHITE = (255, 255, 255)
# The first half of each row of the transform (DCT-II, without its constant row): the second half is the first one
# backwards, with the other sign in every other row.
_ROWS = tuple(
    tuple(math.sqrt(2 / _SIDE) * math.cos(math.pi / (2 * _SIDE) * row * (2 * place + 1)) for place in range(_HALF))
    for row in range(1, _KEPT + 1)
)


def look_of(picture: Image.Image) -> str | None:
    """64 hexadecimal digits; None for a picture that looks like too many others. ``picture``: in sRGB, best of no more
    than some hundred pixels a side; what is transparent is white."""
    grey = _opaque(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()
    rows = [grey[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    if _quality(rows) < _LEAST_QUALITY:
        return None
    across = [_transformed(row) for row in rows]
    found = [value for column in zip(*across, strict=True) for value in _transformed(column)]
    middle = sorted(found)[len(found) // 2]
    return f"{sum(1 << place for place, value in enumerate(found) if value > middle):064x}"


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode not in ("LA", "RGBA"):
        return picture
    ground = Image.new("RGB", picture.size, _WHITE)
    ground.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return ground


def _quality(rows: list[bytes]) -> int:
    """0 to 100: how much neighbours differ, in steps that are seen."""
    total = 0
    for row, below in zip(rows, [*rows[1:], rows[-1]], strict=True):
        total += sum(abs(a - b) * 100 // 255 for a, b in pairwise(row))
        total += sum(abs(a - b) * 100 // 255 for a, b in zip(row, below, strict=True))
    return min(100, total // _GRADIENTS)


def _transformed(values: "bytes | tuple[float, ...]") -> tuple[float, ...]:
    first, second = values[:_HALF], values[: _HALF - 1 : -1]
    odd = [a - b for a, b in zip(first, second, strict=True)]
    even = [a + b for a, b in zip(first, second, strict=True)]
    return tuple(sum(map(mul, weights, even if row % 2 else odd)) for row, weights in enumerate(_ROWS))
