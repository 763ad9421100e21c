"""That search shows an asset otherwise from now on.

Rule: the one place that raises ``index_seq`` for a reason that is not in the asset's own row. It happens in the
transaction that changes what is shown, which holds everything that refers to it: so no asset is forgotten.
"""

from collections.abc import Iterable

from sqlalchemy import update

from dam.store.holds import hold
from dam.store.tables import assets
from dam.store.transaction import Transaction

_AT_ONCE = 1000  # ids in a statement


def show_anew(tx: Transaction, ids: Iterable[str]) -> int:
    """Raise their ``index_seq``; returns how many there were."""
    listed = sorted(set(ids))
    changed = 0
    for begin in range(0, len(listed), _AT_ONCE):
        mine = assets.c.id.in_(listed[begin : begin + _AT_ONCE])
        hold(tx, assets, mine)
        changed += tx.change(update(assets).where(mine).values(index_seq=assets.c.index_seq + 1))
    return changed
