"""Settle: record what became of each claim of a batch, in one transaction.

Rule: only a claim whose lease and fence still hold settles its delivery. One that was overtaken after it may have
written confesses: it takes the proof away, whoever's it was, and asks for a look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from dam.domain import proof
from dam.domain.errors import DamError
from dam.domain.events import event
from dam.domain.placements import ABSENT, Delivery, Need, Observation, Placement
from dam.domain.principals import SYSTEM_ID
from dam.operations.claimed import Begun, Claimed, Look, Written
from dam.operations.ids import new_id
from dam.operations.reachable import note_reachable, note_unreachable
from dam.operations.reconcile import finish, restart
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

BACKOFF_S = (2, 5, 15, 60, 300, 600)
"""Seconds before a delivery's second, third … try."""


@dataclass(frozen=True, slots=True)
class Result:
    """One claim of a batch: what became of its write, and, if it may have changed something, the read-back."""

    claim: Claimed
    written: Written
    begun: Begun | None = None
    look: Look | None = None


def settle(services: Services, results: Iterable[Result]) -> None:
    """Record all results together."""
    with services.store.writing() as work:
        now = work.now()
        for result in results:
            _settle(services, work, result, now)
        work.commit()


def fail(work: UnitOfWork, placement: Placement, delivery: Delivery, need: Need, at: datetime) -> None:
    """End a delivery that needs a person; the placement says so until somebody acts."""
    if not work.replace(delivery, replace(delivery, state="failed", lease_until=None, reason=need)):
        return
    work.replace(placement, replace(placement, needs=need))
    data = {"placement_id": placement.id, "rollout": delivery.rollout, "code": need.code, "detail": need.detail}
    work.record(event("delivery.failed", SYSTEM_ID, at, placement.asset_id, data))


def prove(work: UnitOfWork, placement: Placement, digest: str, begun: Begun, look_at: datetime) -> Placement | None:
    """Store what a look proved; None if somebody moved first. The caller has checked that the look counts."""
    proven = replace(
        placement,
        epoch=placement.epoch + 1,
        proof_digest=digest,
        proof_fence=placement.fence,
        proof_begun_at=begun.at,
        look_at=look_at,
    )
    return proven if work.replace(placement, proven) else None


def complete(work: UnitOfWork, placement: Placement, delivery: Delivery, now: datetime) -> None:
    """The delivery is proven: say so, end the placement if it was to be withdrawn, and close the rollout if that was
    the last.
    """
    work.replace(delivery, replace(delivery, state="done", lease_until=None, reason=None))
    settled = replace(placement, needs=None, ended_at=now if _ends(placement, delivery) else None)
    if settled != placement:
        work.replace(placement, settled)
    word = "placement.withdrawn" if settled.ended_at else "placement.proven"
    data = {
        "placement_id": placement.id, "rollout": delivery.rollout, "version": delivery.version,
        "sha256": delivery.artefact, "before": delivery.before,
    }  # fmt: skip
    work.record(event(word, SYSTEM_ID, now, placement.asset_id, data))
    finish(work, delivery.rollout, now)


def observed(
    work: UnitOfWork,
    placement_id: str,
    begun_at: datetime,
    now: datetime,
    look: Look,
    *,
    how: Literal["readback", "audit"],
    counted: bool,
    ours: bool,
) -> None:
    """Write down what was seen."""
    foreign = look.digest not in (None, ABSENT) and not ours
    observation = Observation(
        id=new_id(),
        placement_id=placement_id,
        began_at=begun_at,
        until=now,
        how=how,
        digest=look.digest,
        foreign=foreign,
        counted=counted,
        reason=look.reason,
    )
    work.rollouts.observe(observation)


def _settle(services: Services, work: UnitOfWork, result: Result, now: datetime) -> None:
    claim, written = result.claim, result.written
    placement = work.placements.lock(claim.placement.id)
    delivery = work.rollouts.delivery(claim.delivery.id)
    if placement is None or delivery is None:
        raise _vanished(claim)
    _end_attempt(work, claim, written, now)
    if not _mine(claim, placement, delivery):
        if written.outcome != "none":
            _confess(work, placement, now)
    elif written.outcome == "none":
        _not_written(work, claim, written, placement, delivery, now)
    else:
        _written(services, work, result, placement, delivery, now)


