"""versitygw, a second S3 server: it keeps objects as files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack import cache, versions, web
from tests.stack.place import Place, free_port, secret

NAME = "versitygw"
_START_S = 300


def find() -> Path:
    """The program. Raises CannotInstall."""
    wanted = versions.of(NAME)
    return cache.go_program(f"versitygw-{wanted['version']}", wanted["module"])


def version() -> str:
    """Raises CannotInstall."""
    find()
    return versions.of(NAME)["version"]


@contextmanager
def running() -> Iterator[str]:
    """``http://KEY:SECRET@HOST:PORT`` of an empty server."""
    with Place(NAME) as place:
        port, key, password = free_port(), secret(), secret()
        place.start(
            [place.bring(find()), "--port", f"127.0.0.1:{port}", "--health", "/health", "posix", place.make("data")],
            {"ROOT_ACCESS_KEY": key, "ROOT_SECRET_KEY": password},
            lambda: web.says_ok(f"http://127.0.0.1:{port}/health"),
            _START_S,
        )
        yield f"http://{key}:{password}@127.0.0.1:{port}"
