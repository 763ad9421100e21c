"""Questions that change nothing: assets by search, versions, placements with their states, rollouts, the feed,
set-aside work.

Rule: each list is one bounded page by key. What is returned are domain facts and views; how they look outside is the
API's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dam.domain import policy, states
from dam.domain.errors import NotFound
from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Observation, Rollout, Standing
from dam.domain.principals import Actor
from dam.domain.work import Job
from dam.operations.changes import asset_not_found
from dam.operations.channels import known
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import AssetView, Named, NumberedEvent, VersionView
from search.parse import parse
from search.results import FacetCount, Page

_MOST_TWINS = 10
_MOST_SIMILAR, _MOST_NEAR = 24, 200
_PAGE = 200
"""Placements whose states are computed at a time."""


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
        now = work.now()
    hits = services.index.search(parse(query, now), page, facets=facets)
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
        latest = views[0].latest
        look = work.looks.of(latest.version.sha256) if latest else None
        if look is None:
            return []
        bits = dict(work.looks.near(look, _MOST_NEAR))
        found: dict[str, int] = {}
        for other, sha256 in work.looks.shown_by(list(bits), _MOST_NEAR):
            if other != asset_id:
                found[other] = min(bits[sha256], found.get(other, bits[sha256]))
        nearest = sorted(found, key=lambda other: (found[other], other))[:_MOST_SIMILAR]
        return [(each, found[each.asset.id]) for each in work.assets.views(nearest)]


def version(services: Services, actor: Actor, asset_id: str, number: int) -> VersionView:
    """Raises Forbidden, NotFound ``version_not_found``."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, number)
    if view is None:
        raise NotFound("version_not_found", f"The asset has no version {number}.")
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


def channels(services: Services, actor: Actor, after: str | None, limit: int) -> list[ConfiguredChannel]:
    """In the order in which they were made."""
    policy.require(actor, "channel.read")
    with services.store.reading() as work:
        return work.placements.channels(after, limit)


def channel(services: Services, actor: Actor, channel_id: str) -> ConfiguredChannel:
    """Raises Forbidden, NotFound ``channel_not_found``."""
    policy.require(actor, "channel.read")
    with services.store.reading() as work:
        return known(work, channel_id)


@dataclass(frozen=True, slots=True)
class Which:
    """A choice of placements. ``state``: a computed word; ``withdrawn`` also shows those that ended."""

    asset_id: str | None = None
    channel_id: str | None = None
    state: str | None = None


def placements(
    services: Services, actor: Actor, which: Which, after: str | None, limit: int
) -> tuple[list[Standing], str | None]:
    """Placements with all that their state is computed from, and where the next page begins. States are computed, so a
    choice by state reads on, page by page, until enough were found: among those that may have it, where only their
    channel is chosen too.
    """
    policy.require(actor, "placement.read")
    found: list[Standing] = []
    with services.store.reading() as work:
        while True:
            page = _page(work, which, after)
            for standing in page:
                after = standing.placement.id
                if which.state is None or states.state(standing).word == which.state:
                    found.append(standing)
                if len(found) == limit:
                    return found, after
            if len(page) < _PAGE:
                return found, None


def _page(work: UnitOfWork, which: Which, after: str | None) -> list[Standing]:
    """The next placements among which the chosen ones are; fewer than a page at the end."""
    if which.asset_id is None and which.state not in (None, "withdrawn"):
        ids = work.words.candidates(which.state or "", which.channel_id, after, _PAGE)
        known = work.placements.standings_of(ids)
        return [known[each] for each in ids]
    ended = which.state == "withdrawn"
    return work.placements.standings(
        asset_id=which.asset_id, channel_id=which.channel_id, after=after, limit=_PAGE, ended=ended
    )


@dataclass(frozen=True, slots=True)
class PlacementCounts:
    """How many placements each channel has in each state. ``behind``: assets whose placements have moved since."""

    channels: Mapping[str, Mapping[str, int]]
    behind: int


def placement_counts(services: Services, actor: Actor) -> PlacementCounts:
    """All placements that are not withdrawn, as they were last shown. Raises Forbidden."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        return PlacementCounts(work.words.counts(), work.assets.count_behind())


def placement(services: Services, actor: Actor, placement_id: str) -> Standing:
    """Raises Forbidden, NotFound ``placement_not_found``."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        standing = work.placements.standing(placement_id)
    if standing is None:
        raise NotFound("placement_not_found", "There is no such placement.")
    return standing


def attempts(services: Services, actor: Actor, placement_id: str, before: int | None, limit: int) -> list[Attempt]:
    """Newest first."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        return work.rollouts.attempts(placement_id, before, limit)


def observations(
    services: Services, actor: Actor, placement_id: str, before: str | None, limit: int
) -> list[Observation]:
    """Newest first."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        return work.rollouts.observations(placement_id, before, limit)


@dataclass(frozen=True, slots=True)
class Counted:
    """A rollout with its deliveries by state, its asset's title, and what was approved before it moved the head."""

    rollout: Rollout
    counts: Mapping[str, int]
    title: str | None
    head_before: int | None


def rollout(services: Services, actor: Actor, number: int) -> Counted:
    """Raises Forbidden, NotFound ``rollout_not_found``."""
    policy.require(actor, "rollout.read")
    with services.store.reading() as work:
        found = work.rollouts.get(number)
        if found is None:
            raise NotFound("rollout_not_found", f"There is no rollout {number}.")
        return _counted(work, [found])[0]


def rollouts(
    services: Services, actor: Actor, before: int | None, limit: int, asset_id: str | None = None
) -> list[Counted]:
    """Newest first."""
    policy.require(actor, "rollout.read")
    with services.store.reading() as work:
        return _counted(work, work.rollouts.page(before, limit, asset_id))


def _counted(work: UnitOfWork, page: Sequence[Rollout]) -> list[Counted]:
    numbers = [each.number for each in page]
    counts, heads = work.rollouts.counts(numbers), work.rollouts.heads_before(numbers)
    assets = work.assets.by_ids(each.asset_id for each in page if each.asset_id is not None)
    titles = {asset_id: asset.title for asset_id, asset in assets.items()}
    return [
        Counted(each, counts.get(each.number, {}), titles.get(each.asset_id or ""), heads.get(each.number))
        for each in page
    ]


def deliveries(
    services: Services, actor: Actor, number: int, after: str | None, limit: int
) -> list[tuple[Delivery, Standing]]:
    """Each with its placement as it stands. Raises Forbidden, NotFound ``rollout_not_found``."""
    policy.require(actor, "rollout.read")
    with services.store.reading() as work:
        if work.rollouts.get(number) is None:
            raise NotFound("rollout_not_found", f"There is no rollout {number}.")
        found = work.rollouts.deliveries(number, after, limit)
        places = work.placements.standings_of([each.placement_id for each in found])
    return [(each, places[each.placement_id]) for each in found]


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
