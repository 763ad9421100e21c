"""What every verb about an asset does around the domain's decision: hold the row, store the outcome.

Rule: one way to load for a change, one way to store it, so that no verb forgets the compare-and-set.
"""

from datetime import datetime

from dam.domain import media_types
from dam.domain.assets import Asset, Content, Outcome, Version
from dam.domain.errors import Conflict, NotFound
from dam.domain.events import event
from dam.domain.placements import Cause
from dam.domain.principals import Actor
from dam.ports.objects import StoredObject
from dam.ports.store import UnitOfWork


def locked(work: UnitOfWork, asset_id: str) -> Asset:
    """The asset, held against other writers. Raises NotFound ``asset_not_found``."""
    asset = work.assets.lock(asset_id)
    if asset is None:
        raise asset_not_found()
    return asset


def version_of(work: UnitOfWork, asset_id: str, number: int) -> Version:
    """Raises NotFound ``version_not_found``."""
    version = work.assets.version(asset_id, number)
    if version is None:
        raise version_not_found(number)
    return version


def keep_content(work: UnitOfWork, stored: StoredObject, head: bytes, at: datetime) -> Content:
    """The row of stored bytes, under the type that ``head`` shows; the one that is there, where there is one."""
    found = media_types.sniff(head)
    return work.assets.keep_content(Content(stored.sha256, stored.size, found.name, found.kind, at))


def store_outcome(work: UnitOfWork, before: Asset, outcome: Outcome) -> None:
    """Write what a verb about an asset led to. Raises Conflict ``head_moved`` if somebody else was first."""
    if outcome.asset != before and not work.replace(before, outcome.asset):
        raise Conflict("head_moved", "The asset changed at the same moment; look at it and decide again.")
    for fact in (outcome.version, outcome.decision):
        if fact is not None:
            work.add(fact)
    work.record(*outcome.events)


def start_rollout(
    work: UnitOfWork,
    actor: Actor,
    cause: Cause,
    asset: Asset,
    version: Version | None,
    note: str,
    *,
    single: bool = False,
) -> int:
    """A new rollout, with the event that makes the fan-out run unless it is of a ``single`` placement; returns its
    number.
    """
    at = work.now()
    number, sha256 = (version.number, version.sha256) if version else (None, None)
    rollout = work.rollouts.start(
        cause, actor.principal_id, at, asset_id=asset.id, version=number, sha256=sha256, note=note
    )
    data = {"rollout": rollout.number, "cause": cause, "version": number, "sha256": sha256}
    word = "rollout.started" if single else "rollout.opened"
    work.record(event(word, actor.principal_id, at, asset.id, data))
    return rollout.number


def asset_not_found() -> NotFound:
    """The one answer for assets that are not there."""
    return NotFound("asset_not_found", "There is no such asset.")


def version_not_found(number: int) -> NotFound:
    """The same for versions."""
    return NotFound("version_not_found", f"The asset has no version {number}.")
