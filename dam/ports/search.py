"""The search index: a copy of what the database says, thrown away and rebuilt at will.

Rule: writes are conditional on ``index_seq``, so a late or repeated task can't take the index backwards.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from search.document import Document, Tombstone
from search.query import Query
from search.results import Hits, Page


class SearchIndex(Protocol):
    """One index of assets. Each method raises ``search.errors.SearchUnavailable`` when the engine can't do it; where
    that says ``needs_rebuild``, only ``rebuild`` helps."""

    def write(self, changes: Sequence[Document | Tombstone]) -> None:
        """Store each change whose ``index_seq`` is not older than what is there (an equal one is stored again);
        durable and visible to later searches on return. Never makes an index that is missing."""
        ...

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        """The ids that match, one page of them, the total, and counts for each facet asked for (``fields.FACETS``).
        A facet counts what matches beside the query's own choice in it (``query.without_selection``). Raises
        ``search.errors.PageError`` for a foreign cursor or facet; ``QueryError`` for a tree that is too large for an
        engine, as ``search.parse`` gives none."""
        ...

    def rebuild(self, documents: Iterable[Document | Tombstone], *, resume: bool = False) -> int:
        """Replace the whole index by these documents; readers see the old one until the new one is complete. What is
        written meanwhile is kept where it is newer, if the iterable begins to read the database only when its first
        item is asked for (a generator). Older tombstones are not kept: the iterable gives those that matter. Also
        makes the first index. Returns how many assets can then be found. ``resume``: an engine that can need not store
        again what an interrupted rebuild has stored with the same ``index_seq``; only for documents of the same source,
        which was not itself put back to an earlier state since."""
        ...

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        """``index_seq`` of each id that is there (tombstones too)."""
        ...

    def close(self) -> None:
        """Let go of what writing holds."""
        ...
