"""The order in which rows are held, so that no two transactions wait for each other: a recipe of the house, assets,
placements, deliveries, rollouts; of one kind in the order of keys. Then a channel's row, which nobody waits for who
holds any of these; but for ``hold_all``, whose transaction wants nothing more of these kinds, or holds their assets.

Rule: whoever changes several assets or several placements by one statement holds them by this function first. On
SQLite there is one writer, and nothing to hold.
"""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, select

from dam.domain.errors import Conflict
from dam.store.transaction import Transaction


def hold(tx: Transaction, table: Table, condition: ColumnElement[bool]) -> None:
    """Hold these rows until the end of the transaction, in the order of ids."""
    if not tx.on_sqlite:
        tx.rows(select(table.c.id).where(condition).order_by(table.c.id).with_for_update())


def hold_all(tx: Transaction, table: Table, ids: Select[Any] | CompoundSelect[Any], owner: Select[Any]) -> list[str]:
    """Hold every row whose id is among ``ids``, and behind them the row ``owner`` that whoever becomes one of them has
    to refer to: so they are all of them until the end of the transaction. Raises Conflict ``moved`` if there is one
    more since the first look; it can't be waited for out of order.
    """
    found: list[str] = tx.values(ids)
    hold(tx, table, table.c.id.in_(ids))
    if not tx.on_sqlite:
        tx.rows(owner.with_for_update())
        if not set(tx.values(ids)) <= set(found):
            tx.fail()
            raise Conflict("moved", "Something else changed this at the same moment; try again.")
    return found
