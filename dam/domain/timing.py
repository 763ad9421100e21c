"""How long things took, counted by classes, so that any number of them is a few numbers.

Rule: the classes are the same everywhere, in the database too: a new list of bounds needs a migration.
"""

from bisect import bisect_left
from dataclasses import dataclass

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes, inclusive; above the last there is one more."""


def bucket(seconds: float) -> int:
    """The class's place, from 0 to ``len(BOUNDS_S)``."""
    return bisect_left(BOUNDS_S, seconds)


@dataclass(frozen=True, slots=True)
class Timing:
    """How many of a class there were, and what they took together. ``name``: what was done; ``outcome``: its end."""

    name: str
    outcome: str
    bucket: int
    count: int
    seconds: float
