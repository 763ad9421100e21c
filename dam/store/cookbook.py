"""The repository of the house's own recipes. Rule: a row is a version, and only its newest one of a name is held or
changed.
"""

from sqlalchemy import select

from dam.domain.cookbook import HouseRecipe
from dam.store.codec import fact_of
from dam.store.tables import recipes
from dam.store.transaction import Transaction


class Cookbook:
    """Recipes of the house."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, name: str, version: int) -> HouseRecipe | None:
        """That version, or None."""
        row = self._tx.row(select(recipes).where(recipes.c.name == name, recipes.c.version == version))
        return None if row is None else fact_of(HouseRecipe, row)

    def newest(self, name: str) -> HouseRecipe | None:
        """The newest version, or None."""
        row = self._tx.row(select(recipes).where(recipes.c.name == name).order_by(recipes.c.version.desc()).limit(1))
        return None if row is None else fact_of(HouseRecipe, row)

    def hold(self, name: str) -> HouseRecipe | None:
        """The newest version, held until the end of the transaction."""
        # All of its rows: of two that wait for the newest one, the second would go on with what is not the newest.
        if not self._tx.on_sqlite:
            held = select(recipes.c.version).where(recipes.c.name == name).order_by(recipes.c.version)
            self._tx.rows(held.with_for_update())
        return self.newest(name)

    def all(self, limit: int) -> list[HouseRecipe]:
        """Every version, by name, the oldest first."""
        query = select(recipes).order_by(recipes.c.name, recipes.c.version).limit(limit)
        return [fact_of(HouseRecipe, row) for row in self._tx.rows(query)]

    def count(self, most: int) -> int:
        """How many versions there are; not counted further than ``most``."""
        query = select(recipes.c.version).order_by(recipes.c.name, recipes.c.version).limit(most)
        return len(self._tx.rows(query))
