"""Running a query on the embedded engine: pages by key, totals and facets.

Rule: reads one searcher, decides the order of hits and which facet values are shown; knows no files, locks or writes.
"""

from collections.abc import Sequence

from tantivy import Order, Searcher
from tantivy import Query as Compiled

from search.engines.tantivy_compile import behind, everything_that, ranked
from search.fields import FACETS
from search.query import Query, without_selection
from search.results import MAX_FACET_VALUES, FacetCount, Page, Place, Sort, ordered_counts

_FIRST_FACETS = 4 * MAX_FACET_VALUES
_ALL_FACETS = 60_000  # tantivy refuses more than 65,000 buckets
_EVERY_TERM = 1_000_000  # taken from each segment, so that counts are exact

_ORDERS = {
    Sort.RELEVANCE: ("key_created", Order.Desc),
    Sort.NEWEST: ("key_created", Order.Desc),
    Sort.OLDEST: ("key_created", Order.Asc),
    Sort.UPDATED: ("key_updated", Order.Desc),
    Sort.TITLE: ("key_title", Order.Asc),
    Sort.SIZE: ("key_size", Order.Desc),
    Sort.SMALLEST: ("key_size", Order.Asc),
}


def places(searcher: Searcher, query: Query, page: Page, after: Place | None) -> list[Place]:
    """Up to one more place than the page holds. Each rank is one query by key: no page costs more than the first."""
    key, order = _ORDERS[page.sort]
    ranks = ranked(query) if page.sort is Sort.RELEVANCE else [everything_that(query)]
    found: list[Place] = []
    for rank in range(after.rank if after else 0, len(ranks)):
        wanted = ranks[rank]
        if after is not None and rank == after.rank:
            wanted = behind(wanted, key, after.key, order)
        missing = page.limit + 1 - len(found)
        hits = searcher.search(wanted, missing, count=False, order_by_field=key, order=order).hits
        found += [Place(rank, str(value)) for value, _ in hits]
        if len(found) > page.limit:
            break
    return found


def summary(
    searcher: Searcher, query: Compiled, facets: Sequence[str]
) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
    """How many match, and the counts of each facet among them."""
    wanted = {name: _terms(name, _FIRST_FACETS) for name in facets}
    answer = searcher.aggregate(query, {"total": {"value_count": {"field": "index_seq"}}, **wanted})
    counts: dict[str, tuple[FacetCount, ...]] = {}
    for name in facets:
        if _is_cut_in_a_tie(answer[name]):
            # Which of equally frequent values come first is ours to say, so that all of them are needed.
            answer[name] = searcher.aggregate(query, {name: _terms(name, _ALL_FACETS)})[name]
        counts[name] = ordered_counts({bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]})
    return int(answer["total"]["value"]), counts


def counted(searcher: Searcher, query: Query, facets: Sequence[str]) -> tuple[int, dict[str, tuple[FacetCount, ...]]]:
    """How many match, and each facet's counts without the query's own choice in it."""
    without = {name: without_selection(query, name) for name in FACETS if name in facets}
    total, counts = summary(searcher, everything_that(query), [name for name in without if without[name] == query])
    for name in without:
        if name not in counts:
            counts |= summary(searcher, everything_that(without[name]), [name])[1]
    return total, {name: counts[name] for name in facets}


def _terms(name: str, size: int) -> dict[str, object]:
    return {"terms": {"field": f"facet_{name}", "size": size, "segment_size": _EVERY_TERM}}


def _is_cut_in_a_tie(facet: dict[str, list[dict[str, int]]]) -> bool:
    buckets = facet["buckets"]
    if len(buckets) < _FIRST_FACETS:
        return False
    return buckets[-1]["doc_count"] == buckets[MAX_FACET_VALUES - 1]["doc_count"]
