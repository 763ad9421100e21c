"""One state of the database for each GET, and one connection."""

import pytest

from dam.api.onestate import OneState
from dam.domain.errors import NotFound
from dam.operations import campaigns
from dam.ports.store import Store
from tests.api.world import World


def names(store: Store) -> list[str]:
    with store.reading() as work:
        return [each.name for each in work.assets.campaigns(None, 10)]


def add(world: World, name: str) -> None:
    campaigns.create(world.services, world.people["admin"], name)


def test_all_that_is_read_is_of_one_moment(world: World) -> None:
    state = OneState(world.services.store)
    assert names(state) == []
    add(world, "spring")
    assert names(state) == []
    state.close()
    assert names(state) == ["spring"]
    state.close()
    state.close()


def test_whoever_writes_gives_the_moment_up(world: World) -> None:
    state = OneState(world.services.store)
    assert names(state) == []
    add(world, "spring")
    with state.writing() as work:
        assert names(world.services.store) == ["spring"]
        work.commit()
    assert names(state) == ["spring"]
    state.close()


def test_an_error_ends_it(world: World) -> None:
    state = OneState(world.services.store)
    with pytest.raises(NotFound), state.reading():
        raise NotFound("not_found", "It is not there.")
    add(world, "spring")
    assert names(state) == ["spring"]
    state.close()


def test_a_request_leaves_no_connection_behind(world: World) -> None:
    asset = world.asset()
    paths = (f"assets/{asset['id']}", f"assets/{asset['id']}/versions/9", "nowhere", "assets?q=tag:")
    statuses = [world.call("GET", path).status_code for path in paths]
    assert statuses == [200, 404, 404, 422]
    assert world.call("GET", "assets", None).status_code == 401
    assert world.services.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
