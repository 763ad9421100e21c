"""What the plans of statements are looked at for, in each test of the store."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from dam.store.engine import make_engine, options
from tests.harness import plans_postgresql
from tests.harness.plans import Plans

PAGES = (
    "SELECT id FROM assets WHERE id > 'a' ORDER BY id LIMIT 10",
    "SELECT number FROM rollouts ORDER BY number DESC LIMIT 10",
    "SELECT * FROM versions WHERE asset_id IN ('a', 'b') AND (asset_id, number) IN (VALUES ('a', 1), ('b', 2))",
    "SELECT * FROM channels",
)
BY_VALUES = "SELECT * FROM versions WHERE (asset_id, number) IN (VALUES ('a', 1), ('b', 2))"
WHOLE_TABLES = (
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


@pytest.mark.parametrize("statement", [*WHOLE_TABLES, BY_VALUES])
def test_a_statement_that_reads_a_table_that_grows_is_seen(engine: Engine, statement: str) -> None:
    (wrong,) = seen(engine, statement)
    assert wrong.startswith("SCAN ")


def seen(engine: Engine, statement: str) -> list[str]:
    plans = Plans(engine)
    with engine.connect().execution_options(**options(engine, writing=True)) as connection:
        connection.execute(text(statement))
    return plans.wrong


@pytest.mark.postgresql
@pytest.mark.parametrize("statement", [*PAGES, BY_VALUES])
def test_postgresql_is_led_by_an_index_as_well(postgres_url: str, statement: str) -> None:
    assert seen_there(postgres_url, statement) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("statement", [*WHOLE_TABLES, "SELECT * FROM assets WHERE id IS NOT DISTINCT FROM 'a'"])
def test_what_nothing_leads_postgresql_to_is_seen(postgres_url: str, statement: str) -> None:
    (wrong,) = seen_there(postgres_url, statement)
    assert wrong.startswith("Seq Scan of ")


def seen_there(url: str, statement: str) -> list[str]:
    engine = make_engine(url)
    plans = plans_postgresql.Plans(engine, url)
    with engine.connect().execution_options(**options(engine, writing=True)) as connection:
        connection.execute(text(statement))
    engine.dispose()
    return plans.wrong
