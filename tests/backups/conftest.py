"""A service with a story in it on each kind of database, and empty ones to bring it to."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from dam.backups import verbs
from dam.backups.folder import Folder
from dam.domain.assets import Seen
from dam.domain.principals import SYSTEM
from dam.operations import channels, decide, place
from dam.operations.channels import Setup
from dam.operations.place import Where
from dam.ports.services import Services
from dam.store.dump import Row, snapshot
from dam.store.work import open_store
from tests.postgres import Postgres
from tests.workers.conftest import serving
from tests.workers.world import Painter, upload
from workers.drain import drain


@dataclass
class Site:
    """A service, where its database is, and its folder."""

    services: Services
    url: str
    folder: Path

    @property
    def target(self) -> verbs.Target:
        return verbs.Target(self.url, self.services.objects, self.services.index)

    def drain(self) -> None:
        drain(self.services, Painter())

    def approve(self, asset_id: str, number: int = 1) -> None:
        with self.services.store.reading() as work:
            version, asset = work.assets.version(asset_id, number), work.assets.get(asset_id)
        assert version is not None
        assert asset is not None
        decide.approve(self.services, SYSTEM, asset_id, number, Seen(version.sha256, asset.head))

    def rows(self) -> dict[str, list[Row]]:
        with snapshot(self.url) as state:
            return {table: list(state.rows(table)) for table in state.tables()}


Build = Callable[[str, str], Site]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Makes a site: its name, and its database's URL."""
    with ExitStack() as stack:

        def made(name: str, url: str) -> Site:
            (tmp_path / name).mkdir()
            store = open_store(url)
            stack.callback(store.dispose)
            return Site(stack.enter_context(serving(store, tmp_path / name)), url, tmp_path / name)

        yield made


@pytest.fixture
def site(build: Build, sqlite_url: str) -> Site:
    """A service with a story."""
    return played(build("site", sqlite_url))


@pytest.fixture
def any_site(build: Build, database_url: str) -> Site:
    """The same, once on each kind of database."""
    return played(build("site", database_url))


def played(site: Site) -> Site:
    """With two assets, one approved and shown in a folder."""
    services = site.services
    services.index.rebuild([])
    (site.folder / "shop").mkdir()
    channel = channels.add(services, SYSTEM, Setup("shop", "folder", {"path": str(site.folder / "shop")}))
    upload(services, "Other")
    asset = upload(services, "Hero")
    place.place(services, SYSTEM, asset, Where(channel, "hero.png", "original"))
    site.approve(asset)
    site.drain()
    return site


@pytest.fixture
def empty(build: Build, tmp_path: Path) -> Site:
    """A service with nothing in it, not even a schema."""
    return build("empty", f"sqlite:///{tmp_path / 'empty.sqlite'}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def any_empty(request: pytest.FixtureRequest, build: Build, tmp_path: Path) -> Site:
    """The same, once on each kind of database."""
    if request.param == "sqlite":
        return build("empty", f"sqlite:///{tmp_path / 'empty.sqlite'}")
    server: Postgres = request.getfixturevalue("postgres")
    return build("empty", server.empty_database())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder(tmp_path / "backup").held(make=True) as held:
        yield held
