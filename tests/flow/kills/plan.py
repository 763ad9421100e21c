"""Which points are killed at: all of them when there is time, else a choice that is the same each time.

Rule: what is chosen depends on what was recorded only. A kill leaves nothing but the durable state that is there at the
time, so that of all points with the same state one is enough; every state is left once. Which point of a state is taken
varies, so that many kinds of calls are killed at; each method of each port is killed at, before the call or after it.
"""

from collections import Counter
from collections.abc import Sequence

from tests.flow.kills.watch import kind_of, method_of

Recorded = Sequence[Sequence[tuple[str, int]]]
"""For each step its points, each with the number of the durable state that a kill there leaves."""

ON_TO_THE_END = ("upload", "deliver", "replace")
"""Steps of which one kill is followed by the whole rest of the story; after all others the step is ended."""

Point = tuple[int, str]
"""The step's number, and the point's name."""


def chosen(recorded: Recorded) -> list[list[str]]:
    """For each step the points to be killed at, in their order."""
    taken = _of_each_state(recorded)
    taken |= _of_each_method(recorded, {method_of(point) for _, point in taken})
    return [[point for point, _ in passed if (step, point) in taken] for step, passed in enumerate(recorded)]


def _of_each_state(recorded: Recorded) -> set[Point]:
    """A point of each durable state: of a kind that no earlier state has taken, and of these of the rarest."""
    states: dict[int, list[Point]] = {}
    for step, passed in enumerate(recorded):
        for point, state in passed:
            states.setdefault(state, []).append((step, point))
    found_in = Counter(kind for points in states.values() for kind in {kind_of(point) for _, point in points})
    taken: dict[Point, str] = {}
    for points in states.values():
        before = set(taken.values())
        first = min(points, key=lambda each: (kind_of(each[1]) in before, found_in[kind_of(each[1])]))
        taken[first] = kind_of(first[1])
    return set(taken)


def _of_each_method(recorded: Recorded, known: set[str]) -> set[Point]:
    """The first point of each method that is not ``known``: early in the story a kill costs less."""
    missing: dict[str, Point] = {}
    for step, passed in enumerate(recorded):
        for point, _ in passed:
            if method_of(point) not in known:
                missing.setdefault(method_of(point), (step, point))
    return set(missing.values())
