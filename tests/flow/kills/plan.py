"""Which points are killed at: all of them when there is time, else a choice that is the same each time.

Rule: what is chosen depends on what was recorded only. In it is every kind of point, on both sides of the call; every
commit; and every durable state that is to be found at any point: of points that leave the same, the first.
"""

from collections.abc import Sequence

from tests.flow.kills.watch import kind_of

Recorded = Sequence[Sequence[tuple[str, int]]]
"""For each step its points, each with the number of the durable state that a kill there leaves."""

COMMITTED = "UnitOfWork.commit:after"

ON_TO_THE_END = ("upload", "deliver", "replace")
"""Steps of which one kill is followed by the whole rest of the story; after all others the step is ended."""


def chosen(recorded: Recorded) -> list[list[str]]:
    """For each step the points to be killed at, in their order."""
    taken = _new_states(recorded)
    kinds: dict[str, list[tuple[int, str]]] = {}
    for step, passed in enumerate(recorded):
        taken[step] |= {point for point, _ in passed if kind_of(point) == COMMITTED}
        for point, _ in passed:
            kinds.setdefault(kind_of(point), []).append((step, point))
    for found in kinds.values():
        if not any(point in taken[step] for step, point in found):
            step, point = found[0]  # early in the story a kill costs less, and all states are taken anyway
            taken[step].add(point)
    return [[point for point, _ in passed if point in taken[step]] for step, passed in enumerate(recorded)]


def _new_states(recorded: Recorded) -> list[set[str]]:
    """The points at which there is a state that no earlier one had."""
    seen: set[int] = set()
    taken: list[set[str]] = []
    for passed in recorded:
        taken.append(set())
        for point, state in passed:
            if state not in seen:
                taken[-1].add(point)
            seen.add(state)
    return taken
