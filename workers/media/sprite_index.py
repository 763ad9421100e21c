"""The index of a sheet of pictures to seek by, as WebVTT: what the child says of the sheet is checked, and written down
here, by us.

Belongs here: the worker's side of ``sprites``. Sources: W3C WebVTT; Media Fragments 4.2.2 for the place of a picture.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.media.plan import SPRITE_COLUMNS, SPRITE_TILES, MediaFailure

_LONGEST = 10_000_000.0


@dataclass(frozen=True, slots=True)
class Sprite:
    """A sheet: tiles of ``width`` by ``height`` px row by row, each from its begin to that of the next one, the last to
    ``seconds``."""

    seconds: float
    width: int
    height: int
    begins: tuple[float, ...]

    @property
    def sheet(self) -> tuple[int, int]:
        """Its sides in px."""
        columns = min(len(self.begins), SPRITE_COLUMNS)
        return columns * self.width, -(-len(self.begins) // columns) * self.height


def checked(said: Mapping[str, object], box: int) -> Sprite:
    """What ``sprites.make`` can have said. Raises MediaFailure (``crashed``) for anything else."""
    if set(said) == set(Sprite.__slots__) and isinstance(said["begins"], list):
        begins: list[object] = said["begins"]
        sides = said["width"], said["height"]
        if all(type(side) is int and 1 <= side <= box for side in sides) and 1 <= len(begins) <= SPRITE_TILES:
            times = [0.0, *begins[1:], said["seconds"]]
            if begins[0] == 0.0 and all(type(each) is float and each < _LONGEST for each in times) and _rise(times):
                return Sprite(said["seconds"], *sides, tuple(begins))  # type: ignore[arg-type]
    raise MediaFailure("crashed", "the child's sheet can't be right")


def _rise(times: list[object]) -> bool:
    return all(one < other for one, other in itertools.pairwise(times))  # type: ignore[operator]


def written(sprite: Sprite, sheet: str) -> bytes:
    """A cue for each tile: from when to when, and where on the sheet, whose address is ``sheet`` beside this one's."""
    return "\n".join(_lines(sprite, sheet)).encode()


def _lines(sprite: Sprite, sheet: str) -> Iterator[str]:
    yield "WEBVTT\n"
    columns = sprite.sheet[0] // sprite.width
    ends = (*sprite.begins[1:], sprite.seconds)
    for number, (begin, end) in enumerate(zip(sprite.begins, ends, strict=True)):
        left, top = number % columns * sprite.width, number // columns * sprite.height
        yield f"{_clock(begin)} --> {_clock(end)}"
        yield f"{sheet}#xywh={left},{top},{sprite.width},{sprite.height}\n"


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
