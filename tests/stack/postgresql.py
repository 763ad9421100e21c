"""PostgreSQL: the binaries of a wheel, as ``tests.postgres`` starts them for ``make test`` too."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres

NAME = "postgresql"


def find() -> Path:
    """The program that serves."""
    return postgres.wheel_programs() / "postgres"


def version() -> str:
    """As the program says it: the wheel is pinned by the lock, not the server in it."""
    said = subprocess.run([find(), "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1]


@contextmanager
def running() -> Iterator[str]:
    """The URL of its database ``postgres``, as the user who may make others."""
    with postgres.Postgres() as server:
        yield server.url("postgres")
