"""Which picture is painted how, and into which file.

Rule: the table is here, the painting is not. A picture is always the same, whatever else is made beside it.

Run as ``python -m dam.samples.make NAME``, it writes that file to its standard output.
"""

import io
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageEnhance

from dam.samples import banners, buildings, landscapes, marks, paper, plants, products, table
from dam.samples.banners import Offer
from dam.samples.catalogue import NAMED, SAMPLES
from dam.samples.light import Colour, Size

_PINE: Colour = (24, 44, 46)
_CREAM: Colour = (246, 240, 228)
_ORANGE: Colour = (236, 150, 76)
_YELLOW: Colour = (246, 206, 92)

_SPRING = Offer(("The long way", "tastes better."), "Spring roast, 250 g for 9.90", "Order now")
_SUMMER = Offer(
    ("Summer is", "a long way."), "Summer roast, 250 g for 7.90", "Order now", (20, 12, 34), _CREAM, _YELLOW
)
_AUTUMN = Offer(("The long way home",), "Dark roasts for short days", "See the roasts", (40, 22, 12))

_OPTIONS: dict[str, dict[str, Any]] = {
    "image/jpeg": {"format": "JPEG", "quality": 88, "optimize": True},
    "image/png": {"format": "PNG", "compress_level": 6},
    "image/webp": {"format": "WEBP", "quality": 84, "method": 2},
}


def encoded(name: str) -> bytes:
    """The file of that name. Raises KeyError for a name that is not in the catalogue."""
    stream = io.BytesIO()
    _PICTURES[name]().save(stream, **_OPTIONS[NAMED[name].media_type])
    return stream.getvalue()


def save_all(folder: Path, names: tuple[str, ...] = ()) -> list[Path]:
    """Make files in ``folder``, which is made if it is missing: all samples, or those of these names; returns their
    paths.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in names or tuple(sample.name for sample in SAMPLES):
        path = folder / name
        path.write_bytes(encoded(name))
        made.append(path)
    return made


@lru_cache(maxsize=2)
def _valley(*, evening: bool) -> Image.Image:
    season = landscapes.DUSK if evening else landscapes.MORNING
    return landscapes.mountains((1920, 1200), season, 11)


def _bag(band: str, accent: Colour) -> Image.Image:
    words = ("FJELLROAST", "SINGLE ORIGIN", band, "250 G  ·  WHOLE BEAN")
    return products.bag((1200, 1500), (196, 206, 200), (40, 62, 60), accent, words, 3)


def _serum(*, graded: bool) -> Image.Image:
    words = ("FJELL", "Cloudberry face serum", "30 ML  ·  1.0 FL OZ")
    picture = products.bottle((1200, 1500), (222, 206, 190), (142, 84, 40), words, 3)
    if graded:
        return picture
    # As it came from the camera: under a green lamp, and flat.
    tinted = ImageChops.multiply(picture, Image.new("RGB", picture.size, (214, 246, 206)))
    return ImageEnhance.Contrast(ImageEnhance.Color(tinted).enhance(0.72)).enhance(0.8)


def _advert(size: Size, offer: Offer, *, evening: bool) -> Image.Image:
    return banners.banner(size, _valley(evening=evening), offer)


_PICTURES: dict[str, Callable[[], Image.Image]] = {
    "spring-hero.jpg": lambda: _valley(evening=False),
    "spring-hero-evening.jpg": lambda: _valley(evening=True),
    "coffee-bag.jpg": lambda: _bag("SPRING ROAST", _ORANGE),
    "coffee-bag-summer.jpg": lambda: _bag("SUMMER ROAST", _YELLOW),
    "enamel-mug.jpg": lambda: products.mug((1500, 1500), (226, 200, 170), (36, 70, 82), 3),
    "lake-at-dusk.jpg": lambda: landscapes.lake((1800, 1200), landscapes.DUSK, 5),
    "flat-white.jpg": lambda: table.cup((1500, 1200), (186, 160, 140), (232, 226, 216), 3),
    "beans.webp": lambda: table.beans((1600, 1200), 3),
    "serum-bottle.jpg": lambda: _serum(graded=False),
    "serum-bottle-graded.jpg": lambda: _serum(graded=True),
    "night-balm.jpg": lambda: products.jar(
        (1500, 1200), (214, 190, 178), (176, 128, 84), ("FJELL", "Night balm with birch", "50 ML"), 3
    ),
    "leaf-macro.jpg": lambda: plants.macro((1800, 1200), (74, 140, 60), 3),
    "foliage.webp": lambda: plants.foliage((1500, 1200), (8, 30, 28), (70, 140, 80), 12),
    "arcade.jpg": lambda: buildings.arcade((1200, 1500), (226, 140, 106), 3),
    "tower.jpg": lambda: buildings.tower((1200, 1500), (236, 196, 150), 6),
    "stair.jpg": lambda: buildings.stair((1200, 1500), (222, 150, 130), (206, 112, 96), 2),
    "dunes.jpg": lambda: landscapes.dunes((1800, 1200), landscapes.DESERT, (232, 180, 124), (110, 58, 44), 3),
    "autumn-haze.jpg": lambda: landscapes.mountains((1600, 1067), landscapes.AUTUMN, 23),
    "autumn-banner.png": lambda: banners.banner(
        (1600, 500), landscapes.mountains((1600, 1000), landscapes.AUTUMN, 31), _AUTUMN
    ),
    "winter-teaser.webp": lambda: landscapes.night((1440, 1440), landscapes.NIGHT, 8),
    "paper-dawn.webp": lambda: paper.waves((1800, 1200), paper.OCEAN, 4, sun=(250, 190, 120)),
    "paper-valley.jpg": lambda: paper.arches((1600, 1200), paper.MEADOW, 9),
    "banner-square.jpg": lambda: _advert((1080, 1080), _SPRING, evening=True),
    "banner-square-summer.jpg": lambda: _advert((1080, 1080), _SUMMER, evening=True),
    "banner-rectangle.png": lambda: _advert((300, 250), _SPRING, evening=True),
    "banner-rectangle-summer.png": lambda: _advert((300, 250), _SUMMER, evening=True),
    "banner-leaderboard.png": lambda: _advert((728, 90), _SPRING, evening=False),
    "banner-story.jpg": lambda: _advert((1080, 1920), _SPRING, evening=False),
    "banner-screen.jpg": lambda: _advert((1920, 1080), _SPRING, evening=False),
    "logo.png": lambda: marks.logo(400, _PINE, (232, 140, 70)),
    "logo-light.png": lambda: marks.logo(400, _CREAM, (240, 168, 96)),
    "emblem.png": lambda: marks.emblem(640, _PINE, (232, 140, 70)),
}

if __name__ == "__main__":
    sys.stdout.buffer.write(encoded(sys.argv[1]))
