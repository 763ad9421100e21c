"""What is asked each time bytes are sent: which file, under which name, and whether anybody may see it.

Rule: one statement a question, put together once, since it is asked more often than anything else. What follows from
the answer is the operation's business.
"""

from sqlalchemy import RowMapping, and_, bindparam, select

from dam.ports.views import FileView, ShownView
from dam.store.tables import assets, contents, versions
from dam.store.transaction import Transaction

_ABOUT = (
    versions.c.asset_id,
    versions.c.number,
    versions.c.sha256,
    versions.c.filename,
    versions.c.created_at,
    contents.c.size,
    contents.c.media_type,
)
_BYTES = contents.c.sha256 == versions.c.sha256
_HEAD = and_(versions.c.asset_id == assets.c.id, versions.c.number == assets.c.head)

_FILE = (
    select(*_ABOUT)
    .select_from(versions.join(contents, _BYTES))
    .where(versions.c.asset_id == bindparam("asset_id"), versions.c.number == bindparam("number"))
)
_SHOWN = select(assets.c.published, assets.c.withdrawn_at, assets.c.trashed_at, *_ABOUT).select_from(
    assets.outerjoin(versions, _HEAD).outerjoin(contents, _BYTES)
)
_SHOWN_BY_ID = _SHOWN.where(assets.c.id == bindparam("asset_id"))
_SHOWN_BY_KEY = _SHOWN.where(assets.c.key == bindparam("key"))


class Files:
    """Questions about files that are to be sent."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def file(self, asset_id: str, number: int) -> FileView | None:
        """The version's file, or None."""
        row = self._tx.row(_FILE, {"asset_id": asset_id, "number": number})
        return None if row is None else _file(row)

    def shown(self, asset_id: str) -> ShownView | None:
        """What the asset shows, or None where there is no asset."""
        return _shown(self._tx.row(_SHOWN_BY_ID, {"asset_id": asset_id}))

    def shown_at(self, key: str) -> ShownView | None:
        """What the asset of this public address shows, or None where there is no asset."""
        return _shown(self._tx.row(_SHOWN_BY_KEY, {"key": key}))


def _shown(row: RowMapping | None) -> ShownView | None:
    if row is None:
        return None
    approved = _file(row) if row["sha256"] is not None else None
    return ShownView(row["published"], row["withdrawn_at"], row["trashed_at"], approved)


def _file(row: RowMapping) -> FileView:
    return FileView(**{column.name: row[column.name] for column in _ABOUT})
