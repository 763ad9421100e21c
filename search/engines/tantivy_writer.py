"""The embedded engine's writer: the guarded upsert, one durable commit a batch.

Rule: what reaches one generation, and how the engine's failures are named. Knows no pointer and no other generation.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy
from tantivy import Query as Compiled
from tantivy import Searcher

from search.document import Change
from search.engines.generations import fsync_directory
from search.engines.tantivy_schema import SCHEMA, to_tantivy
from search.errors import SearchUnavailable


@contextmanager
def reported_as(code: str) -> Iterator[None]:
    """What the engine raises, as SearchUnavailable. A panic in its Rust code is no Exception, and its class can't be
    imported."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise SearchUnavailable(code, f"the search engine: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable(code, f"the search engine failed: {error}") from error


def open_index(path: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(path))
    # The automatic policy needs half a second and a thread that no forked child has.
    index.config_reader(reload_policy="manual")
    return index


class Writer:
    """The one writer of a generation. Tantivy's own lock keeps a second one out, in this process and in others."""

    def __init__(self, path: Path, heap_bytes: int) -> None:
        self.path = path
        with reported_as("index_damaged"):
            self._index = open_index(path)
            self._index.reload()
            self._write_no = last_write_no(self._index.searcher())
        with reported_as("index_busy"):
            self._writer = self._index.writer(heap_size=heap_bytes, num_threads=1)

    @classmethod
    def create(cls, path: Path, heap_bytes: int) -> "Writer":
        """A writer of an empty index in an empty directory."""
        with reported_as("write_failed"):
            tantivy.Index(SCHEMA, path=str(path), reuse=False)
        return cls(path, heap_bytes)

    def searcher(self) -> Searcher:
        with reported_as("search_failed"):
            self._index.reload()
            return self._index.searcher()

    def apply(self, changes: Iterable[Change]) -> None:
        """Store what is not older than what is there, in one commit, durably."""
        newest: dict[str, Change] = {}
        for change in changes:
            if change.id not in newest or change.index_seq >= newest[change.id].index_seq:
                newest[change.id] = change
        known = stored_sequences(self.searcher(), list(newest))
        accepted = [change for change in newest.values() if change.index_seq >= known.get(change.id, 0)]
        if accepted:
            self._store(accepted)

    def _store(self, changes: Sequence[Change]) -> None:
        rows = [(change.id, to_tantivy(change, self._write_no + 1)) for change in changes]
        with reported_as("write_failed"):
            for id_, row in rows:
                self._writer.delete_documents_by_term("id", id_)
                self._writer.add_document(row)
            self._writer.commit()
            # Tantivy syncs the files and the names before its last rename, not that rename.
            fsync_directory(self.path)
        self._write_no += 1

    def close(self) -> None:
        """Let running merges end, and the lock go. What was not committed is forgotten. A merge that fails, such as
        in a generation that was removed, loses nothing: what was acknowledged is committed."""
        with suppress(SearchUnavailable), reported_as("write_failed"):
            self._writer.wait_merging_threads()


def last_write_no(searcher: Searcher) -> int:
    hits = searcher.search(Compiled.all_query(), 1, count=False, order_by_field="write_no").hits
    return int(hits[0][0]) if hits else 0


def stored_sequences(searcher: Searcher, ids: Sequence[str]) -> dict[str, int]:
    if not ids:
        return {}
    asked = Compiled.term_set_query(SCHEMA, "id", list(dict.fromkeys(ids)))
    with reported_as("search_failed"):
        hits = searcher.search(asked, len(ids), count=False, order_by_field="id").hits
        values = searcher.fast_field_values("index_seq", [address for _, address in hits])
    return {str(id_): int(value or 0) for (id_, _), value in zip(hits, values, strict=True)}
