"""Settle: record what became of each claim of a batch, in one transaction.

Rule: only a claim whose lease and fence still hold settles its delivery. One that was overtaken after it may have
written confesses: it takes the proof away, whoever's it was, and asks for a look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from dam.domain import proof
from dam.domain.errors import DamError
from dam.domain.placements import ABSENT, Attempt, Delivery, Need, Observation, Placement, Standing, longer
from dam.operations.claimed import Begun, Claimed, Look, Written
from dam.operations.draft import Draft
from dam.operations.ids import new_id
from dam.operations.reachable import note_reachable, note_unreachable
from dam.operations.reconcile import restart
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

BACKOFF_S = (2, 5, 15, 60, 300, 600)
"""Seconds before a delivery's second, third … try."""


@dataclass(frozen=True, slots=True)
class Result:
    """One claim of a batch: its attempt's row as it is by now, what became of the write, and, if that may have changed
    something, the read-back.
    """

    claim: Claimed
    attempt: Attempt
    written: Written
    begun: Begun | None = None
    look: Look | None = None


def settle(services: Services, results: Sequence[Result]) -> None:
    """Record all results together."""
    with services.store.writing() as work:
        held, draft, now = work.placements.hold([each.claim.placement.id for each in results]), Draft(), work.now()
        for result in results:
            _settle(work, draft, held[result.claim.placement.id], result, now)
        draft.store(work, now)
        work.commit()


def fail(draft: Draft, placement: Placement, delivery: Delivery, need: Need, at: datetime) -> None:
    """End a delivery that needs a person; the placement says so until somebody acts."""
    draft.move(delivery, replace(delivery, state="failed", lease_until=None, reason=need))
    draft.move(placement, replace(placement, needs=need))
    data = {"placement_id": placement.id, "rollout": delivery.rollout, "code": need.code, "detail": need.detail}
    draft.tell("delivery.failed", at, placement.asset_id, data)


def prove(draft: Draft, standing: Standing, digest: str, begun: Begun, now: datetime) -> Standing:
    """Store what a look proved, and arrange the next; returns the standing afterwards. The caller has checked that the
    look counts.
    """
    placement = standing.placement
    proven = replace(
        placement,
        epoch=placement.epoch + 1,
        proof_digest=digest,
        proof_fence=placement.fence,
        proof_begun_at=begun.at,
        look_at=now + timedelta(seconds=standing.channel.audit_every_s),
    )
    draft.move(placement, proven)
    return replace(standing, placement=proven)


def complete(draft: Draft, placement: Placement, delivery: Delivery, now: datetime) -> None:
    """The delivery is proven: say so, end the placement if it was to be withdrawn; the rollout may be done with it."""
    draft.move(delivery, replace(delivery, state="done", lease_until=None, reason=None))
    ends = placement.ending and delivery.artefact == ABSENT
    draft.move(placement, replace(placement, needs=None, ended_at=now if ends else None))
    data = {
        "placement_id": placement.id,
        "rollout": delivery.rollout,
        "version": delivery.version,
        "sha256": delivery.artefact,
        "before": delivery.before,
    }
    draft.tell("placement.withdrawn" if ends else "placement.proven", now, placement.asset_id, data)
    draft.rollouts.add(delivery.rollout)


@dataclass(frozen=True, slots=True)
class Sight:
    """A look as it is written down: ``counted`` if it became the proof, ``ours`` if the bytes are some that we
    brought.
    """

    how: Literal["readback", "audit"]
    began_at: datetime
    look: Look
    counted: bool
    ours: bool


def observed(draft: Draft, standing: Standing, sight: Sight, now: datetime) -> None:
    """Write down what was seen; the same as the last time only makes that longer."""
    digest = sight.look.digest
    new = Observation(
        id=new_id(),
        placement_id=standing.placement.id,
        began_at=sight.began_at,
        until=now,
        how=sight.how,
        digest=digest,
        foreign=digest not in (None, ABSENT) and not sight.ours,
        counted=sight.counted,
        reason=sight.look.reason,
    )
    last = standing.observation
    extended = longer(last, new) if last is not None else None
    if last is not None and extended is not None:
        draft.move(last, extended)
    else:
        draft.add(new)


def _settle(work: UnitOfWork, draft: Draft, standing: Standing, result: Result, now: datetime) -> None:
    written = result.written
    _end_attempt(draft, result, now)
    delivery = _mine(standing, result)
    if delivery is None:
        if written.outcome != "none":
            _confess(work, draft, standing, now)
    elif written.outcome == "none":
        _not_written(work, draft, standing, result, delivery, now)
    else:
        _written(work, draft, standing, result, delivery, now)


