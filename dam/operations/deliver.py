"""Deliver: claim, push, read back, settle. The driver of ``dam.domain.proof``'s protocol; workers only call
``run_due``.

Rule: three short transactions (claim, permit, settle) and no transaction while bytes move. Deliveries of one channel
may share them, up to the kind's ``batch``; each is decided on its own.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from dam.domain import proof
from dam.domain.placements import Attempt, Delivery, Need, Standing
from dam.operations import observe, push
from dam.operations.claimed import Claimed
from dam.operations.reconcile import finish, held
from dam.operations.settle import fail
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

LIMIT = 64


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
    claims: list[Claimed] = []
    looks: list[str] = []
    with services.store.writing() as work:
        now = work.now()
        due = work.rollouts.due(now, limit)
        for delivery in due:
            taken = _take(services, work, delivery, now)
            if isinstance(taken, Claimed):
                claims.append(taken)
            elif taken is not None:
                looks.append(taken)
        if due:
            work.commit()
    return len(due), claims, looks


def _take(services: Services, work: UnitOfWork, delivery: Delivery, now: datetime) -> Claimed | str | None:
    """A claim to push, the id of a placement to look at, or None where the delivery ended or waits."""
    standing = _standing(work, delivery)
    if standing is None:
        return None
    timing = services.channels.open(standing.channel).timing
    lateness = timedelta(seconds=timing.lateness)
    attempts = work.rollouts.unfinished_attempts(delivery.placement_id)
    answer = proof.claim(standing, delivery, attempts, lateness, now)
    if isinstance(answer, proof.Superseded):
        _supersede(work, delivery, now)
    elif delivery.state == "verifying":
        _arrange_look(services, work, delivery, now)
        return delivery.placement_id
    elif isinstance(answer, proof.Wait):
        waiting = replace(delivery, state="due", due_at=answer.until, reason=answer.reason, lease_until=None)
        work.replace(delivery, waiting)
    elif isinstance(answer, proof.Refused):
        fail(work, standing.placement, delivery, answer.need, now)
    elif delivery.tries >= services.rules.max_tries:
        fail(work, standing.placement, delivery, _gave_up(delivery), now)
    else:
        return _grant(services, work, standing, delivery, answer, timedelta(seconds=timing.permit), now)
    return None


def _grant(
    services: Services,
    work: UnitOfWork,
    standing: Standing,
    delivery: Delivery,
    answer: proof.Granted,
    permit: timedelta,
    now: datetime,
) -> Claimed | None:
    placement = standing.placement
    raised = replace(placement, fence=answer.fence, epoch=placement.epoch + 1)
    if not work.replace(placement, raised):
        return None
    until = now + proof.lease_for(_size(work, standing), services.rules.lease, permit)
    leased = replace(
        delivery,
        state="leased",
        fence=answer.fence,
        lease_until=until,
        artefact=answer.digest,
        tries=delivery.tries + 1,
        reason=None,
    )
    if not work.replace(delivery, leased):
        return None
    attempt = Attempt(placement.id, answer.fence, delivery.id, answer.digest, now, until)
    work.add(attempt)
    return Claimed(leased, raised, standing.channel, attempt, delivery.reason)


def _standing(work: UnitOfWork, delivery: Delivery) -> Standing | None:
    """The placement's standing, unless somebody else moved the delivery since it was found due."""
    standing = held(work, delivery.placement_id)
    if standing is None:
        return None
    if standing.newest is not None and standing.newest.id == delivery.id and standing.newest != delivery:
        return None
    return standing


def _size(work: UnitOfWork, standing: Standing) -> int:
    """Bytes to be sent, at most: no rendition is expected to be larger than twice its original."""
    content = work.assets.content(standing.version.sha256) if standing.version else None
    return 2 * content.size if content else 0


def _supersede(work: UnitOfWork, delivery: Delivery, now: datetime) -> None:
    ended = replace(delivery, state="superseded", lease_until=None)
    if work.replace(delivery, ended):
        finish(work, delivery.rollout, now)


def _arrange_look(services: Services, work: UnitOfWork, delivery: Delivery, now: datetime) -> None:
    work.replace(delivery, replace(delivery, due_at=now + services.rules.lease))


def _gave_up(delivery: Delivery) -> Need:
    last = f" The last reason: {delivery.reason.detail}" if delivery.reason else ""
    return Need("gave_up", f"{delivery.tries} tries did not succeed.{last} Mend the cause, then retry.")


def _channel_id(claim: Claimed) -> str:
    return claim.channel.id
