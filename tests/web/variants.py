"""Many small pictures that are all different and look like the work of one team: motifs of ``dam.samples``, each drawn
a few times, then cut, turned and graded by chance.

Rule: the number says which picture; nothing else does. With it come the renditions that the worker would make of it.
"""

import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageEnhance, ImageOps

from dam.samples import banners, buildings, landscapes, paper, plants, products, table
from dam.samples.banners import Offer
from dam.samples.light import Colour, Size

LONGEST = 360
SHAPES: Sequence[Size] = ((3, 2), (3, 2), (4, 3), (1, 1), (1, 1), (4, 5), (2, 3), (9, 16), (16, 9), (21, 9))
LETTERED: Mapping[str, Sequence[Size]] = {
    "banner": ((4, 3), (3, 2)),
    "bag": ((4, 5), (2, 3)),
    "bottle": ((4, 5), (2, 3)),
    "jar": ((4, 3), (1, 1)),
    "mug": ((1, 1), (4, 5)),
}
"""Motifs with words on them: they are neither turned round nor cut through."""
_TAKES = 4
_GROUND: Size = (560, 420)
_SEASONS = (landscapes.MORNING, landscapes.DUSK, landscapes.AUTUMN, landscapes.NIGHT)
_TINTS: Sequence[Colour] = ((214, 196, 178), (188, 204, 198), (226, 200, 170), (196, 190, 206), (206, 180, 172))
_DEEP: Sequence[Colour] = ((36, 70, 82), (94, 44, 48), (44, 66, 48), (52, 48, 84), (40, 40, 44))
_ROASTS = ("SPRING ROAST", "SUMMER ROAST", "NIGHT SHIFT", "HIGHLAND")


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture as a file, and its renditions as WebP: ``small`` of at most 256 px, ``whole`` at its own size. ``kind``
    names its motif, ``colour`` is the dominant one.
    """

    kind: str
    data: bytes
    format: str
    size: Size
    small: bytes
    small_size: Size
    whole: bytes
    colour: str


def variant(number: int) -> Variant:
    """The picture of that number."""
    chance = random.Random(number)
    kind = chance.choice(KINDS)
    picture = _cut(_ground(kind, chance.randrange(_TAKES)), LETTERED.get(kind), chance)
    format_ = chance.choices(("JPEG", "WEBP", "PNG"), (75, 18, 7))[0]
    small = picture.copy()
    small.thumbnail((256, 256), Image.Resampling.BILINEAR, reducing_gap=None)
    mean = small.resize((1, 1), Image.Resampling.BOX).tobytes()
    whole = _file(picture, "WEBP", 80)
    return Variant(
        kind=kind,
        data=whole
        if format_ == "WEBP"
        else _file(picture.quantize(96, Image.Quantize.FASTOCTREE) if format_ == "PNG" else picture, format_, 80),
        format=format_,
        size=picture.size,
        small=_file(small, "WEBP", 78),
        small_size=small.size,
        whole=whole,
        colour=f"#{mean.hex()}",
    )


def variants(first: int, count: int) -> list[Variant]:
    """Those from ``first`` on; for a process of its own."""
    return [variant(number) for number in range(first, first + count)]


def _cut(ground: Image.Image, shapes: Sequence[Size] | None, chance: random.Random) -> Image.Image:
    """A part of it in some shape, graded."""
    across, down = chance.choice(shapes or SHAPES)
    longest = LONGEST - chance.randrange(60)
    unit = longest / max(across, down)
    size = (round(across * unit), round(down * unit))
    place = (chance.random(), chance.random()) if shapes is None else (0.5, 0.5)
    picture = ImageOps.fit(ground, size, Image.Resampling.BILINEAR, chance.random() * 0.05, place)
    if shapes is None and chance.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = ImageEnhance.Color(picture).enhance(0.6 + 0.8 * chance.random())
    bright = 0.85 + 0.3 * chance.random()
    shares = [bright * (0.9 + 0.2 * chance.random()) for _ in range(3)]
    return picture.point([min(255, int(value * share)) for share in shares for value in range(256)])


def _file(picture: Image.Image, format_: str, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format_, **({"compress_level": 3} if format_ == "PNG" else {"quality": quality, "method": 0}))
    return stream.getvalue()


@cache
def _ground(kind: str, take: int) -> Image.Image:
    return _DRAWN[kind](take).convert("RGB")


def _offer(take: int) -> Image.Image:
    lines = (("The long way", "tastes better."), ("Summer is", "a long way."), ("Quiet,", "at last."), ("Go slow.",))
    offer = Offer(lines[take % 4], "Fresh from the roastery", "Order now")
    return banners.banner(_GROUND, landscapes.mountains(_GROUND, _SEASONS[take % 4], 70 + take), offer)


def _bottle(take: int) -> Image.Image:
    words = ("FJELL", ("Cloudberry serum", "Birch tonic", "Moss oil", "Night drops")[take % 4], "30 ML")
    return products.bottle((450, 560), _TINTS[take % 5], _DEEP[(take + 1) % 5], words, take)


def _bag(take: int) -> Image.Image:
    words = ("FJELLROAST", "SINGLE ORIGIN", _ROASTS[take % 4], "250 G")
    return products.bag((450, 560), _TINTS[(take + 1) % 5], _DEEP[take % 5], (236, 158, 92), words, take)


_DRAWN: dict[str, Callable[[int], Image.Image]] = {
    "mountains": lambda take: landscapes.mountains(_GROUND, _SEASONS[take % 3], 40 + take),
    "lake": lambda take: landscapes.lake(_GROUND, _SEASONS[take % 3], 5 + take),
    "night": lambda take: landscapes.night(_GROUND, landscapes.NIGHT, 8 + take),
    "dunes": lambda take: landscapes.dunes(_GROUND, landscapes.DESERT, (232, 180, 124), (110, 58, 44), 3 + take),
    "bottle": _bottle,
    "bag": _bag,
    "mug": lambda take: products.mug((520, 520), _TINTS[take % 5], _DEEP[take % 5], take),
    "jar": lambda take: products.jar(_GROUND, _TINTS[take % 5], (176, 128, 84), ("FJELL", "Night balm", "50 ML"), take),
    "leaf": lambda take: plants.macro(
        _GROUND, ((74, 140, 60), (120, 150, 60), (50, 120, 90), (150, 110, 50))[take % 4], take
    ),
    "foliage": lambda take: plants.foliage(_GROUND, (8, 30, 28), (70, 140, 80), 12 + take),
    "arcade": lambda take: buildings.arcade(
        (450, 560), ((226, 140, 106), (236, 196, 150), (210, 120, 130))[take % 3], take
    ),
    "tower": lambda take: buildings.tower(
        (450, 560), ((236, 196, 150), (206, 206, 210), (226, 150, 130))[take % 3], take
    ),
    "stair": lambda take: buildings.stair((450, 560), (222, 150, 130), (206, 112, 96), 2 + take),
    "paper": lambda take: paper.waves(_GROUND, (paper.OCEAN, paper.MEADOW)[take % 2], 4 + take, sun=(250, 190, 120)),
    "cup": lambda take: table.cup(_GROUND, _TINTS[take % 5], (232, 226, 216), 3 + take),
    "beans": lambda take: table.beans(_GROUND, 3 + take),
    "banner": _offer,
}
KINDS = sorted(_DRAWN)
