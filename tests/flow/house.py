"""A whole service on SQLite, local objects, its own index and folders as destinations, driven by hand: nothing is due
until ``drain`` is called, and time stands still until it is moved.

Rule: what is here does and looks; what is right is asserted by the tests. The destinations are real folders.
"""

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.domain import states
from dam.domain.assets import Seen
from dam.domain.media_types import HEAD_SIZE
from dam.domain.placements import Standing
from dam.domain.principals import SYSTEM_ID, Actor
from dam.domain.recipes import Recipe
from dam.objects.local import LocalObjects
from dam.operations import channels, decide, place, uploads
from dam.operations.channels import Setup
from dam.operations.place import Where
from dam.operations.uploads import Details, Incoming
from dam.passwords import Argon2Passwords
from dam.ports.media import RenderedFile, Renderer, Told
from dam.ports.services import Rules, Services
from dam.ports.views import NumberedEvent
from dam.store.work import open_store
from search.engines.tantivy import TantivyIndex
from tests.conftest import Time
from tests.workers.world import Pictures
from workers.drain import drain

BOSS = Actor(SYSTEM_ID, "boss", "admin")
PNG = b"\x89PNG\r\n\x1a\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Encoder:
    """``Renderer`` whose bytes are those of one ``edition`` of an encoder: another edition gives others."""

    edition: str = "first"

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        original = source.read()
        files = {each.name: self.give(original, each) for each in recipes}
        return Pictures({"width": 4, "height": 3}, files)

    def give(self, original: bytes, recipe: Recipe) -> RenderedFile:
        data = self.encode(original, recipe.name, recipe.version)
        return RenderedFile(io.BytesIO(data), recipe.media_type, 4, 3, len(data))

    def encode(self, original: bytes, name: str, version: int) -> bytes:
        return f"{sha256(original)} {name} {version} {self.edition}".encode()


@dataclass
class House:
    """``folder`` has ``objects``, ``index`` and, for the folders of channels, ``outside``."""

    services: Services
    time: Time
    folder: Path
    renderer: Renderer

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    # What people do.

    def upload(self, data: bytes, filename: str = "hero.bin", details: Details | None = None) -> str:
        """A new asset; returns its id."""
        return uploads.create_asset(self.services, BOSS, self.incoming(data, filename), details or Details())

    def add(self, asset: str, data: bytes, why: str = "why", filename: str = "hero.bin") -> int:
        """The next version; returns its number."""
        return uploads.add_version(self.services, BOSS, asset, self.incoming(data, filename), why)

    def incoming(self, data: bytes, filename: str = "hero.bin") -> Incoming:
        with ExitStack() as unless_taken:
            sink = unless_taken.enter_context(self.services.objects.receive())
            sink.write(data)
            unless_taken.pop_all()
        return Incoming(sink, filename, data[:HEAD_SIZE])

    def approve(self, asset: str, number: int, note: str = "") -> int:
        return decide.approve(self.services, BOSS, asset, number, self.seen(asset, number), note)

    def roll_back(self, asset: str, number: int) -> int:
        return decide.rollback(self.services, BOSS, asset, number, self.seen(asset, number))

    def seen(self, asset: str, number: int) -> Seen:
        """What somebody sees who looks now."""
        with self.services.store.reading() as work:
            version, found = work.assets.version(asset, number), work.assets.get(asset)
        assert version is not None
        assert found is not None
        return Seen(version.sha256, found.head)

    def channel(self, name: str = "shop", path: Path | None = None, **given: str) -> str:
        """A folder channel, in a folder of its name unless another is given; returns its id."""
        folder = path or self.outside / name
        folder.mkdir(exist_ok=True)
        setup = Setup(name, "folder", {"path": str(folder)}, **given)  # type: ignore[arg-type]
        return channels.add(self.services, BOSS, setup)

    def place(self, asset: str, channel: str, remote: str = "hero.bin", *, adopt: bool = False) -> str:
        return place.place(self.services, BOSS, asset, Where(channel, remote, adopt=adopt))

    # What the worker does.

    def drain(self) -> None:
        """All that is due now."""
        drain(self.services, self.renderer)

    def audit(self, channel: str) -> None:
        channels.audit(self.services, BOSS, channel)
        self.drain()

    # What can be seen.

    def standing(self, placement: str) -> Standing:
        with self.services.store.reading() as work:
            found = work.placements.standing(placement)
        assert found is not None
        return found

    def state(self, placement: str) -> states.State:
        return states.state(self.standing(placement))

    def word(self, placement: str) -> str:
        return self.state(placement).word

    def need(self, placement: str) -> str | None:
        """The code of what a person is needed for."""
        found = self.state(placement).needs_person
        return found.code if found else None

    def told(self, word: str) -> list[NumberedEvent]:
        """The events of this type that the feed shows."""
        with self.services.store.reading() as work:
            return [each for each in work.jobs.events(0, 10_000) if each.event.type == word]

    def stored(self, digest: object) -> bytes:
        with self.services.objects.open(str(digest)) as stream:
            return stream.read()


def files(folder: Path) -> Mapping[str, bytes]:
    """What visitors of a folder can see, without the marks that a channel leaves there."""
    found = (Path(parent) / name for parent, _, names in os.walk(folder) for name in names)
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.exists() else b"(dangling)"
        for path in found
        if not path.name.startswith(".dam-")
    }


class Street:
    """Where houses are built, one after the other, for one store: its statements are compiled once."""

    def __init__(self, folder: Path, migrated: Path) -> None:
        self._folder, self._migrated, self._time = folder, migrated, Time()
        (folder / "database").mkdir()
        self._file = folder / "database" / "dam.sqlite"
        self._passwords = Argon2Passwords()
        self.store = open_store(f"sqlite:///{self._file}", now=self._time.now)

    @contextmanager
    def house(self, renderer: Renderer | None = None) -> Iterator[House]:
        """A house with nothing in it."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            yield from self._build(Path(folder), renderer or Encoder())

    def _build(self, folder: Path, renderer: Renderer) -> Iterator[House]:
        self.store.dispose()
        for old in self._file.parent.iterdir():
            old.unlink()
        shutil.copyfile(self._migrated, self._file)
        self._time.at = Time().at
        hands, index = Hands(SystemClock()), TantivyIndex(folder / "index")
        index.rebuild([])
        for name in ("home", "outside"):
            (folder / name).mkdir()
        objects = LocalObjects(folder / "objects", folder / "home" / "parts.key")
        services = Services(
            store=self.store,
            objects=objects,
            index=index,
            channels=ConfiguredChannels(KINDS, Surroundings(folder / "home", hands)),
            clock=SystemClock(),
            passwords=self._passwords,
            rules=Rules(),
            parts=objects.parts(),
        )
        try:
            yield House(services, self._time, folder, renderer)
        finally:
            index.close()
            hands.close()
