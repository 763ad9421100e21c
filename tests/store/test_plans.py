"""What the plans of statements are looked at for, in each test of the store on SQLite."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from dam.store.engine import make_engine, options
from tests.harness.plans import Plans

PAGES = (
    "SELECT id FROM assets WHERE id > 'a' ORDER BY id LIMIT 10",
    "SELECT number FROM rollouts ORDER BY number DESC LIMIT 10",
    "SELECT * FROM versions WHERE asset_id IN ('a', 'b') AND (asset_id, number) IN (VALUES ('a', 1), ('b', 2))",
    "SELECT * FROM channels",
)
WHOLE_TABLES = (
    "SELECT * FROM versions WHERE (asset_id, number) IN (VALUES ('a', 1), ('b', 2))",
    "SELECT count(*) FROM placements",
    "UPDATE assets SET title = 'x' WHERE description = 'y'",
    "SELECT id FROM assets WHERE description = 'y' LIMIT 10",
)


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    made = make_engine(sqlite_url)
    yield made
    made.dispose()


@pytest.mark.parametrize("statement", PAGES)
def test_a_statement_that_goes_along_an_index_is_as_it_should_be(engine: Engine, statement: str) -> None:
    assert seen(engine, statement) == []


@pytest.mark.parametrize("statement", WHOLE_TABLES)
def test_a_statement_that_reads_a_table_that_grows_is_seen(engine: Engine, statement: str) -> None:
    (wrong,) = seen(engine, statement)
    assert wrong.startswith("SCAN ")


def seen(engine: Engine, statement: str) -> list[str]:
    plans = Plans(engine)
    with engine.connect().execution_options(**options(engine, writing=True)) as connection:
        connection.execute(text(statement))
    return plans.wrong
