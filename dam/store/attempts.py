"""Attempts and observations: what was tried at a placement, and what was seen there.

Rule: questions about history; it is written by ``add`` and ``replace``, and never undone.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from dam.domain.placements import Attempt, Observation
from dam.store.codec import fact_of
from dam.store.places import attempts, observations
from dam.store.transaction import Transaction

# It ended so, or nobody knows how it ended and it had its permit.
_MAYBE_APPLIED = or_(
    attempts.c.outcome.in_(("applied", "unknown")),
    and_(attempts.c.outcome.is_(None), attempts.c.permit_until.is_not(None)),
)


class Attempts:
    """Questions about attempts and observations."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def unfinished_attempts(self, placement_ids: Sequence[str]) -> dict[str, list[Attempt]]:
        """Those without a known outcome, for each placement, the oldest first."""
        unknown = or_(attempts.c.outcome.is_(None), attempts.c.outcome == "unknown")
        query = select(attempts).where(attempts.c.placement_id.in_(list(placement_ids)), unknown)
        found: dict[str, list[Attempt]] = {placement_id: [] for placement_id in placement_ids}
        for row in self._tx.rows(query.order_by(attempts.c.placement_id, attempts.c.fence)):
            found[row["placement_id"]].append(fact_of(Attempt, row))
        return found

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

    def observations(self, placement_id: str, before: str | None, limit: int) -> list[Observation]:
        """Newest first."""
        query = select(observations).where(observations.c.placement_id == placement_id)
        if before is not None:
            query = query.where(observations.c.id < before)
        rows = self._tx.rows(query.order_by(observations.c.id.desc()).limit(limit))
        return [fact_of(Observation, row) for row in rows]
