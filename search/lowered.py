"""A query in the terms of an index: which field holds which tokens. The last step that all engines have in common.

Rule: pure, and no engine. Here is decided what a text, a name, a comparison looks for in the projection's fields; an
engine's compiler only says it in its own language. What matches moves with the rank (``projection.RANKS``): a text is
looked for in the rank's text, and a word at ``LAST`` in fragments of file names too. What is excluded is excluded
wherever it stands, else the ranks would not be nested.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.analysis import keyword, needle
from search.document import MAX_NUMBER
from search.projection import FRAGMENTS, OWN_WORDS, RANKS, instant, own_word
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
    Word,
)

#: The last rank, which finds all that matches.
LAST = len(RANKS)


@dataclass(frozen=True, slots=True)
class Live:
    """Everything but tombstones."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document."""


@dataclass(frozen=True, slots=True)
class Term:
    """The field holds this token or keyword."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Start:
    """The field holds a token or keyword that begins so."""

    field: str
    start: str


@dataclass(frozen=True, slots=True)
class Run:
    """The field holds these two or more tokens, in this order, next to each other."""

    field: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The number is from ``low`` to ``high``, both included, both within 0…``MAX_NUMBER``."""

    field: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Among:
    """The document has one of these ids; a tombstone may have it too."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """All that lives and is not found by ``operand``."""

    operand: "Lowered"


@dataclass(frozen=True, slots=True)
class AllOf:
    """The conjunction."""

    operands: tuple["Lowered", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The disjunction."""

    operands: tuple["Lowered", ...]


Lowered = Live | Nothing | Term | Start | Run | Range | Among | Complement | AllOf | AnyOf


def lower(query: Query, rank: int = LAST) -> Lowered:
    """What finds the documents that match at this rank or a better one."""
    match query:
        case Everything():
            return Live()
        case And(operands):
            return AllOf(tuple(lower(operand, rank) for operand in operands))
        case Or(operands):
            return AnyOf(tuple(lower(operand, rank) for operand in operands))
        case Not(operand):
            return Complement(lower(operand, LAST))
        case Word(text):
            return _word(text, rank)
        case Phrase(text) | Prefix(text):
            return _text(_field(rank), text, beginning=isinstance(query, Prefix))
        case _:
            return _condition(query)


def _condition(query: Is | Begins | Own | Has | Between | During | Like) -> Lowered:
    """What holds or not, at every rank alike."""
    match query:
        case Is(field, value):
            return Term(field, keyword(value))
        case Begins(field, text):
            return Start(field, keyword(text))
        case Own(name, text, beginning):
            return _text(OWN_WORDS, text, beginning=beginning, form=lambda token: own_word(name, token))
        case Has(name):
            return Term("has", name)
        case Between(field, low, high):
            return _range(field, low, high)
        case During(field, _, begin, end):
            return _range(field, 0 if begin is None else instant(begin), None if end is None else instant(end) - 1)
        case Like(ids=ids):
            return _among(ids)


def _among(ids: tuple[str, ...] | None) -> Lowered:
    if ids is None:
        raise ValueError("nobody has said what looks alike")
    return AllOf((Live(), Among(ids))) if ids else Nothing()


def _range(field: str, low: int, high: int | None) -> Lowered:
    # Servers refuse bounds that no number of their own can have.
    highest = MAX_NUMBER if high is None else min(high, MAX_NUMBER)
    return Range(field, max(low, 0), highest) if low <= highest else Nothing()


def _field(rank: int) -> str:
    return RANKS[min(rank, LAST - 1)]


def _word(text: str, rank: int) -> Lowered:
    in_text, grams = _text(_field(rank), text, beginning=False), needle(text).grams
    return AnyOf((in_text, _run(FRAGMENTS, grams))) if rank == LAST and grams else in_text


def _text(field: str, text: str, *, beginning: bool, form: Callable[[str], str] = str) -> Lowered:
    """``beginning``: of the last word only the beginning is given, the ones before stand anywhere together. ``form``:
    how the field writes a token."""
    found = needle(text)
    tokens = tuple(map(form, found.tokens))
    if found.unspaced and len(found.tokens) == 1 and len(found.tokens[0]) == 1:
        # One character of a script without spaces: the beginning of pairs.
        return Start(field, tokens[0])
    if found.unspaced or not beginning:
        return _run(field, tokens)
    *before, last = tokens
    return AllOf((_run(field, before), Start(field, last))) if before else Start(field, last)


def _run(field: str, tokens: Sequence[str]) -> Lowered:
    return Term(field, tokens[0]) if len(tokens) == 1 else Run(field, tuple(tokens))
