"""Rollouts and their deliveries. Rule: as everywhere in ``dam.api``."""

from typing import Any

from dam.api import answers_places as answers
from dam.api import bodies, bodies_places, render_places
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.paging import Paged, id_after, number_after, page
from dam.api.places import rollout_of, shown_rollout
from dam.api.routes import Route, Routes
from dam.operations import read_places, rollouts

routes = Routes("rollouts", "What one cause set in motion.")

ROLLOUTS = "/api/v1/rollouts"
ROLLOUT = f"{ROLLOUTS}/<number:number>"


@routes.on(
    Route("GET", ROLLOUTS, "rollout.read", page_of(answers.Rollout, "Rollouts"), query=bodies_places.RolloutsQuery)
)
def list_rollouts(query: dict[str, Any]) -> dict[str, Any]:
    """Rollouts, the newest first."""
    limit = query["limit"]
    found = read_places.rollouts(services(), actor(), number_after("rollouts", query), limit + 1, query.get("asset"))
    return page(found, limit, "rollouts", lambda each: each.rollout.number, render_places.rollout)


@routes.on(Route("GET", ROLLOUT, "rollout.read", shown_rollout))
def get_rollout(number: int) -> dict[str, Any]:
    """One rollout with its deliveries counted by state."""
    return render_places.rollout(read_places.rollout(services(), actor(), number))


@routes.on(Route("GET", f"{ROLLOUT}/deliveries", "rollout.read", page_of(answers.Delivery, "Deliveries"), query=Paged))
def list_deliveries(number: int, query: dict[str, Any]) -> dict[str, Any]:
    """A rollout's deliveries."""
    limit = query["limit"]
    found = read_places.deliveries(services(), actor(), number, id_after("deliveries", query), limit + 1)
    kinds = services().channels.kinds()
    return page(found, limit, "deliveries", lambda each: each[0].id, lambda each: render_places.delivery(*each, kinds))


@routes.on(Route("POST", f"{ROLLOUT}/rollback", "rollout.rollback", shown_rollout, 202, body=bodies.Note))
def roll_back_rollout(number: int, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Undo what it set in motion, by a new one."""
    return rollout_of(lambda who: rollouts.rollback(services(), who, number, body["note"]))