def _mine(claim: Claimed, placement: Placement, delivery: Delivery) -> bool:
    return delivery.state == "leased" and delivery.fence == claim.attempt.fence == placement.fence


def _end_attempt(work: UnitOfWork, claim: Claimed, written: Written, now: datetime) -> None:
    """An attempt with an unknown outcome has not ended: it may still write until its permit and the channel's lateness
    are over.
    """
    attempt = work.rollouts.attempt(claim.attempt.placement_id, claim.attempt.fence)
    if attempt is not None:
        ended = None if written.outcome == "unknown" else now
        work.replace(attempt, replace(attempt, outcome=written.outcome, ended_at=ended, receipt=written.receipt))


def _confess(work: UnitOfWork, placement: Placement, now: datetime) -> None:
    """Say that an overtaken write may have changed what was proven. Nobody else did that, so no policy is asked: what
    is wanted is sent again, unless something is on its way already, which will see that it was disturbed.
    """
    work.replace(placement, replace(placement, proof_digest=None, epoch=placement.epoch + 1, look_at=now))
    work.jobs.enqueue("look", {})
    standing = work.placements.standing(placement.id)
    if standing is not None and standing.open_delivery is None and placement.ended_at is None:
        restart(work, standing, "repair", now)


def _not_written(
    work: UnitOfWork, claim: Claimed, written: Written, placement: Placement, delivery: Delivery, now: datetime
) -> None:
    reason = written.reason or Need("not_applied", "Nothing was changed.")
    if written.person:
        fail(work, placement, delivery, reason, now)
    elif written.unreachable:
        note_unreachable(work, claim.channel.id, reason, now)
        work.replace(
            delivery,
            replace(delivery, state="due", due_at=now, tries=delivery.tries - 1, lease_until=None, reason=reason),
        )
    else:
        _again(work, delivery, reason, now)


def _again(work: UnitOfWork, delivery: Delivery, reason: Need, now: datetime) -> None:
    wait = timedelta(seconds=BACKOFF_S[min(delivery.tries, len(BACKOFF_S)) - 1])
    work.replace(delivery, replace(delivery, state="due", due_at=now + wait, lease_until=None, reason=reason))


def _written(
    services: Services, work: UnitOfWork, result: Result, placement: Placement, delivery: Delivery, now: datetime
) -> None:
    claim, begun, look = result.claim, result.begun, result.look
    if begun is None or look is None:
        raise _vanished(claim)
    if look.digest is None:
        _again(work, delivery, look.reason or Need("not_read", "What is there could not be read."), now)
        return
    note_reachable(work, claim.channel, now)
    ours = look.digest == placement.adopted_sha256 or work.rollouts.wrote(placement.id, look.digest)
    unmoved = (begun.fence, begun.epoch) == (placement.fence, placement.epoch)
    settled = proof.settle(claim.digest, look.digest, unmoved=unmoved, all_dead_at=begun.dead_at, ours=ours, now=now)
    observed(work, placement.id, begun.at, now, look, how="readback", counted=settled.proven is not None, ours=ours)
    if settled.proven is not None:
        audit = now + timedelta(seconds=claim.channel.audit_every_s)
        placement = prove(work, placement, settled.proven, begun, audit) or placement
    _move(work, claim, settled, placement, delivery, now)


def _move(
    work: UnitOfWork, claim: Claimed, settled: proof.Settled, placement: Placement, delivery: Delivery, now: datetime
) -> None:
    if settled.state == "done":
        complete(work, placement, delivery, now)
    elif settled.state == "verifying":
        due = settled.due_at or now
        work.replace(delivery, replace(delivery, state="verifying", due_at=due, lease_until=None))
    elif settled.state == "failed" and settled.need is not None:
        fail(work, placement, delivery, settled.need, now)
    else:
        _again(work, delivery, Need("not_shown", "The destination took the file but does not show it."), now)


def _ends(placement: Placement, delivery: Delivery) -> bool:
    return placement.ending and delivery.artefact == ABSENT


def _vanished(claim: Claimed) -> DamError:
    return DamError("row_vanished", f"Delivery {claim.delivery.id} or its read-back is gone; rows are never deleted.")
