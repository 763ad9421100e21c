"""The repository of channels and placements. Rule: a standing is read with a fixed number of statements, however many
placements there are.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, update

from dam.domain.placements import (
    ABSENT,
    OPEN,
    ConfiguredChannel,
    Placement,
    Standing,
)
from dam.store.codec import fact_of
from dam.store.holds import hold, hold_all
from dam.store.places import channels, deliveries, placements
from dam.store.shown import show_anew
from dam.store.standings import BY_IDS, HELD, standings
from dam.store.tables import assets
from dam.store.transaction import Transaction

_LIVE = placements.c.ended_at.is_(None)

# Built once: a worker at rest asks it all day.
_TO_LOOK_AT = (
    select(placements.c.id)
    .where(_LIVE, placements.c.look_at <= bindparam("now", type_=placements.c.look_at.type))
    .order_by(placements.c.look_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ASSETS_OF = select(placements.c.asset_id).where(placements.c.id.in_(bindparam("ids", expanding=True))).distinct()


class Placements:
    """Channels and placements."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def channel(self, channel_id: str) -> ConfiguredChannel | None:
        """The channel, also one that was removed, or None."""
        row = self._tx.row(select(channels).where(channels.c.id == channel_id))
        return None if row is None else fact_of(ConfiguredChannel, row)

    def free_channel(self, channel_id: str) -> ConfiguredChannel | None:
        """The channel, held; None also if another transaction holds it: so nobody waits for it."""
        query = select(channels).where(channels.c.id == channel_id)
        row = self._tx.row(query.with_for_update(key_share=True, skip_locked=True))
        return None if row is None else fact_of(ConfiguredChannel, row)

    def channel_named(self, name: str) -> ConfiguredChannel | None:
        """The channel of this name that was not removed, or None."""
        row = self._tx.row(select(channels).where(channels.c.name == name, channels.c.removed_at.is_(None)))
        return None if row is None else fact_of(ConfiguredChannel, row)

    def channels(self, after: str | None, limit: int) -> list[ConfiguredChannel]:
        """Those not removed, in the order of ids."""
        query = select(channels).where(channels.c.removed_at.is_(None)).order_by(channels.c.id).limit(limit)
        if after is not None:
            query = query.where(channels.c.id > after)
        return [fact_of(ConfiguredChannel, row) for row in self._tx.rows(query)]

    def channels_to_check(self, now: datetime, limit: int) -> list[ConfiguredChannel]:
        """Those whose next check is due, the longest due first."""
        query = select(channels).where(channels.c.removed_at.is_(None), channels.c.next_check_at <= now)
        rows = self._tx.rows(query.order_by(channels.c.next_check_at, channels.c.id).limit(limit))
        return [fact_of(ConfiguredChannel, row) for row in rows]

    def get(self, placement_id: str) -> Placement | None:
        """The placement, or None."""
        return self._first(select(placements).where(placements.c.id == placement_id))

    def several(self, placement_ids: Sequence[str]) -> dict[str, Placement]:
        """Those of them that there are, by id."""
        rows = self._tx.rows(BY_IDS, {"ids": sorted(set(placement_ids))})
        return {row["id"]: fact_of(Placement, row) for row in rows}

    def hold(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Standings by placement, with the assets and then the placements held until the end of the transaction."""
        ids = sorted(set(placement_ids))
        hold(self._tx, assets, assets.c.id.in_(select(placements.c.asset_id).where(placements.c.id.in_(ids))))
        return {standing.placement.id: standing for standing in standings(self._tx, HELD, {"ids": ids})}

    def at_target(self, canonical: str) -> Placement | None:
        """The placement that is there and not withdrawn."""
        return self._first(select(placements).where(placements.c.canonical == canonical, _LIVE))

    def standing(self, placement_id: str) -> Standing | None:
        """The placement with all that its state is computed from, or None."""
        found = standings(self._tx, select(placements).where(placements.c.id == placement_id))
        return found[0] if found else None

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
        query = select(placements).order_by(placements.c.id).limit(limit)
        if asset_id is not None:
            query = query.where(placements.c.asset_id == asset_id)
        if asset_ids is not None:
            query = query.where(placements.c.asset_id.in_(asset_ids))
        if channel_id is not None:
            query = query.where(placements.c.channel_id == channel_id)
        if after is not None:
            query = query.where(placements.c.id > after)
        return standings(self._tx, query if ended else query.where(_LIVE))

    def standings_of(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Those of these placements that there are, by id."""
        found = standings(self._tx, BY_IDS, {"ids": sorted(set(placement_ids))})
        return {standing.placement.id: standing for standing in found}

    def to_look_at(self, now: datetime, lease_until: datetime, limit: int) -> list[Placement]:
        """Those whose look is due; takes them, so that nobody else does before ``lease_until``."""
        ids = [row["id"] for row in self._tx.rows(_TO_LOOK_AT, {"now": now, "most": limit})]
        if not ids:
            return []
        taken = update(placements).where(placements.c.id.in_(ids)).values(look_at=lease_until)
        rows = self._tx.rows(taken.returning(placements))
        return sorted((fact_of(Placement, row) for row in rows), key=lambda placement: ids.index(placement.id))

    def outdated(self, recipe: str, newest: int, limit: int) -> list[Placement]:
        """Placements, not withdrawn, that use an older version of the recipe, in the order of ids."""
        query = select(placements).where(_outdated(recipe, newest)).order_by(placements.c.id).limit(limit)
        return [fact_of(Placement, row) for row in self._tx.rows(query)]

    def count_outdated(self, recipe: str, newest: int) -> int:
        """How many those are."""
        return int(self._tx.value(select(func.count()).select_from(placements).where(_outdated(recipe, newest))))

    def count_channels_by_recipe(self, recipe: str) -> int:
        """Channels, not removed, that want this recipe unless a placement says otherwise."""
        wants = and_(channels.c.recipe == recipe, channels.c.removed_at.is_(None))
        return int(self._tx.value(select(func.count()).select_from(channels).where(wants)))

    def count_needing(self) -> int:
        """Placements, not withdrawn, that wait for a person."""
        waits = and_(placements.c.needs_code.is_not(None), _LIVE)
        return int(self._tx.value(select(func.count()).select_from(placements).where(waits)))

    def count_unreachable(self) -> int:
        """Channels that can't be reached."""
        away = and_(channels.c.unreachable_code.is_not(None), channels.c.removed_at.is_(None))
        return int(self._tx.value(select(func.count()).select_from(channels).where(away)))

    def pinned(self, asset_id: str, number: int) -> bool:
        """Does a placement that is not withdrawn show this version, whatever is approved?"""
        pins = select(placements.c.id).where(placements.c.asset_id == asset_id, placements.c.pinned == number, _LIVE)
        return self._tx.row(pins.limit(1)) is not None

    def end_pinned(self, asset_id: str) -> int:
        """Mark the asset's pinned placements as ending; returns how many."""
        pins = and_(placements.c.asset_id == asset_id, placements.c.pinned.is_not(None), _LIVE)
        return self._change(and_(pins, placements.c.ending.is_(False)), ending=True)

    def look_again(self, channel_id: str, at: datetime) -> int:
        """Every placement of the channel is to be looked at by then; returns how many."""
        later = or_(placements.c.look_at.is_(None), placements.c.look_at > at)
        return self._change(and_(placements.c.channel_id == channel_id, _LIVE, later), look_at=at)

    def channel_names(self, asset_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Names of the channels where each has a place, in the order of names; assets without one are left out."""
        query = (
            select(placements.c.asset_id, channels.c.name)
            .join(channels, channels.c.id == placements.c.channel_id)
            .where(placements.c.asset_id.in_(sorted(set(asset_ids))), _LIVE)
            .distinct()
            .order_by(placements.c.asset_id, channels.c.name)
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in self._tx.rows(query):
            found[row["asset_id"]] = (*found.get(row["asset_id"], ()), row["name"])
        return found

    def show_anew(self, placement_ids: Collection[str]) -> None:
        """``shown_anew`` for the assets of these; the caller holds them."""
        show_anew(self._tx, self._tx.values(_ASSETS_OF, {"ids": sorted(placement_ids)}))

    def show_channel_anew(self, channel_id: str) -> int:
        """``shown_anew`` for every asset that has a place in the channel; returns how many. Nobody gets another one
        there until the end of the transaction. Raises Conflict ``moved`` if somebody just did."""
        there = select(placements.c.asset_id).where(placements.c.channel_id == channel_id, _LIVE).distinct()
        owner = select(channels.c.id).where(channels.c.id == channel_id)
        return show_anew(self._tx, hold_all(self._tx, assets, there, owner))

    def shown(self, asset_id: str) -> bool:
        """Is anything of the asset at a destination, or may it be?

        It is not where nobody ever claimed the place, or where it is proven that nothing is there; unless something is
        on its way, or is about to be because a version is approved.
        """
        untouched = placements.c.fence == 0
        empty = and_(placements.c.proof_digest == ABSENT, placements.c.proof_fence == placements.c.fence)
        on_its_way = exists().where(
            deliveries.c.placement_id == placements.c.id,
            deliveries.c.action == "put",
            deliveries.c.state.in_(sorted(OPEN)),
        )
        maybe = or_(assets.c.head.is_not(None), on_its_way, ~or_(untouched, func.coalesce(empty, False)))
        query = select(placements.c.id).join(assets, assets.c.id == placements.c.asset_id)
        return self._tx.row(query.where(assets.c.id == asset_id, _LIVE, maybe).limit(1)) is not None

    def _change(self, condition: ColumnElement[bool], **values: object) -> int:
        hold(self._tx, placements, condition)
        return self._tx.change(update(placements).where(condition).values(**values))

    def _first(self, query: Select[Any]) -> Placement | None:
        row = self._tx.row(query)
        return None if row is None else fact_of(Placement, row)


def _outdated(recipe: str, newest: int) -> ColumnElement[bool]:
    return and_(placements.c.recipe == recipe, placements.c.recipe_version < newest, _LIVE)
