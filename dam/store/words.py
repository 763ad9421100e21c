"""The repository of the words that placements' states were last shown by, to count them and to find them by one.

Rule: a word here is a hint, written with the search index and as far behind as that. Who lists placements computes the
state of each again, and asks for all that may have the word: none is missed.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, bindparam, delete, func, insert, select, update

from dam.ports.views import PlacementWord
from dam.store.places import channels, placement_words, placements
from dam.store.tables import assets
from dam.store.transaction import Transaction

_AT_ONCE = 1000

_UNREACHABLE = "unreachable"
_COUNTED = select(placement_words.c.channel_id, placement_words.c.word, func.count().label("count")).group_by(
    placement_words.c.channel_id, placement_words.c.word
)
_behind = select(assets.c.id).where(assets.c.indexed_seq < assets.c.index_seq)
_BEHIND = select(placements.c.id).where(placements.c.asset_id.in_(_behind), placements.c.ended_at.is_(None))


class Words:
    """Words of placements, by channel."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def keep(self, asset_ids: Collection[str], found: Iterable[PlacementWord]) -> None:
        """The assets, which the caller holds, have these places with these words, and no others."""
        now = {each.placement_id: each for each in found}
        before: dict[str, str] = {}
        for some in _parts(sorted(asset_ids)):
            rows = self._tx.rows(select(placement_words).where(placement_words.c.asset_id.in_(some)))
            before |= {row["placement_id"]: row["word"] for row in rows}
        for some in _parts(sorted(before.keys() - now.keys())):
            self._tx.change(delete(placement_words).where(placement_words.c.placement_id.in_(some)))
        moved = update(placement_words).where(placement_words.c.placement_id == bindparam("place"))
        others = [each for each in now.values() if before.get(each.placement_id, each.word) != each.word]
        self._tx.change(
            moved.values(word=bindparam("other")),
            [{"place": each.placement_id, "other": each.word} for each in others],
        )
        fresh = [each for each in now.values() if each.placement_id not in before]
        self._tx.change(insert(placement_words), [_row(each) for each in fresh])

    def counts(self) -> dict[str, dict[str, int]]:
        """How many places each channel has by word; one look along an index."""
        found: dict[str, dict[str, int]] = {}
        for row in self._tx.rows(_COUNTED):
            found.setdefault(row["channel_id"], {})[row["word"]] = row["count"]
        return found

    def candidates(self, word: str, channel_id: str | None, after: str | None, limit: int) -> list[str]:
        """Ids of placements that may have this word by now, in order: those that had it, those of assets that are
        behind, and those of channels that were lost or found since.
        """
        named = select(placement_words.c.placement_id)
        there = placement_words.c.channel_id
        queries = [named.where(placement_words.c.word == word), _BEHIND]
        if word == _UNREACHABLE:
            lost = select(channels.c.id).where(channels.c.unreachable_code.is_not(None))
            queries.append(named.where(there.in_(lost)))
        else:
            back = select(channels.c.id).where(channels.c.unreachable_code.is_(None), channels.c.removed_at.is_(None))
            queries.append(named.where(placement_words.c.word == _UNREACHABLE, there.in_(back)))
        found: set[str] = set()
        for query in queries:
            found.update(self._first(query, channel_id, after, limit))
        return sorted(found)[:limit]

    def _first(self, query: Select[tuple[str]], channel_id: str | None, after: str | None, limit: int) -> list[str]:
        """The first ids of a query for ids."""
        key = query.selected_columns[0]
        if channel_id is not None:
            query = query.where(key.table.c.channel_id == channel_id)
        if after is not None:
            query = query.where(key > after)
        return self._tx.values(query.order_by(key).limit(limit))


def _row(each: PlacementWord) -> dict[str, str]:
    return {
        "placement_id": each.placement_id, "asset_id": each.asset_id, "channel_id": each.channel_id, "word": each.word,
    }  # fmt: skip


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))
