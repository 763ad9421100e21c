"""Elasticsearch behind the port: the contract, and the comparison with the plain model, on the real server."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.ports.search import SearchIndex
from search.document import Change
from search.engines.elastic import ElasticIndex
from search.errors import QueryError
from search.fields import FACETS
from search.query import Query
from search.results import Page
from tests.contracts.search_index import SearchIndexContract
from tests.search import collection
from tests.search.engines.comparing import CHANGES, QUERIES, compare, compare_listed, compare_shuffled, fill
from tests.search.model import NaiveIndex
from tests.search.test_fuzz import TEXTS, refusal
from tests.stack.servers import variable
from tests.stack.suites.conftest import Stack
from tests.stack.suites.indices import empty

pytestmark = pytest.mark.timeout(300)


class TestContract(SearchIndexContract):
    @pytest.fixture
    def index(self, stack: Stack) -> Iterator[SearchIndex]:
        with empty(stack.url("elasticsearch")) as index:
            yield index


@pytest.fixture(scope="module")
def filled() -> Iterator[ElasticIndex]:
    with empty(os.environ[variable("elasticsearch")]) as index:
        fill(index)
        yield index


@pytest.fixture(scope="module")
def model() -> SearchIndex:
    index = NaiveIndex()
    index.write(collection.documents())
    return index


@pytest.mark.parametrize(
    "number", range(len(collection.QUERIES)), ids=[each or "nothing" for each in collection.QUERIES]
)
def test_a_listed_query(stack: Stack, filled: ElasticIndex, model: SearchIndex, number: int) -> None:
    stack.url("elasticsearch")
    compare_listed(filled, model, number)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES, st.lists(QUERIES, min_size=3, max_size=6))
def test_it_equals_the_model(stack: Stack, changes: list[Change], queries: list[Query]) -> None:
    with empty(stack.url("elasticsearch")) as index:
        compare(index, changes, queries)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, st.lists(st.sampled_from(collection.QUERIES), max_size=3))
def test_what_parses_is_answered_as_the_model_does(
    stack: Stack, filled: ElasticIndex, model: SearchIndex, text: str, listed: list[str]
) -> None:
    stack.url("elasticsearch")
    query = refusal(" ".join((text, *(f"({each})" for each in listed if each))))
    if not isinstance(query, QueryError):
        found, expected = (index.search(query, Page(limit=200), facets=FACETS) for index in (filled, model))
        assert found == expected


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES, st.data())
def test_late_repeated_and_shuffled_writes_end_alike(stack: Stack, changes: list[Change], data: st.DataObject) -> None:
    with empty(stack.url("elasticsearch")) as index:
        compare_shuffled(index, changes, data)
