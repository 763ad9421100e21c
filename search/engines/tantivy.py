"""The embedded engine: tantivy in a directory, written by one process and read by many.

Rule: what is durable and visible when. Matching and order are ``tantivy_search``'s, files are ``generations``'.

Writes take effect only if their ``index_seq`` is not older than what is there; tombstones are rows like others, so that
nothing older comes back. Every search looks at the pointer and reloads, so that it sees each write that had returned.
A rebuild fills a fresh generation while the current one is read *and written*: what was written since its first
document was read (``write_no`` tells) is carried over, lastly under the write lock, by the same comparison.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import tantivy
from tantivy import FieldType, Searcher
from tantivy import Query as Compiled

from search.document import Change, from_json
from search.engines.generations import Generation, Generations
from search.engines.tantivy_compile import everything_that
from search.engines.tantivy_schema import SCHEMA, STAMP
from search.engines.tantivy_search import counted, places, summary
from search.engines.tantivy_writer import Writer, last_write_no, open_index, reported_as, stored_sequences
from search.errors import SearchUnavailable
from search.projection import id_of
from search.query import Everything, Query
from search.results import Hits, Page, check_facets, decode_cursor, encode_cursor

_BATCH = 2000  # changes of a commit while rebuilding


@dataclass(frozen=True, slots=True)
class _Carry:
    """Where to take later writes from: the generation that was current, and its last write so far."""

    searcher: Searcher
    write_no: int


class TantivyIndex:
    """A ``SearchIndex`` in ``root``. Safe for threads; opens nothing before it is used, which must be after a fork.
    An index is made by ``rebuild`` only: a missing one is never silently begun, because its answers would lack what
    is not written again. ``heap_bytes`` is the writer's buffer (tantivy's minimum is 15 MB)."""

    def __init__(self, root: Path, heap_bytes: int = 15_000_000) -> None:
        self._generations = Generations(root, STAMP)
        self._heap_bytes = heap_bytes
        self._opening = threading.Lock()
        self._opened: tuple[Generation, tantivy.Index] | None = None
        self._writing = threading.Lock()
        self._writer: Writer | None = None

    def write(self, changes: Sequence[Change]) -> None:
        """Store each change whose ``index_seq`` is not older than what is there (an equal one is stored again); in
        one commit, durable and visible to searches in every process on return. Raises SearchUnavailable; then none
        is stored, or (``write_failed``) all may be."""
        if not changes:
            return
        with self._writing, self._generations.writing():
            writer = self._current_writer()
            try:
                writer.apply(changes)
            except BaseException:
                # Half a batch may wait in the writer: the next commit must not store it.
                self._writer = None
                writer.close()
                raise

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        """One page of what matches. Raises PageError for a cursor or facet that does not fit, SearchUnavailable."""
        check_facets(facets)
        after = decode_cursor(query, page.sort, page.cursor) if page.cursor is not None else None
        searcher = self._searcher()
        with reported_as("search_failed"):
            total, counts = counted(searcher, query, facets)
            found = places(searcher, query, page, after)
        shown = found[: page.limit]
        behind_it = encode_cursor(query, page.sort, shown[-1]) if len(found) > page.limit else None
        return Hits(tuple(id_of(place.key) for place in shown), total, counts, behind_it)

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        """``index_seq`` of each id that is there (tombstones too). Raises SearchUnavailable."""
        return stored_sequences(self._searcher(), ids)

    def rebuild(self, documents: Iterable[Change], *, resume: bool = False) -> int:
        """Replace the index by ``documents``, atomically; returns how many can be found then. The iterable must begin
        to read its source when its first item is asked for: writes from then on are kept where they are newer.
        Without a usable index to keep them in, writers wait until the new one is there. Raises SearchUnavailable;
        then, and after a kill, the old index is in place as it was. There is nothing to ``resume``: each begins anew,
        because what a kill leaves here is not whole."""
        with self._generations.building() as path, ExitStack() as held:
            carry = self._mark()
            if carry is None:
                held.enter_context(self._generations.writing())
            self._fill(path, documents, carry)
            if carry is not None:
                held.enter_context(self._generations.writing())
            total = self._finish(path, carry)
            with reported_as("write_failed"):
                self._generations.publish(path)
        self.close()  # a writer of the generation that was replaced
        return total

    def close(self) -> None:
        """Let the writer go, after its merges, and the reader. Searching, or writing again, opens what it needs."""
        with self._opening:
            self._opened = None
        with self._writing:
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.close()

    def _searcher(self) -> Searcher:
        # An index may be in one of these calls at a time; the searcher itself is used outside the lock.
        with self._opening:
            while True:
                generation = self._generations.current()
                try:
                    with reported_as("index_damaged"):
                        return self._reload(generation)
                except SearchUnavailable:
                    self._opened = None
                    # A rebuild may have removed it after we read the pointer.
                    if self._generations.current() == generation:
                        raise

    def _reload(self, generation: Generation) -> Searcher:
        if self._opened is None or self._opened[0] != generation:
            self._opened = (generation, open_index(generation.path))
        index = self._opened[1]
        index.reload()
        return index.searcher()

    def _current_writer(self) -> Writer:
        """The writer of the current generation; only under the write lock."""
        generation = self._generations.current()
        if self._writer is not None and self._writer.path != generation.path:
            outlived, self._writer = self._writer, None
            outlived.close()
        if self._writer is None:
            self._writer = Writer(generation.path, self._heap_bytes)
        return self._writer

    def _mark(self) -> _Carry | None:
        try:
            searcher = self._searcher()
            with reported_as("index_damaged"):
                return _Carry(searcher, last_write_no(searcher))
        except SearchUnavailable as unavailable:
            if unavailable.needs_rebuild:
                return None
            raise

    def _fill(self, path: Path, documents: Iterable[Change], carry: _Carry | None) -> None:
        writer = Writer.create(path, self._heap_bytes)
        try:
            remaining = iter(documents)
            while batch := list(islice(remaining, _BATCH)):
                writer.apply(batch)
            if carry is not None:
                # Most of what is to be carried is, before anybody has to wait for the rest.
                self._bring(carry, writer)
        except BaseException:
            writer.close()
            raise
        writer.close()

    def _finish(self, path: Path, carry: _Carry | None) -> int:
        writer = Writer(path, self._heap_bytes)
        try:
            if carry is not None:
                self._bring(carry, writer)
            with reported_as("search_failed"):
                total, _ = summary(writer.searcher(), everything_that(Everything()), ())
        except BaseException:
            writer.close()
            raise
        writer.close()
        return total

    def _bring(self, carry: _Carry, writer: Writer) -> None:
        searcher = self._searcher()
        later = Compiled.range_query(
            SCHEMA, "write_no", FieldType.Unsigned, lower_bound=carry.write_no, include_lower=False
        )
        with reported_as("search_failed"):
            hits = searcher.search(later, max(1, searcher.num_docs), count=False, order_by_field="write_no").hits
        addresses = iter([address for _, address in hits])
        while batch := list(islice(addresses, _BATCH)):
            with reported_as("search_failed"):
                sources = [bytes(searcher.doc(address)["source"][0]) for address in batch]
            writer.apply(from_json(source) for source in sources)
