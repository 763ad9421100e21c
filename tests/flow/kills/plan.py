"""Which points are killed at: all of them when there is time, else a choice that is the same each time.

Rule: what is chosen depends on the recorded points only. In it is every method, and every state on the disk that a kill
can leave there.
"""

from collections.abc import Sequence

from tests.flow.kills.steps import STEPS
from tests.flow.kills.watch import method_of

_CHANGES_THE_WORLD = frozenset(
    {
        "Change.__exit__",
        "Change.apply",
        "Channel.establish",
        "Channel.stage_put",
        "Channel.stage_removal",
        "ObjectSink.finish",
        "ObjectSink.seal",
        "Renderer.render",
        "SearchIndex.rebuild",
        "SearchIndex.write",
    }
)
"""What, beside a commit, leaves something behind outside of the process. All else is undone with the transaction: a
kill there leaves what a kill after the last of these leaves.
"""

EXEMPT = {
    "SearchIndex.check": "Nothing in the service calls it.",
    "Placements.outdated": "Looks for placements by an older version of a recipe; every recipe has one version yet.",
    "Rollouts.newest_of": "Asked for a placement that a fan-out has missed, which no undisturbed story has.",
}
"""Methods that the story does not reach, and why."""

ON_TO_THE_END = ("upload", "deliver", "replace")
"""Steps of which the first kill is followed by the whole rest of the story; after the others the step is ended."""


_COMMITS = 4
"""Of a step that commits more often, so many, spread evenly; of the replacement all."""


def chosen(points: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each step the points to be killed at: after each commit, after the first of each other change of the world;
    and once in all, rather early in the story, each such change before, and each other method before or after.
    """
    plan: list[list[str]] = []
    rest: dict[str, list[tuple[int, str]]] = {}
    for step, passed in enumerate(points):
        plan.append(_spread(step, [point for point in passed if point.startswith("UnitOfWork.commit:after")]))
        plan[step] += [point for point in passed if _changed(point) and point.endswith("#1")]
        for point in passed:
            if not point.startswith("UnitOfWork.commit:after") and not _changed(point):
                rest.setdefault(method_of(point), []).append((step, point))
    for found in rest.values():
        step, point = found[len(found) // 4]
        plan[step].append(point)
    return plan


def _spread(step: int, found: list[str]) -> list[str]:
    every = 1 if STEPS[step][0] == "replace" else -(-len(found) // _COMMITS) or 1
    return found[::every]


def _changed(point: str) -> bool:
    """Has something other than the database just changed?"""
    return method_of(point) in _CHANGES_THE_WORLD and ":after#" in point
