"""What all routes that set something in motion answer: the rollout. Rule: only that."""

from collections.abc import Callable
from typing import Any

from dam.api import answers_places, render_places
from dam.api.context import actor, services
from dam.api.once import once
from dam.api.render import API
from dam.domain.principals import Actor
from dam.operations import read_places

shown_rollout = answers_places.Rollout


def rollout_of(run: Callable[[Actor], int]) -> tuple[object, dict[str, str]]:
    """Run what returns a rollout's number, once, and answer that rollout."""
    number = int(once(lambda who: {"rollout": str(run(who))})["rollout"])
    return rollout(number), {"Location": f"{API}/rollouts/{number}"}


def rollout(number: int) -> dict[str, Any]:
    """A rollout as it stands."""
    return render_places.rollout(read_places.rollout(services(), actor(), number))
