"""From what a person types to the query tree, or a QueryError that says where and what was expected.

Rule: the only reader of the grammar. Every limit that keeps a query cheap is here, so that a compiled tree is always
affordable. Any text either parses or raises QueryError; parsing is linear, holds no state and may run in many threads.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError
from lark.visitors import v_args

from search.analysis import needle
from search.conditions import Piece, Shape, Value, check_beginning, condition
from search.errors import QueryError
from search.query import And, Everything, Not, Or, Own, Phrase, Prefix, Query, Word, count, count_prefixes, likes

MAX_LENGTH = 1000  # characters
MAX_DEPTH = 10  # parentheses within parentheses
MAX_CONDITIONS = 50  # words, phrases and fields in all
MAX_PREFIXES = 10  # of them, what ends with *: each may begin many words
MAX_LIKES = 5  # of them, what looks like an asset: for each, many pictures are compared
MAX_TERMS = 500  # words in all, characters of scripts without spaces and symbols being words: servers count them too

_EXPECTED = {
    "WORD": "a word",
    "PREFIX": "a word that ends with *",
    "QUOTED": '"words in quotation marks"',
    "FIELD": "a field, such as tag:",
    "COMPARISON": "a comparison, such as width>=1600",
    "STAR": "* for any value",
    "NOT": "a minus before what must not match",
    "OR": "OR",
    "LPAR": "an opening parenthesis",
    "RPAR": "a closing parenthesis",
    "$END": "the end",
}
_BEGINNINGS = tuple(_EXPECTED[name] for name in ("WORD", "QUOTED", "FIELD", "LPAR"))
_SHAPES: dict[str, Shape] = {"WORD": "word", "QUOTED": "quoted", "PREFIX": "prefix", "STAR": "any"}


def parse(text: str, now: datetime | None = None) -> Query:
    """The tree of ``text``; nothing, or only blanks, is Everything. ``now``: what relative dates are counted from, the
    machine's present without it. Raises QueryError."""
    _check_length(text)
    _check_depth(text)
    try:
        tree = cast("Query | _Blank", _Builder(now or datetime.now(UTC)).transform(_parser().parse(text)))
    except UnexpectedInput as error:
        raise _explain(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None
    return Everything() if isinstance(tree, _Blank) else tree


@dataclass(frozen=True, slots=True)
class _Blank:
    """A word without a letter, digit or symbol. Between other words it asks for nothing, as in a title that was
    pasted; excluded or as an alternative it would mean everything or nothing by surprise."""

    position: int
    found: str

    def refuse(self) -> QueryError:
        return QueryError(self.position, self.found, _BEGINNINGS, f"there is nothing to search for in {self.found!r}")


class _Builder(Transformer[Token, Any]):
    """From the leaves up. Its recursion is as deep as the parentheses, whose number _check_depth bounds."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def start(self, children: list[Any]) -> Any:
        whole = children[0] if children else _Blank(0, "")
        _check_conditions(whole)
        return whole

    def disjunction(self, children: list[Any]) -> Any:
        operands = [child for child in children if not isinstance(child, Token)]
        if len(operands) == 1:
            return operands[0]
        for operand in operands:
            if isinstance(operand, _Blank):
                raise operand.refuse()
        return Or(tuple(operands))

    def conjunction(self, children: list[Any]) -> Any:
        operands = [child for child in children if not isinstance(child, _Blank)]
        if len(operands) > 1:
            return And(tuple(operands))
        return operands[0] if operands else children[0]

    def group(self, children: list[Any]) -> Any:
        return children[0]

    @v_args(inline=True)
    def negation(self, _minus: Token, operand: Any) -> Query:
        if isinstance(operand, _Blank):
            raise operand.refuse()
        return Not(operand)

    @v_args(inline=True)
    def word(self, token: Token) -> Query | _Blank:
        return Word(str(token)) if needle(str(token)).tokens else _blank(token)

    @v_args(inline=True)
    def phrase(self, token: Token) -> Query:
        if not needle(str(token)).tokens:
            raise _blank(token).refuse()
        return Phrase(token[1:-1])

    @v_args(inline=True)
    def prefix(self, token: Token) -> Query:
        check_beginning(_piece(token), token[:-1])
        return Prefix(token[:-1])

    @v_args(inline=True)
    def field(self, name: Token, value: Value) -> Query:
        return condition(_piece(name), ":", value, self._now)

    @v_args(inline=True)
    def comparison(self, name: Token, value: Value) -> Query:
        operator = name[-2:] if name[-2:] in {">=", "<=", "!="} else name[-1:]
        return condition(_piece(name), str(operator), value, self._now)

    def value(self, tokens: list[Token]) -> Value:
        first, last = tokens[0], tokens[-1]
        if first is not last:  # a relative date
            return Value(_start(first), f"{first}{last}", "minus", f"{first}{last}")
        shape = _SHAPES[first.type]
        text = {"quoted": first[1:-1], "prefix": first[:-1]}.get(shape, str(first))
        return Value(_start(first), str(first), shape, text)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _blank(token: Token) -> _Blank:
    return _Blank(_start(token), str(token))


def _piece(token: Token) -> Piece:
    return Piece(_start(token), str(token))


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        detail = f"a query has at most {MAX_LENGTH} characters, this one {len(text)}"
        raise QueryError(MAX_LENGTH, text[MAX_LENGTH], (_EXPECTED["$END"],), detail)


def _check_depth(text: str) -> None:
    depth, quoted = 0, False
    for position, char in enumerate(text):
        quoted ^= char == '"'
        if not quoted:
            depth += (char == "(") - (char == ")")
        if depth > MAX_DEPTH:
            detail = f"parentheses stand at most {MAX_DEPTH} deep"
            raise QueryError(position, char, (_EXPECTED["WORD"],), detail)


def _check_conditions(query: Query | _Blank) -> None:
    if isinstance(query, _Blank):
        return
    for most, found, what in (
        (MAX_CONDITIONS, count(query), "conditions"),
        (MAX_PREFIXES, count_prefixes(query), "conditions that end with *"),
        (MAX_LIKES, sum(1 for _ in likes(query)), "conditions with like:"),
        (MAX_TERMS, _terms(query), "words, characters and symbols"),
    ):
        if found > most:
            detail = f"a query has at most {most} {what}, this one {found}"
            raise QueryError(0, "", (f"{most} {what} or fewer",), detail)


def _terms(query: Query) -> int:
    """How many tokens are looked for."""
    match query:
        case And(operands) | Or(operands):
            return sum(map(_terms, operands))
        case Not(operand):
            return _terms(operand)
        case Word(text) | Phrase(text) | Prefix(text) | Own(text=text):
            return len(needle(text).tokens)
        case _:
            return 1


def _explain(text: str, error: UnexpectedInput) -> QueryError:
    if isinstance(error, UnexpectedCharacters):
        position = cast("int", error.pos_in_stream)
        return QueryError(position, text[position], _BEGINNINGS, _misplaced(text[position], position))
    expected: tuple[str, ...] = ()
    position, found = len(text), ""
    if isinstance(error, UnexpectedToken | UnexpectedEOF):
        expected = _readable(error.expected)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        position, found = _start(error.token), str(error.token)
        if error.token.type == "STAR":
            return QueryError(position, found, expected, _misplaced(found, position))
    where = f"{found!r} is not expected at {position}" if found else "the query ends too early"
    return QueryError(position, found, expected, f"{where}; expected: {', '.join(expected)}")


def _misplaced(found: str, position: int) -> str:
    match found:
        case '"':
            return f"the quotation mark at {position} is not closed"
        case "*":
            return f"the * at {position} does not end a word"
        case _:
            return f"{found!r} at {position} begins nothing that can be searched"


def _readable(names: Any) -> tuple[str, ...]:
    return tuple(sorted(_EXPECTED[name] for name in names if name in _EXPECTED))


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    parser = Lark(grammar, parser="lalr", lexer="basic")
    # The scanner is built at the first parse: done here, before a second thread can have the parser.
    parser.parse("")
    return parser
