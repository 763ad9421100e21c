"""A prepared stage, once a test process; each test plays on a copy of it, on a file system that forgets. And a house,
with real folders.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.house import House, Street
from tests.harness.stage import Stage, Theatre

_SHM = Path("/dev/shm")


@pytest.fixture(scope="session")
def theatre() -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder:
        theatre = Theatre(Path(folder))
        yield theatre
        theatre.store.dispose()


@pytest.fixture
def stage(theatre: Theatre) -> Iterator[Stage]:
    with theatre.play() as one:
        yield one


@pytest.fixture(scope="session")
def street(migrated_file: Path) -> Iterator[Street]:
    with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder:
        street = Street(Path(folder), migrated_file)
        yield street
        street.store.dispose()


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    with street.house() as one:
        yield one


@pytest.fixture
def shop(house: House) -> Path:
    """The folder of the channel ``shop``."""
    return house.outside / "shop"
