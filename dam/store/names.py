"""Tags and campaigns: the names under which assets are grouped.

Rule: an asset's names are rows of their own, in the order in which the asset has them; an asset's fact is put together
in ``dam.store.assets``.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, select, update
from uuid_utils import uuid7

from dam.domain.assets import Asset
from dam.domain.errors import NotFound
from dam.ports.views import Named
from dam.store.holds import hold
from dam.store.tables import asset_campaigns, asset_tags, assets, campaigns
from dam.store.transaction import Transaction


def begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """The text begins with exactly these characters. A range, not LIKE: it can use an index, has no wildcards, and
    treats case alike on both databases.
    """
    return and_(column >= prefix, column < prefix + "\U0010ffff")


class Names:
    """Questions about tags and campaigns."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def tags(self, prefix: str, after: str | None, limit: int) -> list[Named]:
        """In the order of names; counts leave out what is in the trash. ``after``: the last name seen."""
        has = assets.join(asset_tags, assets.c.id == asset_tags.c.asset_id)
        query = (
            select(asset_tags.c.tag, func.count().label("count"))
            .select_from(has)
            .where(assets.c.trashed_at.is_(None), begins(asset_tags.c.tag, prefix))
            .group_by(asset_tags.c.tag)
            .order_by(asset_tags.c.tag)
            .limit(limit)
        )
        if after is not None:
            query = query.where(asset_tags.c.tag > after)
        return [Named(row["tag"], row["count"]) for row in self._tx.rows(query)]

    def campaigns(self, after: str | None, limit: int) -> list[Named]:
        """In the order of names, also those without assets. ``after``: the last name seen."""
        query = _counted().order_by(campaigns.c.name).limit(limit)
        if after is not None:
            query = query.where(campaigns.c.name > after)
        return [Named(row["name"], row["count"], row["id"]) for row in self._tx.rows(query)]

    def campaign(self, campaign_id: str) -> Named | None:
        """The campaign, or None."""
        row = self._tx.row(_counted().where(campaigns.c.id == campaign_id))
        return None if row is None else Named(row["name"], row["count"], row["id"])

    def campaign_named(self, name: str) -> Named | None:
        """The campaign of this name, or None."""
        row = self._tx.row(_counted().where(campaigns.c.name == name))
        return None if row is None else Named(row["name"], row["count"], row["id"])

    def make_campaigns(self, names: Sequence[str], at: datetime) -> None:
        """Those that are not there yet."""
        # In order: two that make the same ones wait for each other once, not crosswise.
        rows = [{"id": str(uuid7()), "name": name, "created_at": at} for name in sorted(set(names))]
        self._tx.insert_new(campaigns, rows)

    def rename_campaign(self, campaign_id: str, name: str) -> int:
        """Rename, raise ``index_seq`` of its assets; returns how many those are. Raises Conflict
        ``campaign_exists``.
        """
        names = select(asset_campaigns.c.asset_id).where(asset_campaigns.c.campaign_id == campaign_id)
        members = assets.c.id.in_(names)
        hold(self._tx, assets, members)  # first: whoever edits an asset holds it, and then wants the campaign
        self._tx.change(update(campaigns).where(campaigns.c.id == campaign_id).values(name=name))
        return self._tx.change(update(assets).where(members).values(index_seq=assets.c.index_seq + 1))

    def forget_tags(self, asset_id: str) -> None:
        """The asset has no tags."""
        self._tx.change(delete(asset_tags).where(asset_tags.c.asset_id == asset_id))

    def forget_campaigns(self, asset_id: str) -> None:
        """The asset is in no campaign."""
        self._tx.change(delete(asset_campaigns).where(asset_campaigns.c.asset_id == asset_id))

    def add_tags(self, asset: Asset) -> None:
        """The asset, which has none, gets its tags."""
        rows = [{"asset_id": asset.id, "tag": tag, "position": place} for place, tag in enumerate(asset.tags)]
        self._tx.change(insert(asset_tags), rows)

    def add_campaigns(self, asset: Asset) -> None:
        """The asset, which is in none, gets its campaigns. Raises NotFound ``campaign_not_found``."""
        if not asset.campaigns:
            return
        found = self._tx.rows(select(campaigns).where(campaigns.c.name.in_(asset.campaigns)))
        ids = {row["name"]: row["id"] for row in found}
        missing = [name for name in asset.campaigns if name not in ids]
        if missing:
            raise NotFound("campaign_not_found", f"There is no campaign named {missing[0]!r}.")
        rows = [
            {"asset_id": asset.id, "campaign_id": ids[name], "position": place}
            for place, name in enumerate(asset.campaigns)
        ]
        self._tx.change(insert(asset_campaigns), rows)

    def _tags_of(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        query = select(asset_tags.c.asset_id, asset_tags.c.tag.label("name")).order_by(asset_tags.c.position)
        return _grouped(
            (row["asset_id"], row["name"]) for row in self._tx.rows(query.where(asset_tags.c.asset_id.in_(ids)))
        )

    def _campaigns_of(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        joined = asset_campaigns.join(campaigns, campaigns.c.id == asset_campaigns.c.campaign_id)
        query = (
            select(asset_campaigns.c.asset_id, campaigns.c.name)
            .select_from(joined)
            .order_by(asset_campaigns.c.position)
            .where(asset_campaigns.c.asset_id.in_(ids))
        )
        return _grouped((row["asset_id"], row["name"]) for row in self._tx.rows(query))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for asset_id, name in pairs:
        names[asset_id] = (*names.get(asset_id, ()), name)
    return names


def _counted() -> Select[tuple[str, str, int]]:
    """Each for itself, along its index: to join and group would count all campaigns to show one of them."""
    shown = (
        select(func.count())
        .select_from(asset_campaigns.join(assets, assets.c.id == asset_campaigns.c.asset_id))
        .where(asset_campaigns.c.campaign_id == campaigns.c.id, assets.c.trashed_at.is_(None))
        .scalar_subquery()
    )
    return select(campaigns.c.id, campaigns.c.name, shown.label("count"))
