"""Observe: look at a placement without writing, and say what that proves. Audits, checks that were asked for, and the
second look of a delivery that had to wait for an earlier attempt to be dead.

Rule: a look that overlaps anything counts for nothing. It has then seen nothing, and looks again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dam.domain import proof
from dam.domain.events import event
from dam.domain.placements import UNREADABLE, Need, Placement, Standing
from dam.domain.principals import SYSTEM_ID
from dam.operations import look as looking
from dam.operations.claimed import Begun, Look
from dam.operations.reachable import note_reachable, note_unreachable
from dam.operations.reconcile import held
from dam.operations.settle import complete, observed, prove
from dam.ports.channel import Channel, ChannelError
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

AGAIN = timedelta(seconds=1)


def look_due(services: Services, limit: int = 64) -> int:
    """Look at the placements whose time has come; returns how many."""
    with services.store.writing() as work:
        now = work.now()
        due = work.placements.to_look_at(now, now + services.rules.lease, limit)
        if due:
            work.commit()
    for placement in due:
        look(services, placement.id)
    return len(due)


def look(services: Services, placement_id: str) -> None:
    """Look at one placement now."""
    with services.store.reading() as work:
        standing = work.placements.standing(placement_id)
        if standing is None or standing.placement.ended_at is not None:
            return
        channel = services.channels.open(standing.channel)
        begun = looking.begin(work, placement_id, timedelta(seconds=channel.timing.lateness))
    if begun.dead_at is not None:
        _later(services, placement_id, begun.dead_at)
        return
    seen = see(channel, standing.placement.remote)
    if seen.digest is None:
        _not_seen(services, standing, begun, seen)
    else:
        _record(services, standing, begun, seen)


def see(channel: Channel, remote: str) -> Look:
    """What is there, or why that can't be said. Something there that is no file has been seen, and is not ours."""
    try:
        return Look(looking.digest_at(channel, remote))
    except ChannelError as problem:
        digest = UNREADABLE if problem.permanent else None
        return Look(digest, Need(problem.code, problem.detail))


def _record(services: Services, before: Standing, begun: Begun, seen: Look) -> None:
    with services.store.writing() as work:
        standing = held(work, before.placement.id)
        if standing is None or seen.digest is None:
            return
        now, placement = work.now(), standing.placement
        note_reachable(work, standing.channel, now)
        counts = proof.may_observe(before_as(begun, placement), placement, quiet=True)
        ours = seen.digest == placement.adopted_sha256 or work.rollouts.wrote(placement.id, seen.digest)
        observed(work, placement.id, begun.at, now, seen, how="audit", counted=counts, ours=ours)
        audit = now + timedelta(seconds=standing.channel.audit_every_s)
        proven = prove(work, placement, seen.digest, begun, audit) if counts else None
        if proven is None:
            work.replace(placement, replace(placement, look_at=now + AGAIN))
        else:
            _conclude(work, standing, proven, seen.digest, now)
        work.commit()


def before_as(begun: Begun, placement: Placement) -> Placement:
    """The placement as it was when the look began, as far as that matters."""
    return replace(placement, fence=begun.fence, epoch=begun.epoch)


def _conclude(work: UnitOfWork, standing: Standing, placement: Placement, digest: str, now: datetime) -> None:
    """What the stored proof means for the delivery under way, or for the state that was green until now."""
    newest, wanted = standing.newest, standing.desired
    right = digest == wanted.digest
    if newest is not None and right and newest.artefact == digest and newest.state in ("verifying", "failed"):
        complete(work, placement, newest, now)
    elif newest is not None and newest.state == "verifying":
        work.replace(newest, replace(newest, state="due", due_at=now))
        work.jobs.enqueue("deliver", {})
    elif right and placement.needs is not None:
        work.replace(placement, replace(placement, needs=None))
    elif not right and standing.open_delivery is None:
        _drifted(work, standing, placement, digest, now)


def _drifted(work: UnitOfWork, standing: Standing, placement: Placement, digest: str, now: datetime) -> None:
    if proof.proven(standing.placement, standing.desired.digest):
        data = {"placement_id": placement.id, "seen": digest, "expected": standing.desired.digest}
        work.record(event("placement.drifted", SYSTEM_ID, now, placement.asset_id, data))
    work.jobs.enqueue("reconcile", {"placement_id": placement.id})


def _later(services: Services, placement_id: str, at: datetime) -> None:
    with services.store.writing() as work:
        placement = work.placements.lock(placement_id)
        if placement is not None:
            work.replace(placement, replace(placement, look_at=at))
            _hold_verifying(work, placement_id, at)
            work.commit()


def _hold_verifying(work: UnitOfWork, placement_id: str, at: datetime) -> None:
    newest = work.rollouts.newest_delivery(placement_id)
    if newest is not None and newest.state == "verifying":
        work.replace(newest, replace(newest, due_at=at))


def _not_seen(services: Services, standing: Standing, begun: Begun, seen: Look) -> None:
    with services.store.writing() as work:
        now = work.now()
        if seen.reason is not None:
            note_unreachable(work, standing.channel.id, seen.reason, now)
        observed(work, standing.placement.id, begun.at, now, seen, how="audit", counted=False, ours=False)
        placement = work.placements.lock(standing.placement.id)
        if placement is not None:
            work.replace(placement, replace(placement, look_at=now + timedelta(minutes=5)))
        work.commit()
