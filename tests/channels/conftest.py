"""A folder channel on a temporary folder, and hands that are ended after each test."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from dam.channels import KINDS
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.ports.channel import Channel

CHANNEL = UUID("0190a8f0-0000-7000-8000-000000000001")
MARKER = f".dam-channel-{CHANNEL}"

Build = Callable[..., Channel]


@pytest.fixture
def hands() -> Iterator[Hands]:
    pool = Hands(SystemClock())
    yield pool
    pool.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site"
    path.mkdir()
    return path


@pytest.fixture
def build(hands: Hands, home: Path) -> Build:
    """``build(path, channel_id, **config)``: a folder channel that is not established yet."""

    def make(path: object = None, channel_id: UUID = CHANNEL, **config: object) -> Channel:
        whole: Mapping[str, object] = {} if path is None else {"path": str(path) if isinstance(path, Path) else path}
        whole = {**whole, **config}
        return KINDS["folder"].build(channel_id, whole, Surroundings(home=home, hands=hands))

    return make


@pytest.fixture
def channel(build: Build, site: Path) -> Channel:
    made = build(site)
    made.establish()
    return made
