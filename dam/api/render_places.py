"""Domain facts and views as the members of answers, for channels, placements and rollouts. Rule: as in ``render``."""

from typing import Any

from dam.api.render import need
from dam.domain.placements import ABSENT, Attempt, ConfiguredChannel, Delivery, Desired, Observation, Standing
from dam.domain.proof import proven
from dam.domain.states import state
from dam.operations.impact import Impact, Touched
from dam.operations.read_places import Counted
from dam.ports.services import Kind


def channel(found: ConfiguredChannel) -> dict[str, Any]:
    """A channel."""
    return {
        "id": found.id,
        "name": found.name,
        "kind": found.kind,
        "config": dict(found.config),
        "recipe": found.recipe,
        "on_drift": found.on_drift,
        "audit_every_s": found.audit_every_s,
        "revision": found.revision,
        "created_at": found.created_at,
        "created_by": found.created_by,
        "checked_at": found.checked_at,
        "unreachable": need(found.unreachable),
        "next_check_at": found.next_check_at,
    }


def kind(found: Kind) -> dict[str, Any]:
    """A kind of channel."""
    return {"name": found.name, "schema": found.schema, "fixed": sorted(found.fixed), "evidence": found.evidence}


def placement(standing: Standing, kinds: dict[str, Kind]) -> dict[str, Any]:
    """A placement with its state, computed now."""
    fact, now, wanted = standing.placement, state(standing), standing.desired
    is_proven = proven(fact, wanted.digest)
    how = kinds.get(standing.channel.kind)
    return {
        "id": fact.id,
        "asset_id": fact.asset_id,
        "title": standing.asset.title,
        "channel_id": fact.channel_id,
        "channel": standing.channel.name,
        "remote": fact.remote,
        "recipe": fact.recipe,
        "recipe_version": fact.recipe_version,
        "follow": fact.pinned or "approved",
        "state": now.word,
        "reason": need(now.reason),
        "needs_person": need(now.needs_person),
        "desired": desired(wanted),
        "observed": _observed(standing, wanted),
        "evidence": how.evidence if is_proven and how is not None else None,
        "verified_at": fact.proof_begun_at if is_proven else None,
        "next_attempt_at": now.next_attempt_at,
        "attempts": fact.fence,
        "url": None,
    }


def desired(found: Desired) -> dict[str, Any]:
    """What should be there."""
    return {"version": found.version, "sha256": digest(found.digest)}


def digest(found: str | None) -> str | None:
    """A digest; null where there is nothing."""
    return None if found == ABSENT else found


def _observed(standing: Standing, wanted: Desired) -> dict[str, Any] | None:
    seen = standing.observation
    if seen is None:
        return None
    same = seen.digest is not None and seen.digest == wanted.digest
    return {
        "version": wanted.version if same else None,
        "sha256": digest(seen.digest),
        "absent": seen.digest == ABSENT,
        "at": seen.until,
    }


def attempt(found: Attempt) -> dict[str, Any]:
    """One try."""
    return {
        "number": found.fence,
        "delivery_id": found.delivery_id,
        "sha256": digest(found.digest),
        "began_at": found.began_at,
        "ended_at": found.ended_at,
        "outcome": found.outcome,
    }


def observation(found: Observation) -> dict[str, Any]:
    """One look."""
    return {
        "id": found.id,
        "began_at": found.began_at,
        "until": found.until,
        "looks": found.looks,
        "how": found.how,
        "sha256": digest(found.digest),
        "absent": found.digest == ABSENT,
        "foreign": found.foreign,
        "counted": found.counted,
        "reason": need(found.reason),
    }


def rollout(found: Counted) -> dict[str, Any]:
    """A rollout."""
    fact = found.rollout
    return {
        "number": fact.number,
        "asset_id": fact.asset_id,
        "title": found.title,
        "cause": fact.cause,
        "state": fact.state,
        "version": fact.version,
        "head_before": found.head_before,
        "sha256": fact.sha256,
        "note": fact.note,
        "started_by": fact.started_by,
        "started_at": fact.started_at,
        "finished_at": fact.finished_at,
        "counts": dict(found.counts),
    }


def delivery(found: Delivery, standing: Standing, kinds: dict[str, Kind]) -> dict[str, Any]:
    """One placement's part in a rollout, and the placement as it stands now."""
    return {
        "id": found.id,
        "placement_id": found.placement_id,
        "placement": placement(standing, kinds),
        "action": found.action,
        "version": found.version,
        "sha256": digest(found.artefact),
        "state": found.state,
        "tries": found.tries,
        "due_at": found.due_at,
        "reason": need(found.reason),
    }


def impact(found: Impact) -> dict[str, Any]:
    """What an approval would touch."""
    return {
        "placements": [_touched(each) for each in found.placements],
        "counts": dict(found.counts),
        "estimate_s": found.estimate_s,
    }


def _touched(found: Touched) -> dict[str, Any]:
    fact = found.placement
    return {
        "placement": {
            "id": fact.id,
            "asset_id": fact.asset_id,
            "channel_id": fact.channel_id,
            "channel": found.channel_name,
            "remote": fact.remote,
            "recipe": fact.recipe,
            "recipe_version": fact.recipe_version,
            "follow": fact.pinned or "approved",
        },
        "action": found.action,
        "before": desired(found.before),
        "after": desired(found.after),
        "problems": [need(each) for each in found.problems],
    }
