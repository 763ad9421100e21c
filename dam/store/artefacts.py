"""The repository of artefacts. Rule: an artefact's key is what it was made of and how; there is one row for it."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, or_, select, tuple_, update

from dam.domain.recipes import NO_PARAMS, Artefact
from dam.store.asked import Asked
from dam.store.codec import fact_of, row_of
from dam.store.places import deliveries
from dam.store.tables import artefacts, counters, rendition_overrides, versions

_EDITION, _PROGRAMS = "edition", "programs"
_OVERRIDE = and_(
    rendition_overrides.c.asset_id == versions.c.asset_id,
    rendition_overrides.c.number == versions.c.number,
    rendition_overrides.c.recipe == bindparam("recipe"),
)
# Asked for each picture of a grid, so put together once.
_SHOWN = (
    select(artefacts)
    .select_from(versions.outerjoin(rendition_overrides, _OVERRIDE))
    .join(artefacts, artefacts.c.source_sha256 == func.coalesce(rendition_overrides.c.sha256, versions.c.sha256))
    .where(
        versions.c.asset_id == bindparam("asset_id"),
        versions.c.number == bindparam("number"),
        artefacts.c.recipe == bindparam("recipe"),
        artefacts.c.recipe_version == bindparam("version"),
        artefacts.c.params_sha256 == NO_PARAMS,
    )
)


class Artefacts(Asked):
    """What recipes made."""

    def get(self, source: str, recipe: str, recipe_version: int, params: str = NO_PARAMS) -> Artefact | None:
        """The artefact made with the parameters of this digest, or None."""
        return self._keyed(source, recipe, recipe_version, params)

    def shown(self, asset_id: str, number: int, recipe: str, recipe_version: int) -> Artefact | None:
        """What the version is shown by, or None."""
        row = self._tx.row(
            _SHOWN, {"asset_id": asset_id, "number": number, "recipe": recipe, "version": recipe_version}
        )
        return None if row is None else fact_of(Artefact, row)

    def drop_overrides(self, asset_id: str, number: int) -> int:
        """The version shows its own renditions again; returns how many overrides there were."""
        mine = and_(rendition_overrides.c.asset_id == asset_id, rendition_overrides.c.number == number)
        return self._tx.change(delete(rendition_overrides).where(mine))

    def ensure(self, artefact: Artefact) -> Artefact:
        """Insert unless there is one with its key; return the one that is there."""
        if self._tx.insert_new(artefacts, [row_of(artefact)]):
            return artefact
        key = (artefact.source_sha256, artefact.recipe, artefact.recipe_version, artefact.params_sha256)
        return self._keyed(*key) or artefact

    def of_source(self, source: str) -> list[Artefact]:
        """All that were made of these bytes, in the order of recipes."""
        query = select(artefacts).where(artefacts.c.source_sha256 == source)
        rows = self._tx.rows(query.order_by(artefacts.c.recipe, artefacts.c.recipe_version))
        return [fact_of(Artefact, row) for row in rows]

    def pending(self, before: datetime, limit: int) -> list[Artefact]:
        """Those pending since before then, the oldest first."""
        query = select(artefacts).where(artefacts.c.state == "pending", artefacts.c.updated_at < before)
        rows = self._tx.rows(query.order_by(artefacts.c.updated_at).limit(limit))
        return [fact_of(Artefact, row) for row in rows]

    def page(self, after: Artefact | None, limit: int) -> list[Artefact]:
        """In the order of their keys, behind ``after``."""
        key = (artefacts.c.source_sha256, artefacts.c.recipe, artefacts.c.recipe_version, artefacts.c.params_sha256)
        query = select(artefacts).order_by(*key).limit(limit)
        if after is not None:
            last = (after.source_sha256, after.recipe, after.recipe_version, after.params_sha256)
            query = query.where(tuple_(*key) > tuple_(*last))
        return [fact_of(Artefact, row) for row in self._tx.rows(query)]

    def edition(self) -> int:
        """The edition of recipes and types that every content has been looked at by; 0 at first."""
        return self._counted(_EDITION)

    def seen(self, edition: int) -> None:
        """Every content has been looked at by this edition."""
        self._count(_EDITION, edition)

    def programs(self) -> int:
        """The programs that some worker has had, a bit each; 0 at first."""
        return self._counted(_PROGRAMS)

    def found(self, programs: int) -> None:
        """Some worker has them."""
        self._count(_PROGRAMS, programs)

    def _counted(self, name: str) -> int:
        return int(self._tx.value(select(counters.c.value).where(counters.c.name == name)) or 0)

    def _count(self, name: str, value: int) -> None:
        if not self._tx.insert_new(counters, [{"name": name, "value": value}]):
            self._tx.change(update(counters).where(counters.c.name == name).values(value=value))

    def delivered(self, sha256: str) -> bool:
        """Does a delivery refer to these bytes, as what it brings or as what was there before?"""
        refers = or_(deliveries.c.artefact == sha256, deliveries.c.before == sha256)
        return self._tx.row(select(deliveries.c.id).where(refers).limit(1)) is not None

    def _keyed(self, source: str, recipe: str, recipe_version: int, params: str) -> Artefact | None:
        query = select(artefacts).where(
            artefacts.c.source_sha256 == source,
            artefacts.c.recipe == recipe,
            artefacts.c.recipe_version == recipe_version,
            artefacts.c.params_sha256 == params,
        )
        row = self._tx.row(query)
        return None if row is None else fact_of(Artefact, row)
