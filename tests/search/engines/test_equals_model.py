"""Random documents and random queries: an engine gives what the plain model gives."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.document import Change
from search.query import Query
from tests.search.engines.comparing import CHANGES, QUERIES, compare, compare_shuffled
from tests.search.engines.every import ENGINES


@pytest.mark.parametrize("engine", list(ENGINES))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES, st.lists(QUERIES, min_size=3, max_size=6))
def test_an_engine_equals_the_model(engine: str, changes: list[Change], queries: list[Query]) -> None:
    with tempfile.TemporaryDirectory() as home:
        index = ENGINES[engine](Path(home))
        compare(index, changes, queries)
        index.close()


@pytest.mark.parametrize("engine", list(ENGINES))
@settings(max_examples=12)
@given(CHANGES, st.data())
def test_late_repeated_and_shuffled_writes_end_alike(engine: str, changes: list[Change], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as home:
        index = ENGINES[engine](Path(home))
        compare_shuffled(index, changes, data)
        index.close()
