"""Deliver: claim, push, read back, settle. The driver of ``dam.domain.proof``'s protocol; workers only call
``run_due``.

Rule: three short transactions (claim, permit, settle) and no transaction while bytes move. Deliveries of one channel
share them, up to the kind's ``batch``; each is decided on its own.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import groupby

from dam.domain import proof
from dam.domain.placements import Attempt, Delivery, Need, Standing
from dam.operations import observe, push
from dam.operations.claimed import Claimed
from dam.operations.draft import Draft
from dam.operations.settle import fail
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

LIMIT = 16

BYTES = 64 << 20
"""So much is claimed at once, or one delivery: what is claimed waits for what is pushed before it, while its lease
runs.
"""


def run_due(services: Services, limit: int = LIMIT) -> int:
    """Try what is due, once; returns how many deliveries were taken up (0: nothing is due)."""
    taken, claims, looks = claim_due(services, limit)
    kinds = services.channels.kinds()
    for _, group in groupby(sorted(claims, key=_channel_id), key=_channel_id):
        mine = list(group)
        size = kinds[mine[0].channel.kind].batch
        for start in range(0, len(mine), size):
            push.push(services, mine[start : start + size])
    for placement_id in looks:
        observe.look(services, placement_id)
    return taken


def claim_due(services: Services, limit: int) -> tuple[int, list[Claimed], list[str]]:
    """Take up to ``limit`` due deliveries in one transaction: how many, the claims to push, the placements to look
    at.
    """
    with services.store.writing() as work:
        now = work.now()
        due = work.rollouts.due(now, limit)
        if not due:
            return 0, [], []
        claims, looks = _take_all(services, work, due, now)
        work.commit()
    return len(due), claims, looks


def _take_all(
    services: Services, work: UnitOfWork, due: list[Delivery], now: datetime
) -> tuple[list[Claimed], list[str]]:
    ids = [delivery.placement_id for delivery in due]
    standings, attempts = work.placements.hold(ids), work.rollouts.unfinished_attempts(ids)
    draft, size_of = Draft(), cache(partial(_size, work))
    claims: list[Claimed] = []
    looks: list[str] = []
    for delivery in due:
        standing = standings.get(delivery.placement_id)
        if standing is None or _moved(standing, delivery):
            continue
        if sum(claim.size for claim in claims) >= BYTES:
            break  # the others stay due, for the next round or another worker
        taken = _take(services, size_of, draft, standing, delivery, attempts[delivery.placement_id], now)
        if isinstance(taken, Claimed):
            claims.append(taken)
        elif taken is not None:
            looks.append(taken)
    draft.store(work, now)
    return claims, looks


def _take(
    services: Services,
    size_of: Callable[[str], int],
    draft: Draft,
    standing: Standing,
    delivery: Delivery,
    attempts: list[Attempt],
    now: datetime,
) -> Claimed | str | None:
    """A claim to push, the id of a placement to look at, or None where the delivery ended or waits."""
    timing = services.channels.open(standing.channel).timing
    answer = proof.claim(standing, delivery, attempts, timedelta(seconds=timing.lateness), now)
    if isinstance(answer, proof.Superseded):
        draft.move(delivery, replace(delivery, state="superseded", lease_until=None))
        draft.rollouts.add(delivery.rollout)
    elif delivery.state == "verifying":
        draft.move(delivery, replace(delivery, due_at=now + services.rules.lease))
        return delivery.placement_id
    elif isinstance(answer, proof.Wait):
        waiting = replace(delivery, state="due", due_at=answer.until, reason=answer.reason, lease_until=None)
        draft.move(delivery, waiting)
    elif isinstance(answer, proof.Refused):
        fail(draft, standing.placement, delivery, answer.need, now)
    elif delivery.tries >= services.rules.max_tries:
        fail(draft, standing.placement, delivery, _gave_up(delivery), now)
    else:
        # At most: no rendition is expected to be larger than twice its original.
        size = 2 * size_of(standing.version.sha256) if standing.version else 0
        lease = proof.lease_for(size, services.rules.lease, timedelta(seconds=timing.permit), timing.rate)
        claimed = _grant(draft, standing, delivery, answer, now, now + lease)
        return replace(claimed, size=size)
    return None


def _grant(
    draft: Draft, standing: Standing, delivery: Delivery, answer: proof.Granted, now: datetime, until: datetime
) -> Claimed:
    placement = standing.placement
    raised = replace(placement, fence=answer.fence, epoch=placement.epoch + 1)
    leased = replace(
        delivery,
        state="leased",
        fence=answer.fence,
        lease_until=until,
        artefact=answer.digest,
        tries=delivery.tries + 1,
        reason=None,
    )
    attempt = Attempt(placement.id, answer.fence, delivery.id, answer.digest, now, until)
    draft.move(placement, raised)
    draft.move(delivery, leased)
    draft.add(attempt)
    return Claimed(leased, raised, standing.channel, attempt)


def _moved(standing: Standing, delivery: Delivery) -> bool:
    """Has somebody else taken or ended the delivery since it was found due?"""
    newest = standing.newest
    return newest is not None and newest.id == delivery.id and newest != delivery


def _size(work: UnitOfWork, sha256: str) -> int:
    content = work.assets.content(sha256)
    return content.size if content else 0


def _gave_up(delivery: Delivery) -> Need:
    last = f" The last reason: {delivery.reason.detail}" if delivery.reason else ""
    return Need("gave_up", f"{delivery.tries} tries did not succeed.{last} Mend the cause, then retry.")


def _channel_id(claim: Claimed) -> str:
    return claim.channel.id
