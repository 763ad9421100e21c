"""Questions about what moves: channels, placements, rollouts, deliveries, and what was tried and seen.

Rule: as in ``dam.ports.store``.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from dam.domain.placements import (
    Attempt,
    Cause,
    ConfiguredChannel,
    Delivery,
    Observation,
    Placement,
    Rollout,
    Standing,
)
from dam.ports.views import PlacementWord


class Words(Protocol):
    """The words that placements' states were last shown by: hints, as far behind as the search index."""

    def keep(self, asset_ids: Collection[str], found: Iterable[PlacementWord]) -> None:
        """The assets, which the caller holds, have these places with these words, and no others."""
        ...

    def counts(self) -> dict[str, dict[str, int]]:
        """How many places each channel has by word."""
        ...

    def candidates(self, word: str, channel_id: str | None, after: str | None, limit: int) -> list[str]:
        """Ids of placements that may have this word by now, in order; none that has it is missing."""
        ...


class Placements(Protocol):
    """Channels and placements."""

    def channel(self, channel_id: str) -> ConfiguredChannel | None: ...
    def free_channel(self, channel_id: str) -> ConfiguredChannel | None:
        """The channel, held; None also if another transaction holds it: so nobody waits for it."""
        ...

    def channel_named(self, name: str) -> ConfiguredChannel | None: ...
    def channels(self, after: str | None, limit: int) -> list[ConfiguredChannel]:
        """Those not removed, in the order of ids."""
        ...

    def channels_to_check(self, now: datetime, limit: int) -> list[ConfiguredChannel]: ...
    def get(self, placement_id: str) -> Placement | None: ...
    def several(self, placement_ids: Sequence[str]) -> dict[str, Placement]:
        """Those of them that there are, by id."""
        ...

    def hold(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Standings by placement, with the assets and then the placements held against other writers until the end of
        the transaction; everybody takes them in this order. Unknown ids are left out."""
        ...

    def at_target(self, canonical: str) -> Placement | None:
        """The placement that is there and not withdrawn."""
        ...

    def standing(self, placement_id: str) -> Standing | None: ...
    def standings(
        self,
        *,
        asset_id: str | None = None,
        asset_ids: Sequence[str] | None = None,
        channel_id: str | None = None,
        after: str | None = None,
        limit: int = 200,
        ended: bool = False,
    ) -> list[Standing]:
        """In the order of ids; those that ended only if asked for."""
        ...

    def standings_of(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Those of these placements that there are, by id."""
        ...

    def to_look_at(self, now: datetime, lease_until: datetime, limit: int) -> list[Placement]:
        """Those whose look is due; takes them, so that nobody else does before ``lease_until``."""
        ...

    def outdated(self, recipe: str, newest: int, limit: int) -> list[Placement]:
        """Placements, not withdrawn, that use an older version of the recipe."""
        ...

    def count_outdated(self, recipe: str, newest: int) -> int: ...
    def count_channels_by_recipe(self, recipe: str) -> int:
        """Channels, not removed, that want this recipe unless a placement says otherwise."""
        ...

    def pinned(self, asset_id: str, number: int) -> bool: ...
    def end_pinned(self, asset_id: str) -> int:
        """Mark the asset's pinned placements as ending; returns how many."""
        ...

    def look_again(self, channel_id: str, at: datetime) -> int:
        """Every placement of the channel is to be looked at by then; returns how many."""
        ...

    def channel_names(self, asset_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Names of the channels where each has a place, in the order of names; assets without one are left out."""
        ...

    def show_anew(self, placement_ids: Collection[str]) -> None:
        """Search shows the assets of these otherwise from now on; the caller holds them."""
        ...

    def show_channel_anew(self, channel_id: str) -> int:
        """Search shows every asset that has a place in the channel otherwise from now on; returns how many. Raises
        Conflict ``moved`` if somebody is placing another one at this moment."""
        ...

    def count_needing(self) -> int:
        """Placements, not withdrawn, that wait for a person."""
        ...

    def count_unreachable(self) -> int:
        """Channels that can't be reached."""
        ...

    def shown(self, asset_id: str) -> bool:
        """Is anything of the asset at a destination, or may it be?"""
        ...


class Rollouts(Protocol):
    """Rollouts, deliveries, attempts, observations."""

    def start(
        self,
        cause: Cause,
        by: str,
        at: datetime,
        *,
        asset_id: str | None = None,
        version: int | None = None,
        sha256: str | None = None,
        note: str = "",
    ) -> Rollout:
        """A new rollout with the next number."""
        ...  # fmt: skip

    def get(self, number: int) -> Rollout | None: ...
    def newest_of(self, asset_id: str) -> Rollout | None:
        """The newest that moved the asset's head."""
        ...

    def page(self, before: int | None, limit: int, asset_id: str | None = None) -> list[Rollout]: ...
    def unfinished(self, after: int, limit: int) -> list[Rollout]: ...
    def counts(self, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
        """Deliveries by state, for each rollout."""
        ...

    def heads_before(self, numbers: Sequence[int]) -> dict[int, int]:
        """Which version was approved before each of these that is an approval or a rollback; none, where none was."""
        ...

    def finish(self, number: int, at: datetime) -> bool:
        """Mark it done if it is open, fanned out, and none of its deliveries is open or failed."""
        ...

    def delivery(self, delivery_id: str) -> Delivery | None: ...
    def deliveries(self, number: int, after: str | None, limit: int) -> list[Delivery]: ...
    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Due, or leased by somebody whose lease ran out; of channels that can be reached or are to be tried again."""
        ...

    def next_due(self) -> datetime | None: ...
    def open_states(self) -> dict[str, int]:
        """Deliveries that are open, by state."""
        ...

    def wake(self, source_sha256: str, recipe: str, recipe_version: int, at: datetime) -> int:
        """Deliveries that wait for this artefact become due; returns how many."""
        ...

    def unfinished_attempts(self, placement_ids: Sequence[str]) -> dict[str, list[Attempt]]:
        """Those without a known outcome, for each placement, the oldest first."""
        ...

    def attempts(self, placement_id: str, before: int | None, limit: int) -> list[Attempt]: ...
    def wrote(self, placement_id: str, digest: str) -> bool:
        """Did an attempt that may have been applied bring these bytes there?"""
        ...

    def owned(self, placement_id: str) -> bool:
        """Was any attempt there possibly applied?"""
        ...

    def observations(self, placement_id: str, before: str | None, limit: int) -> list[Observation]: ...
