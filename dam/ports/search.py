"""The search index: a copy of what the database says, thrown away and rebuilt at will.

Rule: writes are conditional on ``index_seq``, so a late or repeated task can't take the index backwards.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from search.document import Document, Tombstone
from search.query import Query
from search.results import Hits, Page


class SearchIndex(Protocol):
    """One index of assets."""

    def write(self, changes: Sequence[Document | Tombstone]) -> None:
        """Store each change whose ``index_seq`` is not older than what is there; durable and visible to later
        searches on return. Raises Unavailable-like errors of the engine as ``SearchUnavailable``."""
        ...

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        """The ids that match, one page of them, the total, and counts for each facet asked for."""
        ...

    def rebuild(self, documents: Iterable[Document | Tombstone]) -> int:
        """Replace the whole index by these documents; readers see the old one until the new one is complete. Returns how many."""
        ...

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        """``index_seq`` of each id that is there (tombstones too)."""
        ...
