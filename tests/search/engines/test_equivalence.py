"""Listed queries about one collection: an engine gives the hits, the order, the totals and the facets of the model."""

from collections.abc import Iterator

import pytest

from dam.ports.search import SearchIndex
from search.results import Page
from tests.search.collection import QUERIES, asked, documents
from tests.search.engines.comparing import compare_listed, fill
from tests.search.engines.every import ENGINES
from tests.search.model import NaiveIndex


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    index = ENGINES[request.param](tmp_path_factory.mktemp("index"))
    fill(index)
    yield index
    index.close()


@pytest.fixture(scope="module")
def model() -> SearchIndex:
    index = NaiveIndex()
    index.write(documents())
    return index


def test_there_are_enough_and_most_separate_the_collection(model: SearchIndex) -> None:
    assert len(QUERIES) >= 300
    totals = [model.search(asked(text), Page(limit=1)).total for text in QUERIES]
    assert sum(0 < total < len(documents()) for total in totals) >= 0.75 * len(QUERIES)


@pytest.mark.parametrize("number", range(len(QUERIES)), ids=[text or "nothing" for text in QUERIES])
def test_a_listed_query(engine: SearchIndex, model: SearchIndex, number: int) -> None:
    compare_listed(engine, model, number)
