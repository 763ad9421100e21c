"""Plants: a leaf so near that its veins are a landscape, and foliage in depth.

Rule: as ``light`` says; a leaf is a shape with a rib, whatever its size.
"""

import itertools
import math
import random

from PIL import Image, ImageDraw

from dam.samples import light
from dam.samples.light import Colour, Point, Size, mix


def macro(size: Size, leaf: Colour, seed: int, *, drops: int = 26) -> Image.Image:
    """A leaf against the light, with its veins and drops of dew; RGB."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    picture = light.ramp(
        size, ((0.0, mix(leaf, (255, 255, 120), 0.3)), (0.5, leaf), (1.0, mix(leaf, (0, 30, 20), 0.55)))
    )
    cells = light.clouds(size, seed, (70, 48), 3)
    veins = light.outline(size, _veins)
    soft = light.blurred(veins, size[1] * 0.03)
    puff = light.relief(light.blurred(soft, 2.0), 6.0)
    picture = light.textured(picture, light.stretched(puff, 60, 196))
    picture = light.textured(picture, light.stretched(light.relief(cells, 0.8), -330, 586))
    picture = light.shaded(picture, light.dimmed(soft, 0.45), mix(leaf, (0, 20, 10), 0.75))
    light.lay(picture, mix(leaf, (250, 255, 190), 0.62), light.dimmed(light.blurred(veins, size[1] * 0.0012), 0.85))
    picture = light.shine(picture, (255, 250, 180), light.glow(size, (0.2, 0.12), 0.9, 120))
    for _ in range(drops):
        radius = size[1] * (0.006 + 0.035 * chance.random() ** 3)
        picture = _drop(picture, (chance.random() * size[0], chance.random() * size[1]), radius)
    return light.grain(light.vignette(picture, 90), seed, 0.05)


def foliage(size: Size, dark: Colour, fresh: Colour, seed: int) -> Image.Image:
    """Leaves behind leaves, from the blurred dark to the sharp light; RGB."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    picture = light.ramp(size, ((0.0, mix(dark, fresh, 0.16)), (1.0, dark)))
    layers = 4
    for layer in range(layers):
        share = layer / (layers - 1)
        for _ in range(9 - layer):
            place = (chance.random() * 1.1 - 0.05, chance.random() * 1.1 - 0.05)
            long, turn = 0.42 + 0.2 * chance.random(), chance.random() * math.tau
            colour = mix(
                dark,
                mix(fresh, (255, 240, 150), 0.2 * chance.random()),
                0.12 + 0.7 * share * (0.6 + 0.4 * chance.random()),
            )
            picture = _leaf(picture, place, long, turn, colour, (1 - share) * 0.014)
    picture = light.shine(picture, (255, 244, 190), light.glow(size, (0.75, 0.05), 0.9, 80))
    return light.grain(light.vignette(picture, 110), seed, 0.07)


