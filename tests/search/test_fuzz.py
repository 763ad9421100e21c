"""Whatever is typed: it parses or is refused, in a number of steps that follows its length, and what parses is answered
as the model answers it.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dam.ports.search import SearchIndex
from search.errors import QueryError
from search.parse import MAX_CONDITIONS, MAX_LENGTH, MAX_LIKES, MAX_PREFIXES
from search.query import Query, count, count_prefixes, likes
from search.results import Page
from tests.search.collection import QUERIES, asked, documents
from tests.search.engines.every import ENGINES
from tests.search.model import NaiveIndex

NAMES = ("tag", "campaign", "kind", "status", "placed", "format", "by", "width", "size", "created", "has", "missing",
         "like", "field.alt_text", "field.x", "field.", "nothing")  # fmt: skip
SIGNS = (":", ":", "=", "!=", "<", "<=", ">", ">=")
VALUES = ("hero", "image", "draft", "shop", "800", "1mb", "2026", "-7d", "today", "her*", "*", '"a b"', "..", "1..2",
          "2026..", "京", "(", "-", "", "\ud800", "9" * 30, "jpg", "d00", '"d07"')  # fmt: skip
PARTS = (("", "-", "("), NAMES, SIGNS, VALUES, ("", ")"))
CONDITIONS = st.tuples(*(st.sampled_from(each) for each in PARTS)).map("".join)
WORDS = st.sampled_from(
    ["hero", "spring", "OR", "(", ")", "-her*", '"spring hero"', "京", "&", "o*", '"', "*", "\u202e", "a=b"]
)
TEXTS = st.lists(CONDITIONS | WORDS, max_size=6).map(" ".join)

LONGEST = [
    each * (MAX_LENGTH // len(each))
    for each in ("a", '"', "-", "(", ")", "a ", "a*", "*", ":", "a:", "tag:", "tag:a ", ">=", "width>", "field.",
                 "field.x:", "field.a.", "=", "1..", "created:-", "-7d", "OR ", "a OR ", "(a ", "a) ", "\u0301", "京",
                 "\ufdfa", " ", "w ", "widht:1 ", "kind:x", "9", "_", "tag:*", "like:a ")
]  # fmt: skip


def refusal(text: str) -> Query | QueryError:
    try:
        return asked(text)
    except QueryError as error:
        return error


def steps(text: str) -> int:
    """How many functions are called to parse it: the same number on every machine."""
    counted = 0

    def called(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        refusal(text)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("text", LONGEST, ids=[repr(text[:8]) for text in LONGEST])
def test_the_longest_texts_take_few_steps(text: str) -> None:
    refusal("a")  # the parser is made at the first
    assert steps(text) <= 5_000 + 150 * len(text)


def test_steps_grow_with_the_length_and_no_faster() -> None:
    refusal("a")
    for piece in ("a ", "tag:a ", "(a ", "width>1 ", '"a" '):
        short, long = (piece * (size // len(piece)) for size in (40, 200))
        assert steps(long) <= 10 * steps(short)


@settings(max_examples=300)
@given(TEXTS | st.text(max_size=40))
@example("tag:" * 250)
@example("(" * 10 + "tag:a" + ")" * 10)
def test_any_text_is_a_bounded_tree_or_refused_where_it_stands(text: str) -> None:
    found = refusal(text)
    if isinstance(found, QueryError):
        assert 0 <= found.position <= len(text)
        assert text.startswith(found.found, found.position)
        assert found.expected
        assert found.detail
    else:
        assert count(found) <= MAX_CONDITIONS
        assert count_prefixes(found) <= MAX_PREFIXES
        assert len(list(likes(found))) <= MAX_LIKES
        assert refusal(text) == found


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> Iterator[SearchIndex]:
    with tempfile.TemporaryDirectory() as home:
        index = ENGINES[request.param](Path(home))
        index.rebuild(documents())
        yield index
        index.close()


@pytest.fixture(scope="module")
def model() -> SearchIndex:
    index = NaiveIndex()
    index.write(documents())
    return index


@settings(max_examples=150)
@given(TEXTS, st.lists(st.sampled_from(QUERIES), max_size=3))
def test_what_parses_is_answered_as_the_model_does(
    engine: SearchIndex, model: SearchIndex, text: str, listed: list[str]
) -> None:
    query = refusal(" ".join((text, *(f"({each})" for each in listed if each))))
    if not isinstance(query, QueryError):
        found, expected = (index.search(query, Page(limit=200), facets=("tag", "channel")) for index in (engine, model))
        assert found == expected
