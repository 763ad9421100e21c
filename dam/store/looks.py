"""The repository of looks: pictures that look like another one. Rule: each band is looked up along its own index, so
that the cost grows with what is found, not with the library; and there is a bound to that, too.
"""

from sqlalchemy import select, union

from dam.domain.looks import NEAR, bands, beside, distance
from dam.store.tables import BAND_NAMES, assets, looks, versions
from dam.store.transaction import Transaction

_MOST_COMPARED = 5000
"""Of a thousand pictures that are all but the same, each has a thousand near ones; somebody who asks sees a few."""


class Looks:
    """How contents look."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def of(self, sha256: str) -> str | None:
        """How it looks; None where that is not known, or it has no look."""
        row = self._tx.row(select(looks.c.look).where(looks.c.sha256 == sha256))
        return None if row is None else str(row["look"])

    def keep(self, sha256: str, look: str) -> None:
        """It looks so, whatever was known before."""
        self._tx.change(looks.delete().where(looks.c.sha256 == sha256))
        values = dict(zip(BAND_NAMES, bands(look), strict=True))
        self._tx.insert_new(looks, [{"sha256": sha256, "look": look, **values}])

    def near(self, look: str, limit: int) -> list[tuple[str, int]]:
        """Contents that look so, with the bits in which they differ; the nearest first."""
        parts = [
            select(looks.c.sha256, looks.c.look).where(looks.c[name].in_(beside(band)))
            for name, band in zip(BAND_NAMES, bands(look), strict=True)
        ]
        rows = self._tx.rows(union(*parts).limit(_MOST_COMPARED))
        found = ((distance(look, row["look"]), row["sha256"]) for row in rows)
        nearest = sorted(each for each in found if each[0] <= NEAR)
        return [(sha256, bits) for bits, sha256 in nearest[:limit]]

    def shown_by(self, digests: list[str], limit: int) -> list[tuple[str, str]]:
        """Assets that are not in the trash and have a version of one of these contents: their ids, and which."""
        here = assets.c.trashed_at.is_(None) & versions.c.sha256.in_(digests)
        query = select(versions.c.asset_id, versions.c.sha256).join(assets, assets.c.id == versions.c.asset_id)
        rows = self._tx.rows(query.where(here).distinct().order_by(versions.c.asset_id, versions.c.sha256).limit(limit))
        return [(row["asset_id"], row["sha256"]) for row in rows]
