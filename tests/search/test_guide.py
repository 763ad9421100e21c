"""What docs/search.md shows as a query is one, and the names it lists are those that there are."""

import re
from pathlib import Path

from search import fields
from search.parse import MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, MAX_LIKES, MAX_PREFIXES, MAX_TERMS, parse
from search.query import And
from search.results import MAX_FACET_VALUES, Sort
from tests.search.collection import NOW

GUIDE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
SPANS = re.findall(r"`([^`\n]+)`", GUIDE)
QUERY = re.compile(r"-?[\w.]+(:|[<>]=?|!?=)[^\s:=<>].*")


def test_every_query_that_is_shown_can_be_asked() -> None:
    shown = [span for span in SPANS if QUERY.fullmatch(span)]
    assert len(shown) > 25
    for span in shown:
        parse(span, NOW)
    (block,) = re.findall(r"^```\n(.*?)\n```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert isinstance(parse(block, NOW), And)


def test_every_name_is_told() -> None:
    told = {span.rstrip(":").removeprefix("-") for span in SPANS} | set(re.findall(r"\w+", GUIDE))
    assert set(fields.NAMES) | set(fields.FACETS) | set(Sort) | set(fields.PRESENCE) <= told
    assert {value for values in fields.VALUES.values() for value in values} <= told


def test_the_limits_are_told() -> None:
    for limit in (MAX_CONDITIONS, MAX_DEPTH, MAX_LIKES, MAX_PREFIXES, MAX_TERMS, MAX_FACET_VALUES):
        assert f" {limit} " in GUIDE
    assert f"{MAX_LENGTH:,}" in GUIDE
