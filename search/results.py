"""What is asked for beside the query, and what comes back.

Rule: plain values and the cursor's form, the same for every engine. A cursor is a place in the order (rank and sort key
of the last hit), never an offset: what is inserted or removed before it changes nothing behind it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from search.errors import PageError
from search.fields import FACETS, suggestion
from search.projection import id_of
from search.query import Query

MAX_LIMIT = 200
MAX_FACET_VALUES = 50
_MAX_CURSOR = 4000
_MAX_RANKS = 16


class Sort(StrEnum):
    """Orders of hits. Equal ones go by id, in the direction of the order."""

    RELEVANCE = "relevance"  # narrowest text in which all words are found first, then newest
    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # latest change first
    TITLE = "title"
    SIZE = "size"  # the largest file first
    SMALLEST = "smallest"  # the smallest file first, what has no size before it

    @classmethod
    def named(cls, name: str) -> "Sort":
        """The order of this name. Raises PageError (``sort_unknown``)."""
        try:
            return cls(name)
        except ValueError:
            hint = suggestion(name, cls)
            detail = f"there is no order {name!r}{hint}; use one of {', '.join(cls)}"
            raise PageError("sort_unknown", detail) from None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits. ``cursor`` is a ``next`` of the same query in the same order. Raises PageError."""

    limit: int = 50
    cursor: str | None = None
    sort: Sort = Sort.RELEVANCE

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise PageError("limit_invalid", f"a page has 1 to {MAX_LIMIT} hits")


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value as it was written, and in how many matching documents it is."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Hits:
    """``ids`` of one page in order, ``total`` of all matching documents, ``facets`` by name (the most frequent values
    first, equal ones by value; of what would match without the query's own choice in that facet, see
    ``query.without_selection``), ``next`` the cursor of the page behind or None."""

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the rank (0 is best) and the sort key of its last hit."""

    rank: int
    key: str


def encode_cursor(query: Query, sort: Sort, place: Place) -> str:
    """An opaque, URL-safe text that only fits this query and order."""
    content = json.dumps([_belonging(query, sort), place.rank, place.key], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode("ascii")).decode("ascii").rstrip("=")


def decode_cursor(query: Query, sort: Sort, cursor: str) -> Place:
    """The place that ``encode_cursor`` wrote. Raises PageError (``cursor_invalid``) for anything else, also for a
    cursor of another query or order."""
    try:
        belonging, rank, key = _content(cursor)
        if belonging == _belonging(query, sort) and isinstance(rank, int) and isinstance(key, str):
            return _place(rank, key)
    except (ValueError, RecursionError):
        pass  # not even of our form: refused below like one of another query
    raise PageError("cursor_invalid", "the cursor does not belong to this query and order")


def check_facets(names: Sequence[str]) -> None:
    """Raise PageError (``facet_unknown``) unless each name is a facet."""
    for name in names:
        if name not in FACETS:
            hint = suggestion(name, FACETS)
            raise PageError("facet_unknown", f"there is no facet {name!r}{hint}; use {', '.join(FACETS)}")


def ordered_counts(counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
    """The most frequent values, equal ones by value."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value, count) for value, count in ranked[:MAX_FACET_VALUES])


def _place(rank: int, key: str) -> Place:
    # The key only in the one spelling that we write: a forged cursor can't bring an engine's query syntax with it.
    if not 0 <= rank < _MAX_RANKS or not id_of(key) or bytes.fromhex(key).hex() != key:
        raise ValueError("not a place")
    return Place(rank, key)


def _content(cursor: str) -> list[object]:
    if len(cursor) > _MAX_CURSOR or not cursor.isascii():
        raise ValueError("not a cursor")
    padded = cursor + "=" * (-len(cursor) % 4)
    content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(content, list) or len(content) != 3:
        raise ValueError("not a cursor")
    return content


def _belonging(query: Query, sort: Sort) -> str:
    return hashlib.sha256(f"{sort}\n{query!r}".encode("utf-8", "backslashreplace")).hexdigest()[:16]
