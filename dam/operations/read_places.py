"""Questions about places that change nothing: channels, placements with their states, what was tried and seen there,
rollouts and their deliveries.

Rule: as in ``read``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dam.domain import policy, states
from dam.domain.errors import NotFound
from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Observation, Rollout, Standing
from dam.domain.principals import Actor
from dam.operations.channels import known
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

_PAGE = 200
"""Placements whose states are computed at a time."""


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
