"""The S3 channel on real servers: the contract that every channel keeps, and what only a server can get wrong.

On MinIO the channel has a key with the policy of ``docs/channels.md``, and no other right.
"""

import io
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dam.channels import KINDS
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.network import Network
from dam.clock import SystemClock
from dam.ports.channel import Channel
from tests.contracts.channel import ChannelContract
from tests.stack.suites.buckets import Server, server_of
from tests.stack.suites.conftest import Stack

CHANNEL = UUID("0190a8f0-0000-7000-8000-000000000001")
PREFIX = "site/ü"
MARKER = f"{PREFIX}/.dam-channel-{CHANNEL}"
CHANNELS = Path(__file__).parents[3] / "docs" / "channels.md"
LOOPBACK = Network((ip_network("127.0.0.0/8"),))


def policy(bucket: str, prefix: str) -> dict[str, Any]:
    """The one that is written for those who set up channels, for this part of this bucket."""
    found = re.search(r"```json\n(.*?)```", CHANNELS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    written: dict[str, Any] = json.loads(
        found[1].replace("arn:aws:s3:::shop/img", f"arn:aws:s3:::{bucket}/{prefix}").replace(
            "arn:aws:s3:::shop", f"arn:aws:s3:::{bucket}"
        ).replace('"img/', f'"{prefix}/')
    )  # fmt: skip
    return written


class Bucket:
    """The bucket as others see and change it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.name = server.address.bucket
        server.root.make_bucket(self.name)

    def look(self, remote: str) -> bytes | None:
        if f"{PREFIX}/{remote}" not in self.server.held():
            return None
        with self.server.root.get_object(self.name, f"{PREFIX}/{remote}") as answer:
            data: bytes = answer.read()
            return data

    def change(self, remote: str, data: bytes) -> None:
        self.server.root.put_object(self.name, f"{PREFIX}/{remote}", io.BytesIO(data), len(data))

    def names(self) -> set[str]:
        return {key.removeprefix(f"{PREFIX}/") for key in self.server.held() if key != MARKER}

    def vanish(self) -> None:
        for key in self.server.held():
            self.server.root.remove_object(self.name, key)


@pytest.fixture
def outside(server: Server) -> Bucket:
    return Bucket(server)


@pytest.fixture
def server(request: pytest.FixtureRequest, stack: Stack) -> Server:
    """As the channel knows it, with a key of its own on MinIO."""
    found = server_of(request.param, stack.url(request.param))
    if request.param != "minio":
        return found
    key, secret = secrets.token_hex(8), secrets.token_hex(16)
    found.admin.user_add(key, secret)
    found.admin.policy_add(f"channel-{key}", policy=policy(found.address.bucket, PREFIX))
    found.admin.attach_policy([f"channel-{key}"], user=key)
    return replace(found, address=replace(found.address, key=key, secret=secret))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", ["minio", "versitygw"], indirect=True)


@pytest.fixture
def hands() -> Iterator[Hands]:
    pool = Hands(SystemClock())
    yield pool
    pool.close()


@pytest.fixture
def surroundings(hands: Hands, tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path, hands, network=LOOPBACK)


@pytest.fixture
def config(server: Server) -> dict[str, object]:
    where = server.address
    return {
        "endpoint": where.endpoint, "bucket": where.bucket, "prefix": PREFIX, "secure": False,
        "key": where.key, "secret": where.secret,
    }  # fmt: skip


@pytest.fixture
def channel(outside: Bucket, config: dict[str, object], surroundings: Surroundings) -> Channel:
    made = KINDS["s3"].build(CHANNEL, config, surroundings)
    made.establish()
    return made


class TestContract(ChannelContract):
    """As for every channel."""
