"""Decisions about versions: approve, reject, revoke, roll back, withdraw, publish.

Rule: a decision, the head that it moves, its events and the rollout that it starts become true in one transaction; the
fan-out to placements follows from the event.
"""

from dam.domain import assets, policy
from dam.domain.assets import Asset, Outcome, Seen, Version
from dam.domain.errors import Conflict
from dam.domain.placements import Cause
from dam.domain.principals import Actor
from dam.operations.answers import remember
from dam.operations.changes import locked, start_rollout, store_outcome, version_of
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


def approve(services: Services, actor: Actor, asset_id: str, number: int, seen: Seen, note: str = "") -> int:
    """Make a version the approved one; returns the rollout that replaces the old one everywhere.

    Raises Forbidden, NotFound, and Conflict as ``assets.approve`` says.
    """
    policy.require(actor, "version.approve")
    allowed = services.rules.self_approval
    with services.store.writing() as work:
        asset, version = locked(work, asset_id), version_of(work, asset_id, number)
        outcome = assets.approve(
            asset, version, seen, actor.principal_id, work.now(), note=note, self_approval_allowed=allowed
        )
        return _move_head(work, actor, "approval", asset, outcome, version, note)


def rollback(services: Services, actor: Actor, asset_id: str, number: int, seen: Seen, note: str = "") -> int:
    """Make a version that was approved before the approved one again; returns the rollout.

    Raises Forbidden, NotFound, and Conflict as ``assets.rollback`` says.
    """
    policy.require(actor, "asset.rollback")
    with services.store.writing() as work:
        asset, version = locked(work, asset_id), version_of(work, asset_id, number)
        status = work.assets.status(asset_id, number)
        outcome = assets.rollback(asset, version, status, seen, actor.principal_id, work.now(), note=note)
        return _move_head(work, actor, "rollback", asset, outcome, version, note)


def withdraw(services: Services, actor: Actor, asset_id: str, note: str = "") -> int:
    """Take the asset down everywhere; returns the rollout. Placements that follow come back with the next approval;
    pinned ones end.

    Raises Forbidden, NotFound, Conflict ``nothing_approved``.
    """
    policy.require(actor, "asset.withdraw")
    with services.store.writing() as work:
        asset = locked(work, asset_id)
        head = version_of(work, asset_id, asset.head) if asset.head is not None else None
        outcome = assets.withdraw(asset, head, actor.principal_id, work.now(), note=note)
        work.placements.end_pinned(asset_id)
        return _move_head(work, actor, "withdrawal", asset, outcome, None, note)


def reject(services: Services, actor: Actor, asset_id: str, number: int, sha256: str, note: str) -> None:
    """Say no to a version. Raises Forbidden, NotFound, and Conflict as ``assets.reject`` says."""
    policy.require(actor, "version.reject")
    with services.store.writing() as work:
        asset, version = locked(work, asset_id), version_of(work, asset_id, number)
        outcome = assets.reject(asset, version, Seen(sha256), actor.principal_id, work.now(), note=note)
        _store_judgement(work, actor, asset, outcome, number)


def revoke(services: Services, actor: Actor, asset_id: str, number: int, sha256: str, note: str) -> None:
    """Take an approval back. Raises Forbidden, NotFound, Conflict ``in_use`` (approved now, or pinned),
    ``digest_differs``, ``never_approved``.
    """
    policy.require(actor, "version.revoke")
    with services.store.writing() as work:
        asset, version = locked(work, asset_id), version_of(work, asset_id, number)
        if work.assets.status(asset_id, number) != "approved":
            raise Conflict("never_approved", f"Version {number} is not approved, so there is nothing to revoke.")
        pinned = work.placements.pinned(asset_id, number)
        outcome = assets.revoke(asset, version, Seen(sha256), actor.principal_id, work.now(), note=note, pinned=pinned)
        _store_judgement(work, actor, asset, outcome, number)


def publish(services: Services, actor: Actor, asset_id: str, *, published: bool) -> None:
    """Give or take the public address. Raises Forbidden, NotFound, Conflict ``trashed``."""
    policy.require(actor, "asset.publish")
    with services.store.writing() as work:
        asset = locked(work, asset_id)
        store_outcome(work, asset, assets.publish(asset, actor.principal_id, work.now(), published=published))
        remember(work, actor, asset_id=asset_id)
        work.commit()


def _move_head(
    work: UnitOfWork, actor: Actor, cause: Cause, asset: Asset, outcome: Outcome, version: Version | None, note: str
) -> int:
    store_outcome(work, asset, outcome)
    rollout = start_rollout(work, actor, cause, asset, version, note)
    remember(work, actor, rollout=str(rollout))
    work.commit()
    return rollout


def _store_judgement(work: UnitOfWork, actor: Actor, asset: Asset, outcome: Outcome, number: int) -> None:
    store_outcome(work, asset, outcome)
    remember(work, actor, asset_id=asset.id, number=str(number))
    work.commit()
