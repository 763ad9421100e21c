"""Services for the worker's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.objects.local import LocalObjects
from dam.passwords import Argon2Passwords
from dam.ports.services import Rules, Services
from dam.store.work import SqlStore, open_store
from search.engines.tantivy import TantivyIndex
from tests.conftest import Time


@pytest.fixture
def sqlite_store(sqlite_url: str, time: Time) -> Iterator[SqlStore]:
    opened = open_store(sqlite_url, now=time.now)
    yield opened
    opened.dispose()


@contextmanager
def serving(store: SqlStore, folder: Path) -> Iterator[Services]:
    """Real adapters in ``folder``; the index must be there, or be made."""
    hands, index = Hands(SystemClock()), TantivyIndex(folder / "index")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    objects = LocalObjects(folder / "objects", home / "parts.key")
    yield Services(
        store=store,
        objects=objects,
        index=index,
        channels=ConfiguredChannels(KINDS, Surroundings(home, hands)),
        clock=SystemClock(),
        passwords=Argon2Passwords(),
        rules=Rules(),
        parts=objects.parts(),
    )
    index.close()
    hands.close()


@pytest.fixture
def services(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[Services]:
    with serving(sqlite_store, tmp_path) as made:
        made.index.rebuild([])
        yield made
