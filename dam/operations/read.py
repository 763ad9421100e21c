"""Questions that change nothing: assets by search, versions, tags and campaigns, the feed, set-aside work.

Rule: each list is one bounded page by key. What is returned are domain facts and views; how they look outside is the
API's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dam.domain import policy
from dam.domain.principals import Actor
from dam.domain.work import Job
from dam.operations import alike
from dam.operations.changes import asset_not_found, version_not_found
from dam.ports.services import Services
from dam.ports.views import AssetView, Named, NumberedEvent, VersionView
from search.parse import parse
from search.results import FacetCount, Page

_MOST_TWINS = 10
_MOST_SIMILAR = 24


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search. ``behind``: how many assets the index does not show as they are now."""

    assets: list[AssetView]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    next: str | None
    behind: int


def search(services: Services, actor: Actor, query: str, page: Page, facets: Sequence[str]) -> Found:
    """Assets that match. Raises Forbidden, ``search.errors``' QueryError, PageError and SearchUnavailable."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        asked = alike.found_in(work, parse(query, work.now()))
    hits = services.index.search(asked, page, facets=facets)
    with services.store.reading() as work:
        views = [view for view in work.assets.views(hits.ids) if view.asset.trashed_at is None]
        return Found(views, hits.total, hits.facets, hits.next, work.assets.count_behind())


def asset(services: Services, actor: Actor, asset_id: str) -> AssetView:
    """Raises Forbidden, NotFound ``asset_not_found``. An asset in the trash is shown too."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        views = work.assets.views([asset_id])
    if not views:
        raise asset_not_found()
    return views[0]


def trash(services: Services, actor: Actor, before: tuple[datetime, str] | None, limit: int) -> list[AssetView]:
    """What is in the trash, what went there last first; ``before``: when the last one seen went, and its id. Raises
    Forbidden.
    """
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        return work.assets.views(work.assets.trashed(before, limit))


def named(services: Services, actor: Actor, text: str) -> list[AssetView]:
    """Up to two assets of this id, exact title, or beginning of an id: one is an answer, two are too many."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        return work.assets.views([each.id for each in work.assets.named(text)])


def holding(services: Services, actor: Actor, sha256: str) -> list[AssetView]:
    """Up to ten assets, none of the trash, that have a version of these bytes."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        return work.assets.views(work.assets.holding(sha256, _MOST_TWINS))


def similar(services: Services, actor: Actor, asset_id: str) -> list[tuple[AssetView, int]]:
    """Other assets with a version that looks like this one's latest, and in how many of 256 bits they differ; the
    nearest first, two dozen at most. Raises Forbidden, NotFound ``asset_not_found``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        views = work.assets.views([asset_id])
        if not views:
            raise asset_not_found()
        bits = dict(alike.nearest(work, views[0], _MOST_SIMILAR) or ())
        return [(each, bits[each.asset.id]) for each in work.assets.views(list(bits))]


def version(services: Services, actor: Actor, asset_id: str, number: int) -> VersionView:
    """Raises Forbidden, NotFound ``version_not_found``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, number)
    if view is None:
        raise version_not_found(number)
    return view


def versions(services: Services, actor: Actor, asset_id: str, before: int | None, limit: int) -> list[VersionView]:
    """Newest first. Raises Forbidden, NotFound ``asset_not_found``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        if work.assets.get(asset_id) is None:
            raise asset_not_found()
        return work.assets.version_views(asset_id, before, limit)


def tags(services: Services, actor: Actor, prefix: str, after: str | None, limit: int) -> list[Named]:
    """In alphabetical order, with counts."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        return work.assets.tags(prefix, after, limit)


def campaigns(services: Services, actor: Actor, after: str | None, limit: int) -> list[Named]:
    """In alphabetical order, with counts."""
    policy.require(actor, "campaign.read")
    with services.store.reading() as work:
        return work.assets.campaigns(after, limit)


def events(
    services: Services, actor: Actor, after: int, limit: int, asset_id: str | None = None
) -> tuple[list[NumberedEvent], int]:
    """Events behind ``after`` in the order of their numbers, and the number of the last one that there is."""
    policy.require(actor, "event.read")
    with services.store.reading() as work:
        return work.jobs.events(after, limit, asset_id), work.jobs.last_number()


def last_event(services: Services, actor: Actor) -> int:
    """The number of the last event that there is: all that somebody asks who has seen the others."""
    policy.require(actor, "event.read")
    with services.store.reading() as work:
        return work.jobs.last_number()


def events_back(
    services: Services, actor: Actor, before: int, limit: int, asset_id: str | None = None
) -> tuple[list[NumberedEvent], int]:
    """Events ahead of ``before``, the newest first, and the number of the last one that there is."""
    policy.require(actor, "event.read")
    with services.store.reading() as work:
        return work.jobs.events_before(before, limit, asset_id), work.jobs.last_number()


def work(
    services: Services, actor: Actor, state: Literal["due", "leased", "set_aside"], after: int | None, limit: int
) -> list[Job]:
    """Jobs in this state, the oldest first."""
    policy.require(actor, "work.read")
    with services.store.reading() as unit:
        return unit.jobs.page(state, after, limit)
