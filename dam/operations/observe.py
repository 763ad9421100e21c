"""Observe: look at a placement without writing, and say what that proves. Audits, checks that were asked for, and the
second look of a delivery that had to wait for an earlier attempt to be dead.

Rule: a look that overlaps anything counts for nothing. It has then seen nothing, and looks again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dam.domain import proof
from dam.domain.placements import UNREADABLE, Need, Standing
from dam.operations import look as looking
from dam.operations.claimed import Begun, Look
from dam.operations.draft import Draft
from dam.operations.reachable import note_reachable, note_unreachable
from dam.operations.settle import Sight, complete, is_ours, observed, prove
from dam.ports.channel import Channel, ChannelError
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

AGAIN = timedelta(seconds=1)
"""When to look again after a look that was overtaken."""

NOT_SEEN_AGAIN = timedelta(minutes=5)
"""When to look again at what could not be seen; sooner if the channel is found to answer."""


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
        begun = looking.begin(work, [placement_id], timedelta(seconds=channel.timing.lateness))[placement_id]
    alive_until = begun.alive_until()
    if alive_until is not None:
        _later(services, placement_id, alive_until)
        return
    _record(services, placement_id, begun, see(channel, standing.placement.remote))


def see(channel: Channel, remote: str) -> Look:
    """What is there, or why that can't be said. Something there that is no file has been seen, and is not ours."""
    try:
        return Look(looking.digest_at(channel, remote))
    except ChannelError as problem:
        digest = UNREADABLE if problem.permanent else None
        return Look(digest, Need(problem.code, problem.detail))


def _record(services: Services, placement_id: str, begun: Begun, seen: Look) -> None:
    with services.store.writing() as work:
        standing = work.placements.hold([placement_id]).get(placement_id)
        if standing is None:
            return
        now, draft = work.now(), Draft()
        if seen.digest is None:
            _not_seen(work, draft, standing, begun, seen, now)
        else:
            _seen(work, draft, standing, begun, seen, now)
        draft.store(work, now)
        work.commit()


def _seen(work: UnitOfWork, draft: Draft, standing: Standing, begun: Begun, seen: Look, now: datetime) -> None:
    placement, digest = standing.placement, seen.digest or UNREADABLE
    note_reachable(work, standing.channel, now)
    counts = proof.may_observe((begun.fence, begun.epoch), placement, quiet=begun.alive_until() is None)
    sight = Sight("audit", begun.at, seen, counts, is_ours(work, placement, digest))
    observed(draft, standing, sight, now)
    if counts:
        _conclude(draft, standing, prove(draft, standing, digest, begun, now), digest, now)
    else:
        draft.move(placement, replace(placement, look_at=now + AGAIN))


def _conclude(draft: Draft, before: Standing, standing: Standing, digest: str, now: datetime) -> None:
    """What the stored proof means for the delivery under way, or for the state that was green until now."""
    placement, newest = standing.placement, standing.newest
    right = digest == standing.desired.digest
    if newest is not None and right and newest.artefact == digest and newest.state in ("verifying", "failed"):
        complete(draft, placement, newest, now)
    elif newest is not None and newest.state == "verifying":
        draft.move(newest, replace(newest, state="due", due_at=now))
        draft.tasks.add("deliver")
    elif right:
        draft.move(placement, replace(placement, needs=None))
    elif standing.open_delivery is None:
        _drifted(draft, before, digest, now)


def _drifted(draft: Draft, before: Standing, digest: str, now: datetime) -> None:
    placement, wanted = before.placement, before.desired.digest
    if proof.proven(placement, wanted):
        data = {"placement_id": placement.id, "seen": digest, "expected": wanted}
        draft.tell("placement.drifted", now, placement.asset_id, data)
    draft.reconcile.add(placement.id)


def _not_seen(work: UnitOfWork, draft: Draft, standing: Standing, begun: Begun, seen: Look, now: datetime) -> None:
    if seen.reason is not None:
        note_unreachable(work, standing.channel.id, seen.reason, now)
    observed(draft, standing, Sight("audit", begun.at, seen, counted=False, ours=False), now)
    placement = standing.placement
    draft.move(placement, replace(placement, look_at=now + NOT_SEEN_AGAIN))
    _hold_verifying(draft, standing, now + NOT_SEEN_AGAIN)


def _later(services: Services, placement_id: str, at: datetime) -> None:
    """Something may still write: look when it can't."""
    with services.store.writing() as work:
        standing = work.placements.hold([placement_id]).get(placement_id)
        if standing is None:
            return
        draft = Draft()
        draft.move(standing.placement, replace(standing.placement, look_at=at))
        _hold_verifying(draft, standing, at)
        draft.store(work, work.now())
        work.commit()


def _hold_verifying(draft: Draft, standing: Standing, at: datetime) -> None:
    newest = standing.newest
    if newest is not None and newest.state == "verifying":
        draft.move(newest, replace(newest, due_at=at))
