"""What versions asked for by recipes that are not to be looked at.

Rule: assets with the same bytes share what is made of them, and each shows only what it asked for itself: a copy may
have another asset's words in it. An artefact is found by its version here, and by its key in ``artefacts``.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from dam.domain.recipes import Artefact
from dam.store.codec import fact_of
from dam.store.tables import artefacts, asked_renditions, versions
from dam.store.transaction import Transaction

_asked = asked_renditions.c
_VERSION = and_(versions.c.asset_id == _asked.asset_id, versions.c.number == _asked.number)
_MADE = and_(
    artefacts.c.source_sha256 == versions.c.sha256,
    *(artefacts.c[name] == _asked[name] for name in ("recipe", "recipe_version", "params_sha256")),
)
_LATEST = (_asked.recipe_version.desc(), _asked.asked_at.desc())

MADE_FOR = select(artefacts, _asked.asset_id, _asked.number).select_from(
    asked_renditions.join(versions, _VERSION).join(artefacts, _MADE)
)
"""Artefacts, each with the version that asked for it."""

OLDEST_FIRST = (_asked.recipe_version, _asked.asked_at)


class Asked:
    """Questions about what versions asked for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def ask(self, asset_id: str, number: int, artefact: Artefact, at: datetime) -> None:
        """The version, which has the artefact's source, asked for it at this moment."""
        key = {
            "asset_id": asset_id,
            "number": number,
            "recipe": artefact.recipe,
            "recipe_version": artefact.recipe_version,
            "params_sha256": artefact.params_sha256,
        }
        mine = and_(*(_asked[name] == value for name, value in key.items()))
        if not self._tx.change(update(asked_renditions).where(mine).values(asked_at=at)):
            self._tx.insert_new(asked_renditions, [{**key, "asked_at": at}])

    def latest(self, asset_id: str, number: int, recipe: str) -> Artefact | None:
        """Of what the version asked for by the recipe: by its newest version, what was asked for last."""
        return self._first(asset_id, number, recipe, *_LATEST)

    def best(self, asset_id: str, number: int, recipe: str) -> Artefact | None:
        """The latest one that is ready, else the latest one."""
        return self._first(asset_id, number, recipe, artefacts.c.state != "ready", *_LATEST)

    def _first(self, asset_id: str, number: int, recipe: str, *order: ColumnElement[Any]) -> Artefact | None:
        mine = and_(_asked.asset_id == asset_id, _asked.number == number, _asked.recipe == recipe)
        row = self._tx.row(MADE_FOR.where(mine).order_by(*order).limit(1))
        return None if row is None else fact_of(Artefact, row)
