"""From the query tree to tantivy's queries.

Rule: translation only; what matches is decided by ``search.analysis`` and the tree. Every query is exact: no limits of
expansion, no scores. ``ranked`` gives one query for each rank; they are cut from nested ones, so that the better place
of a document is the only one where it is found.
"""

from collections.abc import Sequence
from itertools import pairwise

import tantivy
from tantivy import FieldType, Occur, Order
from tantivy import Query as Compiled

from search.analysis import Needle, keyword, needle
from search.engines.tantivy_schema import SCHEMA
from search.projection import FRAGMENTS, OWN_WORDS, RANKS, instant, own_word
from search.query import (
    And,
    Begins,
    Between,
    During,
    Everything,
    Has,
    Is,
    Not,
    Or,
    Own,
    Phrase,
    Prefix,
    Query,
    Text,
    Word,
    is_ranked,
)

# Fragments of file names are found at the last rank only.
_LAST = len(RANKS)

# Only for its parser: tantivy's range over a text column can be written, but not built. It holds no documents, and is
# not the index that is searched, because an index can't be reloaded while another thread is in one of its methods.
_PARSING = tantivy.Index(SCHEMA)


def everything_that(query: Query) -> Compiled:
    """All that match, at whatever rank."""
    return _compile(query, _LAST)


def ranked(query: Query) -> list[Compiled]:
    """What matches, best rank first; no document is found by two of them."""
    if not is_ranked(query):
        return [everything_that(query)]
    nested = [_compile(query, rank) for rank in range(_LAST + 1)]
    return [nested[0], *(_without(wider, narrower) for narrower, wider in pairwise(nested))]


def behind(query: Compiled, field: str, key: str, order: Order) -> Compiled:
    """Only what comes behind ``key`` (hexadecimal) in the order of ``field``."""
    span = f"{{{key} TO *}}" if order == Order.Asc else f"{{* TO {key}}}"
    return all_of([query, _PARSING.parse_query(f"{field}:{span}")])


def all_of(queries: Sequence[Compiled]) -> Compiled:
    """The conjunction."""
    return Compiled.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries: Sequence[Compiled]) -> Compiled:
    """The disjunction."""
    return Compiled.boolean_query([(Occur.Should, query) for query in queries])


def _without(query: Compiled, excluded: Compiled) -> Compiled:
    return Compiled.boolean_query([(Occur.Must, query), (Occur.MustNot, excluded)])


def _compile(query: Query, rank: int) -> Compiled:
    match query:
        case Everything():
            return _term("live", value=True)
        case And(operands):
            return all_of([_compile(operand, rank) for operand in operands])
        case Or(operands):
            return any_of([_compile(operand, rank) for operand in operands])
        case Not(operand):
            # What is excluded is excluded wherever it stands, else the ranks would not be nested.
            return _without(_term("live", value=True), _compile(operand, _LAST))
        case Word() | Phrase() | Prefix():
            return _text(query, rank)
        case _:
            return _filter(query)


def _filter(query: Is | Begins | Own | Has | Between | During) -> Compiled:
    """What holds or not, at every rank alike."""
    match query:
        case Is(field, value):
            return _term(field, keyword(value))
        case Begins(field, text):
            return _beginning(field, keyword(text))
        case Own(name, text, beginning):
            return _own(name, needle(text), beginning=beginning)
        case Has(name):
            return _term("has", name)
        case Between(field, low, high):
            return _range(field, low, high)
        case During(field, _, begin, end):
            return _range(field, 0 if begin is None else instant(begin), None if end is None else instant(end) - 1)


def _range(field: str, low: int, high: int | None) -> Compiled:
    if high is not None and high < low:
        return Compiled.empty_query()
    return Compiled.range_query(SCHEMA, field, FieldType.Unsigned, lower_bound=low, upper_bound=high)


def _own(name: str, found: Needle, *, beginning: bool) -> Compiled:
    named = Needle(tuple(own_word(name, token) for token in found.tokens), (), found.unspaced)
    if _is_single(found):
        return _beginning(OWN_WORDS, named.tokens[0])
    return _prefix(named, OWN_WORDS) if beginning else _phrase(OWN_WORDS, named.tokens)


def _text(query: Text, rank: int) -> Compiled:
    field, found = RANKS[min(rank, _LAST - 1)], needle(query.text)
    if isinstance(query, Prefix):
        return _prefix(found, field)
    in_text = _adjacent(found, field)
    if isinstance(query, Word) and rank == _LAST and found.grams:
        return any_of([in_text, _phrase(FRAGMENTS, found.grams)])
    return in_text


def _is_single(found: Needle) -> bool:
    """One character of an unspaced script: the beginning of pairs."""
    return found.unspaced and len(found.tokens) == 1 and len(found.tokens[0]) == 1


def _adjacent(found: Needle, field: str) -> Compiled:
    if _is_single(found):
        return _beginning(field, found.tokens[0])
    return _phrase(field, found.tokens)


def _prefix(found: Needle, field: str) -> Compiled:
    if found.unspaced:
        return _adjacent(found, field)
    *before, last = found.tokens
    beginning = _beginning(field, last)
    return all_of([_phrase(field, before), beginning]) if before else beginning


def _phrase(field: str, tokens: Sequence[str]) -> Compiled:
    if len(tokens) == 1:
        return _term(field, tokens[0])
    return Compiled.phrase_query(SCHEMA, field, list(tokens))


def _term(field: str, value: str | bool) -> Compiled:  # noqa: FBT001 - a term's value
    return Compiled.term_query(SCHEMA, field, value, index_option="basic")


def _beginning(field: str, start: str) -> Compiled:
    # Tantivy's phrase-prefix query stops at 50 terms; the automaton of distance 0 finds all.
    return Compiled.fuzzy_term_query(SCHEMA, field, start, distance=0, prefix=True)
