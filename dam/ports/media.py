"""A renderer: bytes in, the bytes of renditions out.

Rule: it decodes hostile files somewhere safe, and remembers nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, Self

from dam.domain.recipes import Recipe


class MediaFailure(Exception):
    """The file can't be rendered, however often: a stable ``code`` and a ``sentence`` for a person. ``lacking``: the
    file is well, but this machine has not the program that could."""

    def __init__(self, code: str, sentence: str, *, lacking: bool = False) -> None:
        super().__init__(f"{code}: {sentence}")
        self.lacking = lacking
        self.code = code
        self.sentence = sentence


class MediaUnavailable(Exception):
    """Rendering does not work at the moment; the file is not to blame."""


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One rendition: a readable stream at its start, pixels (None of what is only heard), bytes."""

    stream: BinaryIO
    media_type: str
    width: int | None
    height: int | None
    size: int


Told = Callable[[float], None]
"""Is told how much is done: 0–1."""


class Rendered(Protocol):
    """What one file gave. A context manager: leaving it closes the streams."""

    @property
    def properties(self) -> Mapping[str, object]:
        """JSON-ready: ``width``, ``height``, ``colour`` and what else the decoder found; empty where others tell it."""
        ...

    @property
    def embedded(self) -> Mapping[str, object]:
        """JSON-ready: what people wrote into the file, as ``dam.domain.embedded`` has it."""
        ...

    @property
    def files(self) -> Mapping[str, RenderedFile]:
        """By the recipe's name."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Renderer(Protocol):
    """Makes renditions."""

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Rendered:
        """Render all recipes from one decode. They all make the same (``Recipe.makes``); what is to be played comes
        alone, and how much of it is done is ``told`` about once a second. Raises MediaFailure, MediaUnavailable, and
        what ``told`` raises.
        """
        ...
