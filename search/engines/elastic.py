"""The engine of the full stack: an Elasticsearch, written and searched by many processes on many machines.

Rule: what is stored and visible when. Matching and order are ``elastic_search``'s, names are ``elastic_catalogue``'s.

Writes take effect only if their ``index_seq`` is not older than what is there (the server compares versions);
tombstones are rows like others, so that nothing older comes back. A write returns when every index that takes writes at
that time has it and shows it: so one that is being built misses nothing, and may become the current one at any moment.
"""

from collections.abc import Iterable, Sequence

from search.document import Change
from search.engines import elastic_writer as writer
from search.engines.elastic_address import Address
from search.engines.elastic_catalogue import Catalogue
from search.engines.elastic_client import SEARCH_S, Connection, IndexGone
from search.engines.elastic_rebuild import Rebuild
from search.engines.elastic_search import Found, found, requests
from search.errors import SearchUnavailable
from search.projection import id_of
from search.query import Query
from search.results import Hits, Page, Place, check_facets, decode_cursor, encode_cursor

_MOVES = 5  # aliases may move during one write


class ElasticIndex:
    """A ``SearchIndex`` at ``address``. Safe for threads; connects at its first use, which must be after a fork. An
    index is made by ``rebuild`` only: a missing one is never silently begun, because its answers would lack what is
    not written again."""

    def __init__(self, address: Address) -> None:
        self._connection = Connection(address)
        self._catalogue = Catalogue(self._connection, address.name)

    def write(self, changes: Sequence[Change]) -> None:
        """Store each change whose ``index_seq`` is not older than what is there (an equal one is stored again); durable
        and visible to searches everywhere on return. Raises SearchUnavailable; then some of them may be stored."""
        if not changes:
            return
        newest = writer.newest_of(changes)
        targets, written = self._catalogue.targets(), set[str]()
        for _ in range(_MOVES):
            aliases = [self._catalogue.current] if targets.current not in written else []
            aliases += [self._catalogue.next] if targets.next and targets.next not in written else []
            written |= self._store(aliases, newest)
            targets = self._catalogue.targets()
            if targets.all() <= written:
                return
        raise SearchUnavailable("index_busy", "the search index was replaced again and again during a write")

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        """One page of what matches. Raises PageError for a cursor or facet that does not fit, SearchUnavailable;
        QueryError for a query of more words than this server takes."""
        check_facets(facets)
        after = decode_cursor(query, page.sort, page.cursor) if page.cursor is not None else None
        try:
            answer = self._ask(query, page, after, facets)
        except IndexGone:
            # It was replaced during the search, or there is none.
            self._catalogue.targets()
            answer = self._ask(query, page, after, facets)
        shown = answer.places[: page.limit]
        behind_it = encode_cursor(query, page.sort, shown[-1]) if len(answer.places) > page.limit else None
        return Hits(tuple(id_of(place.key) for place in shown), answer.total, answer.facets, behind_it)

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        """``index_seq`` of each id that is there (tombstones too). Raises SearchUnavailable."""
        return writer.stored_sequences(self._connection, self._catalogue.targets().current, ids)

    def rebuild(self, documents: Iterable[Change], *, resume: bool = False) -> int:
        """Replace the index by ``documents``, atomically; returns how many can be found then. The iterable must begin
        to read its source when its first item is asked for: writes from then on are in the new index too. Raises
        SearchUnavailable; then, and after a kill, the old index is in place as it was, and what was built is taken up
        by the next rebuild that may ``resume``."""
        return Rebuild(self._connection, self._catalogue, resume=resume).run(documents)

    def close(self) -> None:
        """Let idle connections go."""
        self._connection.close()

    def _store(self, aliases: Sequence[str], changes: Sequence[Change]) -> set[str]:
        """The indices that have all of it now, visibly."""
        reached = {writer.store(self._connection, alias, changes).index for alias in aliases}
        indices = {index for index in reached if index is not None}
        for index in indices:
            writer.refresh(self._connection, index)
        return indices

    def _ask(self, query: Query, page: Page, after: Place | None, facets: Sequence[str]) -> Found:
        header = {"index": self._catalogue.current, "allow_partial_search_results": False}
        searches = [each for request in requests(query, page, after, facets) for each in (header, request)]
        with self._connection.asking("search_failed", SEARCH_S) as client:
            answers = client.msearch(searches=searches)["responses"]
            return found(query, page, facets, [self._connection.whole(answer, "search_failed") for answer in answers])
