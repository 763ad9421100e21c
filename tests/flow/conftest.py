"""A prepared stage, once a test process; each test plays on a copy of it, on a file system that forgets."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.stage import Ids, Stage, prepare, stage_on

_SHM = Path("/dev/shm")


@pytest.fixture(scope="session")
def prepared() -> Iterator[tuple[Path, Ids]]:
    with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder:
        yield Path(folder), prepare(Path(folder))


@pytest.fixture
def stage(prepared: tuple[Path, Ids]) -> Iterator[Stage]:
    with stage_on(prepared) as one:
        yield one
