"""The query tree: what a person asked, typed, before any engine.

Rule: frozen values only. A node says *what* must hold; ``analysis`` says how a text is compared, an engine's compiler
how it is run. A new kind of condition is one more dataclass here and one more case in each compiler.
"""

from dataclasses import dataclass
from typing import Literal

FieldName = Literal["tag", "campaign", "kind", "status"]


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


Query = Everything | Word | Phrase | Prefix | Is | Not | And | Or


def is_ranked(query: Query) -> bool:
    """Whether some text that was asked for (and not excluded) can be found in a better or a worse place."""
    match query:
        case Word() | Phrase() | Prefix():
            return True
        case And(operands) | Or(operands):
            return any(is_ranked(operand) for operand in operands)
        case _:
            return False
