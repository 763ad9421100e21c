"""Describe assets, put them into the trash and take them out again.

Rule: metadata belongs to the asset, not to a version: nothing here touches content, and no replacement touches what is
written here.
"""

from dam.domain import assets, policy
from dam.domain.assets import Asset, Edit
from dam.domain.errors import PreconditionFailed
from dam.domain.principals import Actor
from dam.operations.answers import remember
from dam.operations.changes import locked, store_outcome
from dam.ports.services import Services


def edit(services: Services, actor: Actor, asset_id: str, revision: int, change: Edit) -> None:
    """Change what is written about the asset, if ``revision`` is still the present one.

    Raises Forbidden, NotFound, PreconditionFailed ``revision_differs``, Conflict ``trashed``.
    """
    policy.require(actor, "asset.edit")
    with services.store.writing() as work:
        asset = locked(work, asset_id)
        _same_revision(asset, revision)
        at = work.now()
        work.assets.make_campaigns(change.campaigns or (), at)
        store_outcome(work, asset, assets.edit(asset, change, actor.principal_id, at))
        work.commit()


def trash(services: Services, actor: Actor, asset_id: str, revision: int | None = None) -> None:
    """Into the trash. Raises Forbidden, NotFound, Conflict ``placed`` while it is shown anywhere, ``trashed``."""
    policy.require(actor, "asset.trash")
    with services.store.writing() as work:
        asset = locked(work, asset_id)
        if revision is not None:
            _same_revision(asset, revision)
        placed = work.placements.shown(asset_id)
        store_outcome(work, asset, assets.trash(asset, actor.principal_id, work.now(), placed=placed))
        work.commit()


def restore(services: Services, actor: Actor, asset_id: str) -> None:
    """Out of the trash. Raises Forbidden, NotFound, Conflict ``not_trashed``."""
    policy.require(actor, "asset.trash")
    with services.store.writing() as work:
        asset = locked(work, asset_id)
        store_outcome(work, asset, assets.restore(asset, actor.principal_id, work.now()))
        remember(work, actor, asset_id=asset_id)
        work.commit()


def _same_revision(asset: Asset, revision: int) -> None:
    if asset.revision != revision:
        raise PreconditionFailed(
            "revision_differs",
            "Somebody changed the asset since you loaded it.",
            extra={"revision": asset.revision},
        )
