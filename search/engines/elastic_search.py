"""Running a query on Elasticsearch: pages by key, totals and facets, in one exchange.

Rule: what is asked and how answers are read; decides the order of hits, knows no connection, aliases or writes. A page
begins behind the sort key of the last hit (``search_after``), and keys are unique: so no page costs more than the
first, nothing is held open on the server, and what comes and goes before a place changes nothing behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.engines.elastic_compile import Compiled, everything_that, rank_of, ranked, score_of
from search.engines.elastic_schema import facet_field
from search.fields import FACETS
from search.query import Query, is_ranked, without_selection
from search.results import MAX_FACET_VALUES, FacetCount, Page, Place, Sort

_ORDERS = {
    Sort.RELEVANCE: ("key_created", "desc"),
    Sort.NEWEST: ("key_created", "desc"),
    Sort.OLDEST: ("key_created", "asc"),
    Sort.UPDATED: ("key_updated", "desc"),
    Sort.TITLE: ("key_title", "asc"),
    Sort.SIZE: ("key_size", "desc"),
    Sort.SMALLEST: ("key_size", "asc"),
}
_SERVER_TIMEOUT = "4s"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. ``places``: up to one more than the page holds."""

    places: list[Place]
    total: int
    facets: dict[str, tuple[FacetCount, ...]]


def requests(query: Query, page: Page, after: Place | None, facets: Sequence[str]) -> list[dict[str, Any]]:
    """The searches to be run: of the page and of what matches, and one for each facet in which the query chooses."""
    apart = _apart(query, facets)
    beside = [name for name in facets if name not in apart]
    first = {**_hits(query, page, after), "track_total_hits": True, "aggs": {name: _counts(name) for name in beside}}
    return [first, *(_only(everything_that(without), name) for name, without in apart.items())]


def found(query: Query, page: Page, facets: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> Found:
    """What the answers to ``requests`` say. Raises KeyError, ValueError … if they are no such answers."""
    first = answers[0]
    counts = dict(zip(_apart(query, facets), answers[1:], strict=True))
    hits = first["hits"]
    return Found(
        [_place(query, page, hit["sort"]) for hit in hits["hits"]],
        int(hits["total"]["value"]),
        {name: _read(counts.get(name, first)["aggregations"][name]) for name in facets},
    )


def _apart(query: Query, facets: Sequence[str]) -> dict[str, Query]:
    """The facets that are counted among more than what matches, and among what."""
    without = {name: without_selection(query, name) for name in FACETS if name in facets}
    return {name: beside for name, beside in without.items() if beside != query}


def _hits(query: Query, page: Page, after: Place | None) -> dict[str, Any]:
    key, order = _ORDERS[page.sort]
    by_rank = _is_by_rank(query, page)
    sort = [{"_score": "desc"}] if by_rank else []
    asked: dict[str, Any] = {
        "query": ranked(query) if by_rank else everything_that(query),
        "sort": [*sort, {key: order}],
        "size": page.limit + 1,
        "_source": False,
        "timeout": _SERVER_TIMEOUT,
    }
    if after is not None:
        asked["search_after"] = [score_of(after.rank), after.key] if by_rank else [after.key]
    return asked


def _only(query: Compiled, facet: str) -> dict[str, Any]:
    return {
        "query": query,
        "size": 0,
        "track_total_hits": False,
        "timeout": _SERVER_TIMEOUT,
        "aggs": {facet: _counts(facet)},
    }


def _counts(facet: str) -> dict[str, Any]:
    """Of one shard, the most frequent values are the most frequent of all, equal ones by value."""
    return {"terms": {"field": facet_field(facet), "size": MAX_FACET_VALUES}}


def _is_by_rank(query: Query, page: Page) -> bool:
    return page.sort is Sort.RELEVANCE and is_ranked(query)


def _place(query: Query, page: Page, sort: Sequence[Any]) -> Place:
    rank = rank_of(float(sort[0])) if _is_by_rank(query, page) else 0
    return Place(rank, str(sort[-1]))


def _read(answer: Mapping[str, Any]) -> tuple[FacetCount, ...]:
    if answer["doc_count_error_upper_bound"] != 0:
        raise ValueError("the counts of a facet are not exact")
    return tuple(FacetCount(str(each["key"]), int(each["doc_count"])) for each in answer["buckets"])
