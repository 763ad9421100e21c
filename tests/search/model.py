"""A search index in memory, as plain as can be: what the engines are compared with.

Rule: loops and lists, no index. It shares the analysis of single texts with the engines, nothing of how they match.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from search.analysis import encodable, fold, keyword, needle, parts, shape, words
from search.analysis import fragments as grams_of
from search.document import Change, Document
from search.query import And, Everything, Is, Not, Or, Phrase, Prefix, Query, Word
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

    def rebuild(self, documents: Iterable[Change]) -> int:
        self._changes = {}
        self.write(list(documents))
        return len(self._documents())

    def sequences(self, ids: Sequence[str]) -> dict[str, int]:
        return {id_: self._changes[id_].index_seq for id_ in ids if id_ in self._changes}

    def search(self, query: Query, page: Page, *, facets: Sequence[str] = ()) -> Hits:
        check_facets(facets)
        found = [(rank, doc) for doc in self._documents() if (rank := best_rank(query, doc)) is not None]
        ordered = _ordered(found, page.sort)
        counts = {name: _counts(name, [doc for _, doc in found]) for name in facets}
        if page.cursor is not None:
            # The model's cursor is the id of the last hit, in the form that all cursors have.
            last = bytes.fromhex(decode_cursor(query, page.sort, page.cursor).key)[1:].decode()
            ordered = ordered[ordered.index(last) + 1 :]
        shown = ordered[: page.limit]
        place = Place(0, (b"\0" + shown[-1].encode()).hex()) if len(ordered) > page.limit else None
        behind = encode_cursor(query, page.sort, place) if place else None
        return Hits(tuple(shown), len(found), counts, behind)

    def _documents(self) -> list[Document]:
        return [change for change in self._changes.values() if isinstance(change, Document)]


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
        case Is(field, value):
            return keyword(value) in [keyword(given) for given in _values(document)[field]]
        case _:
            return _text_matches(query, document, rank)


def _text_matches(query: Word | Phrase | Prefix, document: Document, rank: int) -> bool:
    looked_for = needle(query.text)
    lines = _lines(document, rank)
    single = looked_for.unspaced and len(looked_for.tokens) == 1 and len(looked_for.tokens[0]) == 1
    if single or (isinstance(query, Prefix) and not looked_for.unspaced):
        before, last = list(looked_for.tokens[:-1]), looked_for.tokens[-1]
        begins = any(token.startswith(last) for line in lines for token in line)
        return begins and (not before or _stands_in(before, lines))
    if _stands_in(list(looked_for.tokens), lines):
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
        lines += [words(value) for value in (document.description, *document.fields.values())]
    return lines


def _values(document: Document) -> dict[str, tuple[str, ...]]:
    return {
        "tag": document.tags,
        "campaign": document.campaigns,
        "kind": (document.kind,),
        "status": document.statuses,
    }


def _counts(name: str, documents: list[Document]) -> tuple[FacetCount, ...]:
    counter = Counter(value for doc in documents for value in {encodable(v) for v in _values(doc)[name] if v})
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value, count) for value, count in ordered[:50])


def _ordered(found: list[tuple[int, Document]], sort: Sort) -> list[str]:
    """Stable sorts, the last one first."""
    down = sort not in {Sort.OLDEST, Sort.TITLE}
    found = sorted(found, key=lambda item: item[1].id, reverse=down)
    if sort is Sort.TITLE:
        found.sort(key=lambda item: fold(" ".join(encodable(item[1].title, 100).split()))[:100].replace("\0", ""))
    elif sort is Sort.UPDATED:
        found.sort(key=lambda item: item[1].updated_at, reverse=True)
    else:
        found.sort(key=lambda item: item[1].created_at, reverse=down)
    if sort is Sort.RELEVANCE:
        found.sort(key=lambda item: item[0])
    return [document.id for _, document in found]
