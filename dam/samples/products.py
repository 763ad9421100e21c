"""Product shots: a bottle, a jar, a bag and a mug on a seamless ground, with soft shadows and highlights.

Rule: as ``light`` says; a round body is a gradient across it, the light comes from the left. Must not: know prices.
"""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageOps

from dam.samples import lettering, light, marks
from dam.samples.lettering import Style
from dam.samples.light import Colour, Size, Stops, mix
from dam.samples.plants import twig

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the sides."""

_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)
_INK: Colour = (30, 34, 38)


def bottle(size: Size, ground: Colour, glass: Colour, words: Sequence[str], seed: int) -> Image.Image:
    """A dropper bottle with a label; RGB."""
    picture = _stage(size, ground, (0.3, 0.86, 0.7), seed)
    body, neck, bulb = (0.33, 0.42, 0.67, 0.86), (0.42, 0.3, 0.58, 0.44), (0.44, 0.1, 0.56, 0.26)
    shapes = ImageChops.lighter(_rounded(size, body, 0.035), _rounded(size, neck, 0.012))
    _glass(picture, body, glass, shapes)
    _round(picture, bulb, (44, 42, 44), _rounded(size, bulb, 0.045), 0.5)
    collar = (0.405, 0.24, 0.595, 0.335)
    _round(picture, collar, (206, 178, 132), _rounded(size, collar, 0.008), 0.75)
    for number in range(16):
        x = 0.41 + 0.18 * number / 15
        line = ((x, 0.25), (x + 0.003, 0.25), (x + 0.003, 0.328), (x, 0.328))
        light.fill(picture, (110, 86, 54), line, 0.4)
    _sheen(picture, (0.362, 0.44, 0.378, 0.84), 0.55)
    _label(picture, (0.33, 0.52, 0.67, 0.78), (248, 244, 236), words)
    _sheen(picture, (0.632, 0.46, 0.64, 0.83), 0.3)
    return light.grain(light.vignette(picture, 40), seed, 0.045)


def jar(size: Size, ground: Colour, lid: Colour, words: Sequence[str], seed: int) -> Image.Image:
    """A flat jar of cream with a wooden lid, and the shadow of leaves on the wall behind it; RGB."""
    picture = _stage(size, ground, (0.2, 0.8, 0.8), seed)
    picture = light.shaded(picture, light.dimmed(_leafage(size, seed), 0.3), mix(ground, (60, 40, 60), 0.7))
    body, cap = (0.22, 0.5, 0.78, 0.8), (0.205, 0.37, 0.795, 0.51)
    _round(picture, body, (246, 242, 236), _rounded(size, body, 0.045), 0.55)
    _round(picture, cap, lid, _rounded(size, cap, 0.018), 0.5)
    fibre = light.relief(light.noise((size[0] // 2, size[1] // 2), seed, (5, 300)), 0.6).resize(size)
    light.lay(picture, light.textured(picture, light.stretched(fibre, -330, 586)), _rounded(size, cap, 0.018))
    under = light.blurred(_rounded(size, (0.22, 0.5, 0.78, 0.53), 0.004), size[1] * 0.008)
    shadow = light.dimmed(ImageChops.multiply(under, _rounded(size, body, 0.045)), 0.4)
    picture = light.shaded(picture, shadow, (70, 50, 40))
    _print(picture, (0.22, 0.54, 0.78, 0.78), words)
    _sheen(picture, (0.26, 0.53, 0.285, 0.77), 0.7)
    return light.grain(light.vignette(picture, 40), seed, 0.045)


def bag(size: Size, ground: Colour, paper: Colour, accent: Colour, words: Sequence[str], seed: int) -> Image.Image:
    """A bag of coffee with a folded top and a label; RGB."""
    picture = _stage(size, ground, (0.24, 0.9, 0.76), seed)
    corners = (
        (0.27, 0.2),
        (0.73, 0.2),
        (0.742, 0.3),
        (0.755, 0.88),
        (0.735, 0.905),
        (0.265, 0.905),
        (0.245, 0.88),
        (0.258, 0.3),
    )
    shape = light.polygon(size, corners)
    front = light.ramp(size, _across((0.245, 0, 0.755, 0), _matte(paper)), across=True)
    creases = light.relief(light.clouds((size[0] // 3, size[1] // 3), seed, (5, 4), 4), 5.0).resize(
        size, Image.Resampling.BICUBIC
    )
    light.lay(picture, light.textured(front, light.stretched(light.blurred(creases, 4), -130, 386)), shape)
    for box, strength in (((0.27, 0.2, 0.73, 0.262), 0.2), ((0.27, 0.262, 0.73, 0.272), 0.5)):
        fold = ImageChops.multiply(_rounded(size, box, 0.002), shape)
        picture = light.shaded(picture, light.dimmed(fold, strength), mix(paper, _BLACK, 0.6))
    tie = (0.25, 0.215, 0.75, 0.24)
    _round(picture, tie, mix(accent, _BLACK, 0.15), _rounded(size, tie, 0.004), 0.35)
    light.lay(picture, accent, light.dimmed(ImageChops.multiply(_rounded(size, (0.2, 0.7, 0.8, 0.79), 0), shape), 0.92))
    mark = marks.emblem(round(size[1] * 0.2), _ink_on(paper), accent)
    picture.paste(mark, (round(size[0] * 0.5) - mark.width // 2, round(size[1] * 0.33)), mark)
    _bag_words(picture, paper, accent, words)
    for left, right in ((0.245, 0.3), (0.7, 0.755)):
        edge = ImageChops.multiply(light.blurred(_rounded(size, (left, 0.3, right, 0.9), 0.01), size[1] * 0.018), shape)
        picture = light.shaded(picture, light.dimmed(edge, 0.3 if left < 0.5 else 0.5), mix(paper, _BLACK, 0.55))
    _sheen(picture, (0.33, 0.29, 0.36, 0.68), 0.16)
    return light.grain(light.vignette(picture, 40), seed, 0.05)


def mug(size: Size, ground: Colour, enamel: Colour, seed: int) -> Image.Image:
    """An enamel mug with steam above it; RGB."""
    picture = _stage(size, ground, (0.24, 0.84, 0.76), seed)
    body = (0.26, 0.4, 0.68, 0.86)
    _handle(picture, enamel)
    shape = _rounded(size, body, 0.05)
    _round(picture, body, enamel, shape, 0.5)
    _speckle(picture, shape, mix(enamel, _WHITE, 0.75), seed)
    mark = marks.emblem(round(size[1] * 0.2), mix(enamel, _WHITE, 0.9), (236, 158, 92))
    picture.paste(mark, (round(size[0] * 0.46) - mark.width // 2, round(size[1] * 0.55)), mark)
    _opening(picture, body, mix(enamel, _WHITE, 0.55))
    _sheen(picture, (0.305, 0.47, 0.325, 0.8), 0.5)
    picture = light.shine(picture, (255, 250, 240), _steam(size, seed))
    return light.grain(light.vignette(picture, 40), seed, 0.045)


def _stage(size: Size, ground: Colour, foot: tuple[float, float, float], seed: int) -> Image.Image:
    """A seamless ground, lit from the upper left, with the shadow of what will stand on it. ``foot``: left edge, height
    and right edge of where it stands.
    """
    left, down, right = foot
    picture = light.ramp(
        size,
        (
            (0.0, mix(ground, _BLACK, 0.16)),
            (0.62, ground),
            (0.78, mix(ground, _WHITE, 0.2)),
            (1.0, mix(ground, _BLACK, 0.08)),
        ),
    )
    picture = light.shine(picture, mix(ground, _WHITE, 0.7), light.glow(size, (0.32, 0.36), 0.75, 130))
    cast = light.polygon(size, ((left, down - 0.015), (right, down - 0.02), (1.12, down - 0.22), (0.8, down - 0.24)))
    soft = light.dimmed(light.blurred(cast, size[1] * 0.035), 0.3)
    pool = light.outline(
        size, lambda d, w, h: d.ellipse((left * w, (down - 0.03) * h, (right + 0.03) * w, (down + 0.022) * h), fill=255)
    )
    wide, tight = light.blurred(pool, size[1] * 0.022), light.blurred(pool, size[1] * 0.007)
    shadow = ImageChops.lighter(ImageChops.lighter(soft, light.dimmed(wide, 0.5)), light.dimmed(tight, 0.62))
    return light.shaded(picture, shadow, mix(ground, (30, 16, 34), 0.8))


def _round(picture: Image.Image, box: Box, colour: Colour, shape: Image.Image, gloss: float) -> None:
    """A round body of that colour where the shape is."""
    stops: Stops = (
        (0.0, mix(colour, _BLACK, 0.42)), (0.1, mix(colour, _BLACK, 0.12)), (0.26, mix(colour, _WHITE, gloss * 0.5)),
        (0.45, colour), (0.72, mix(colour, _BLACK, 0.2)), (0.9, mix(colour, _BLACK, 0.46)),
        (1.0, mix(colour, _BLACK, 0.34)),
    )  # fmt: skip
    light.lay(picture, light.ramp(picture.size, _across(box, stops), across=True), shape)


def _glass(picture: Image.Image, box: Box, glass: Colour, shape: Image.Image) -> None:
    """Glass with something in it: dark edges, light from behind at the foot."""
    stops: Stops = (
        (0.0, mix(glass, _BLACK, 0.66)), (0.06, mix(glass, _BLACK, 0.3)), (0.14, mix(glass, _WHITE, 0.2)),
        (0.3, glass), (0.6, mix(glass, _BLACK, 0.22)), (0.86, mix(glass, _BLACK, 0.46)),
        (0.94, mix(glass, _WHITE, 0.08)), (1.0, mix(glass, _BLACK, 0.7)),
    )  # fmt: skip
    size = picture.size
    light.lay(picture, light.ramp(size, _across(box, stops), across=True), shape)
    lit = light.glow(size, ((box[0] + box[2]) / 2 + 0.05, box[3]), 0.2, 110)
    bright = light.shine(picture, mix(glass, (255, 220, 170), 0.5), lit)
    light.lay(picture, bright, shape)


def _label(picture: Image.Image, box: Box, paper: Colour, words: Sequence[str]) -> None:
    _round(picture, box, paper, _rounded(picture.size, box, 0.0), 0.3)
    _print(picture, box, words)


def _print(picture: Image.Image, box: Box, words: Sequence[str]) -> None:
    """A name, a line under it, and what is in it, in the middle of the box."""
    width, height = picture.size
    x, room = (box[0] + box[2]) / 2 * width, (box[2] - box[0]) * width * 0.8
    tall = (box[3] - box[1]) * height
    for line, share, style in (
        (words[0], 0.3, Style(tall * 0.17, _INK, 0.14, 0.02)),
        (words[1], 0.52, Style(tall * 0.085, _INK, 0.06)),
        (words[2], 0.82, Style(tall * 0.065, mix(_INK, _WHITE, 0.35), 0.12)),
    ):
        lettering.write(picture, line, (x, box[1] * height + tall * share), lettering.fitted(line, style, room), "m")
    top, below = (box[1] + share * (box[3] - box[1]) for share in (0.66, 0.668))
    rule = light.polygon(picture.size, ((0.47, top), (0.53, top), (0.53, below), (0.47, below)))
    light.lay(picture, _INK, rule)


def _bag_words(picture: Image.Image, paper: Colour, accent: Colour, words: Sequence[str]) -> None:
    width, height = picture.size
    lines = (
        (words[0], 0.585, Style(height * 0.046, _ink_on(paper), 0.14, 0.022)),
        (words[1], 0.635, Style(height * 0.021, _ink_on(paper), 0.14)),
        (words[2], 0.745, Style(height * 0.034, _ink_on(accent), 0.08, 0.015)),
        (words[3], 0.85, Style(height * 0.02, _ink_on(paper), 0.14)),
    )
    for line, down, style in lines:
        lettering.write(picture, line, (width * 0.5, height * down), lettering.fitted(line, style, width * 0.44), "m")


def _sheen(picture: Image.Image, box: Box, strength: float) -> None:
    """A long reflection of a window."""
    strip = light.blurred(_rounded(picture.size, box, 0.006), picture.height * 0.004)
    light.lay(picture, _WHITE, light.dimmed(strip, strength))


def _opening(picture: Image.Image, body: Box, rim: Colour) -> None:
    """The mug's rim, its inner side, and the coffee in it."""
    size, (left, top, right, _) = picture.size, body

    def oval(inset: float, down: float, tall: float) -> Image.Image:
        box = (left + inset, top + down - tall, right - inset, top + down + tall)
        return light.outline(
            size, lambda d, w, h: d.ellipse((box[0] * w, box[1] * h, box[2] * w, box[3] * h), fill=255)
        )

    light.lay(picture, rim, oval(-0.006, 0, 0.047))
    inner = light.ramp(
        size,
        _across((left, 0, right, 0), ((0, (170, 164, 156)), (0.5, (226, 222, 214)), (1, (246, 244, 238)))),
        across=True,
    )
    light.lay(picture, inner, oval(0.006, 0.002, 0.041))
    coffee = light.ramp(
        size, _across((left, 0, right, 0), ((0, (40, 20, 12)), (0.55, (74, 40, 22)), (1, (120, 74, 42)))), across=True
    )
    light.lay(picture, coffee, ImageChops.multiply(oval(0.006, 0.002, 0.041), oval(0.016, 0.018, 0.038)))
    rest = ImageChops.subtract(oval(0.016, 0.018, 0.038), oval(0.022, 0.02, 0.036))
    light.lay(picture, (176, 118, 70), light.dimmed(ImageChops.multiply(rest, oval(0.006, 0.002, 0.041)), 0.75))


