"""What every picture here is made of: ramps of colour, glows, soft edges, shadows, noise and film grain.

Rule: plain Pillow, sizes relative to the picture, and every chance from a seed, so that the same arguments give the
same picture. Must not: know a motif.
"""

import itertools
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]
Point = tuple[float, float]
Stops = Sequence[tuple[float, Colour]]
"""Colours at shares from 0 to 1, in rising order."""

FINE = 2
"""Outlines are drawn larger and made smaller, which smooths them."""

_TILE = 256
_STEPS = 256
_RIM = 179  # what Pillow's radial gradient has in the middle of a side


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``share`` of the other colour in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def at(stops: Stops, share: float) -> Colour:
    """The colour there, eased between its two neighbours."""
    for (left, one), (right, other) in itertools.pairwise(stops):
        if share <= right:
            part = max(0.0, share - left) / (right - left)
            return mix(one, other, part * part * (3 - 2 * part))
    return stops[-1][1]


def ramp(size: Size, stops: Stops, *, across: bool = False) -> Image.Image:
    """A gradient from above to below, or from left to right; RGB."""
    return _spread(size, "RGB", [at(stops, step / (_STEPS - 1)) for step in range(_STEPS)], across=across)


def fade(size: Size, values: Sequence[tuple[float, int]], *, across: bool = False) -> Image.Image:
    """As ``ramp``, of single values from 0 to 255; L."""
    stops = [(share, (value, value, value)) for share, value in values]
    return _spread(size, "L", [at(stops, step / (_STEPS - 1))[0] for step in range(_STEPS)], across=across)


def _spread(size: Size, mode: str, steps: Sequence[int] | Sequence[Colour], *, across: bool) -> Image.Image:
    """The steps as a line of the picture's length, which is then repeated: interpolating twice would take long."""
    line = Image.new(mode, (_STEPS, 1) if across else (1, _STEPS))
    line.putdata(steps)
    whole = line.resize((size[0], 1) if across else (1, size[1]), Image.Resampling.BILINEAR)
    return whole.resize(size, Image.Resampling.NEAREST)


