"""Colours by the names that people search for: which of a dozen a colour is called.

Rule: every colour has one name. Lightness, chroma and hue are those of OKLab (Ottosson, "A perceptual color space for
image processing", 2020), in which what looks equally far apart is so. Must not: decode, or store.
"""

import math

NAMES = ("black", "white", "grey", "red", "orange", "brown", "yellow", "green", "cyan", "blue", "purple", "pink")

_HUES = ((18, "pink"), (42, "red"), (80, "orange"), (112, "yellow"), (172, "green"), (215, "cyan"), (290, "blue"))
"""Up to so many degrees; behind them comes purple, and from ``_ROSE`` on pink again."""
_ROSE = 342
_FADED = 0.035  # below this chroma a colour is a grey
_DARK, _LIGHT = 0.25, 0.93
_NIGHT = 0.18  # so dark that no hue is seen
_SHADE = 0.62  # below this lightness orange and yellow are brown
_BLUSH = 0.75  # above this one red and purple are pink
_OLIVE = 100
_CRIMSON = 0.6


def name_of(colour: str) -> str:
    """Of ``#rrggbb``."""
    light, chroma, hue = _polar(colour)
    if chroma < _FADED:
        return "black" if light < _DARK else "white" if light > _LIGHT else "grey"
    if light < _NIGHT:
        return "black"
    plain = "pink" if hue >= _ROSE else next((name for most, name in _HUES if hue < most), "purple")
    return _by_light(plain, light, hue)


def _by_light(plain: str, light: float, hue: float) -> str:
    match plain:
        case "pink":
            return "pink" if light >= _CRIMSON else "red"
        case "red" | "purple":
            return "pink" if light >= _BLUSH else plain
        case "orange" if light < _SHADE:
            return "brown"
        case "yellow" if light < _SHADE:
            return "brown" if hue < _OLIVE else "green"
    return plain


def _polar(colour: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
