"""The corpus: every good file with what must be seen of it, every bad one with its reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from tests.workers.media import generate
from tests.workers.media.generate import RGB

QUARTERS: tuple[RGB, ...] = ((200, 60, 50), (60, 150, 80), (70, 90, 180), (220, 215, 205))
"""Of the picture in most files: top left, top right, bottom left, bottom right. All inks can print them."""
SIZE = (120, 80)


@dataclass(frozen=True)
class Good:
    """A file that is shown. ``colours``: of the four quarters, None where the whole is transparent there; ``within``:
    ΔE."""

    name: str
    filename: str
    make: Callable[[], bytes]
    media_type: str
    size: tuple[int, int] = SIZE
    colours: tuple[RGB | None, ...] = QUARTERS
    within: float = 3.0
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Bad:
    """A file that is not shown: what it is, and the code of the reason."""

    name: str
    filename: str
    make: Callable[[], bytes]
    media_type: str
    code: str


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """The picture in most files."""
    return generate.corners(size, QUARTERS)


def turned(orientation: int) -> Image.Image:
    """The same as a camera stores it that was held so: upright again once EXIF's ``orientation`` is applied."""
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = picture()
    return upright.transpose(back) if back is not None else upright


def cut_out(mode: str = "RGBA") -> Image.Image:
    """The same, its bottom right quarter transparent, and green where nobody sees it."""
    image = picture().convert("RGBA")
    image.paste((0, 255, 0, 0), (SIZE[0] // 2, SIZE[1] // 2, *SIZE))
    return image.convert(mode)


CUT = (*QUARTERS[:3], None)


def half(data: bytes) -> bytes:
    """Its first half."""
    return data[: len(data) // 2]
