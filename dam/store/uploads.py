"""The repository of uploads in parts: questions about them, each by an index of its own.

Rule: they move by ``replace`` alone, as every fact.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select

from dam.domain.uploads import Upload
from dam.store.codec import fact_of
from dam.store.tables import uploads
from dam.store.transaction import Transaction


class Uploads:
    """Uploads in parts."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, upload_id: str) -> Upload | None:
        """The upload, or None."""
        row = self._tx.row(select(uploads).where(uploads.c.id == upload_id))
        return None if row is None else fact_of(Upload, row)

    def count_open(self, principal_id: str) -> int:
        """How many of theirs have not ended."""
        open_ = uploads.c.finished_at.is_(None)
        query = select(func.count()).select_from(uploads).where(uploads.c.principal_id == principal_id, open_)
        return int(self._tx.value(query))

    def unfinished(self) -> dict[str, int]:
        """How many have not ended, by state."""
        query = select(uploads.c.state, func.count().label("count")).where(uploads.c.finished_at.is_(None))
        return {row["state"]: row["count"] for row in self._tx.rows(query.group_by(uploads.c.state))}

    def expired(self, now: datetime, limit: int) -> list[Upload]:
        """Open ones whose time is over."""
        return self._page(uploads.c.state == "open", uploads.c.expires_at, now, limit)

    def stuck(self, before: datetime, limit: int) -> list[Upload]:
        """Those that are being completed, and were last touched before then."""
        return self._page(uploads.c.state == "completing", uploads.c.updated_at, before, limit)

    def uncleared(self, before: datetime, limit: int) -> list[Upload]:
        """Those that have ended, were last touched before then, and whose parts may be there still."""
        ended = and_(uploads.c.cleared_at.is_(None), uploads.c.finished_at.is_not(None))
        return self._page(ended, uploads.c.updated_at, before, limit)

    def forget(self, before: datetime, limit: int) -> int:
        """Those that were cleared before then; returns how many."""
        old = select(uploads.c.id).where(uploads.c.cleared_at <= before).order_by(uploads.c.cleared_at).limit(limit)
        return self._tx.change(delete(uploads).where(uploads.c.id.in_(old)))

    def _page(
        self, which: ColumnElement[bool], moment: ColumnElement[datetime], before: datetime, limit: int
    ) -> list[Upload]:
        query = select(uploads).where(which, moment <= before).order_by(moment, uploads.c.id).limit(limit)
        return [fact_of(Upload, row) for row in self._tx.rows(query)]
