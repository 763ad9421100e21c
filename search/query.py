"""The query tree: what a person asked, typed, before any engine.

Rule: frozen values only. A node says *what* must hold; ``lowered`` says where it is looked for, an engine's compiler
how it is run. A new kind of condition is one more dataclass here and one more case in ``lowered``. What a node's
``repr`` shows is what was asked: cursors and caches may be kept by it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as part
from datetime import datetime
from typing import Literal

FieldName = Literal[
    "tag", "campaign", "kind", "status", "channel", "placement", "format", "by", "colour", "colourspace", "codec",
]  # fmt: skip
NumberName = Literal["width", "height", "size", "version", "duration", "frame_rate", "pages", "bit_depth"]
TimeName = Literal["created", "updated"]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document that is not a tombstone."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a part of a file name of three characters or more."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """These words, in this order, next to each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word that begins so. Of several words only the last is a beginning, the ones before stand anywhere together."""

    text: str


@dataclass(frozen=True, slots=True)
class Is:
    """A keyword field has this value: the whole of it, whatever the case and the diacritics."""

    field: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Begins:
    """A keyword field has a value that begins so."""

    field: FieldName
    text: str


@dataclass(frozen=True, slots=True)
class Own:
    """One of the asset's own fields (``name`` as ``projection.own_name`` has it), or what is spoken in it (``name`` is
    ``projection.SPOKEN_WORDS``), holds these words, in this order, next to each other. ``beginning``: of the last word
    only the beginning is given, the ones before stand anywhere together.
    """

    name: str
    text: str
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """There is something under this name: one of ``fields.PRESENCE``, or ``field.NAME`` for an own field."""

    name: str


@dataclass(frozen=True, slots=True)
class Between:
    """A number from ``low`` to ``high``, both included; ``high`` None is no bound. What has no such number is never
    between. A ``high`` below ``low`` finds nothing."""

    field: NumberName
    low: int
    high: int | None = None


@dataclass(frozen=True, slots=True)
class During:
    """A time at or after ``begin`` and before ``end``; None is no bound. ``asked`` is how it was written: of a relative
    date the bounds move with the present moment, and a cursor has to stay one of its query."""

    field: TimeName
    asked: str
    begin: datetime | None = part(repr=False)
    end: datetime | None = part(repr=False)


@dataclass(frozen=True, slots=True)
class Like:
    """Looks like the asset of this id. No index knows how pictures look: who does says by ``with_likes`` which ``ids``
    those are, before an engine is asked. They change with the library, and a cursor has to stay one of its query.
    ``position``: where the id stands in what was asked."""

    asset: str
    position: int = part(default=0, repr=False, compare=False)
    ids: tuple[str, ...] | None = part(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The exact complement."""

    operand: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    operands: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    operands: tuple["Query", ...]


Text = Word | Phrase | Prefix
Query = Everything | Text | Is | Begins | Own | Has | Between | During | Like | Not | And | Or


def is_ranked(query: Query) -> bool:
    """Whether some text that was asked for (and not excluded) can be found in a better or a worse place."""
    match query:
        case Word() | Phrase() | Prefix():
            return True
        case And(operands) | Or(operands):
            return any(is_ranked(operand) for operand in operands)
        case _:
            return False


def count(query: Query) -> int:
    """How many conditions there are. Recursion is as deep as the parentheses, whose number the parser bounds."""
    match query:
        case And(operands) | Or(operands):
            return sum(count(operand) for operand in operands)
        case Not(operand):
            return count(operand)
        case _:
            return 1


def count_prefixes(query: Query) -> int:
    """How many of them look for beginnings."""
    match query:
        case And(operands) | Or(operands):
            return sum(count_prefixes(operand) for operand in operands)
        case Not(operand):
            return count_prefixes(operand)
        case Prefix() | Begins() | Own(beginning=True):
            return 1
        case _:
            return 0


def likes(query: Query) -> Iterator[Like]:
    """All that ask what looks like an asset."""
    match query:
        case And(operands) | Or(operands):
            for operand in operands:
                yield from likes(operand)
        case Not(operand):
            yield from likes(operand)
        case Like():
            yield query


def with_likes(query: Query, alike: Callable[[Like], tuple[str, ...]]) -> Query:
    """The query, in which each ``Like`` has the ids that ``alike`` says."""
    match query:
        case And(operands):
            return And(tuple(with_likes(operand, alike) for operand in operands))
        case Or(operands):
            return Or(tuple(with_likes(operand, alike) for operand in operands))
        case Not(operand):
            return Not(with_likes(operand, alike))
        case Like():
            return replace(query, ids=alike(query))
        case _:
            return query


def without_selection(query: Query, facet: FieldName) -> Query:
    """The query without what its topmost conjunction asks of this facet alone: values, or alternatives of values. What
    is excluded, and what is mixed with other fields, stays."""
    operands = query.operands if isinstance(query, And) else (query,)
    kept = tuple(operand for operand in operands if not _selects(operand, facet))
    if len(kept) > 1:
        return And(kept)
    return kept[0] if kept else Everything()


def _selects(query: Query, facet: FieldName) -> bool:
    match query:
        case Is(name, _) | Begins(name, _):
            return name == facet
        case Or(operands):
            return all(_selects(operand, facet) for operand in operands)
        case _:
            return False
