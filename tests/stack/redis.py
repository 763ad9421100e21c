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


@contextmanager
def running() -> Iterator[str]:
    """``redis://:PASSWORD@HOST:PORT/0`` of an empty server that writes nothing to the disk."""
    with Place(NAME) as place:
        port, password = free_port(), secret()
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}", 'save ""', f"dir {place.folder}"]
        greeting = f"AUTH {password}\r\nPING\r\n".encode()
        place.start(
            [find(), place.write("redis.conf", "\n".join(lines))],
            {},
            lambda: web.replies(port, greeting, b"+OK"),
            _START_S,
        )
        yield f"redis://:{password}@127.0.0.1:{port}/0"
