"""Architecture: planes of plaster in hard sun, arches, stairs, and long shadows across them.

Rule: as ``light`` says; the light comes from the upper left and every shadow obeys it.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from dam.samples import light
from dam.samples.light import Colour, Point, Size, Stops, mix

_SKY: Stops = ((0.0, (52, 112, 168)), (0.7, (140, 184, 208)), (1.0, (196, 214, 216)))
_SHADOW: Colour = (86, 60, 92)


def arcade(size: Size, wall: Colour, seed: int) -> Image.Image:
    """A wall with arches under a deep sky, a stair in front of it, and a shadow over both; RGB."""
    picture = light.ramp(size, _SKY)
    front = _plaster(size, wall, seed)
    facade = light.polygon(size, ((0.0, 0.2), (1.0, 0.27), (1.0, 1.0), (0.0, 1.0)))
    light.lay(picture, front, facade)
    _cornice(picture, wall)
    for number in range(3):
        _arch(picture, wall, (0.07 + 0.32 * number, 0.36 + 0.022 * number), (0.22, 0.42 - 0.012 * number))
    picture = _cast(picture, ((0.0, 0.52), (0.52, 0.72), (0.52, 0.8), (1.0, 0.96), (1.0, 1.0), (0.0, 1.0)), 0.62, 0.004)
    picture = _steps(picture, wall, seed)
    picture = light.shine(picture, (255, 226, 170), light.glow(size, (0.85, 0.3), 0.6, 70))
    return light.grain(light.vignette(picture, 50), seed, 0.09)


def tower(size: Size, wall: Colour, seed: int) -> Image.Image:
    """Two sides of a house from below, its balconies throwing one diagonal shadow each; RGB."""
    picture = light.ramp(size, _SKY)
    lit, dark = _plaster(size, wall, seed), _plaster(size, mix(wall, _SHADOW, 0.6), seed + 1)
    light.lay(picture, lit, light.polygon(size, ((0.14, 1.0), (0.3, 0.06), (0.62, 0.16), (0.62, 1.0))))
    light.lay(picture, dark, light.polygon(size, ((0.62, 1.0), (0.62, 0.16), (0.8, 0.27), (0.92, 1.0))))
    for row in range(8):
        share = row / 7
        top = 0.2 + 0.72 * share
        for column in range(3):
            _balcony(picture, wall, _on_front(0.16 + 0.28 * column, top), 0.056 + 0.016 * share)
        _window(picture, wall, top)
    picture = light.shine(picture, (255, 220, 170), light.glow(size, (0.3, 0.2), 0.7, 60))
    return light.grain(light.vignette(picture, 50), seed, 0.09)


def stair(size: Size, wall: Colour, floor: Colour, seed: int) -> Image.Image:
    """A stair along a wall, the shadow of a palm leaf of bars upon it, a disc of light; RGB."""
    picture = _plaster(size, wall, seed)
    picture = light.shine(picture, (255, 240, 214), light.glow(size, (0.3, 0.25), 0.8, 80))
    bars = [
        ((x, -0.1), (x + 0.045, -0.1), (x + 0.645, 1.1), (x + 0.6, 1.1)) for x in (-0.5, -0.4, -0.3, 0.12, 0.22, 0.32)
    ]
    for bar in bars:
        picture = _cast(picture, bar, 0.42, 0.006)
    count = 9
    for number in range(count):
        left, top = 0.08 + 0.11 * number, 0.94 - 0.075 * number
        share = number / (count - 1)
        riser = ((left, top + 0.02), (1.0, top + 0.02), (1.0, 1.0), (left, 1.0))
        light.fill(picture, mix(floor, _SHADOW, 0.42 - 0.1 * share), riser)
        tread = ((left, top), (1.0, top), (1.0, top + 0.025), (left, top + 0.025))
        light.fill(picture, mix(floor, (255, 246, 226), 0.5), tread)
        slanted = ((left, top + 0.024), (left + 0.03, top + 0.024), (left + 0.1, 1.0), (left, 1.0))
        picture = _cast(picture, slanted, 0.35, 0.003)
    return light.grain(light.vignette(picture, 60), seed, 0.09)


def _plaster(size: Size, wall: Colour, seed: int) -> Image.Image:
    plain = light.ramp(size, ((0.0, mix(wall, (255, 236, 206), 0.22)), (1.0, mix(wall, _SHADOW, 0.16))), across=True)
    small = (size[0] // 2, size[1] // 2)
    rough = light.relief(light.clouds(small, seed, (small[0] // 8, small[1] // 8), 2), 0.5)
    stains = light.stretched(light.clouds(small, seed + 3, (5, 4), 4), -160, 380)
    both = Image.blend(light.stretched(rough, -220, 476), stains, 0.35)
    return light.textured(plain, both.resize(size, Image.Resampling.BILINEAR))


def _cast(picture: Image.Image, shape: Sequence[Point], strength: float, soft: float) -> Image.Image:
    """A shadow of that shape."""
    mask = light.blurred(light.polygon(picture.size, shape), max(0.6, soft * picture.height))
    return light.shaded(picture, light.dimmed(mask, strength), _SHADOW)


def _cornice(picture: Image.Image, wall: Colour) -> None:
    light.fill(picture, mix(wall, (255, 244, 220), 0.55), ((0, 0.2), (1, 0.27), (1, 0.285), (0, 0.215)))
    light.fill(picture, mix(wall, _SHADOW, 0.62), ((0, 0.215), (1, 0.285), (1, 0.315), (0, 0.245)), 0.85)


def _arch(picture: Image.Image, wall: Colour, place: Point, sides: Point) -> None:
    """An opening with a reveal that the sun catches at its right side and leaves dark at its left."""
    size, (left, top), (wide, tall) = picture.size, place, sides

    def shape(shift: float) -> Image.Image:
        def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
            x, right = (left + shift) * width, (left + shift + wide) * width
            y, radius = top * height, wide * width / 2
            canvas.pieslice((x, y, right, y + 2 * radius), 180, 360, fill=255)
            canvas.rectangle((x, y + radius, right, y + tall * height), fill=255)

        return light.outline(size, draw)

    opening, inner = shape(0.0), shape(-0.05)
    light.lay(picture, mix(wall, (255, 232, 190), 0.45), opening)
    deep = light.ramp(
        size, ((0.0, mix(wall, _SHADOW, 0.72)), (top, mix(wall, (40, 26, 50), 0.8)), (1.0, mix(wall, _SHADOW, 0.55)))
    )
    light.lay(picture, deep, ImageChops.multiply(opening, inner))


def _steps(picture: Image.Image, wall: Colour, seed: int) -> Image.Image:
    for number in range(5):
        top = 0.8 + 0.042 * number
        below = top + 0.02
        light.fill(picture, mix(wall, (255, 248, 230), 0.62), ((0, top), (1, top + 0.01), (1, 1), (0, 1)))
        riser = ((0, below), (1, below + 0.01), (1, 1), (0, 1))
        light.fill(picture, mix(wall, _SHADOW, 0.3 + 0.05 * number), riser)
    picture = _cast(picture, ((0.0, 0.8), (0.3, 0.8), (0.62, 1.0), (0.0, 1.0)), 0.6, 0.004)
    return light.textured(picture, light.stretched(light.noise(picture.size, seed, (400, 400)), -700, 956))


def _on_front(across: float, down: float) -> Point:
    """A place on the tower's lit side, whose left edge leans."""
    left = 0.3 - 0.16 * (down - 0.06) / 0.94
    return left + (0.62 - left) * across, down + 0.05 * across


