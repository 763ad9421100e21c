"""Sample pictures: a small campaign of landscapes, drawn, so that everything can be tried without any file at hand.

Rule: the only module of the client that imports Pillow. The same arguments give the same picture.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]

_FINE = 2
"""Drawn larger and made smaller, which smooths the edges."""
_HILLS = 5


@dataclass(frozen=True, slots=True)
class Palette:
    """A season: the sky from above to the horizon, the sun, the farthest and the nearest hill."""

    name: str
    high: Colour
    low: Colour
    sun: Colour
    far: Colour
    near: Colour


SPRING = Palette("Spring", (92, 164, 205), (252, 226, 205), (255, 246, 214), (160, 200, 170), (38, 92, 72))
EVENING = Palette("Spring", (66, 56, 112), (250, 158, 110), (255, 214, 130), (190, 120, 124), (52, 36, 66))
AUTUMN = Palette("Autumn", (120, 138, 160), (246, 214, 160), (255, 236, 190), (210, 150, 90), (92, 48, 38))
WINTER = Palette("Winter", (58, 84, 122), (222, 234, 244), (250, 252, 255), (180, 200, 220), (40, 60, 90))


def landscape(palette: Palette, size: tuple[int, int], line: str) -> Image.Image:
    """Hills under a low sun, with a line of words; RGB."""
    width, height = (side * _FINE for side in size)
    picture = _blend(palette.high, palette.low, (width, height))
    _shine(picture, palette)
    draw = ImageDraw.Draw(picture)
    for hill in range(_HILLS):
        share = hill / (_HILLS - 1)
        draw.polygon(_ridge(hill, width, height), fill=_mix(palette.far, palette.near, share))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    _write(picture, palette.name, line)
    return picture


def emblem(side: int) -> Image.Image:
    """A mark on a transparent ground; RGBA."""
    picture = Image.new("RGBA", (side * _FINE, side * _FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    edge, middle = side * _FINE, side * _FINE // 2
    draw.ellipse((edge * 0.06, edge * 0.06, edge * 0.94, edge * 0.94), fill=(*SPRING.near, 255))
    draw.pieslice((edge * 0.2, edge * 0.2, edge * 0.8, edge * 0.8), 180, 360, fill=(*EVENING.sun, 255))
    draw.polygon(
        [(edge * 0.14, edge * 0.66), (middle, edge * 0.4), (edge * 0.86, edge * 0.66)], fill=(*SPRING.far, 255)
    )
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def save_all(folder: Path) -> list[Path]:
    """Make the campaign's files in ``folder``, which is made if it is missing; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, (draw, options) in SAMPLES.items():
        path = folder / name
        draw().save(path, **options)
        made.append(path)
    return made


SAMPLES: dict[str, tuple[Callable[[], Image.Image], dict[str, Any]]] = {
    "spring-hero.jpg": (lambda: landscape(SPRING, (1600, 1000), "Out into the open"), {"quality": 90}),
    "spring-hero-evening.jpg": (lambda: landscape(EVENING, (1600, 1000), "Stay a little longer"), {"quality": 90}),
    "autumn-banner.png": (lambda: landscape(AUTUMN, (1600, 500), "The long way home"), {"compress_level": 4}),
    "winter-teaser.webp": (lambda: landscape(WINTER, (900, 900), "Quiet, at last"), {"quality": 86, "method": 2}),
    "emblem.png": (lambda: emblem(512), {"compress_level": 6}),
}


def _blend(above: Colour, below: Colour, size: tuple[int, int]) -> Image.Image:
    mask = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new("RGB", size, below), Image.new("RGB", size, above), mask)


def _shine(picture: Image.Image, palette: Palette) -> None:
    width, height = picture.size
    radius = height // 9
    centre = (width * 0.68, height * 0.44)
    # A glow needs no detail: it is blurred small, and enlarged.
    glow = Image.new("L", (width // 16, height // 16), 0)
    x, y, around = centre[0] / 16, centre[1] / 16, radius / 6
    ImageDraw.Draw(glow).ellipse((x - around, y - around, x + around, y + around), fill=210)
    glow = glow.filter(ImageFilter.GaussianBlur(height / 160)).resize(picture.size, Image.Resampling.BICUBIC)
    picture.paste(palette.sun, mask=glow)
    x, y = centre
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=palette.sun)


def _ridge(hill: int, width: int, height: int) -> list[tuple[float, float]]:
    """The outline of a hill: three waves of which each is shorter and flatter."""
    base, step = 0.5 + 0.1 * hill, max(4, width // 400)
    points: list[tuple[float, float]] = [(0, height)]
    for x in range(0, width + step, step):
        at = x / width * math.tau
        wave = 0.055 * math.sin(at * (0.8 + 0.25 * hill) + hill * 1.9)
        wave += 0.022 * math.sin(at * 2.3 + hill * 4.1) + 0.006 * math.sin(at * 9.7 + hill)
        points.append((x, height * (base - wave)))
    return [*points, (width + step, height)]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _write(picture: Image.Image, title: str, line: str) -> None:
    height = picture.height
    draw, left = ImageDraw.Draw(picture), height // 14
    draw.text((left, left), title, font=ImageFont.load_default(height // 8), fill="white")
    draw.text((left, left + height // 6), line, font=ImageFont.load_default(height // 20), fill="white")
