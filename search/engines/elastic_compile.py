"""From the query tree to Elasticsearch's queries.

Rule: translation only; what matches is decided by ``search.lowered``. Every query is exact: nothing is analysed by the
server but phrases, which it splits at our spaces, and no score counts but the rank. Conjunctions and exclusions share
one ``bool``, so that the deepest tree stays above the server's limit of bools within bools.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from search.engines.elastic_schema import own_token
from search.lowered import LAST, AllOf, Among, AnyOf, Complement, Live, Lowered, Nothing, Range, Run, Start, Term, lower
from search.projection import OWN_WORDS
from search.query import And, Query, is_ranked

Compiled = dict[str, Any]

LIVE: Compiled = {"term": {"live": True}}


def everything_that(query: Query) -> Compiled:
    """All that match, at whatever rank; without a score."""
    return {"bool": {"filter": [_compile(lower(query))]}}


def ranked(query: Query) -> Compiled:
    """All that match, with a score: ``LAST + 1`` at the best rank, one less at each further one."""
    always, moving = _parted(query)
    ranks = [
        {"constant_score": {"filter": _compile(lower(moving, rank)), "boost": score_of(rank)}}
        for rank in range(LAST + 1)
    ]
    return {"bool": {"filter": [_compile(lower(each)) for each in always], "must": [{"dis_max": {"queries": ranks}}]}}


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


def _compile(query: Lowered) -> Compiled:
    match query:
        case Live():
            return LIVE
        case Nothing():
            return {"match_none": {}}
        case AllOf(operands):
            return _all_of(operands)
        case AnyOf(operands):
            return {"bool": {"should": _each(operands), "minimum_should_match": 1}}
        case Complement():
            return _all_of([query])
        case _:
            return _leaf(query)


def _leaf(query: Term | Start | Run | Range | Among) -> Compiled:
    match query:
        case Range(field, low, high):
            return {"range": {field: {"gte": low, "lte": high}}}
        case Term(field, value):
            return {"term": {field: {"value": _stored(field, value)}}}
        case Start(field, start):
            return {"prefix": {field: {"value": _stored(field, start)}}}
        case Run(field, tokens):
            phrase = " ".join(_stored(field, token) for token in tokens)
            return {"match_phrase": {field: {"query": phrase, "analyzer": "whitespace"}}}
        case Among(ids):
            return {"ids": {"values": list(ids)}}


def _all_of(operands: Sequence[Lowered]) -> Compiled:
    wanted = _each(operand for operand in operands if not isinstance(operand, Complement))
    unwanted = [each for operand in operands if isinstance(operand, Complement) for each in _alternatives(operand)]
    if not unwanted:
        return {"bool": {"filter": wanted}}
    return {"bool": {"filter": wanted or [LIVE], "must_not": unwanted}}


def _alternatives(excluded: Complement) -> list[Compiled]:
    return _each(excluded.operand.operands if isinstance(excluded.operand, AnyOf) else (excluded.operand,))


def _each(queries: Iterable[Lowered]) -> list[Compiled]:
    return [_compile(query) for query in queries]


def _stored(field: str, token: str) -> str:
    return own_token(token) if field == OWN_WORDS else token
