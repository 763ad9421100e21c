"""The repository of channels and placements. Rule: a standing is read with a fixed number of statements, however many
placements there are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, tuple_, update

from dam.domain.assets import Asset, Version
from dam.domain.placements import (
    ABSENT,
    OPEN,
    ConfiguredChannel,
    Delivery,
    Observation,
    Placement,
    Standing,
    wanted_version,
)
from dam.domain.recipes import NO_PARAMS, Artefact
from dam.store.assets import Assets
from dam.store.codec import fact_of
from dam.store.holds import hold
from dam.store.places import channels, deliveries, observations, placements
from dam.store.tables import artefacts, assets, versions
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

    def hold(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Standings by placement, with the assets and then the placements held until the end of the transaction."""
        wanted = placements.c.id.in_(sorted(set(placement_ids)))
        hold(self._tx, assets, assets.c.id.in_(select(placements.c.asset_id).where(wanted)))
        query = select(placements).where(wanted).order_by(placements.c.id).with_for_update()
        return {standing.placement.id: standing for standing in self._standings(query)}

    def at_target(self, canonical: str) -> Placement | None:
        """The placement that is there and not withdrawn."""
        return self._first(select(placements).where(placements.c.canonical == canonical, _LIVE))

    def standing(self, placement_id: str) -> Standing | None:
        """The placement with all that its state is computed from, or None."""
        found = self._standings(select(placements).where(placements.c.id == placement_id))
        return found[0] if found else None

    def standings(
        self,
        *,
        asset_id: str | None = None,
        channel_id: str | None = None,
        after: str | None = None,
        limit: int = 200,
        ended: bool = False,
    ) -> list[Standing]:
        """In the order of ids; those that ended only if asked for."""
        query = select(placements).order_by(placements.c.id).limit(limit)
        if asset_id is not None:
            query = query.where(placements.c.asset_id == asset_id)
        if channel_id is not None:
            query = query.where(placements.c.channel_id == channel_id)
        if after is not None:
            query = query.where(placements.c.id > after)
        return self._standings(query if ended else query.where(_LIVE))

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

    def _standings(self, query: Select[Any]) -> list[Standing]:
        found = [fact_of(Placement, row) for row in self._tx.rows(query)]
        if not found:
            return []
        ids = [placement.id for placement in found]
        known = Assets(self._tx).by_ids(placement.asset_id for placement in found)
        wanted = self._wanted(found, known)
        made = self._made(found, wanted)
        used, newest, seen = self._channels(found), self._newest(ids), self._seen(ids)
        return [
            Standing(
                placement,
                used[placement.channel_id],
                known[placement.asset_id],
                wanted.get(placement.id),
                made.get(placement.id),
                newest.get(placement.id),
                seen.get(placement.id),
            )
            for placement in found
        ]

    def _wanted(self, found: Sequence[Placement], known: dict[str, Asset]) -> dict[str, Version]:
        """The row of the version that each placement should show."""
        numbers = {placement.id: wanted_version(placement, known[placement.asset_id]) for placement in found}
        names = sorted({(p.asset_id, number) for p in found if (number := numbers[p.id]) is not None})
        if not names:
            return {}
        query = select(versions).where(tuple_(versions.c.asset_id, versions.c.number).in_(names))
        rows = [fact_of(Version, row) for row in self._tx.rows(query)]
        by_name = {(version.asset_id, version.number): version for version in rows}
        pairs = ((p.id, by_name.get((p.asset_id, numbers[p.id] or 0))) for p in found)
        return {placement_id: version for placement_id, version in pairs if version is not None}

    def _made(self, found: Sequence[Placement], wanted: dict[str, Version]) -> dict[str, Artefact]:
        """The row of what each placement's recipe makes of that version."""
        sources = sorted({version.sha256 for version in wanted.values()})
        recipes = sorted({(placement.recipe, placement.recipe_version) for placement in found})
        if not sources:
            return {}
        query = select(artefacts).where(
            artefacts.c.source_sha256.in_(sources),
            tuple_(artefacts.c.recipe, artefacts.c.recipe_version).in_(recipes),
            artefacts.c.params_sha256 == NO_PARAMS,
        )
        rows = [fact_of(Artefact, row) for row in self._tx.rows(query)]
        by_key = {(made.source_sha256, made.recipe, made.recipe_version): made for made in rows}
        keys = {p.id: (wanted[p.id].sha256, p.recipe, p.recipe_version) for p in found if p.id in wanted}
        return {placement_id: by_key[key] for placement_id, key in keys.items() if key in by_key}

    def _channels(self, found: Sequence[Placement]) -> dict[str, ConfiguredChannel]:
        ids = sorted({placement.channel_id for placement in found})
        rows = self._tx.rows(select(channels).where(channels.c.id.in_(ids)))
        return {row["id"]: fact_of(ConfiguredChannel, row) for row in rows}

    def _newest(self, ids: Sequence[str]) -> dict[str, Delivery]:
        """The delivery of the newest rollout at each placement."""
        other = deliveries.alias()
        top = select(func.max(other.c.rollout)).where(other.c.placement_id == deliveries.c.placement_id)
        query = select(deliveries).where(
            deliveries.c.placement_id.in_(ids), deliveries.c.rollout == top.scalar_subquery()
        )
        return {row["placement_id"]: fact_of(Delivery, row) for row in self._tx.rows(query)}

    def _seen(self, ids: Sequence[str]) -> dict[str, Observation]:
        """The newest observation at each placement."""
        other = observations.alias()
        top = select(func.max(other.c.id)).where(other.c.placement_id == observations.c.placement_id)
        query = select(observations).where(
            observations.c.placement_id.in_(ids), observations.c.id == top.scalar_subquery()
        )
        return {row["placement_id"]: fact_of(Observation, row) for row in self._tx.rows(query)}


def _outdated(recipe: str, newest: int) -> ColumnElement[bool]:
    return and_(placements.c.recipe == recipe, placements.c.recipe_version < newest, _LIVE)
