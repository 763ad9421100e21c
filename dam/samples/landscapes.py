"""Landscapes: ridges behind ridges in the haze, a lake, dunes, and a winter night.

Rule: as ``light`` says; a season is a palette. Must not: write words.
"""

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageOps

from dam.samples import light
from dam.samples.light import Colour, Point, Size, Stops, mix


@dataclass(frozen=True, slots=True)
class Season:
    """``sky`` from above to the horizon; ``far`` and ``near``: the ridges' colours; ``haze`` lies between them."""

    sky: Stops
    sun: Colour
    far: Colour
    near: Colour
    haze: Colour


MORNING = Season(
    ((0.0, (96, 150, 186)), (0.35, (160, 198, 208)), (0.62, (248, 224, 196)), (1.0, (255, 238, 214))),
    (255, 244, 214), (150, 178, 176), (22, 56, 54), (244, 230, 210),
)  # fmt: skip
DUSK = Season(
    (
        (0.0, (36, 36, 78)), (0.3, (98, 68, 116)), (0.55, (222, 122, 104)), (0.75, (252, 186, 118)),
        (1.0, (255, 214, 150)),
    ),
    (255, 226, 160), (176, 104, 112), (26, 20, 42), (248, 176, 128),
)  # fmt: skip
AUTUMN = Season(
    ((0.0, (112, 140, 158)), (0.4, (190, 196, 186)), (0.7, (244, 218, 170)), (1.0, (250, 228, 186))),
    (255, 240, 200), (196, 160, 120), (70, 34, 22), (246, 216, 168),
)  # fmt: skip
NIGHT = Season(
    ((0.0, (8, 14, 36)), (0.45, (22, 46, 84)), (0.75, (70, 112, 140)), (1.0, (150, 180, 190))),
    (236, 244, 255), (96, 130, 156), (8, 18, 32), (150, 184, 200),
)  # fmt: skip

DESERT: Stops = ((0.0, (120, 160, 190)), (0.5, (236, 214, 190)), (1.0, (246, 224, 196)))


def mountains(size: Size, season: Season, seed: int, *, sun: Point = (0.66, 0.4), trees: bool = True) -> Image.Image:
    """Ridges in the haze under a low sun; RGB."""
    picture = _sky(size, season, seed, sun)
    count = 7
    for number in range(count):
        share = number / (count - 1)
        crest = _ridge(seed + number, 0.5 + 0.42 * share**1.25, 0.34 * (1 - 0.72 * share), 0.56 - 0.1 * share)
        _hill(picture, season, crest, share)
        if trees and share > 0.45:
            crown = mix(season.far, season.near, share**0.8)
            _forest(picture, crest, crown, seed + number, 0.02 + 0.16 * (share - 0.45))
        if share < 0.8:
            picture = light.shine(picture, season.sun, light.glow(size, (sun[0], sun[1] + 0.1), 0.4 + 0.3 * share, 42))
    return light.grain(light.vignette(picture, 60), seed)


def lake(size: Size, season: Season, seed: int) -> Image.Image:
    """Mountains above still water; RGB."""
    width, height = size
    shore = round(height * 0.58)
    above = mountains((width, round(shore / 0.8)), season, seed, sun=(0.4, 0.6), trees=False).crop((0, 0, width, shore))
    picture = Image.new("RGB", size)
    picture.paste(above, (0, 0))
    mirror = ImageOps.flip(above).resize((width, height - shore), Image.Resampling.BILINEAR)
    mirror = light.shaded(light.blurred(mirror, height / 300), Image.new("L", mirror.size, 70), season.near)
    ripples = light.stretched(light.clouds(mirror.size, seed, (3, 40), 3), 150, 215)
    mirror = light.shine(mirror, season.sun, ImageChops.multiply(ripples, light.fade(mirror.size, ((0, 30), (1, 110)))))
    picture.paste(mirror, (0, shore))
    light.lay(picture, season.haze, light.dimmed(_band(size, 0.575, 0.045), 0.75))
    _reeds(picture, season.near, seed)
    return light.grain(light.vignette(picture, 70), seed)


