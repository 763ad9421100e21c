"""Listed queries about one collection: an engine gives the hits, the order, the totals and the facets of the model."""

from collections.abc import Iterator

import pytest

from dam.ports.search import SearchIndex
from search.fields import FACETS
from search.parse import parse
from search.query import Query
from search.results import Hits, Page, Sort
from tests.search.collection import NOW, QUERIES, documents
from tests.search.engines.every import ENGINES
from tests.search.model import NaiveIndex


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    index = ENGINES[request.param](tmp_path_factory.mktemp("index"))
    index.rebuild([])
    for begin in range(0, 48, 20):  # several commits, so that the engine answers from several parts
        index.write(documents()[begin : begin + 20])
    yield index
    index.close()


@pytest.fixture(scope="module")
def model() -> SearchIndex:
    index = NaiveIndex()
    index.write(documents())
    return index


def test_there_are_enough_and_most_separate_the_collection(model: SearchIndex) -> None:
    assert len(QUERIES) >= 300
    totals = [model.search(parse(text, NOW), Page(limit=1)).total for text in QUERIES]
    assert sum(0 < total < len(documents()) for total in totals) >= 0.75 * len(QUERIES)


@pytest.mark.parametrize("number", range(len(QUERIES)), ids=[text or "nothing" for text in QUERIES])
def test_a_listed_query(engine: SearchIndex, model: SearchIndex, number: int) -> None:
    query = parse(QUERIES[number], NOW)
    orders = list(Sort)
    for sort in (Sort.RELEVANCE, orders[number % len(orders)]):
        assert _pages(engine, query, sort) == _pages(model, query, sort)


def _pages(index: SearchIndex, query: Query, sort: Sort) -> list[object]:
    answers: list[object] = []
    page: Page | None = Page(17, sort=sort)
    while page is not None:
        hits: Hits = index.search(query, page, facets=FACETS)
        answers.append((hits.ids, hits.total, hits.facets))
        page = Page(17, hits.next, sort) if hits.next else None
    return answers