def twig(canvas: ImageDraw.ImageDraw, start: Point, long: float, turn: float, seed: int) -> None:
    """A twig with leaves at both sides. ``long`` in pixels, ``turn`` in radians against the right."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    x, y = start
    steps = 9
    for step in range(steps):
        bend = turn + 0.28 * step / steps
        following = (x + math.cos(bend) * long / steps, y + math.sin(bend) * long / steps)
        canvas.line([(x, y), following], fill=255, width=max(2, round(long / 110)))
        for side in (-1, 1):
            size = long * (0.3 - 0.17 * step / steps) * (0.8 + 0.4 * chance.random())
            canvas.polygon(_blade(following, size, bend + side * (0.75 + 0.2 * chance.random()), 0.36), fill=255)
        x, y = following


def _veins(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """A rib from the lower left to the upper right, side veins that curve off it, and finer ones between these."""
    rib = [(t * 1.1 - 0.05, 1.02 - 0.98 * t + 0.1 * math.sin(t * 2.6)) for t in (step / 60 for step in range(61))]
    _line(canvas, rib, width, height, 0.011)
    for number in range(1, 15):
        x, y = rib[number * 4]
        for side in (-1, 1):
            vein = _side_vein((x, y), side, width / height)
            _line(canvas, vein, width, height, 0.0046)
            for step in range(3, 26, 3):
                _line(canvas, _side_vein(vein[step], -side, width / height, 0.16), width, height, 0.0014)


def _side_vein(start: Point, side: int, aspect: float, long: float = 0.95) -> list[Point]:
    x, y = start
    turn = -0.7 + side * 0.98
    points = [start]
    for _ in range(28):
        turn += side * -0.016
        x += math.cos(turn) * long / 28 / aspect
        y += math.sin(turn) * long / 28
        points.append((x, y))
    return points


def _line(canvas: ImageDraw.ImageDraw, points: list[Point], width: int, height: int, thick: float) -> None:
    """A line that gets thinner to its end."""
    for number, (one, other) in enumerate(itertools.pairwise(points)):
        breadth = max(1, round(thick * height * (1 - 0.75 * number / len(points))))
        canvas.line([(one[0] * width, one[1] * height), (other[0] * width, other[1] * height)], fill=255, width=breadth)


def _drop(picture: Image.Image, place: Point, radius: float) -> Image.Image:
    """A drop of water: a shadow, a lens that is dark where the light comes from, a bright edge and a highlight."""
    side = max(8, round(radius * 2.6))
    left, top = round(place[0] - side / 2), round(place[1] - side / 2)
    box = (left, top, left + side, top + side)
    under = picture.crop(box)

    def disc(x: float, y: float, reach: float) -> Image.Image:
        return light.outline(
            (side, side),
            lambda d, w, h: d.ellipse(((x - reach) * w, (y - reach) * h, (x + reach) * w, (y + reach) * h), fill=255),
        )

    under = light.shaded(under, light.dimmed(light.blurred(disc(0.54, 0.56, 0.38), side * 0.05), 0.5), (10, 40, 20))
    body = disc(0.5, 0.5, 0.38)
    lens = light.shaded(under, light.dimmed(light.fade((side, side), ((0, 200), (0.6, 30), (1, 0))), 0.6), (10, 50, 24))
    lens = light.shine(lens, (240, 255, 190), light.glow((side, side), (0.6, 0.7), 0.42, 210))
    light.lay(under, lens, body)
    light.lay(under, (255, 255, 255), light.blurred(disc(0.38, 0.34, 0.065), side * 0.012))
    picture.paste(under, (left, top))
    return picture


def _leaf(picture: Image.Image, place: Point, long: float, turn: float, colour: Colour, soft: float) -> Image.Image:
    """One leaf with its rib, lit on one half, and its shadow on what is behind."""
    height, size = picture.height, long * picture.height
    root = (place[0] * picture.width, place[1] * height)
    box = _around(_blade(root, size, turn, 0.3), round(height * (0.03 + 2.5 * soft)))
    area = (box[2] - box[0], box[3] - box[1])
    start = ((root[0] - box[0]) * light.FINE, (root[1] - box[1]) * light.FINE)
    whole = _blade(start, size * light.FINE, turn, 0.3)

    def blade(canvas: ImageDraw.ImageDraw, w: int, h: int) -> None:
        canvas.polygon(whole, fill=255)

    def half(canvas: ImageDraw.ImageDraw, w: int, h: int) -> None:
        canvas.polygon(whole[: len(whole) // 2 + 1], fill=255)

    def ribs(canvas: ImageDraw.ImageDraw, w: int, h: int) -> None:
        _ribs(canvas, start, size * light.FINE, turn)

    blur = max(0.5, soft * height)
    shape = light.blurred(light.outline(area, blade), blur)
    under = picture.crop(box)
    under = light.shaded(under, light.dimmed(light.moved(light.blurred(shape, 0.02 * height), 0.01, 0.02), 0.55))
    body = Image.new("RGB", area, colour)
    light.lay(body, mix(colour, (255, 255, 190), 0.2), light.blurred(light.outline(area, half), blur))
    light.lay(
        body, mix(colour, (255, 255, 210), 0.38), light.dimmed(light.blurred(light.outline(area, ribs), blur), 0.6)
    )
    light.lay(under, body, shape)
    picture.paste(under, box[:2])
    return picture


def _around(points: list[Point], margin: int) -> tuple[int, int, int, int]:
    """A box around the points, in whole pixels."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return (
        round(min(across)) - margin, round(min(down)) - margin, round(max(across)) + margin, round(max(down)) + margin
    )  # fmt: skip


def _blade(start: Point, long: float, turn: float, wide: float) -> list[Point]:
    """A leaf's outline from its stalk to its tip and back."""
    there: list[Point] = []
    back: list[Point] = []
    for step in range(25):
        share = step / 24
        swell = wide * 0.5 * math.sin(math.pi * share**0.8) * (1 - 0.25 * share)
        along, across = share * long, swell * long
        for points, side in ((there, 1), (back, -1)):
            x = start[0] + math.cos(turn) * along - math.sin(turn) * across * side
            y = start[1] + math.sin(turn) * along + math.cos(turn) * across * side
            points.append((x, y))
    return [*there, *reversed(back)]


def _ribs(canvas: ImageDraw.ImageDraw, start: Point, long: float, turn: float) -> None:
    tip = (start[0] + math.cos(turn) * long, start[1] + math.sin(turn) * long)
    canvas.line([start, tip], fill=255, width=max(2, round(long / 130)))
    for step in range(2, 13):
        share = step / 14
        root = (start[0] + math.cos(turn) * long * share, start[1] + math.sin(turn) * long * share)
        reach = long * 0.15 * math.sin(math.pi * share**0.8)
        for side in (-1, 1):
            end = (root[0] + math.cos(turn + side * 0.8) * reach, root[1] + math.sin(turn + side * 0.8) * reach)
            canvas.line([root, end], fill=200, width=max(1, round(long / 300)))
