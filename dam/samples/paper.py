"""Paper: waves cut out of coloured sheets that lie upon one another, and a sun between them.

Rule: as ``light`` says; each sheet throws its shadow on the ones below.
"""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops

from dam.samples import light
from dam.samples.light import Colour, Point, Size, mix

OCEAN: Sequence[Colour] = (
    (252, 238, 214), (248, 206, 158), (238, 152, 110), (206, 96, 92), (132, 66, 92), (70, 52, 88), (30, 36, 66),
)  # fmt: skip
MEADOW: Sequence[Colour] = (
    (248, 240, 216), (226, 224, 170), (172, 200, 140), (108, 168, 128), (58, 128, 116), (28, 88, 92), (16, 50, 62),
)  # fmt: skip


def waves(size: Size, sheets: Sequence[Colour], seed: int, *, sun: Colour | None = None) -> Image.Image:
    """Sheets from the back to the front; RGB."""
    picture = _sheet(size, sheets[0], seed)
    if sun is not None:
        disc = light.outline(size, lambda draw, w, h: draw.ellipse(_disc(w, h), fill=255))
        picture = _laid(picture, _sheet(size, sun, seed), disc)
    for number, colour in enumerate(sheets[1:], 1):
        share = number / (len(sheets) - 1)
        shape = light.polygon(size, _wave(seed + number, 0.3 + 0.56 * share))
        picture = _laid(picture, _sheet(size, colour, seed + number), shape)
    return light.grain(light.vignette(picture, 36), seed, 0.05)


def arches(size: Size, sheets: Sequence[Colour], seed: int) -> Image.Image:
    """Sheets with ever smaller openings, as a view into depth; RGB."""
    picture = _sheet(size, sheets[0], seed)
    disc = light.outline(size, lambda draw, w, h: draw.ellipse(_disc(w, h, 0.5, 0.46, 0.13), fill=255))
    picture = _laid(picture, _sheet(size, mix(sheets[1], (255, 255, 255), 0.5), seed), disc)
    for number, colour in enumerate(sheets[1:], 1):
        reach = 0.17 + 0.075 * number
        opening = light.polygon(size, _blob(seed, number * 0.35, reach, size))
        shape = opening.point(list(range(255, -1, -1)))
        picture = _laid(picture, _sheet(size, colour, seed + number), shape)
    return light.grain(light.vignette(picture, 30), seed, 0.05)


def _laid(picture: Image.Image, sheet: Image.Image, shape: Image.Image) -> Image.Image:
    """The sheet upon the picture, with its wide and its narrow shadow and a light edge."""
    tall = picture.height
    wide = light.dimmed(light.blurred(light.moved(shape, 0.004, -0.006), 0.022 * tall), 0.42)
    narrow = light.dimmed(light.blurred(light.moved(shape, 0.003, -0.003), 0.006 * tall), 0.5)
    picture = light.shaded(picture, ImageChops.lighter(wide, narrow), (30, 16, 34))
    light.lay(picture, mix(sheet.getpixel((0, 0)), (255, 255, 255), 0.35), shape)  # type: ignore[arg-type]  # RGB
    light.lay(picture, sheet, light.moved(shape, 0.0, 0.0022))
    return picture


def _sheet(size: Size, colour: Colour, seed: int) -> Image.Image:
    """A sheet of coloured paper, lit from above, with its fibres."""
    plain = light.ramp(size, ((0.0, mix(colour, (255, 255, 255), 0.1)), (1.0, mix(colour, (20, 10, 40), 0.12))))
    small = (max(1, size[0] // 2), max(1, size[1] // 2))
    fibre = light.relief(light.noise(small, seed, (small[0] // 2, small[1] // 3)), 0.12)
    return light.textured(plain, light.stretched(fibre, -190, 446).resize(size, Image.Resampling.BILINEAR))


def _wave(seed: int, base: float) -> list[Point]:
    chance = random.Random(seed * 31)  # noqa: S311 - a picture, no secret
    first, second = chance.random() * math.tau, chance.random() * math.tau
    slow, tall = 0.7 + 0.7 * chance.random(), 0.05 + 0.05 * chance.random()
    points = [(0.0, 1.05)]
    for step in range(121):
        x = step / 120
        height = tall * math.sin(first + x * math.tau * slow) + 0.35 * tall * math.sin(
            second + x * math.tau * 2.1 * slow
        )
        points.append((x, base + height))
    return [*points, (1.0, 1.05)]


def _blob(seed: int, turn: float, reach: float, size: Size) -> list[Point]:
    """An outline that lies around those with a smaller reach, a little turned against them."""
    chance = random.Random(seed * 17)  # noqa: S311 - a picture, no secret
    phases = [chance.random() * math.tau for _ in range(3)]
    points = []
    for step in range(144):
        angle = step / 144 * math.tau
        wobble = sum(math.sin(angle * (2 + n) + phase + turn) / (2 + n) for n, phase in enumerate(phases))
        radius = reach * (1 + 0.17 * wobble)
        points.append((0.5 + radius * math.cos(angle) * size[1] / size[0] * 1.25, 0.5 + radius * math.sin(angle)))
    return points


def _disc(width: int, height: int, x: float = 0.7, y: float = 0.26, reach: float = 0.13) -> tuple[float, ...]:
    radius = reach * height
    return x * width - radius, y * height - radius, x * width + radius, y * height + radius
