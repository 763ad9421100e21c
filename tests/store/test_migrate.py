"""The schema that migrations make is the one in the code, on both databases; and a newer one is refused."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, select, text

from dam.domain.errors import Unavailable
from dam.store import migrate
from dam.store.codec import SHAPES, row_of
from dam.store.engine import make_engine, options
from dam.store.places import metadata
from dam.store.schema import NEWEST, is_newest
from dam.store.tables import asked_renditions, contents
from tests.contracts.facts import artefact, asset, channel, content, digest, placement, version
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes URLs of databases without a schema."""
    if request.param == "sqlite":
        names = (tmp_path / f"{number}.sqlite" for number in range(10))
        return lambda: f"sqlite:///{next(names)}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty_database


def test_migrations_make_the_schema_of_the_code(database_url: str) -> None:
    with _engine(database_url) as engine, engine.connect() as connection:
        checked = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=checked)
        assert compare_metadata(context, metadata) == []


def test_migrations_make_what_alembic_does_not_compare(new_url: Callable[[], str]) -> None:
    """Checks, conditions of indexes, actions of foreign keys, counted keys: equal to those of the metadata."""
    migrated, created = new_url(), new_url()
    migrate.upgrade(migrated)
    with _writing(created) as connection:
        metadata.create_all(connection)
    schema = _schema(migrated)
    assert len(schema) == len(metadata.tables)
    assert schema == _schema(created)


def test_it_says_whether_there_is_something_to_do(new_url: Callable[[], str]) -> None:
    url = new_url()
    assert not is_newest(url)
    assert migrate.upgrade(url)
    assert is_newest(url)
    assert not migrate.upgrade(url)


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert ScriptDirectory(str(Path(migrate.__file__).with_name("migrations"))).get_current_head() == NEWEST


def test_what_was_asked_for_before_stays_its_assets_own(new_url: Callable[[], str]) -> None:
    plain, worded = artefact("banner", state="failed"), artefact("banner", recipe_version=2, params_sha256=digest("w"))
    facts = [content(), asset("a1"), asset("a2"), version("a1"), version("a2"), channel(), artefact(), plain, worded]
    with _writing(new_url()) as connection:
        migrate.upgrade_to(connection, "0015")
        for fact in (*facts, placement(recipe="banner", recipe_version=2, params_sha256=digest("w"))):
            _insert_as_it_was(connection, fact)
        migrate.upgrade_to(connection, "0016")
        found = connection.execute(select(asked_renditions).order_by(*asked_renditions.primary_key)).all()
    keys = [("a1", 1, plain), ("a1", 1, worded), ("a2", 1, plain)]
    assert [tuple(row) for row in found] == [
        (id_, number, each.recipe, each.recipe_version, each.params_sha256, each.updated_at)
        for id_, number, each in keys
    ]


def test_the_words_of_documents_move_to_a_column_of_their_own(new_url: Callable[[], str]) -> None:
    credit: dict[str, object] = {"fields": {"credit": {"value": "A \u2192 'b'", "source": "xmp"}}}
    words = "Hills \u2192 'snow' \U0001f3d4"
    before = {"one": credit | {"text": words}, "two": credit, "three": None, "four": {"text": ""}}
    with _writing(new_url()) as connection:
        migrate.upgrade_to(connection, "0016")
        for name, embedded in before.items():
            _insert_as_it_was(connection, replace(content(name), embedded=embedded))
        migrate.upgrade_to(connection, "0017")
        there = contents.c
        found = connection.execute(select(there.sha256, there.embedded, there.text)).all()
    assert {sha256: said for sha256, *said in found} == {
        digest("one"): [credit, words],
        digest("two"): [credit, None],
        digest("three"): [None, None],
        digest("four"): [{}, ""],
    }


def _insert_as_it_was(connection: Connection, fact: object) -> None:
    """Without the columns that came later."""
    table = SHAPES[type(fact)].table
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    connection.execute(insert(table).values({name: value for name, value in row_of(fact).items() if name in there}))


def test_a_newer_database_is_refused(database_url: str) -> None:
    with _writing(database_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_newest(database_url)
    with pytest.raises(Unavailable) as refused:
        migrate.upgrade(database_url)
    assert refused.value.code == "database_newer"


def test_two_that_migrate_at_once_take_turns(new_url: Callable[[], str]) -> None:
    url = new_url()
    did: list[bool] = []
    threads = [threading.Thread(target=lambda: did.append(migrate.upgrade(url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(did) == [False, False, True]


def test_a_migration_that_fails_leaves_nothing(new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_url()

    def fail_after(*_: Any) -> None:
        upgrade(*_)
        raise RuntimeError("in the middle")

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", fail_after)
    with pytest.raises(RuntimeError, match="in the middle"):
        migrate.upgrade(url)
    with _engine(url) as engine:
        assert inspect(engine).get_table_names() == []


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    with _engine(url) as engine, engine.connect().execution_options(**options(engine, writing=True)) as connection:
        yield connection
        connection.commit()


def _schema(url: str) -> dict[str, Any]:
    with _engine(url) as engine:
        look = inspect(engine)
        names = [name for name in look.get_table_names() if name != "alembic_version"]
        return {
            name: {
                "columns": [{**column, "type": repr(column["type"])} for column in look.get_columns(name)],
                "key": look.get_pk_constraint(name),
                "checks": _sorted(look.get_check_constraints(name)),
                "unique": _sorted(look.get_unique_constraints(name)),
                "foreign": _sorted(look.get_foreign_keys(name)),
                "indexes": _indexes(look.get_indexes(name)),
                "options": look.get_table_options(name),
                "counted": _counted(engine, name),
            }
            for name in names
        }


def _sorted(items: Any) -> list[str]:
    return sorted(repr(sorted(item.items())) for item in items)


def _indexes(items: Any) -> list[str]:
    plain = [
        {**item, "dialect_options": {name: str(value) for name, value in item.get("dialect_options", {}).items()}}
        for item in items
    ]
    return _sorted(plain)


def _counted(engine: Engine, table: str) -> bool:
    """SQLite says only in its text whether ids may come back."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}).scalar()
    return "AUTOINCREMENT" in str(made)
