"""Which files were shown wrongly by an earlier release, or poorly without the program that draws them: what draws them
better is of use for what is there already, too.

Rule: whoever mends a decoder whose wrong pictures were ``ready`` adds a row, with the next ``recipes.EDITION``. Then
``catch_up`` has such files drawn once more, each once; what a delivery refers to stays as it is for ever. Which row was
the newest when a file was drawn is kept with what was read of it, as ``drawn``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dam.domain import media_types
from dam.domain.assets import Content
from dam.domain.media_types import Route

_KEPT = "drawn"


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Since this edition of ours files by these routes are drawn otherwise: those whose samples have ``bits`` and more,
    of ``moving`` those that move. Of whom that is not known may be one."""

    edition: int
    routes: frozenset[Route]
    bits: int = 0
    moving: bool = False

    def concerns(self, media_type: str, properties: Mapping[str, object]) -> bool:
        """Whether a file of which this is known is drawn otherwise."""
        if media_types.named(media_type).route not in self.routes:
            return False
        bits = properties.get("bit_depth")
        deep = not isinstance(bits, int) or bits >= self.bits
        return deep and (not self.moving or bool(properties.get("animated")))


REDRAWN: tuple[Redrawn, ...] = (
    Redrawn(19, frozenset({"TIFF"}), bits=9),  # greys were black or negatives, planes were noise
    Redrawn(19, frozenset({"PNG", "WEBP"}), moving=True),  # what moves lay on its side
    Redrawn(20, frozenset({"FONT"})),  # letters had no colours, and pictures of letters were broken files
)


def newest(media_type: str, properties: Mapping[str, object]) -> int:
    """The last edition in which such a file came to be drawn otherwise; 0 if there was none."""
    return max((each.edition for each in REDRAWN if each.concerns(media_type, properties)), default=0)


def is_outdated(content: Content) -> bool:
    """Whether it was drawn by a release that showed such files wrongly."""
    return newest(content.media_type, content.properties) > last(content)


def lacked_program(content: Content, programs: int) -> bool:
    """Whether it is known by the picture inside, where one of ``programs`` (a bit each) draws it and reads its words:
    who draws it counts its pages."""
    route = media_types.named(content.media_type).route
    if route not in media_types.BY_PROGRAMS or "pages" in content.properties:
        return False
    return bool(programs & 1 << media_types.BY_PROGRAMS.index(route))


def last(content: Content) -> int:
    """By which edition it was drawn, as far as that mattered."""
    kept = (content.embedded or {}).get(_KEPT)
    return kept if isinstance(kept, int) else 0


def as_drawn(embedded: Mapping[str, object], by: int) -> dict[str, object]:
    """What is kept of a file that was drawn by this edition."""
    return {**embedded, _KEPT: by} if by else dict(embedded)
