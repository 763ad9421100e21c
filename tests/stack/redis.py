"""Redis: the program on the PATH, or the distribution's package."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import cache, versions, web
from tests.stack.place import Place, free_port, secret

NAME = "redis"
_PROGRAM = "redis-server"
_START_S = 300


def find() -> Path:
    """The program. Raises CannotInstall."""
    if shutil.which(_PROGRAM) is None:
        cache.package(versions.of(NAME)["package"], _PROGRAM)
    return Path(shutil.which(_PROGRAM) or _PROGRAM)


def version() -> str:
    """As the program says it. Raises CannotInstall if it is too old."""
    said = subprocess.run([find(), "--version"], capture_output=True, text=True, check=True).stdout
    found = said.split("v=")[1].split()[0]
    if not versions.at_least(found, versions.of(NAME)["version"]):
        raise cache.CannotInstall(f"Redis {found} is too old: {versions.of(NAME)['version']} is needed.")
    return found


class Broker:
    """One server that writes nothing to the disk: whoever stops it empties it. It starts again at the same address."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._port, self._password = free_port(), secret()
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f"requirepass {self._password}",
            'save ""',
            f"dir {place.folder}",
        ]
        self._settings = place.write("redis.conf", "\n".join(lines))
        self.url = f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        greeting = f"AUTH {self._password}\r\nPING\r\n".encode()
        self._process = self._place.start(
            [find(), self._settings], {}, lambda: web.replies(self._port, greeting, b"+OK"), _START_S
        )

    def stop(self, *, kill: bool = False) -> None:
        """Stop it in order, or kill it."""
        self._place.stop(self._process, kill=kill)

    def empty(self) -> None:
        """While it is stopped: there is nothing left that could be."""


@contextmanager
def running() -> Iterator[str]:
    """``redis://:PASSWORD@HOST:PORT/0`` of an empty server."""
    with Place(NAME) as place:
        broker = Broker(place)
        broker.start()
        yield broker.url
