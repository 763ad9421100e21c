"""Placements: what is shown where, and what a person can do about one. Rule: as everywhere in ``dam.api``."""

from typing import Any

from dam.api import answers_places as answers
from dam.api import bodies_places as bodies
from dam.api import matching, render_places
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import encode, id_after
from dam.api.places import rollout_of, shown_rollout
from dam.api.render import API
from dam.api.routes import Route, Routes, created
from dam.domain.placements import Standing
from dam.domain.principals import Actor
from dam.domain.recipes import params_sha256
from dam.operations import place, read_places
from dam.operations.place import Change, Where
from dam.operations.read_places import Which

routes = Routes("placements", "What is shown where, with its proof.")

PLACEMENTS = "/api/v1/placements"
PLACEMENT = f"{PLACEMENTS}/<id:placement_id>"


@routes.on(
    Route("GET", PLACEMENTS, "placement.read", page_of(answers.Placement, "Placements"), query=bodies.PlacementsQuery)
)
def list_placements(query: dict[str, Any]) -> dict[str, Any]:
    """Placements of an asset, in a channel, in a state."""
    which = Which(query.get("asset"), query.get("channel"), query.get("state"))
    after = id_after("placements", query)
    found, following = read_places.placements(services(), actor(), which, after, query["limit"])
    kinds = services().channels.kinds()
    return {
        "data": [render_places.placement(each, kinds) for each in found],
        "next": encode("placements", following) if following is not None else None,
    }


@routes.on(Route("GET", f"{PLACEMENTS}/counts", "placement.read", answers.PlacementCounts))
def count_placements() -> dict[str, Any]:
    """How many placements each channel has in each state: those of search, and as far ``behind``."""
    found = read_places.placement_counts(services(), actor())
    shown = [{"channel_id": each, "counts": dict(counts)} for each, counts in sorted(found.channels.items())]
    return {"data": shown, "next": None, "behind": found.behind}


@routes.on(
    Route(
        "POST", PLACEMENTS, "placement.create", answers.Placement, 201,
        body=bodies.NewPlacement, fails=(404,), tagged=True,
    )
)  # fmt: skip
def create_placement(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Place an asset into a channel."""
    where = Where(body["channel_id"], body["remote"], body.get("recipe"), body.get("follow"), body["adopt"])

    def run(who: Actor) -> dict[str, str]:
        return {"placement_id": place.place(services(), who, body["asset_id"], where)}

    placement_id = once(run)["placement_id"]
    shown, headers = _shown(placement_id)
    return created(shown, f"{API}/placements/{placement_id}", **headers)


@routes.on(Route("GET", PLACEMENT, "placement.read", answers.Placement, tagged=True))
def get_placement(placement_id: str) -> tuple[object, dict[str, str]]:
    """One placement with its state."""
    return _shown(placement_id)


@routes.on(
    Route(
        "PATCH", PLACEMENT, "placement.edit", shown_rollout, 202,
        body=bodies.PlacementChange, fails=(409,), guarded="required",
    )
)  # fmt: skip
def change_placement(placement_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Pin, follow, or deliver by another recipe."""
    matching.require_named()
    standing = read_places.placement(services(), actor(), placement_id)
    matching.require_match(settings_tag(standing))
    pinned = (body["follow"] or 0) if "follow" in body else None
    change = Change(pinned, body.get("recipe"), body.get("recipe_version"), seen=standing.placement)
    return rollout_of(lambda who: place.change(services(), who, placement_id, change))


@routes.on(Route("DELETE", PLACEMENT, "placement.withdraw", shown_rollout, 202, fails=(409,), guarded="optional"))
def withdraw_placement(placement_id: str) -> tuple[object, dict[str, str]]:
    """Take away what it shows, and end it."""
    matching.refuse_other(settings_tag(read_places.placement(services(), actor(), placement_id)))
    return rollout_of(lambda who: place.withdraw(services(), who, placement_id))


@routes.on(Route("POST", f"{PLACEMENT}/verify", "placement.verify", shown_rollout, 202))
def verify_placement(placement_id: str) -> tuple[object, dict[str, str]]:
    """Have it looked at now."""
    return rollout_of(lambda who: place.verify(services(), who, placement_id))


@routes.on(Route("POST", f"{PLACEMENT}/retry", "placement.retry", shown_rollout, 202))
def retry_placement(placement_id: str) -> tuple[object, dict[str, str]]:
    """Try a failed delivery again."""
    return rollout_of(lambda who: place.retry(services(), who, placement_id))


@routes.on(Route("POST", f"{PLACEMENT}/repair", "placement.repair", shown_rollout, 202, body=bodies.Repair))
def repair_placement(placement_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Bring what should be there again."""
    return rollout_of(lambda who: place.repair(services(), who, placement_id, adopt=body["adopt"]))


@routes.on(Route("GET", f"{PLACEMENT}/history", "placement.read", answers.History, query=bodies.HistoryQuery))
def get_history(placement_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """What was tried and seen, the newest first."""
    which = services(), actor(), placement_id
    read_places.placement(*which)
    tries = read_places.attempts(*which, query.get("attempts_before"), query["limit"])
    looks = read_places.observations(*which, query.get("observations_before"), query["limit"])
    return {
        "attempts": [render_places.attempt(each) for each in tries],
        "observations": [render_places.observation(each) for each in looks],
    }


def settings_tag(standing: Standing) -> str:
    """Stands for what people set of a placement."""
    return params_sha256({"seen": place.settings(standing.placement)})[:16]


def _shown(placement_id: str) -> tuple[object, dict[str, str]]:
    standing = read_places.placement(services(), actor(), placement_id)
    shown = render_places.placement(standing, services().channels.kinds())
    return shown, {"ETag": matching.tag(settings_tag(standing))}
