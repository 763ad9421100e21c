"""HDR pressed into the range of a screen: from the light that a film means, in BT.2020's colours, to sRGB's values.

Belongs here: the arithmetic, which is that of ``graph`` for the film to be played, so that a poster looks as the film
does: what is brighter than the peak is cut off, colours become those of BT.709, and each of the three is pressed by
itself. Sources: SMPTE ST 2084 (5.1), ITU-R BT.2100 (table 5, at a peak of 1,000), BT.2087 (from BT.2020's colours to
BT.709's), BT.2408 (where paper is), IEC 61966-2-1.
"""

import functools
import math

from av.video.reformatter import ColorTrc
from PIL import Image, ImageFilter

CURVES = {ColorTrc.SMPTE2084: "pq", ColorTrc.ARIB_STD_B67: "hlg"}

BRIGHTEST = 1000  # candela a square metre
_WHITE = 203.0  # what HDR shows paper as
PEAK = BRIGHTEST / _WHITE  # the brightest there is, paper being 1
_NODES = 33  # of the table, each way; between them it is interpolated
_TO_709 = (1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)

Colour = tuple[float, float, float]


def pressed(picture: Image.Image, transfer: ColorTrc) -> Image.Image:
    """An RGB picture whose values are on this curve, as a screen shows it: first each value by itself, which is right
    for what is grey; then the colours, of which few are far from where they are by then."""
    return picture.point(tone_curve(transfer) * 3).filter(_table())


def tone_curve(transfer: ColorTrc) -> list[int]:
    """From a value on the curve to one on sRGB's: up to paper nearly as it is, above it pressed together."""
    return [round(255 * _srgb(_reinhard(_light(value / 255, transfer)))) for value in range(256)]


def coloured(light: Colour) -> Colour:
    """What light in BT.2020's colours, paper being 1, is to be in sRGB's values (0–1)."""
    red, green, blue = light
    there = [max(0.0, by[0] * red + by[1] * green + by[2] * blue) for by in _TO_709]
    found = [_srgb(_reinhard(each)) for each in there]
    return found[0], found[1], found[2]


def _light(value: float, transfer: ColorTrc) -> float:
    """How bright it is, paper being 1."""
    if transfer == ColorTrc.SMPTE2084:
        power = value ** (1 / 78.84375)
        ratio = max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        return float(10_000 * ratio ** (1 / 0.1593017578125)) / _WHITE
    scene = value**2 / 3 if value <= 0.5 else (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return float(PEAK * scene**1.2)


def _reinhard(light: float) -> float:
    """Reinhard's curve, stretched: 0 stays, the peak becomes 1."""
    return min(1.0, light / (1 + light) * (1 + 1 / PEAK))


def _unpressed(linear: float) -> float:
    """The other way."""
    return linear / (1 + 1 / PEAK - linear)


def _srgb(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


@functools.cache
def _table() -> ImageFilter.Color3DLUT:
    """A seventh of a second, for films that need it: with fewer nodes, colours would be seen to drift, and what is
    nearly white would not be grey."""
    steps = [_unpressed(_linear(node / (_NODES - 1))) for node in range(_NODES)]
    colours = (coloured((red, green, blue)) for blue in steps for green in steps for red in steps)
    return ImageFilter.Color3DLUT(_NODES, [value for colour in colours for value in colour])
