"""Files that somebody made to do harm: bombs, those that never end, those that want to read or reach something else.

Rule: a module for each family, with ``cases(canary)`` that yields ``case.Hostile``; all of it is made by our own code,
small and in no time. Must not: use the code under test. ``tests/workers/media/test_hostile.py`` runs them all.
"""

from collections.abc import Iterator

from tests.corpus.hostile import (
    archives,
    blocks,
    canon,
    containers,
    covered,
    cut,
    disguised,
    drawings,
    films,
    pixels,
    printed,
    sounds,
    subtitled,
    texts,
)
from tests.corpus.hostile.case import Canary, Hostile

_FAMILIES = (
    pixels,
    containers,
    canon,
    blocks,
    drawings,
    printed,
    films,
    subtitled,
    sounds,
    texts,
    archives,
    covered,
    disguised,
    cut,
)


def cases(canary: Canary) -> Iterator[Hostile]:
    """All of them."""
    for family in _FAMILIES:
        yield from family.cases(canary)