def dunes(size: Size, sky: Stops, sunny: Colour, shady: Colour, seed: int) -> Image.Image:
    """Dunes with sharp crests, one side of each in the light; RGB."""
    picture = light.ramp(size, sky)
    picture = light.shine(picture, (255, 236, 200), light.glow(size, (0.2, 0.34), 0.5, 170))
    count = 5
    for number in range(count):
        share = number / (count - 1)
        crest = _smooth(seed + number, 0.4 + 0.42 * share, 0.05 + 0.07 * share)
        body = light.polygon(size, _closed(crest))
        near = mix(sky[-1][1], sunny, 0.45 + 0.55 * share)
        sand = light.ramp(size, ((0.0, near), (0.4 + 0.4 * share, near), (1.0, mix(near, shady, 0.55))))
        light.lay(picture, light.textured(sand, _ripples(size, seed + number, share)), body)
        dark = mix(sky[-1][1], shady, 0.5 + 0.5 * share)
        slope = light.polygon(size, _lee(crest, seed + number))
        light.lay(picture, dark, ImageChops.multiply(slope, light.dimmed(body, 0.85)))
    return light.grain(light.vignette(picture, 60), seed, 0.08)


def night(size: Size, season: Season, seed: int) -> Image.Image:
    """Stars, a veil of northern light, a moon over snowy firs; RGB."""
    picture = light.ramp(size, season.sky)
    stars = Image.new("L", size, 0)
    draw, chance = ImageDraw.Draw(stars), random.Random(seed)  # noqa: S311 - a picture, no secret
    for _ in range(420):
        x, y, far = chance.random() * size[0], chance.random() ** 1.4 * size[1] * 0.7, chance.random()
        radius = size[1] / 1400 * (0.5 + 1.2 * far)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(60 + 190 * far))
    picture = light.shine(picture, (255, 255, 255), stars)
    veil = ImageChops.multiply(light.stretched(light.clouds(size, seed, (9, 2), 3), 90, 210), _band(size, 0.36, 0.34))
    picture = light.shine(picture, (70, 220, 170), light.dimmed(veil, 0.62))
    picture = light.shine(picture, season.sun, light.glow(size, (0.73, 0.2), 0.24, 150))
    moon = light.outline(size, lambda d, w, h: d.ellipse(_circle(0.73 * w, 0.2 * h, 0.035 * h), fill=255))
    light.lay(picture, (246, 248, 252), moon)
    for number in range(4):
        share = number / 3
        crest = _ridge(seed + number, 0.56 + 0.32 * share, 0.24 * (1 - 0.7 * share), 0.54)
        _hill(picture, season, crest, share * 0.9)
        if number < 3:
            _snow(picture, crest, seed + number, share)
        if number:
            dark = mix(season.far, season.near, 0.3 + 0.7 * share)
            _forest(picture, crest, dark, seed + number, 0.02 + 0.15 * share**2)
    return light.grain(light.vignette(picture, 80), seed)


def _sky(size: Size, season: Season, seed: int, sun: Point) -> Image.Image:
    picture = light.ramp(size, season.sky)
    drift = light.stretched(light.clouds(size, seed + 50, (3, 9), 4), 120, 220)
    drift = ImageChops.multiply(drift, light.fade(size, ((0, 150), (0.3, 190), (0.55, 40), (1, 0))))
    picture = light.shine(picture, mix(season.haze, (255, 255, 255), 0.3), light.dimmed(drift, 0.55))
    picture = light.shine(picture, season.sun, light.glow(size, sun, 0.55, 190))
    radius = 0.045
    disc = light.outline(size, lambda d, w, h: d.ellipse(_circle(sun[0] * w, sun[1] * h, radius * h), fill=255))
    light.lay(picture, season.sun, disc)
    return picture


def _hill(picture: Image.Image, season: Season, crest: list[Point], share: float) -> None:
    """Dark at its crest, lost in the haze at its foot."""
    size, top = picture.size, min(y for _, y in crest)
    crown = mix(season.far, season.near, share**0.8)
    foot = mix(season.haze, crown, 0.12 + 0.75 * share**2.2)
    end = min(0.99, top + 0.16 + 0.22 * share)
    body = light.ramp(size, ((0.0, crown), (max(0.01, min(top, end - 0.01)), crown), (end, foot), (1.0, foot)))
    light.lay(picture, body, light.polygon(size, _closed(crest)))


