"""Attempts and observations: what was tried at a placement, and what was seen there.

Rule: history. An attempt gets its permit and its end; an observation grows while it stays the same; neither is undone.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from dam.domain.placements import Attempt, Observation
from dam.store.codec import fact_of, row_of
from dam.store.places import attempts, deliveries, observations, placements
from dam.store.transaction import Transaction

# It ended so, or nobody knows how it ended and it had its permit.
_MAYBE_APPLIED = or_(
    attempts.c.outcome.in_(("applied", "unknown")),
    and_(attempts.c.outcome.is_(None), attempts.c.permit_until.is_not(None)),
)


class Attempts:
    """Questions about attempts and observations, and the permit."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def permit(self, placement_id: str, fence: int, artefact: str, now: datetime, until: datetime) -> bool:
        """Grant the visible step, if the fence is still the placement's, the delivery is leased under it until at
        least ``until`` and for this artefact, and the attempt has not ended.

        The placement is held first. A claim holds it too, before it asks which attempts are dead; otherwise it could
        take an attempt for dead (older fence, no permit) that gets its permit at this moment.
        """
        self._tx.row(select(placements.c.id).where(placements.c.id == placement_id).with_for_update())
        mine = and_(attempts.c.placement_id == placement_id, attempts.c.fence == fence)
        current = exists().where(placements.c.id == placement_id, placements.c.fence == fence)
        leased = exists().where(
            deliveries.c.id == attempts.c.delivery_id,
            deliveries.c.placement_id == placement_id,
            deliveries.c.state == "leased",
            deliveries.c.fence == fence,
            deliveries.c.lease_until >= max(now, until),
            deliveries.c.artefact == artefact,
        )
        granted = update(attempts).where(mine, attempts.c.ended_at.is_(None), current, leased)
        return self._tx.change(granted.values(permit_until=until)) == 1

    def unfinished_attempts(self, placement_id: str) -> list[Attempt]:
        """Those without a known outcome, oldest first."""
        unknown = or_(attempts.c.outcome.is_(None), attempts.c.outcome == "unknown")
        query = select(attempts).where(attempts.c.placement_id == placement_id, unknown)
        return [fact_of(Attempt, row) for row in self._tx.rows(query.order_by(attempts.c.fence))]

    def attempt(self, placement_id: str, fence: int) -> Attempt | None:
        """The attempt, or None."""
        row = self._tx.row(select(attempts).where(attempts.c.placement_id == placement_id, attempts.c.fence == fence))
        return None if row is None else fact_of(Attempt, row)

    def attempts(self, placement_id: str, before: int | None, limit: int) -> list[Attempt]:
        """Newest first; ``before`` is a fence."""
        query = select(attempts).where(attempts.c.placement_id == placement_id)
        if before is not None:
            query = query.where(attempts.c.fence < before)
        return [fact_of(Attempt, row) for row in self._tx.rows(query.order_by(attempts.c.fence.desc()).limit(limit))]

    def wrote(self, placement_id: str, digest: str) -> bool:
        """Did an attempt that may have been applied bring these bytes there?"""
        return self._any_attempt(and_(attempts.c.placement_id == placement_id, attempts.c.digest == digest))

    def owned(self, placement_id: str) -> bool:
        """Was any attempt there possibly applied?"""
        return self._any_attempt(attempts.c.placement_id == placement_id)

    def _any_attempt(self, condition: ColumnElement[bool]) -> bool:
        return self._tx.row(select(attempts.c.fence).where(condition, _MAYBE_APPLIED).limit(1)) is not None

    def observe(self, observation: Observation) -> None:
        """Record a look; one equal to the last extends it."""
        last = self.observations(observation.placement_id, None, 1)
        if last and _same(last[0], observation):
            longer = update(observations).where(observations.c.id == last[0].id)
            looks = observations.c.looks + observation.looks
            self._tx.change(longer.values(until=max(last[0].until, observation.until), looks=looks))
        else:
            self._tx.change(insert(observations).values(**row_of(observation)))

    def observations(self, placement_id: str, before: str | None, limit: int) -> list[Observation]:
        """Newest first."""
        query = select(observations).where(observations.c.placement_id == placement_id)
        if before is not None:
            query = query.where(observations.c.id < before)
        rows = self._tx.rows(query.order_by(observations.c.id.desc()).limit(limit))
        return [fact_of(Observation, row) for row in rows]


def _same(last: Observation, new: Observation) -> bool:
    """Did the two see the same? When, how often and under which id does not count."""
    return replace(last, id=new.id, began_at=new.began_at, until=new.until, looks=new.looks) == new
