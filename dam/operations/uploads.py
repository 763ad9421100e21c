"""Take bytes in: a new asset with its first version, or the next version of an asset.

Rule: bytes first (streamed, hashed and durable, but not visible), then one transaction that checks, makes them visible
and commits. What is refused leaves neither rows nor bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dam.domain import assets, policy
from dam.domain.assets import Asset, Outcome
from dam.domain.events import event
from dam.domain.principals import Actor
from dam.operations.answers import remember
from dam.operations.changes import keep_content, locked, store_outcome
from dam.operations.ids import new_id, new_key
from dam.operations.renditions import expect
from dam.ports.objects import ObjectSink, StoredObject
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has been streamed in. ``head``: its first bytes (``media_types.HEAD_SIZE`` are enough)."""

    sink: ObjectSink
    filename: str
    head: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that is durable and hashed, and not visible yet; ``head`` as above."""

    stored: StoredObject
    filename: str
    head: bytes


@dataclass(frozen=True, slots=True)
class Details:
    """How a new asset is described; an empty title becomes the file's name without its ending."""

    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def create_asset(services: Services, actor: Actor, incoming: Incoming, details: Details) -> str:
    """Make an asset with its first version; returns its id. Unknown campaigns are made.

    Raises Forbidden, StorageFull, Unavailable.
    """
    policy.require(actor, "asset.create")
    with incoming.sink as sink:
        stored = sink.seal()
        with services.store.writing() as work:
            asset = make_asset(work, actor.principal_id, Sealed(stored, incoming.filename, incoming.head), details)
            remember(work, actor, asset_id=asset.id)
            sink.finish()
            work.commit()
    return asset.id


def add_version(services: Services, actor: Actor, asset_id: str, incoming: Incoming, rationale: str) -> int:
    """Make the asset's next version; returns its number. Metadata, tags and campaigns stay as they are.

    Raises Forbidden, NotFound ``asset_not_found``, Conflict ``trashed``, StorageFull, Unavailable.
    """
    policy.require(actor, "version.create")
    with incoming.sink as sink:
        stored = sink.seal()
        with services.store.writing() as work:
            number = make_version(
                work, actor.principal_id, asset_id, Sealed(stored, incoming.filename, incoming.head), rationale
            )
            remember(work, actor, asset_id=asset_id, number=str(number))
            sink.finish()
            work.commit()
    return number


def make_asset(work: UnitOfWork, by: str, sealed: Sealed, details: Details) -> Asset:
    """The rows of a new asset and its first version, in the caller's transaction."""
    at = work.now()
    work.assets.make_campaigns(details.campaigns, at)
    asset = _new_asset(by, sealed.filename, details, at)
    work.add(asset)
    work.record(event("asset.created", by, at, asset.id, {"title": asset.title}))
    _add_version(work, by, asset, sealed, "", at)
    return asset


def make_version(work: UnitOfWork, by: str, asset_id: str, sealed: Sealed, rationale: str) -> int:
    """The rows of the asset's next version, in the caller's transaction; returns its number. Raises NotFound
    ``asset_not_found``, Conflict ``trashed``."""
    asset = locked(work, asset_id)
    return _add_version(work, by, asset, sealed, rationale, work.now()).asset.latest


def _new_asset(by: str, filename: str, details: Details, at: datetime) -> Asset:
    return Asset(
        id=new_id(),
        key=new_key(),
        title=details.title or filename.rpartition(".")[0] or filename,
        description=details.description,
        fields=dict(details.fields),
        tags=details.tags,
        campaigns=details.campaigns,
        created_at=at,
        created_by=by,
        updated_at=at,
    )


def _add_version(work: UnitOfWork, by: str, asset: Asset, sealed: Sealed, rationale: str, at: datetime) -> Outcome:
    content = keep_content(work, sealed.stored, sealed.head, at)
    outcome = assets.add_version(asset, content, sealed.filename, rationale, by, at)
    store_outcome(work, asset, outcome)
    expect(work, content, at)
    return outcome