def _handle(picture: Image.Image, enamel: Colour) -> None:
    def ring(shift: float, thick: float) -> Image.Image:
        def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
            box = (0.58 * width, (0.49 + shift) * height, 0.84 * width, (0.76 + shift) * height)
            canvas.rounded_rectangle(box, 0.1 * height, outline=255, width=round(thick * height))

        return light.outline(picture.size, draw)

    whole = ring(0.0, 0.034)
    light.lay(picture, mix(enamel, _BLACK, 0.35), whole)
    core = light.blurred(ring(0.0, 0.016), picture.height * 0.006)
    light.lay(picture, mix(enamel, _WHITE, 0.28), light.dimmed(ImageChops.multiply(core, whole), 0.7))


def _speckle(picture: Image.Image, shape: Image.Image, colour: Colour, seed: int) -> None:
    dots = light.noise(picture.size, seed, (picture.width // 7, picture.height // 7))
    light.lay(picture, colour, light.dimmed(ImageChops.multiply(light.stretched(dots, 226, 246), shape), 0.65))


def _steam(size: Size, seed: int) -> Image.Image:
    veil = light.stretched(light.clouds(size, seed, (9, 3), 4), 112, 190)
    column = ImageChops.multiply(
        light.fade(size, ((0, 0), (0.3, 0), (0.47, 255), (0.64, 0), (1, 0)), across=True),
        light.fade(size, ((0, 0), (0.04, 30), (0.22, 210), (0.35, 255), (0.405, 0), (1, 0))),
    )
    return light.blurred(ImageChops.multiply(veil, column), size[1] * 0.006)


def _leafage(size: Size, seed: int) -> Image.Image:
    """The soft shadow of a twig."""
    shadow = ImageOps.mirror(light.outline(size, lambda d, w, h: twig(d, (w * 0.02, h * 0.42), w * 0.62, -0.62, seed)))
    return light.blurred(shadow, size[1] * 0.012)


def _rounded(size: Size, box: Box, radius: float) -> Image.Image:
    """A box whose corners are rounded by that share of the height; L."""

    def draw(canvas: ImageDraw.ImageDraw, width: int, height: int) -> None:
        place = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
        canvas.rounded_rectangle(place, radius * height, fill=255)

    return light.outline(size, draw)


def _across(box: Box, stops: Stops) -> Stops:
    """Stops of a body, as those of the whole width."""
    inside = [(box[0] + share * (box[2] - box[0]), colour) for share, colour in stops]
    return [(0.0, stops[0][1]), *inside, (1.0, stops[-1][1])]


def _matte(paper: Colour) -> Stops:
    return (
        (0.0, mix(paper, _BLACK, 0.3)), (0.12, mix(paper, _BLACK, 0.04)), (0.35, mix(paper, _WHITE, 0.12)),
        (0.65, paper), (0.88, mix(paper, _BLACK, 0.14)), (1.0, mix(paper, _BLACK, 0.42)),
    )  # fmt: skip


def _ink_on(ground: Colour) -> Colour:
    return _INK if sum(ground) > 380 else (246, 240, 228)
