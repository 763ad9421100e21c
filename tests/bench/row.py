"""What every bench hands over: figures with their targets, measured in turns.

Rule: only the shape of a result and how turns are taken; no bench is known here.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``unit``: ``×``, ``%``, ``ms``, ``s``, ``MiB`` or ``/s``. ``most`` or ``least``: the target, both
    None where there is none. ``how``: what was measured against what.
    """

    name: str
    figure: float
    unit: str
    how: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.most is not None:
            return self.figure <= self.most
        return self.figure >= self.least if self.least is not None else None

    @property
    def target(self) -> str:
        """The target as a person reads it; empty where there is none."""
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return f"≥ {self.least:g} {self.unit}" if self.least is not None else ""


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each way, by round: the rounds of one index followed upon one another."""

    ways: Sequence[Sequence[float]]

    def ratio(self, one: int, other: int) -> float:
        """How much longer ``one`` takes than ``other``: the median over the rounds, so that a load which comes and
        goes bears on both alike."""
        return statistics.median(a / b for a, b in zip(self.ways[one], self.ways[other], strict=True))

    def without_first(self) -> "Turns":
        """The rounds in which everything was warm."""
        return Turns([way[1:] for way in self.ways])

    def median(self, way: int) -> float:
        """Seconds."""
        return statistics.median(self.ways[way])


def in_turns(rounds: int, *ways: Callable[[], float]) -> Turns:
    """Each way once a round. A way returns its own seconds, so that what it prepares does not count."""
    taken = [[way() for way in ways] for _ in range(rounds)]
    return Turns(list(zip(*taken, strict=True)))


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder on the file system of the project, gone afterwards: what ``/tmp`` is made of says nothing."""
    parent = ROOT / "build"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent) as name:
        yield Path(name)
