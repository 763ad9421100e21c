"""Files of every type that end too early: within the head, and in the middle."""

from collections.abc import Iterator

from tests.corpus import cameras, films, papers, photoshop, scans, sounds, stills
from tests.corpus.cases import Good
from tests.corpus.hostile.case import SHOWN, Canary, Hostile

_CUTS = {"its first 60 bytes": 60, "a tenth": -10, "nine tenths": -1}
_ANY = f"truncated|broken_file|no_picture|no_sound|{SHOWN}"


def cases(_: Canary) -> Iterator[Hostile]:
    """The first good file of each type."""
    for case in _one_of_each():
        data = case.make()
        for name, cut in _CUTS.items():
            end = cut if cut > 0 else len(data) // 10 if cut == -10 else len(data) * 9 // 10
            yield Hostile("cut off", f"{case.name}, {name}", data[:end], "kept|" + _ANY)


def _one_of_each() -> Iterator[Good]:
    seen = set()
    for case in (
        *stills.good(),
        *scans.good(),
        *cameras.good(),
        *photoshop.good(),
        *papers.good(),
        *films.good(),
        *sounds.good(),
    ):
        if case.media_type not in seen:
            seen.add(case.media_type)
            yield case