def glow(size: Size, centre: Point, radius: float, strength: int = 255) -> Image.Image:
    """A mask that is brightest at ``centre`` (shares of the sides) and ends at ``radius`` (share of the height); L."""
    reach = max(2, round(radius * size[1]))
    curve = [round(strength * max(0.0, 1 - value / _RIM) ** 2) for value in range(256)]
    spot = Image.radial_gradient("L").point(curve).resize((2 * reach, 2 * reach), Image.Resampling.BILINEAR)
    found = Image.new("L", size, 0)
    found.paste(spot, (round(centre[0] * size[0]) - reach, round(centre[1] * size[1]) - reach))
    return found


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    """A Gaussian blur; a wide one is done small, where nobody can tell. ``radius`` in pixels."""
    scale = int(radius // 3)
    if scale < 2 or min(picture.size) < 8 * scale:
        return picture.filter(ImageFilter.GaussianBlur(radius))
    small = picture.reduce(scale).filter(ImageFilter.GaussianBlur(radius / scale))
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def outline(size: Size, draw: Callable[[ImageDraw.ImageDraw, int, int], None]) -> Image.Image:
    """What ``draw`` draws, given the sides of its canvas, as a mask with smooth edges; L."""
    width, height = size[0] * FINE, size[1] * FINE
    canvas = Image.new("L", (width, height), 0)
    draw(ImageDraw.Draw(canvas), width, height)
    return canvas.reduce(FINE)


def polygon(size: Size, points: Sequence[Point]) -> Image.Image:
    """A mask of a shape whose corners are shares of the sides; L."""
    return outline(size, lambda draw, w, h: draw.polygon([(x * w, y * h) for x, y in points], fill=255))


def dimmed(mask: Image.Image, share: float) -> Image.Image:
    """The mask with so much of its strength."""
    return mask.point([round(value * share) for value in range(256)])


def moved(mask: Image.Image, right: float, down: float) -> Image.Image:
    """The mask moved by shares of its height; what enters is empty."""
    found = Image.new(mask.mode, mask.size, 0)
    found.paste(mask, (round(right * mask.height), round(down * mask.height)))
    return found


def lay(picture: Image.Image, colour: Colour | Image.Image, mask: Image.Image) -> None:
    """Put a colour, or another picture, where the mask is."""
    if isinstance(colour, Image.Image):
        picture.paste(colour, (0, 0), mask)
    else:
        picture.paste(colour, (0, 0, *picture.size), mask)


def fill(picture: Image.Image, colour: Colour, points: Sequence[Point], strength: float = 1.0) -> None:
    """Put a colour into a shape whose corners are shares of the sides."""
    width, height = picture.size
    left, right = min(x for x, _ in points) * width, max(x for x, _ in points) * width
    top, below = min(y for _, y in points) * height, max(y for _, y in points) * height
    box = (max(0, int(left) - 1), max(0, int(top) - 1), min(width, int(right) + 2), min(height, int(below) + 2))
    size = (box[2] - box[0], box[3] - box[1])
    if min(size) <= 0:
        return
    inside = [((x * width - box[0]) / size[0], (y * height - box[1]) / size[1]) for x, y in points]
    picture.paste(colour, box, dimmed(polygon(size, inside), strength))


def shine(picture: Image.Image, colour: Colour, mask: Image.Image) -> Image.Image:
    """Light of that colour falls where the mask is: it brightens and never covers."""
    curve = [255 - (255 - value) * (255 - part) // 255 for part in colour for value in range(256)]
    return _curved(picture, curve, mask)


def shaded(picture: Image.Image, mask: Image.Image, colour: Colour = (0, 0, 0)) -> Image.Image:
    """Shadow where the mask is: colours are kept, and get darker towards ``colour``."""
    return _curved(picture, [value * part // 255 for part in colour for value in range(256)], mask)


def _curved(picture: Image.Image, curve: list[int], mask: Image.Image) -> Image.Image:
    """The picture by the curve where the mask is, and by shares of it at the mask's edge."""
    found, box = picture.copy(), mask.getbbox()
    if box is not None:
        found.paste(picture.crop(box).point(curve), box, mask.crop(box))
    return found


def noise(size: Size, seed: int, cells: Size) -> Image.Image:
    """Smooth chance: so many cells along the sides; L."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    small = Image.frombytes("L", cells, chance.randbytes(cells[0] * cells[1]))
    return small.resize(size, Image.Resampling.BICUBIC)


def clouds(size: Size, seed: int, cells: Size, octaves: int = 4) -> Image.Image:
    """Noise upon noise, each twice as fine and half as strong; made as small as its finest cells allow; L."""
    finest = [min(side, 4 * cell << octaves) for side, cell in zip(size, cells, strict=True)]
    small = (finest[0], finest[1])
    found = noise(small, seed, cells)
    for octave in range(1, octaves):
        finer = noise(small, seed + octave, (cells[0] << octave, cells[1] << octave))
        found = Image.blend(found, finer, 0.5**octave * 0.8)
    return found if small == size else found.resize(size, Image.Resampling.BILINEAR)


def stretched(mask: Image.Image, low: int, high: int) -> Image.Image:
    """Values from ``low`` to ``high`` spread over the whole range; what is beyond is cut."""
    return mask.point([max(0, min(255, round((value - low) * 255 / (high - low)))) for value in range(256)])


def relief(heights: Image.Image, strength: float = 1.0) -> Image.Image:
    """How light from the upper left falls on a surface of these heights: 128 where it is level; L."""
    steps = (-2, -1, 0, -1, 0, 1, 0, 1, 2)
    return heights.filter(ImageFilter.Kernel((3, 3), [each * strength for each in steps], 1, 128))


def textured(picture: Image.Image, surface: Image.Image) -> Image.Image:
    """The picture on a surface that ``relief`` has lit."""
    return ImageChops.overlay(picture, Image.merge("RGB", (surface, surface, surface)))


def grain(picture: Image.Image, seed: int, amount: float = 0.06) -> Image.Image:
    """Film grain, which also hides the steps of gradients."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    tile = Image.frombytes("L", (_TILE, _TILE), chance.randbytes(_TILE * _TILE))
    tile = tile.filter(ImageFilter.GaussianBlur(0.6)).point([round(128 + (v - 128) * amount) for v in range(256)])
    film = Image.new("L", picture.size, 128)
    for left in range(0, picture.width, _TILE):
        for top in range(0, picture.height, _TILE):
            film.paste(tile, (left, top))
    return ImageChops.add(picture, Image.merge("RGB", (film, film, film)), 1, -128)


def vignette(picture: Image.Image, strength: int = 70) -> Image.Image:
    """A little darker towards the corners."""
    curve = [round(strength * (value / 255) ** 2.4) for value in range(256)]
    mask = Image.radial_gradient("L").point(curve).resize(picture.size, Image.Resampling.BILINEAR)
    return shaded(picture, mask)
