"""The service that the API's tests talk to."""

from collections.abc import Iterator
from pathlib import Path

import argon2
import pytest

from dam.api.app import create_app
from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.objects.local import LocalObjects
from dam.passwords import Argon2Passwords
from dam.ports.services import Rules, Services
from dam.store.work import open_store
from search.engines.tantivy import TantivyIndex
from tests.api.world import World
from tests.conftest import Time

MAX_UPLOAD = 300_000


@pytest.fixture
def services(sqlite_url: str, tmp_path: Path, time: Time) -> Iterator[Services]:
    """Real adapters; passwords are cheap, time stands still."""
    clock = SystemClock()
    home = tmp_path / "home"
    home.mkdir()
    hands = Hands(clock)
    store = open_store(sqlite_url, now=time.now)
    index = TantivyIndex(tmp_path / "index")
    index.rebuild([])
    yield Services(
        store=store,
        objects=LocalObjects(tmp_path / "objects"),
        index=index,
        channels=ConfiguredChannels(KINDS, Surroundings(home, hands)),
        clock=clock,
        passwords=Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)),
        rules=Rules(max_upload=MAX_UPLOAD),
    )
    index.close()
    hands.close()
    store.dispose()


@pytest.fixture
def world(services: Services, sqlite_url: str, tmp_path: Path) -> World:
    """The service with an account of each role."""
    app = create_app(services)
    app.testing = True
    made = World(services, app, sqlite_url, tmp_path)
    made.populate()
    return made
