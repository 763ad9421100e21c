"""The table from above: a cup with a pattern in its milk, and beans.

Rule: as ``light`` says; the light comes from the upper left, so that shadows fall to the lower right.
"""

import math
import random

from PIL import Image, ImageChops, ImageDraw

from dam.samples import light
from dam.samples.light import Colour, Point, Size, mix

_COFFEE: Colour = (112, 62, 30)
_MILK: Colour = (250, 232, 204)
_BEAN: Colour = (96, 56, 34)


def cup(size: Size, ground: Colour, china: Colour, seed: int) -> Image.Image:
    """A cup on its saucer, a few beans beside it; RGB."""
    picture = light.ramp(size, ((0.0, mix(ground, (255, 255, 255), 0.12)), (1.0, mix(ground, (20, 0, 30), 0.16))))
    surface = light.relief(light.clouds((size[0] // 2, size[1] // 2), seed, (120, 90), 2), 0.4)
    picture = light.textured(picture, light.stretched(surface, -420, 676).resize(size, Image.Resampling.BILINEAR))
    picture = light.shine(picture, (255, 240, 214), light.glow(size, (0.1, 0.05), 1.1, 90))
    centre = (0.5, 0.52)
    picture = _cast(picture, centre, 0.37, 0.05)
    _plate(picture, centre, 0.37, china)
    _grip(picture, centre, china)
    picture = _cast(picture, centre, 0.245, 0.045)
    _plate(picture, centre, 0.245, mix(china, (255, 255, 255), 0.3))
    _latte(picture, centre, 0.215, seed)
    picture = _scatter(
        picture, [(0.1, 0.2), (0.16, 0.29), (0.07, 0.33), (0.88, 0.82), (0.93, 0.72), (0.82, 0.9)], 0.036, seed
    )
    return light.grain(light.vignette(picture, 60), seed, 0.05)


def beans(size: Size, seed: int, *, roast: Colour = _BEAN) -> Image.Image:
    """Nothing but beans; RGB."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    picture = Image.new("RGB", size, mix(roast, (0, 0, 0), 0.75))
    kinds = [_bean(round(size[1] * 0.115), chance.random() * 360, roast, chance) for _ in range(18)]
    places = [(x, y) for y in range(-1, 14) for x in range(-1, round(13 * size[0] / size[1]) + 2)]
    chance.shuffle(places)
    for x, y in [*places, *places[: len(places) // 2]]:
        left = (x + chance.random() * 0.9 - 0.4) / 13 * size[1]
        top = (y + chance.random() * 0.9 - 0.4) / 13 * size[1]
        _put(picture, chance.choice(kinds), round(left), round(top))
    picture = light.shine(picture, (255, 214, 160), light.glow(size, (0.25, 0.1), 1.0, 60))
    return light.grain(light.vignette(picture, 120), seed, 0.06)


def _disc(size: Size, centre: Point, radius: float) -> Image.Image:
    def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
        x, y, reach = centre[0] * width, centre[1] * height, radius * height
        canvas.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return light.outline(size, draw)


def _cast(picture: Image.Image, centre: Point, radius: float, away: float) -> Image.Image:
    shape = _disc(picture.size, centre, radius)
    wide = light.dimmed(light.blurred(light.moved(shape, away * 1.3, away), picture.height * 0.02), 0.5)
    tight = light.dimmed(light.blurred(light.moved(shape, away * 0.25, away * 0.2), picture.height * 0.006), 0.5)
    return light.shaded(picture, ImageChops.lighter(wide, tight), (40, 18, 40))


def _plate(picture: Image.Image, centre: Point, radius: float, china: Colour) -> None:
    """A round of china: a rim that the light catches, and a hollow."""
    size = picture.size
    light.lay(picture, mix(china, (255, 255, 255), 0.6), _disc(size, centre, radius))
    body = light.ramp(
        size, ((0.0, mix(china, (60, 40, 60), 0.2)), (0.45, china), (1.0, mix(china, (255, 255, 255), 0.5)))
    )
    light.lay(picture, body, _disc(size, (centre[0] + 0.002, centre[1] + 0.002), radius * 0.982))
    hollow = ImageChops.subtract(
        _disc(size, centre, radius * 0.7), _disc(size, (centre[0] + 0.006, centre[1] + 0.01), radius * 0.7)
    )
    light.lay(picture, mix(china, (50, 30, 50), 0.45), light.dimmed(light.blurred(hollow, size[1] * 0.004), 0.7))


def _grip(picture: Image.Image, centre: Point, china: Colour) -> None:
    def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
        x, y = centre[0] * width + 0.15 * height, centre[1] * height - 0.15 * height
        end = (x + 0.115 * height, y - 0.115 * height)
        canvas.line([(x, y), end], fill=255, width=round(0.055 * height))
        reach = 0.0275 * height
        canvas.ellipse((end[0] - reach, end[1] - reach, end[0] + reach, end[1] + reach), fill=255)

    shape = light.outline(picture.size, draw)
    shadow = light.dimmed(light.blurred(light.moved(shape, 0.03, 0.03), picture.height * 0.01), 0.4)
    light.lay(picture, mix(china, (40, 20, 40), 0.6), shadow)
    light.lay(picture, mix(china, (60, 40, 60), 0.14), shape)
    light.lay(
        picture,
        mix(china, (255, 255, 255), 0.7),
        light.dimmed(ImageChops.multiply(shape, light.moved(shape, 0.004, -0.012)), 0.9),
    )


def _latte(picture: Image.Image, centre: Point, radius: float, seed: int) -> None:
    """Coffee with a leaf of milk: hearts, one in the other, drawn through by a thin line."""
    size = picture.size
    whole = _disc(size, centre, radius)
    light.lay(picture, mix(_COFFEE, (0, 0, 0), 0.35), whole)
    inside = light.blurred(_disc(size, centre, radius * 0.93), size[1] * 0.012)
    light.lay(picture, _COFFEE, ImageChops.multiply(whole, inside))
    milk = Image.new("L", size, 0)
    for number, share in enumerate((0.86, 0.66, 0.47, 0.29)):
        middle = (centre[0], centre[1] + radius * (0.02 - 0.06 * number))
        milk = ImageChops.lighter(milk, _heart(size, middle, radius * share))
        within = (centre[0], middle[1] - radius * 0.02)
        milk = ImageChops.subtract(milk, _heart(size, within, radius * (share - 0.085 - 0.012 * number)))
    milk = ImageChops.lighter(milk, _heart(size, (centre[0], centre[1] - radius * 0.24), radius * 0.13))
    foam = light.stretched(light.clouds(size, seed, (200, 150), 2), -120, 110)
    milk = ImageChops.multiply(light.blurred(milk, size[1] * 0.0022), foam)
    light.lay(picture, _MILK, ImageChops.multiply(milk, whole))
    edge = ImageChops.subtract(whole, light.moved(whole, 0.006, 0.008))
    light.lay(picture, (40, 18, 10), light.dimmed(light.blurred(edge, size[1] * 0.005), 0.7))


def _heart(size: Size, centre: Point, wide: float) -> Image.Image:
    points = []
    for step in range(72):
        turn = step / 72 * math.tau
        x = 0.9 * math.sin(turn) ** 3
        y = -(0.62 * math.cos(turn) - 0.26 * math.cos(2 * turn) - 0.1 * math.cos(3 * turn))
        points.append((centre[0] + x * wide * size[1] / size[0], centre[1] + y * wide))
    return light.polygon(size, points)


def _scatter(picture: Image.Image, places: list[Point], tall: float, seed: int) -> Image.Image:
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    for x, y in places:
        bean = _bean(round(tall * 2 * picture.height), chance.random() * 360, _BEAN, chance)
        _put(picture, bean, round(x * picture.width), round(y * picture.height))
    return picture


def _put(picture: Image.Image, bean: Image.Image, left: int, top: int) -> None:
    """The bean, and its shadow to the lower right."""
    shadow = light.dimmed(light.blurred(bean.getchannel("A"), bean.width * 0.05), 0.6)
    picture.paste((16, 8, 8), (left + bean.width // 14, top + bean.width // 11), shadow)
    picture.paste(bean, (left, top), bean)


def _bean(side: int, turn: float, roast: Colour, chance: random.Random) -> Image.Image:
    """One bean, lit from the upper left whichever way it lies; RGBA."""
    size = (max(12, side), max(12, side))

    def turned(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        draw.ellipse((0.1 * width, 0.24 * height, 0.9 * width, 0.76 * height), fill=255)

    def crease(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        line = [
            ((0.12 + 0.76 * t) * width, (0.5 + 0.06 * math.sin(t * math.tau)) * height)
            for t in (n / 24 for n in range(25))
        ]
        draw.line(line, fill=255, width=max(2, round(width * 0.045)), joint="curve")

    def rotated(mask: Image.Image) -> Image.Image:
        return mask.rotate(turn, Image.Resampling.BICUBIC)

    shape, line = rotated(light.outline(size, turned)), rotated(light.outline(size, crease))
    colour = mix(roast, (30, 14, 8), 0.35 * chance.random())
    picture = Image.new("RGB", size, mix(colour, (0, 0, 0), 0.42))
    light.lay(picture, mix(colour, (255, 210, 160), 0.16), light.glow(size, (0.42, 0.4), 0.46, 255))
    picture = light.shine(picture, (255, 224, 190), light.blurred(light.glow(size, (0.36, 0.34), 0.2, 150), 1.0))
    light.lay(picture, mix(colour, (0, 0, 0), 0.72), light.blurred(line, size[0] * 0.012))
    light.lay(
        picture,
        mix(colour, (255, 220, 180), 0.4),
        light.dimmed(ImageChops.subtract(light.moved(line, 0.0, 0.035), line), 0.35),
    )
    picture.putalpha(shape)
    return picture