def _balcony(picture: Image.Image, wall: Colour, place: Point, wide: float) -> None:
    """What is behind it, its rail, and the shadow that it throws."""
    (x, y), slant, down = place, 0.012, 0.026
    right, left, end = x + wide * 1.25, x - 0.008, x + wide * 1.25 + 0.008
    inner = ((x, y - 0.045), (right, y - 0.045 + slant), (right, y + slant), (x, y))
    light.fill(picture, mix(wall, (34, 26, 48), 0.78), inner)
    rail = ((left, y), (end, y + slant), (end, y + down + slant), (left, y + down))
    light.fill(picture, mix(wall, (255, 250, 236), 0.6), rail)
    shadow = ((left, y + down), (end, y + down + slant), (right + 0.05, y + 0.066 + slant), (x + 0.034, y + 0.066))
    light.fill(picture, mix(wall, _SHADOW, 0.8), shadow, 0.55)


def _window(picture: Image.Image, wall: Colour, top: float) -> None:
    for left in (0.655, 0.73):
        y, right = top + (left - 0.62) * 0.6, left + 0.045
        shape = ((left, y), (right, y + 0.027), (right + 0.003, y + 0.067), (left + 0.003, y + 0.04))
        light.fill(picture, mix(wall, (24, 26, 60), 0.82), shape)
