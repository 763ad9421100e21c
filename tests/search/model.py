"""A search index in memory, as plain as can be: what the engines are compared with.

Rule: loops and lists, no index. It shares the analysis of single texts with the engines, nothing of how they match.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from search.analysis import Needle, encodable, fold, keyword, needle, parts, shape, words
from search.analysis import fragments as grams_of
from search.document import Change, Document
from search.query import (
    And,
    Begins,
    Between,
    During,
    Everything,
    Has,
    Is,
    Like,
    Not,
    Or,
    Own,
    Phrase,
    Prefix,
    Query,
    Text,
    Word,
)
from search.results import FacetCount, Hits, Page, Place, Sort, check_facets, decode_cursor, encode_cursor

LAST = 3
Lines = list[list[str]]


class NaiveIndex:
    """A ``SearchIndex`` for tests."""

    def __init__(self) -> None:
        self._changes: dict[str, Change] = {}

    def close(self) -> None:
        """Nothing is held."""

    def write(self, changes: Sequence[Change]) -> None:
        for change in changes:
            known = self._changes.get(change.id)
            if known is None or change.index_seq >= known.index_seq:
                self._changes[change.id] = change

    def rebuild(self, documents: Iterable[Change], *, resume: bool = False) -> int:
        self._changes = {}
        self.write(list(documents))
        return len(self._documents())

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        return {id_: self._changes[id_].index_seq for id_ in ids if id_ in self._changes}

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        check_facets(facets)
        found = [(rank, doc) for doc in self._documents() if (rank := best_rank(query, doc)) is not None]
        ordered = _ordered(found, page.sort)
        counts = {name: _counts(name, self._choosing(query, name)) for name in facets}
        if page.cursor is not None:
            # The model's cursor is the id of the last hit, in the form that all cursors have.
            last = bytes.fromhex(decode_cursor(query, page.sort, page.cursor).key)[1:].decode()
            ordered = ordered[ordered.index(last) + 1 :]
        shown = ordered[: page.limit]
        place = Place(0, (b"\0" + shown[-1].encode()).hex()) if len(ordered) > page.limit else None
        behind = encode_cursor(query, page.sort, place) if place else None
        return Hits(tuple(shown), len(found), counts, behind)

    def _choosing(self, query: Query, facet: str) -> list[Document]:
        """What matches all that stands beside the choice in this facet."""
        beside = [each for each in _conjuncts(query) if not _asks_only(each, facet)]
        return [doc for doc in self._documents() if all(best_rank(each, doc) is not None for each in beside)]

    def _documents(self) -> list[Document]:
        return [change for change in self._changes.values() if isinstance(change, Document)]


def _conjuncts(query: Query) -> list[Query]:
    return list(query.operands) if isinstance(query, And) else [query]


def _asks_only(query: Query, facet: str) -> bool:
    if isinstance(query, Or):
        return all(_asks_only(each, facet) for each in query.operands)
    return isinstance(query, Is | Begins) and query.field == facet


def best_rank(query: Query, document: Document) -> int | None:
    """The narrowest text in which the query holds, or None."""
    return next((rank for rank in range(LAST + 1) if matches(query, document, rank)), None)


def matches(query: Query, document: Document, rank: int) -> bool:
    match query:
        case Everything():
            return True
        case And(operands):
            return all(matches(operand, document, rank) for operand in operands)
        case Or(operands):
            return any(matches(operand, document, rank) for operand in operands)
        case Not(operand):
            return not matches(operand, document, LAST)
        case Word() | Phrase() | Prefix():
            return _text_matches(query, document, rank)
        case _:
            return _holds(query, document)


def _holds(query: Is | Begins | Own | Has | Between | During | Like, document: Document) -> bool:
    match query:
        case Is(field, value):
            return keyword(value) in _named(document, field)
        case Begins(field, text):
            return any(value.startswith(keyword(text)) for value in _named(document, field))
        case Own(name, text, beginning):
            lines = [words(value) for key, value in document.fields.items() if _own_name(key) == name]
            lines = [words(_said(document))] if name == "SPOKEN" else lines
            return _found_in(needle(text), lines, beginning=beginning)
        case Has(name):
            return _is_there(name, document)
        case Between(field, low, high):
            number = getattr(document, field)
            return number is not None and low <= number and (high is None or number <= high)
        case During(field, _, begin, end):
            when = document.created_at if field == "created" else document.updated_at
            return (begin is None or begin <= when) and (end is None or when < end)
        case Like(ids=ids):
            return document.id in (ids or ())


def _is_there(name: str, document: Document) -> bool:
    if name.startswith("field."):
        return any(_own_name(key) == name[6:] and value.strip() for key, value in document.fields.items())
    match name:
        case "title" | "description":
            return bool(getattr(document, name).strip())
        case "spoken":
            return bool(_said(document).strip())
        case "approved":
            return "approved" in _named(document, "status")
        case "width" | "height" | "size" | "version" | "duration" | "frame_rate" | "pages" | "bit_depth":
            return getattr(document, name) is not None
        case _:
            return any(_named(document, name))


def _said(document: Document) -> str:
    speaks = document.kind in ("video", "audio") or document.media_type in ("text/vtt", "application/x-subrip")
    return document.text if speaks else ""


def _own_name(name: str) -> str:
    return keyword(name).replace(" ", "_")


def _found_in(looked_for: Needle, lines: Lines, *, beginning: bool) -> bool:
    single = looked_for.unspaced and len(looked_for.tokens) == 1 and len(looked_for.tokens[0]) == 1
    if single or (beginning and not looked_for.unspaced):
        before, last = list(looked_for.tokens[:-1]), looked_for.tokens[-1]
        begins = any(token.startswith(last) for line in lines for token in line)
        return begins and (not before or _stands_in(before, lines))
    return _stands_in(list(looked_for.tokens), lines)


def _text_matches(query: Text, document: Document, rank: int) -> bool:
    if _found_in(needle(query.text), _lines(document, rank), beginning=isinstance(query, Prefix)):
        return True
    return isinstance(query, Word) and rank == LAST and _is_fragment(query.text, document)


def _is_fragment(text: str, document: Document) -> bool:
    wanted = shape(text)
    return len(wanted) >= 3 and any(wanted in spelling for name in document.filenames for spelling in _spellings(name))


def _spellings(name: str) -> list[str]:
    # Overlapping triples put together again.
    return ["".join(gram[0] for gram in grams[:-1]) + grams[-1] for grams in grams_of(name)]


def _stands_in(tokens: list[str], lines: Lines) -> bool:
    size = len(tokens)
    return any(line[i : i + size] == tokens for line in lines for i in range(len(line) - size + 1))


def _lines(document: Document, rank: int) -> Lines:
    lines = [words(document.title), parts(document.title)]
    if rank >= 1:
        lines += [split for name in document.filenames for split in (words(name), parts(name))]
        lines += [words(value) for value in (*document.tags, *document.campaigns)]
    if rank >= 2:
        lines += [words(value) for value in (document.description, *document.fields.values(), document.text)]
    return lines


def _values(document: Document) -> dict[str, tuple[str, ...]]:
    return {
        "tag": document.tags,
        "campaign": document.campaigns,
        "kind": (document.kind,),
        "status": document.statuses,
        "channel": document.channels,
        "placement": document.placements,
        "format": (document.media_type,),
    }


def _named(document: Document, field: str) -> list[str]:
    """The folded values that are asked for by this field's name."""
    if field == "by":
        return [keyword(document.created_by)]
    if field in {"colour", "colourspace", "codec"}:
        return [keyword(value) for value in getattr(document, f"{field}s")]
    given = _values(document)[field]
    if field == "format":
        short = document.media_type.rpartition("/")[2].lower()
        given = (*given, short, {"jpeg": "jpg", "tiff": "tif"}.get(short, short))
    return [keyword(value) for value in given]


def _counts(name: str, documents: list[Document]) -> tuple[FacetCount, ...]:
    counter = Counter(value for doc in documents for value in {encodable(v) for v in _values(doc)[name] if v})
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value, count) for value, count in ordered[:50])


def _ordered(found: list[tuple[int, Document]], sort: Sort) -> list[str]:
    """Stable sorts, the last one first."""
    down = sort not in {Sort.OLDEST, Sort.TITLE, Sort.SMALLEST}
    found = sorted(found, key=lambda item: item[1].id, reverse=down)
    if sort is Sort.TITLE:
        found.sort(key=lambda item: fold(" ".join(encodable(item[1].title, 100).split()))[:100].replace("\0", ""))
    elif sort in {Sort.SIZE, Sort.SMALLEST}:
        found.sort(key=lambda item: item[1].size or 0, reverse=down)
    elif sort is Sort.UPDATED:
        found.sort(key=lambda item: item[1].updated_at, reverse=True)
    else:
        found.sort(key=lambda item: item[1].created_at, reverse=down)
    if sort is Sort.RELEVANCE:
        found.sort(key=lambda item: item[0])
    return [document.id for _, document in found]
