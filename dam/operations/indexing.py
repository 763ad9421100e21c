"""Keep the search index in step with the database, and build it anew.

Rule: the database says what is behind (``index_seq`` against what was indexed); tasks are only hints. Writes are
conditional on ``index_seq``, so order and repetition do not matter.
"""

from collections.abc import Iterator

from dam.domain.assets import Asset
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import AssetView
from search.document import Document, Tombstone

BATCH = 500


def index_behind(services: Services, limit: int = BATCH) -> int:
    """Index up to ``limit`` assets that are behind, in one batch; returns how many. Raises SearchUnavailable."""
    with services.store.reading() as work:
        changes = _changes(work, work.assets.behind(limit))
    if not changes:
        return 0
    services.index.write(changes)
    with services.store.writing() as work:
        work.assets.mark_indexed({change.id: change.index_seq for change in changes})
        work.commit()
    return len(changes)


def reindex(services: Services) -> int:
    """Build the whole index anew from the database, while writes go on; returns how many assets can be found."""
    found = services.index.rebuild(_all(services))
    with services.store.writing() as work:
        work.assets.forget_indexed()
        work.commit()
    while index_behind(services):
        pass
    return found


def _all(services: Services) -> Iterator[Document | Tombstone]:
    after: str | None = None
    while True:
        with services.store.reading() as work:
            ids = [asset.id for asset in work.assets.page(after, BATCH)]
            changes = _changes(work, ids)
        yield from changes
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _changes(work: UnitOfWork, ids: list[str]) -> list[Document | Tombstone]:
    return [_change(work, view) for view in work.assets.views(ids)]


def _change(work: UnitOfWork, view: AssetView) -> Document | Tombstone:
    asset = view.asset
    if asset.trashed_at is not None:
        return Tombstone(asset.id, asset.index_seq)
    return Document(
        id=asset.id,
        index_seq=asset.index_seq,
        title=asset.title,
        description=asset.description,
        filenames=tuple(work.assets.filenames(asset.id)),
        tags=asset.tags,
        campaigns=asset.campaigns,
        kind=view.latest.content.kind if view.latest else "other",
        statuses=_statuses(asset, view),
        created_at=asset.created_at,
        updated_at=asset.updated_at,
        fields=asset.fields,
    )


def _statuses(asset: Asset, view: AssetView) -> tuple[str, ...]:
    """The latest version's status; ``approved`` where there is an approved version, else ``withdrawn`` after a
    withdrawal.
    """
    words = {view.latest.status} if view.latest else set()
    words.discard("approved")
    found = sorted(str(word) for word in words)
    if asset.head is not None:
        found.append("approved")
    elif asset.withdrawn_at is not None:
        found.append("withdrawn")
    elif not found:
        found.append("unapproved")
    return tuple(found)
