"""From the query tree to Elasticsearch's queries.

Rule: translation only; what matches is decided by ``search.analysis`` and the tree. Every query is exact: nothing is
analysed by the server but phrases, which it splits at our spaces, and no score counts but the rank. Conjunctions and
exclusions share one ``bool``, so that the deepest tree stays above the server's limit of bools within bools.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from search.analysis import Needle, keyword, needle
from search.document import MAX_NUMBER
from search.engines.elastic_schema import own_token
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

Compiled = dict[str, Any]

# Fragments of file names are found at the last rank only.
LAST = len(RANKS)

LIVE: Compiled = {"term": {"live": True}}
_NOTHING: Compiled = {"match_none": {}}


def everything_that(query: Query) -> Compiled:
    """All that match, at whatever rank; without a score."""
    return {"bool": {"filter": [_compile(query, LAST)]}}


def ranked(query: Query) -> Compiled:
    """All that match, with a score: ``LAST + 1`` at the best rank, one less at each further one."""
    always, moving = _parted(query)
    ranks = [
        {"constant_score": {"filter": _compile(moving, rank), "boost": score_of(rank)}} for rank in range(LAST + 1)
    ]
    return {"bool": {"filter": [_compile(each, LAST) for each in always], "must": [{"dis_max": {"queries": ranks}}]}}


def score_of(rank: int) -> float:
    """The score of a rank."""
    return float(LAST + 1 - rank)


def rank_of(score: float) -> int:
    """The rank of a score."""
    return LAST + 1 - int(score)


def _parted(query: Query) -> tuple[list[Query], Query]:
    """What holds at every rank alike, asked once, and what is found at one of them."""
    if not isinstance(query, And):
        return [], query
    moving = [operand for operand in query.operands if is_ranked(operand)]
    always = [operand for operand in query.operands if not is_ranked(operand)]
    return always, moving[0] if len(moving) == 1 else And(tuple(moving))


def _compile(query: Query, rank: int) -> Compiled:
    match query:
        case Everything():
            return LIVE
        case And(operands):
            return _all_of(operands, rank)
        case Or(operands):
            return _any_of(_compile(operand, rank) for operand in operands)
        case Not():
            return _all_of([query], rank)
        case Word() | Phrase() | Prefix():
            return _text(query, rank)
        case _:
            return _filter(query)


def _all_of(operands: Sequence[Query], rank: int) -> Compiled:
    wanted = [_compile(operand, rank) for operand in operands if not isinstance(operand, Not)]
    # What is excluded is excluded wherever it stands, else the ranks would not be nested.
    unwanted = [each for operand in operands if isinstance(operand, Not) for each in _alternatives(operand.operand)]
    if not unwanted:
        return {"bool": {"filter": wanted}}
    return {"bool": {"filter": wanted or [LIVE], "must_not": unwanted}}


def _alternatives(query: Query) -> list[Compiled]:
    operands = query.operands if isinstance(query, Or) else (query,)
    return [_compile(operand, LAST) for operand in operands]


def _any_of(queries: Iterable[Compiled]) -> Compiled:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


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
    # The server refuses bounds that no number of its own can have.
    highest = MAX_NUMBER if high is None else min(high, MAX_NUMBER)
    if highest < low:
        return _NOTHING
    return {"range": {field: {"gte": max(low, 0), "lte": highest}}}


def _own(name: str, found: Needle, *, beginning: bool) -> Compiled:
    named = Needle(tuple(own_token(own_word(name, token)) for token in found.tokens), (), found.unspaced)
    if _is_single(found):
        return _beginning(OWN_WORDS, named.tokens[0])
    return _prefix(named, OWN_WORDS) if beginning else _phrase(OWN_WORDS, named.tokens)


def _text(query: Text, rank: int) -> Compiled:
    field, found = RANKS[min(rank, LAST - 1)], needle(query.text)
    if isinstance(query, Prefix):
        return _prefix(found, field)
    in_text = _adjacent(found, field)
    if isinstance(query, Word) and rank == LAST and found.grams:
        return _any_of([in_text, _phrase(FRAGMENTS, found.grams)])
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
    return {"bool": {"filter": [_phrase(field, before), beginning]}} if before else beginning


def _phrase(field: str, tokens: Sequence[str]) -> Compiled:
    if len(tokens) == 1:
        return _term(field, tokens[0])
    return {"match_phrase": {field: {"query": " ".join(tokens), "analyzer": "whitespace"}}}


def _term(field: str, value: str) -> Compiled:
    return {"term": {field: {"value": value}}}


def _beginning(field: str, start: str) -> Compiled:
    return {"prefix": {field: {"value": start}}}
