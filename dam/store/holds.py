"""The order in which rows are held, so that no two transactions wait for each other: assets, placements, deliveries,
rollouts; of one kind in the order of keys. Then a channel's row, which nobody waits for who holds any of these.

Rule: whoever changes several assets or several placements by one statement holds them by this function first. On
SQLite there is one writer, and nothing to hold.
"""

from sqlalchemy import ColumnElement, Table, select

from dam.store.transaction import Transaction


def hold(tx: Transaction, table: Table, condition: ColumnElement[bool]) -> None:
    """Hold these rows until the end of the transaction, in the order of ids."""
    if not tx.on_sqlite:
        tx.rows(select(table.c.id).where(condition).order_by(table.c.id).with_for_update())
