"""The service that the API's tests talk to."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import argon2
import pytest

from dam.api.app import create_app
from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.network import Network
from dam.clock import SystemClock
from dam.domain.principals import Actor, Role
from dam.objects.local import LocalObjects
from dam.passwords import Argon2Passwords
from dam.ports.services import Rules, Services
from dam.store.work import SqlStore, open_store
from dam.vault import AesVault
from search.engines.tantivy import TantivyIndex
from tests.api.world import World, populate
from tests.conftest import Time

MAX_UPLOAD = 300_000
PART_SIZE = 65_536
OPEN_UPLOADS = 20


@dataclass(frozen=True)
class Populated:
    """A database file with accounts in it, to be copied."""

    file: Path
    document: dict[str, Any]
    people: dict[Role, Actor]
    secrets: dict[Role, str]


def build(database_url: str, folder: Path, time: Time, hands: Hands) -> Services:
    """Real adapters; passwords are cheap, time stands still."""
    home = folder / "home"
    home.mkdir()
    surroundings = Surroundings(home, hands, network=Network((ip_network("127.0.0.0/8"),)))
    objects = LocalObjects(folder / "objects", home / "parts.key")
    return Services(
        store=open_store(database_url, now=time.now),
        objects=objects,
        index=TantivyIndex(folder / "index"),
        channels=ConfiguredChannels(KINDS, surroundings, lambda: AesVault(None, home / "secret.key")),
        clock=SystemClock(),
        passwords=Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)),
        rules=Rules(max_upload=MAX_UPLOAD, part_size=PART_SIZE, open_uploads=OPEN_UPLOADS),
        parts=objects.parts(),
    )


@pytest.fixture(scope="session")
def populated(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Populated:
    """Made once: an account and a token of each role."""
    folder = tmp_path_factory.mktemp("populated")
    file = Path(shutil.copy(migrated_file, folder / "dam.sqlite"))
    hands = Hands(SystemClock())
    services = build(f"sqlite:///{file}", folder, Time(), hands)
    people, secrets = populate(services)
    document = create_app(services).test_client().get("/api/v1/openapi.json").json
    cast(SqlStore, services.store).dispose()
    hands.close()
    return Populated(file, document or {}, people, secrets)


@pytest.fixture
def world(populated: Populated, tmp_path: Path, time: Time) -> Iterator[World]:
    """The service with an account of each role."""
    url = f"sqlite:///{shutil.copy(populated.file, tmp_path / 'dam.sqlite')}"
    hands = Hands(SystemClock())
    services = build(url, tmp_path, time, hands)
    index = cast(TantivyIndex, services.index)
    index.rebuild([])
    app = create_app(services)
    app.testing = True
    yield World(services, app, populated.document, url, tmp_path, time, dict(populated.people), dict(populated.secrets))
    index.close()
    hands.close()
    cast(SqlStore, services.store).dispose()
