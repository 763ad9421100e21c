"""Building a new index beside the current one, and proving it before it takes the other's place.

Rule: what goes into the next index, and what must hold of it; which index is which is the catalogue's. Everybody who
writes meanwhile writes to the next index too, so that nothing has to be carried over and nobody has to wait. What was
stored before a kill is not sent again by a rebuild that resumes.

Proven is: the server counts at least as many rows as it said it had made; and of a sample, spread over all that was
given, each row is found by a search under its sort key and holds what was sent, unless somebody wrote it anew since.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from search.document import Change
from search.engines import elastic_writer as writer
from search.engines.elastic_catalogue import Catalogue
from search.engines.elastic_client import WRITE_S, Connection
from search.engines.elastic_compile import LIVE
from search.engines.elastic_schema import body
from search.errors import SearchUnavailable

_BATCH = writer.CHUNK  # changes that are compared and stored at a time
_SAMPLE = 200
_COMPARED = 50  # documents in one exchange: each may be large


class Rebuild:
    """One run, from the first document to the moved alias."""

    def __init__(self, connection: Connection, catalogue: Catalogue, *, resume: bool) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._resume = resume
        self._least = 0  # rows that there must be

    def run(self, documents: Iterable[Change]) -> int:
        """Returns how many assets can be found then. Raises SearchUnavailable; then the current index stays, and so
        does what was built, for one that resumes; but what can't be proven is removed (``rebuild_unproven``)."""
        index = self._begin()
        try:
            sample = self._fill(index, documents)
            writer.refresh(self._connection, index)
            total = self._count(index, LIVE)
            self._prove(index, sample)
        except _Overtaken:
            # Somebody who built the same index with us has proven it and moved the alias.
            return self._count(index, LIVE)
        self._catalogue.publish(index)
        return total

    def _begin(self) -> str:
        index = self._catalogue.building() if self._resume else None
        if index is None:
            return self._catalogue.begin()
        writer.refresh(self._connection, index)
        self._least = self._count(index, {"match_all": {}})
        return index

    def _fill(self, index: str, documents: Iterable[Change]) -> "Sample":
        sample = Sample()
        wanted = self._wanted(index, documents, sample)
        with closing(writer.stored(self._connection, self._catalogue.next, wanted)) as answers:
            for stored in answers:
                if stored.index != index:
                    self._look(index)
                self._least += stored.created
        self._look(index)
        return sample

    def _wanted(self, index: str, documents: Iterable[Change], sample: "Sample") -> Iterator[Sequence[Change]]:
        """What the index does not have yet, in batches; of all that is given a sample is kept."""
        skip = self._least > 0
        remaining = iter(documents)
        while batch := list(islice(remaining, _BATCH)):
            changes = writer.newest_of(batch)
            sample.offer(changes)
            if wanted := self._unknown(index, changes) if skip else changes:
                yield wanted

    def _unknown(self, index: str, changes: Sequence[Change]) -> list[Change]:
        known = writer.stored_sequences(self._connection, index, [change.id for change in changes])
        return [change for change in changes if known.get(change.id) != change.index_seq]

    def _look(self, index: str) -> None:
        """Raise unless this is still the next index."""
        if self._catalogue.building() == index:
            return
        if self._catalogue.is_current(index):
            raise _Overtaken
        raise SearchUnavailable("rebuild_running", "another rebuild has taken the place of this one")

    def _prove(self, index: str, sample: "Sample") -> None:
        rows = self._count(index, {"match_all": {}})
        wrong = f"{rows} rows are there, of {self._least} that were stored" if rows < self._least else None
        for changes in sample.parts(_COMPARED):
            wrong = wrong or self._difference(index, changes)
        if wrong:
            self._catalogue.abandon(index)
            raise SearchUnavailable("rebuild_unproven", f"the new index was not put in the old one's place: {wrong}")

    def _difference(self, index: str, changes: Sequence[Change]) -> str | None:
        """What is not as it was given, or None."""
        # Searched first: what has its own version afterwards had no other one before.
        visible, rows = self._visible(index, changes), self._rows(index, changes)
        for change in changes:
            row = rows[change.id]
            if not row["found"] or row["_version"] < change.index_seq:
                return f"{change.id} is missing"
            if row["_version"] == change.index_seq:
                expected = body(change)
                if row["_source"] != expected:
                    return f"{change.id} is stored otherwise"
                if visible.get(change.id) != expected.get("key_created"):
                    return f"{change.id} is not found as it should be"
        return None

    def _visible(self, index: str, changes: Sequence[Change]) -> dict[str, str]:
        """What a search finds of these, and under which sort key."""
        query = {"bool": {"filter": [{"ids": {"values": [change.id for change in changes]}}, LIVE]}}
        with self._connection.asking("search_failed", WRITE_S) as client:
            answer = client.search(
                index=index, query=query, size=len(changes), sort=[{"key_created": "asc"}], source=False
            )
            return {hit["_id"]: hit["sort"][0] for hit in answer["hits"]["hits"]}

    def _rows(self, index: str, changes: Sequence[Change]) -> dict[str, Any]:
        with self._connection.asking("search_failed", WRITE_S) as client:
            answer = client.mget(index=index, ids=[change.id for change in changes])
            return {each["_id"]: each for each in answer["docs"]}

    def _count(self, index: str, query: dict[str, Any]) -> int:
        with self._connection.asking("search_failed", WRITE_S) as client:
            return int(client.count(index=index, query=query)["count"])


class Sample:
    """At most ``_SAMPLE`` of what is offered, evenly spread, however much that is."""

    def __init__(self) -> None:
        self._kept: list[Change] = []
        self._every = 1
        self._seen = 0

    def offer(self, changes: Iterable[Change]) -> None:
        """Keep every so many of these."""
        for change in changes:
            if self._seen % self._every == 0:
                self._kept.append(change)
            self._seen += 1
            if len(self._kept) > _SAMPLE:
                self._kept = self._kept[::2]
                self._every *= 2

    def parts(self, size: int) -> Iterator[Sequence[Change]]:
        """What was kept, so many at a time."""
        for begin in range(0, len(self._kept), size):
            yield self._kept[begin : begin + size]


class _Overtaken(Exception):
    """The index that is being built has become the current one."""
