"""The repository of assets; with ``names``, ``versions`` and ``files`` the whole of the port.

Rule: the one place that puts an asset's fact together from its rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select, update

from dam.domain.assets import Asset
from dam.ports.views import AssetView
from dam.store.codec import fact_of
from dam.store.files import Files
from dam.store.holds import hold
from dam.store.names import Names, begins
from dam.store.shown import show_anew
from dam.store.tables import assets
from dam.store.versions import Versions

_BEHIND = assets.c.indexed_seq < assets.c.index_seq


class Assets(Names, Versions, Files):
    """Assets, versions, decisions, contents."""

    def get(self, asset_id: str) -> Asset | None:
        """The asset, or None."""
        return self._first(select(assets).where(assets.c.id == asset_id))

    def lock(self, asset_id: str) -> Asset | None:
        """The asset, held against other writers until the end of the transaction."""
        return self._first(select(assets).where(assets.c.id == asset_id).with_for_update())

    def named(self, text: str, limit: int = 2) -> list[Asset]:
        """Assets with this id, else this exact title, else an id that begins so."""
        for condition in (assets.c.id == text, assets.c.title == text, begins(assets.c.id, text)):
            found = self._all(select(assets).where(condition).order_by(assets.c.id).limit(limit))
            if found:
                return found
        return []

    def page(self, after: str | None, limit: int) -> list[Asset]:
        """In the order of ids, trashed ones too."""
        query = select(assets).order_by(assets.c.id).limit(limit)
        return self._all(query if after is None else query.where(assets.c.id > after))

    def trashed(self, before: tuple[datetime, str] | None, limit: int) -> list[str]:
        """Ids of what is in the trash, the last first. ``before``: when the last one seen went there, and its id."""
        there, order = assets.c.trashed_at.is_not(None), (assets.c.trashed_at.desc(), assets.c.id.desc())
        query = select(assets.c.id).where(there).order_by(*order).limit(limit)
        if before is not None:
            at, asset_id = before
            earlier = assets.c.trashed_at < at
            query = query.where(earlier | ((assets.c.trashed_at == at) & (assets.c.id < asset_id)))
        return self._tx.values(query)

    def views(self, ids: Sequence[str]) -> list[AssetView]:
        """In the order given; unknown ids are left out."""
        found = self.by_ids(ids)
        return self._asset_views([found[asset_id] for asset_id in ids if asset_id in found])

    def by_ids(self, ids: Iterable[str]) -> dict[str, Asset]:
        """Those that there are, by id."""
        listed = sorted(set(ids))
        found = self._all(select(assets).where(assets.c.id.in_(listed))) if listed else []
        return {asset.id: asset for asset in found}

    def behind(self, limit: int) -> list[str]:
        """Ids of assets whose newest ``index_seq`` is not in the search index."""
        return self._tx.values(select(assets.c.id).where(_BEHIND).order_by(assets.c.id).limit(limit))

    def count_behind(self) -> int:
        """How many those are."""
        return int(self._tx.value(select(func.count()).select_from(assets).where(_BEHIND)))

    def shown_anew(self, ids: Iterable[str]) -> None:
        """Search shows these otherwise from now on: raise their ``index_seq``."""
        show_anew(self._tx, ids)

    def mark_indexed(self, sequences: Mapping[str, int]) -> set[str]:
        """The search index holds these sequences; a late mark takes nothing back. Returns the assets, held from now on,
        for which it is news.
        """
        mine = select(assets.c.id, assets.c.indexed_seq).where(assets.c.id.in_(sorted(sequences))).order_by(assets.c.id)
        # As the update would: nobody who only refers to an asset waits for this.
        known = self._tx.rows(mine.with_for_update(key_share=True))
        news = sorted(row["id"] for row in known if row["indexed_seq"] < sequences[row["id"]])
        marked = update(assets).where(assets.c.id == bindparam("asset")).values(indexed_seq=bindparam("sequence"))
        self._tx.change(marked, [{"asset": asset_id, "sequence": sequences[asset_id]} for asset_id in news])
        return set(news)

    def forget_indexed(self) -> None:
        """Every asset is behind again."""
        hold(self._tx, assets, assets.c.indexed_seq > 0)
        self._tx.change(update(assets).where(assets.c.indexed_seq > 0).values(indexed_seq=0))

    def _first(self, query: Select[Any]) -> Asset | None:
        found = self._all(query)
        return found[0] if found else None

    def _all(self, query: Select[Any]) -> list[Asset]:
        rows: Sequence[RowMapping] = self._tx.rows(query)
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        tags, campaigns = self._tags_of(ids), self._campaigns_of(ids)
        return [
            fact_of(Asset, row, tags=tags.get(row["id"], ()), campaigns=campaigns.get(row["id"], ())) for row in rows
        ]