def _mine(standing: Standing, result: Result) -> Delivery | None:
    """The delivery, if it is still leased to this claim and nobody has claimed the placement since."""
    newest, fence = standing.newest, result.attempt.fence
    if newest is None or newest.id != result.claim.delivery.id or newest.state != "leased":
        return None
    return newest if newest.fence == fence == standing.placement.fence else None


def _end_attempt(draft: Draft, result: Result, now: datetime) -> None:
    """An attempt with an unknown outcome has not ended: it may still write until its permit and the channel's lateness
    are over.
    """
    outcome = result.written.outcome
    ended = None if outcome == "unknown" else now
    draft.move(result.attempt, replace(result.attempt, outcome=outcome, ended_at=ended, receipt=result.written.receipt))


def _confess(work: UnitOfWork, draft: Draft, standing: Standing, now: datetime) -> None:
    """Say that an overtaken write may have changed what was proven. Nobody else did that, so no policy is asked: what
    is wanted is sent again, unless something is on its way already, which will see that it was disturbed.
    """
    placement = standing.placement
    doubtful = replace(placement, proof_digest=None, epoch=placement.epoch + 1, look_at=now)
    draft.move(placement, doubtful)
    draft.tasks.add("look")
    if standing.open_delivery is None and placement.ended_at is None:
        restart(work, draft, replace(standing, placement=doubtful), "repair", now)


def _not_written(
    work: UnitOfWork, draft: Draft, standing: Standing, result: Result, delivery: Delivery, now: datetime
) -> None:
    written = result.written
    reason = written.reason or Need("not_applied", "Nothing was changed.")
    if written.person:
        fail(draft, standing.placement, delivery, reason, now)
    elif written.unreachable:
        note_unreachable(work, standing.channel.id, reason, now)
        waiting = replace(delivery, state="due", due_at=now, tries=delivery.tries - 1, lease_until=None, reason=reason)
        draft.move(delivery, waiting)
    else:
        _again(draft, delivery, reason, now)


def _again(draft: Draft, delivery: Delivery, reason: Need, now: datetime) -> None:
    wait = timedelta(seconds=BACKOFF_S[min(delivery.tries, len(BACKOFF_S)) - 1])
    draft.move(delivery, replace(delivery, state="due", due_at=now + wait, lease_until=None, reason=reason))


def _written(
    work: UnitOfWork, draft: Draft, standing: Standing, result: Result, delivery: Delivery, now: datetime
) -> None:
    begun, look = result.begun, result.look
    if begun is None or look is None:
        raise DamError("not_read_back", f"Delivery {delivery.id} was written and not read back.")
    if look.digest is None:
        _again(draft, delivery, look.reason or Need("not_read", "What is there could not be read."), now)
        return
    note_reachable(work, standing.channel, now)
    ours = is_ours(work, standing.placement, look.digest, written=result.attempt.digest)
    settled = proof.settle(
        result.attempt.digest,
        look.digest,
        unmoved=(begun.fence, begun.epoch) == (standing.placement.fence, standing.placement.epoch),
        all_dead_at=begun.alive_until(acknowledged=_acknowledged(result)),
        ours=ours,
        now=now,
    )
    observed(draft, standing, Sight("readback", begun.at, look, settled.proven is not None, ours), now)
    if settled.proven is not None:
        standing = prove(draft, standing, settled.proven, begun, now)
    _move(draft, settled, standing.placement, delivery, now)


def is_ours(work: UnitOfWork, placement: Placement, digest: str, *, written: str | None = None) -> bool:
    """Are these bytes some that we brought there, or adopted?"""
    return digest in (written, placement.adopted_sha256) or work.rollouts.wrote(placement.id, digest)


def _acknowledged(result: Result) -> int | None:
    return result.attempt.fence if result.written.outcome == "applied" else None


def _move(draft: Draft, settled: proof.Settled, placement: Placement, delivery: Delivery, now: datetime) -> None:
    if settled.state == "done":
        complete(draft, placement, delivery, now)
    elif settled.state == "verifying":
        draft.move(delivery, replace(delivery, state="verifying", due_at=settled.due_at or now, lease_until=None))
    elif settled.state == "failed" and settled.need is not None:
        fail(draft, placement, delivery, settled.need, now)
    else:
        _again(draft, delivery, Need("not_shown", "The destination took the file but does not show it."), now)