def _forest(picture: Image.Image, crest: list[Point], colour: Colour, seed: int, tall: float) -> None:
    """Firs along a crest; ``tall``: share of the height."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    aspect = picture.height / picture.width

    def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
        for x, y in crest:
            for _ in range(2):
                size = tall * (0.45 + 0.75 * chance.random() ** 2)
                _fir(canvas, (x + (chance.random() - 0.5) * tall * aspect) * width, (y + 0.012) * height, size * height)

    light.lay(picture, colour, light.outline(picture.size, draw))


def _fir(canvas: ImageDraw.ImageDraw, x: float, foot: float, tall: float) -> None:
    points: list[Point] = []
    tiers = 8
    for tier in range(tiers):
        share = tier / tiers
        points += [(0.015 + 0.09 * share, share + 0.02), (0.05 + 0.13 * share, share + 0.12)]
    right = [(x + side * tall, foot - tall * (1 - down)) for side, down in points]
    left = [(2 * x - side, down) for side, down in reversed(right)]
    canvas.polygon([(x, foot - tall), *right, *left], fill=255)


def _snow(picture: Image.Image, crest: list[Point], seed: int, share: float) -> None:
    """Snow that lies along the crest and thins out below."""
    size = picture.size
    body = light.polygon(size, _closed(crest))
    below = light.polygon(size, _closed([(x, y + 0.09) for x, y in crest]))
    cap = ImageChops.subtract(body, light.blurred(below, size[1] / 40))
    patches = light.stretched(light.clouds(size, seed + 9, (40, 22), 4), 96, 150)
    light.lay(picture, (214, 228, 240), light.dimmed(ImageChops.multiply(cap, patches), 0.75 - 0.3 * share))


def _reeds(picture: Image.Image, colour: Colour, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret

    def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
        for _ in range(140):
            foot = chance.random() ** 2 * 0.3 if chance.random() < 0.7 else 1 - chance.random() ** 2 * 0.2
            lean, tall = (chance.random() - 0.5) * 0.05, 0.05 + 0.13 * chance.random()
            x, y = foot * width, height * 1.01
            tip, thick = (x + lean * width, y - tall * height), height / 420
            canvas.polygon([(x - thick, y), (x + thick, y), tip], fill=255)
            if chance.random() < 0.2:
                canvas.line(
                    [tip, (x + lean * 0.8 * width, y - tall * 0.8 * height)], fill=255, width=round(height / 130)
                )

    light.lay(picture, colour, light.outline(picture.size, draw))


def _ridge(seed: int, base: float, tall: float, rough: float) -> list[Point]:
    """A crest by midpoint displacement, from left to right."""
    chance = random.Random(seed * 7919)  # noqa: S311 - a picture, no secret
    heights, reach = [chance.random() - 0.5, chance.random() - 0.5], 1.0
    for _ in range(8):
        between = [(a + b) / 2 + (chance.random() - 0.5) * reach for a, b in itertools.pairwise(heights)]
        heights = [each for pair in zip(heights, between, strict=False) for each in pair] + [heights[-1]]
        reach *= rough
    return [(number / (len(heights) - 1), base - tall * each) for number, each in enumerate(heights)]


def _smooth(seed: int, base: float, tall: float) -> list[Point]:
    """A crest of a few long waves, with sharp tops."""
    coarse = [y for _, y in _ridge(seed, 0, 1, 0.4)][::64]
    points = []
    for step in range(161):
        where = step / 160 * (len(coarse) - 1)
        left = min(int(where), len(coarse) - 2)
        part = where - left
        eased = part * part * (3 - 2 * part)
        points.append((step / 160, base + tall * (coarse[left] + (coarse[left + 1] - coarse[left]) * eased) * 1.6))
    return points


def _lee(crest: list[Point], seed: int) -> list[Point]:
    """The side of a dune that the light does not reach: from its top down along a winding edge."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    top = min(crest[15:120], key=lambda point: point[1])
    sway, turn = 0.05 + 0.05 * chance.random(), 0.8 + 0.5 * chance.random()
    edge = []
    for step in range(41):
        down = step / 40
        edge.append((top[0] + sway * math.sin(down * math.tau * turn) + 0.3 * down**1.6, top[1] + 0.6 * down))
    return [*[point for point in crest if point[0] >= top[0]], (1.0, 1.0), *reversed(edge)]


def _ripples(size: Size, seed: int, share: float) -> Image.Image:
    fine = light.noise((size[0] // 2, size[1] // 2), seed, (30, round(260 - 150 * share)))
    return light.stretched(light.relief(fine, 0.5).resize(size, Image.Resampling.BILINEAR), -500, 756)


def _band(size: Size, middle: float, reach: float) -> Image.Image:
    """A soft band across; L."""
    return light.fade(
        size, ((0, 0), (max(0.001, middle - reach), 0), (middle, 255), (min(0.999, middle + reach), 0), (1, 0))
    )


def _closed(crest: Sequence[Point]) -> list[Point]:
    return [(0.0, 1.01), *crest, (1.0, 1.01)]


def _circle(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius
