"""From a field, an operator and a value, as they were written, to a condition of the tree, or a QueryError.

Rule: what a field means, and which values it takes; the grammar is ``parse``'s. A comparison of dates takes the whole
of what was written: ``>2026-03`` begins with April, ``<=2026-03`` ends with March.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from search import amounts, fields, moments
from search.analysis import keyword, needle
from search.document import is_id
from search.errors import QueryError
from search.projection import SPOKEN_WORDS, own_name
from search.query import Begins, Between, During, Has, Is, Like, Not, NumberName, Own, Query, TimeName

MIN_PREFIX = 2  # characters; one letter begins too many words. One character of an unspaced script does not

Shape = Literal["word", "quoted", "prefix", "any", "minus"]
AN_ID = "the id of an asset, as in the address of its page"
_ANY = "*"
_EQUAL = frozenset({":", "="})

# How each number is written, where it is not just a whole one.
_AMOUNTS: Mapping[NumberName, Callable[[str], int]] = {
    "size": amounts.size,
    "duration": amounts.duration,
    "frame_rate": amounts.rate,
}
# What is shown as 1:30 lasts a little longer, so a single length is the whole second that begins there.
_SPREAD: Mapping[NumberName, int] = {"duration": 999}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the query: its place and its text as they stand there."""

    position: int
    written: str

    def refuse(self, detail: str, *expected: str) -> QueryError:
        return QueryError(self.position, self.written, expected, f"{detail}; expected: {', '.join(expected)}")


@dataclass(frozen=True, slots=True)
class Value(Piece):
    """What stands behind the operator. ``text``: without quotation marks, and without the ``*`` of a prefix."""

    shape: Shape
    text: str


def condition(name: Piece, operator: str, value: Value, now: datetime) -> Query:
    """The condition. ``name`` is written with its operator. Raises QueryError."""
    field = name.written[: -len(operator)].casefold()
    if operator == "!=":
        return Not(_condition(field, name, "=", value, now))
    return _condition(field, name, operator, value, now)


def _condition(field: str, name: Piece, operator: str, value: Value, now: datetime) -> Query:
    if field in fields.NUMBERS:
        return _amount(fields.NUMBERS[field], operator, value)
    if field in fields.TIMES:
        return _time(fields.TIMES[field], operator, value, now)
    if field not in fields.NAMES and not field.startswith(fields.OWN):
        raise _unknown(field, name)
    if operator not in _EQUAL:
        raise name.refuse(f"{field} has no order that {operator} could mean", f"{field}:")
    if value.shape == "minus":
        raise value.refuse("a minus stands before the field", "a value")
    return _named(field, name, value)


def check_beginning(piece: Piece, text: str) -> None:
    """Raise QueryError unless enough stands before the ``*``. ``text``: without it."""
    beginning = needle(text)
    if not beginning.tokens:
        raise piece.refuse(f"there is nothing to search for in {piece.written!r}", "a word")
    if len(beginning.tokens[-1]) < MIN_PREFIX and not beginning.unspaced:
        detail = f"at least {MIN_PREFIX} characters must stand before *"
        raise piece.refuse(detail, f"{MIN_PREFIX} or more characters before *")


def _unknown(field: str, name: Piece) -> QueryError:
    hint = fields.suggestion(field, fields.NAMES)
    detail = f"{name.written} is no field that can be searched{hint}; put it in quotation marks if you mean the text"
    return QueryError(name.position, name.written, tuple(f"{each}:" for each in (*fields.NAMES, "field.NAME")), detail)


def _named(field: str, name: Piece, value: Value) -> Query:
    if field in {fields.HAS, fields.MISSING}:
        there = Has(_presence(value))
        return there if field == fields.HAS else Not(there)
    if field == fields.LIKE:
        return _like(value)
    if field == fields.SPOKEN:
        return Has(fields.SPOKEN) if value.shape == "any" else _own(name, SPOKEN_WORDS, value)
    if field.startswith(fields.OWN):
        return _own(name, own_name(field[len(fields.OWN) :]), value)
    return _keyword(field, value)


def _like(value: Value) -> Query:
    if value.shape not in {"word", "quoted"} or not is_id(value.text):
        raise value.refuse(f"{value.written!r} can't be the id of an asset", AN_ID)
    return Like(value.text, value.position + (value.shape == "quoted"))


def _keyword(field: str, value: Value) -> Query:
    meant = fields.KEYWORDS[field]
    if value.shape == "any":
        return Has(meant)
    if not keyword(value.text):
        raise value.refuse("a field needs a value", "a value")
    if value.shape == "prefix":
        check_beginning(value, value.text)
        return Begins(meant, value.text)
    allowed = fields.VALUES.get(meant)
    if allowed is not None and keyword(value.text) not in allowed:
        hint = fields.suggestion(value.text, allowed)
        raise value.refuse(f"there is no {meant} {value.text!r}{hint}", *allowed)
    return Is(meant, value.text)


def _presence(value: Value) -> str:
    if value.shape not in {"word", "quoted"} or not (named := own_name(value.text)):
        raise value.refuse("has: and missing: need a name", *fields.PRESENCE, "the name of an own field")
    if named.startswith(fields.OWN):
        return named
    return fields.PRESENCE.get(named, fields.OWN + named)


def _own(name: Piece, key: str, value: Value) -> Query:
    if not key:
        raise name.refuse("an own field needs its name", f"{fields.OWN}NAME:")
    if value.shape == "any":
        return Has(fields.OWN + key)
    if value.shape == "prefix":
        check_beginning(value, value.text)
        return Own(key, value.text, beginning=True)
    if not needle(value.text).tokens:
        raise value.refuse(f"there is nothing to search for in {value.written!r}", "a value")
    return Own(key, value.text)


def _amount(field: NumberName, operator: str, value: Value) -> Query:
    if value.shape == "any" and operator in _EQUAL and field in fields.PRESENCE:
        return Has(field)
    low, high = _ends(operator, value)
    if operator in _EQUAL:
        least = 0 if low is None else _number(field, value, low)
        most = None if high is None else _number(field, value, high) + (_SPREAD.get(field, 0) if low == high else 0)
        if most is not None and most < least:
            raise value.refuse("the range runs backwards", "the smaller end first")
        return Between(field, least, most)
    given = _number(field, value, value.text)
    if operator.startswith(">"):
        return Between(field, given + (operator == ">"))
    return Between(field, 0, given - (operator == "<"))


def _number(field: NumberName, value: Value, text: str) -> int:
    try:
        return _AMOUNTS.get(field, amounts.number)(text)
    except ValueError as expected:
        raise value.refuse(f"{field} can't be {value.written!r}", str(expected)) from None


def _time(field: TimeName, operator: str, value: Value, now: datetime) -> Query:
    asked = f"{operator}{value.text}"
    low, high = _ends(operator, value)
    if operator in _EQUAL:
        if low == high and low is not None and moments.is_relative(low):
            raise value.refuse(f"{low} is an instant", f"{field}>{low}", f"{field}<{low}")
        begin = None if low is None else _span(field, value, low, now)[0]
        end = None if high is None else _span(field, value, high, now)[1]
        if begin is not None and end is not None and end <= begin:
            raise value.refuse("the range runs backwards", "the earlier end first")
        return During(field, asked, begin, end)
    first, behind = _span(field, value, value.text, now)
    match operator:
        case ">":
            return During(field, asked, behind, None)
        case ">=":
            return During(field, asked, first, None)
        case "<":
            return During(field, asked, None, first)
        case _:
            return During(field, asked, None, behind)


def _span(field: TimeName, value: Value, text: str, now: datetime) -> tuple[datetime, datetime]:
    try:
        return moments.span(text, now)
    except ValueError:
        raise value.refuse(f"{field} can't be {value.written!r}", moments.EXPECTED) from None


def _ends(operator: str, value: Value) -> tuple[str | None, str | None]:
    """Both ends as written, the same one for a single value."""
    low, dots, high = value.text.partition("..")
    if value.shape in {"any", "prefix"} or (dots and (operator not in _EQUAL or not (low or high))):
        raise value.refuse(f"{value.written!r} can't be compared", "a single value", "a range such as 800..1600")
    return (low or None, high or None) if dots else (low, low)
