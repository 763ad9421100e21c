"""The repository of rollouts and deliveries; with ``attempts`` the whole of the port.

Rule: a delivery changes only in the hands of somebody who holds its asset, so that whoever holds that waits for no
delivery (``dam.store.holds`` has the whole order).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, or_, select, text, union_all, update

from dam.domain.placements import OPEN, Cause, Delivery, Rollout
from dam.store.attempts import Attempts
from dam.store.codec import fact_of, row_of
from dam.store.holds import hold
from dam.store.places import channels, deliveries, placements, rollouts
from dam.store.tables import assets, decisions, versions

_PENDING = deliveries.c.state.in_(("due", "verifying"))
_LEASED = deliveries.c.state == "leased"
_UNENDED = deliveries.c.state.in_((*sorted(OPEN), "failed"))
_MOVES_HEAD = ("approval", "rollback", "withdrawal")


def _next_due() -> Select[tuple[datetime | None]]:
    own = case((_LEASED, deliveries.c.lease_until), else_=deliveries.c.due_at)
    asleep = and_(channels.c.unreachable_code.is_not(None), channels.c.next_check_at > own)
    moment = case((asleep, channels.c.next_check_at), else_=own)
    return (
        select(func.min(moment, type_=deliveries.c.due_at.type))
        .select_from(deliveries)
        .join(placements, placements.c.id == deliveries.c.placement_id)
        .join(channels, channels.c.id == placements.c.channel_id)
        .where(or_(_PENDING, _LEASED), channels.c.removed_at.is_(None))
    )


# A decision and its rollout are of one transaction, the decision first.
_HEAD_BEFORE = (
    select(decisions.c.head_before)
    .where(
        decisions.c.asset_id == rollouts.c.asset_id,
        decisions.c.number == rollouts.c.version,
        decisions.c.kind == case((rollouts.c.cause == "approval", "approve"), else_="rollback"),
        decisions.c.at <= rollouts.c.started_at,
    )
    .order_by(decisions.c.id.desc())
    .limit(1)
    .scalar_subquery()
)

# Built once: the worker's loop asks it all day.
_NEXT_DUE = _next_due()
# In the words of the index that serves it: bound values would not let the planner see that it does.
_OPEN_STATES = (
    select(deliveries.c.state, func.count().label("count"))
    .where(text("state IN ('due', 'leased', 'verifying', 'held')"))
    .group_by(deliveries.c.state)
)


class Rollouts(Attempts):
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
        fresh = Rollout(0, cause, "open", asset_id, version, sha256, by, at, note)
        values = {name: value for name, value in row_of(fresh).items() if name != "number"}
        rows = self._tx.rows(insert(rollouts).values(**values).returning(rollouts))
        return fact_of(Rollout, rows[0])

    def get(self, number: int) -> Rollout | None:
        """The rollout, or None."""
        row = self._tx.row(select(rollouts).where(rollouts.c.number == number))
        return None if row is None else fact_of(Rollout, row)

    def newest_of(self, asset_id: str) -> Rollout | None:
        """The newest that moved the asset's head."""
        query = select(rollouts).where(rollouts.c.asset_id == asset_id, rollouts.c.cause.in_(_MOVES_HEAD))
        row = self._tx.row(query.order_by(rollouts.c.number.desc()).limit(1))
        return None if row is None else fact_of(Rollout, row)

    def page(self, before: int | None, limit: int, asset_id: str | None = None) -> list[Rollout]:
        """Newest first."""
        query = select(rollouts).order_by(rollouts.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(rollouts.c.number < before)
        if asset_id is not None:
            query = query.where(rollouts.c.asset_id == asset_id)
        return [fact_of(Rollout, row) for row in self._tx.rows(query)]

    def unfinished(self, after: int, limit: int) -> list[Rollout]:
        """Open ones, in the order of numbers."""
        query = select(rollouts).where(rollouts.c.state == "open", rollouts.c.number > after)
        rows = self._tx.rows(query.order_by(rollouts.c.number).limit(limit))
        return [fact_of(Rollout, row) for row in rows]

    def counts(self, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
        """Deliveries by state, for each rollout."""
        query = select(deliveries.c.rollout, deliveries.c.state, func.count().label("count"))
        query = query.where(deliveries.c.rollout.in_(list(numbers)))
        counts: dict[int, dict[str, int]] = {number: {} for number in numbers}
        for row in self._tx.rows(query.group_by(deliveries.c.rollout, deliveries.c.state)):
            counts[row["rollout"]][row["state"]] = row["count"]
        return counts

    def heads_before(self, numbers: Sequence[int]) -> dict[int, int]:
        """Which version was approved before each of these that is an approval or a rollback; none, where none was."""
        query = select(rollouts.c.number, _HEAD_BEFORE.label("head")).where(
            rollouts.c.number.in_(list(numbers)), rollouts.c.cause.in_(("approval", "rollback"))
        )
        return {row["number"]: row["head"] for row in self._tx.rows(query) if row["head"] is not None}

    def finish(self, number: int, at: datetime) -> bool:
        """Mark it done if it is open, fanned out, and none of its deliveries is open or failed.

        The row is held first: of two transactions that each end one of the last two deliveries, the second then sees
        what the first did, and one of them finishes.
        """
        self._tx.row(select(rollouts.c.number).where(rollouts.c.number == number).with_for_update(key_share=True))
        under_way = exists().where(deliveries.c.rollout == number, _UNENDED)
        over = and_(rollouts.c.number == number, rollouts.c.state == "open", rollouts.c.fanned_out, ~under_way)
        return self._tx.change(update(rollouts).where(over).values(state="done", finished_at=at)) == 1

    def delivery(self, delivery_id: str) -> Delivery | None:
        """The delivery, or None."""
        row = self._tx.row(select(deliveries).where(deliveries.c.id == delivery_id))
        return None if row is None else fact_of(Delivery, row)

    def deliveries(self, number: int, after: str | None, limit: int) -> list[Delivery]:
        """Of the rollout, in the order of ids."""
        query = select(deliveries).where(deliveries.c.rollout == number).order_by(deliveries.c.id).limit(limit)
        if after is not None:
            query = query.where(deliveries.c.id > after)
        return [fact_of(Delivery, row) for row in self._tx.rows(query)]

    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Due, or leased by somebody whose lease ran out; of channels that can be reached or are to be tried again.
        The longest due first.

        Each is held with its asset; one whose asset somebody holds is left for the next time. To wait for the asset
        with the delivery in hand would be to wait for somebody who may want the delivery.
        """
        ready = or_(and_(_PENDING, deliveries.c.due_at <= now), and_(_LEASED, deliveries.c.lease_until <= now))
        # Along their own indexes, in the words of these: joined at once, SQLite would go through all placements.
        own = union_all(
            select(deliveries.c.id).where(text("state IN ('due', 'verifying')"), deliveries.c.due_at <= now),
            select(deliveries.c.id).where(text("state = 'leased'"), deliveries.c.lease_until <= now),
        )
        asleep = and_(channels.c.unreachable_code.is_not(None), channels.c.next_check_at > now)
        query = (
            select(deliveries)
            .join(placements, placements.c.id == deliveries.c.placement_id)
            .join(channels, channels.c.id == placements.c.channel_id)
            .join(assets, assets.c.id == placements.c.asset_id)
            .where(deliveries.c.id.in_(own), ready, channels.c.removed_at.is_(None), ~func.coalesce(asleep, False))
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(limit)
        )
        return [fact_of(Delivery, row) for row in self._tx.rows(self._tx.free(query, assets, deliveries))]

    def next_due(self) -> datetime | None:
        """When the next of those is due; None if there is none. Where a channel sleeps, not before it wakes."""
        found: datetime | None = self._tx.value(_NEXT_DUE)
        return found

    def open_states(self) -> dict[str, int]:
        """Deliveries that are open, by state."""
        return {row["state"]: row["count"] for row in self._tx.rows(_OPEN_STATES)}

    def wake(self, source_sha256: str, recipe: str, recipe_version: int, at: datetime) -> int:
        """Deliveries that wait for this artefact become due; returns how many."""
        # The assets of all that waits for these bytes: for whichever recipe of theirs is next, they are held already.
        hold(self._tx, assets, assets.c.id.in_(_waiting(placements.c.asset_id, source_sha256)))
        same = and_(placements.c.recipe == recipe, placements.c.recipe_version == recipe_version)
        waiting = _waiting(deliveries.c.id, source_sha256).where(same)
        return self._tx.change(update(deliveries).where(deliveries.c.id.in_(waiting)).values(due_at=at))


def _waiting(wanted: ColumnElement[str], source_sha256: str) -> Select[str]:
    """Of the deliveries that wait for an artefact of these bytes."""
    mine = and_(versions.c.asset_id == placements.c.asset_id, versions.c.number == deliveries.c.version)
    return (
        select(wanted)
        .select_from(deliveries)
        .join(placements, placements.c.id == deliveries.c.placement_id)
        .join(versions, mine)
        .where(deliveries.c.state == "due", deliveries.c.artefact.is_(None), versions.c.sha256 == source_sha256)
    )
