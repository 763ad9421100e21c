"""The state of a placement in one word, with its reason and what happens next. Computed at each look, stored nowhere.

Rule: ``current`` only with proof. Every other word comes with a reason code, and with the time of the next attempt or
what a person must do.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dam.domain.placements import ABSENT, OPEN, Delivery, Need, Placement, Standing
from dam.domain.proof import proven

Word = Literal[
    "waiting", "replacing", "verifying", "current", "matched", "acknowledged",
    "retrying", "failed", "drifted", "unreachable", "withdrawn",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """``reason`` explains every word but current and withdrawn; then either ``next_attempt_at`` or ``needs_person`` is
    set.
    """

    word: Word
    reason: Need | None = None
    next_attempt_at: datetime | None = None
    needs_person: Need | None = None


def state(standing: Standing) -> State:
    """The placement's state from one consistent reading."""
    placement, wanted = standing.placement, standing.desired
    if placement.ended_at is not None:
        return State("withdrawn")
    if wanted.digest == ABSENT and placement.fence == 0 and standing.open_delivery is None:
        return _waiting()
    if standing.channel.unreachable is not None:
        return State("unreachable", standing.channel.unreachable, standing.channel.next_check_at)
    if proven(placement, wanted.digest):
        return State("withdrawn" if wanted.digest == ABSENT else "current")
    if standing.open_delivery is not None:
        return _under_way(standing.open_delivery)
    if placement.needs is not None:
        return State("failed", placement.needs, needs_person=placement.needs)
    if wanted.problem is not None:
        return State("failed", wanted.problem, needs_person=wanted.problem)
    return _not_proven(standing)


def shown_anew(before: Placement | Delivery, after: object) -> bool:
    """May the word be another one after this row has moved? Search, which knows the words, then has to hear of it. A
    yes too many costs a look, a no too many a lie.
    """
    return _telling(before) != _telling(after)


def _telling(row: object) -> object:
    """What the word depends on, of one row."""
    match row:
        case Delivery():
            return _under_way(row).word if row.state in OPEN else row.artefact
        case Placement():
            proof = row.proof_digest if row.proof_fence == row.fence else None
            wanted = (row.pinned, row.recipe, row.recipe_version, row.ending)
            return (wanted, proof, row.needs is None, row.ended_at is None)
        case _:
            return None


def _waiting() -> State:
    need = Need("nothing_approved", "No version is approved yet; it is placed as soon as one is.")
    return State("waiting", need, needs_person=need)


def _under_way(delivery: Delivery) -> State:
    if delivery.state == "verifying":
        need = Need(
            "earlier_attempt", "The new file was seen; an earlier attempt may still write until the next check."
        )
        return State("verifying", need, delivery.due_at)
    if delivery.state == "held":
        need = delivery.reason or Need("held", "The rollout is held; release or cancel it.")
        return State("replacing", need, needs_person=need)
    at = delivery.lease_until if delivery.state == "leased" and delivery.lease_until else delivery.due_at
    if delivery.tries > 0 and delivery.reason is not None:
        return State("retrying", delivery.reason, at)
    return State("replacing", delivery.reason or Need("in_progress", "The approved file is on its way."), at)


def _not_proven(standing: Standing) -> State:
    placement, newest = standing.placement, standing.newest
    if newest is None or newest.artefact != standing.desired.digest:
        need = Need("not_started", "The approved file is about to be sent.")
        return State("replacing", need, placement.look_at or standing.asset.updated_at)
    if placement.proof_digest is None or placement.proof_fence != placement.fence:
        need = Need("not_verified", "What is shown there has to be looked at again.")
        return State("verifying", need, placement.look_at or placement.created_at)
    need = Need(
        "drifted", "Something else than the approved file is shown there. Repair it, or look at what changed it."
    )
    if standing.channel.on_drift == "repair":
        return State("drifted", need, placement.look_at or placement.proof_begun_at)
    return State("drifted", need, needs_person=need)
