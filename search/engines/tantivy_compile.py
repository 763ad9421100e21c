"""From the query tree to tantivy's queries.

Rule: translation only; what matches is decided by ``search.lowered``. Every query is exact: no limits of expansion, no
scores. ``ranked`` gives one query for each rank; they are cut from nested ones, so that the better place of a document
is the only one where it is found.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import tantivy
from tantivy import FieldType, Occur, Order
from tantivy import Query as Compiled

from search.engines.tantivy_schema import SCHEMA
from search.lowered import LAST, AllOf, Among, AnyOf, Complement, Live, Lowered, Nothing, Range, Run, Start, Term, lower
from search.query import Query, is_ranked

# Only for its parser: tantivy's range over a text column can be written, but not built. It holds no documents, and is
# not the index that is searched, because an index can't be reloaded while another thread is in one of its methods.
_PARSING = tantivy.Index(SCHEMA)


def everything_that(query: Query) -> Compiled:
    """All that match, at whatever rank."""
    return _compile(lower(query))


def ranked(query: Query) -> list[Compiled]:
    """What matches, best rank first; no document is found by two of them."""
    if not is_ranked(query):
        return [everything_that(query)]
    nested = [_compile(lower(query, rank)) for rank in range(LAST + 1)]
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


def _compile(query: Lowered) -> Compiled:
    match query:
        case Live():
            return _term("live", value=True)
        case Nothing():
            return Compiled.empty_query()
        case AllOf(operands):
            return all_of(_each(operands))
        case AnyOf(operands):
            return any_of(_each(operands))
        case Complement(operand):
            return _without(_term("live", value=True), _compile(operand))
        case _:
            return _leaf(query)


def _leaf(query: Term | Start | Run | Range | Among) -> Compiled:
    match query:
        case Range(field, low, high):
            return Compiled.range_query(SCHEMA, field, FieldType.Unsigned, lower_bound=low, upper_bound=high)
        case Term(field, value):
            return _term(field, value)
        case Start(field, start):
            # Tantivy's phrase-prefix query stops at 50 terms; the automaton of distance 0 finds all.
            return Compiled.fuzzy_term_query(SCHEMA, field, start, distance=0, prefix=True)
        case Run(field, tokens):
            return Compiled.phrase_query(SCHEMA, field, list(tokens))
        case Among(ids):
            return Compiled.term_set_query(SCHEMA, "id", list(ids))


def _each(queries: Iterable[Lowered]) -> list[Compiled]:
    return [_compile(query) for query in queries]


def _term(field: str, value: str | bool) -> Compiled:  # noqa: FBT001 - a term's value
    return Compiled.term_query(SCHEMA, field, value, index_option="basic")
