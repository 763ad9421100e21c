"""The contract of search indexes, on each adapter and on the model that the engines are compared with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.ports.search import SearchIndex
from search.engines.tantivy import TantivyIndex
from tests.contracts.search_index import SearchIndexContract
from tests.search.model import NaiveIndex


class TestTantivy(SearchIndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[SearchIndex]:
        index = TantivyIndex(tmp_path / "index")
        index.rebuild([])
        yield index
        index.close()


class TestModel(SearchIndexContract):
    @pytest.fixture
    def index(self) -> SearchIndex:
        return NaiveIndex()
