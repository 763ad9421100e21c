"""The S3 channel on real servers: the contract that every channel keeps, and what only a server can get wrong.

On MinIO the channel has a key with the policy of ``docs/channels.md``, and no other right.
"""

import hashlib
import io
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from dam.channels import KINDS, s3_staging
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.network import Network
from dam.channels.s3 import S3
from dam.clock import SystemClock
from dam.ports.channel import Channel, ChannelError, InvalidConfig, NotApplied, OutcomeUnknown
from tests.contracts.channel import CLOCK, NEW, OLD, ChannelContract, put, remove, seen
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

    def unfinished(self, remote: str) -> int:
        return self.server.unfinished(f"{PREFIX}/{remote}")

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
    return restricted(found) if request.param == "minio" else found


def restricted(server: Server, prefix: str = PREFIX) -> Server:
    """The same with a key that may do what the policy says."""
    key, secret = secrets.token_hex(8), secrets.token_hex(16)
    server.admin.user_add(key, secret)
    server.admin.policy_add(f"channel-{key}", policy=policy(server.address.bucket, prefix))
    server.admin.attach_policy([f"channel-{key}"], user=key)
    return replace(server, address=replace(server.address, key=key, secret=secret))


def config_of(server: Server) -> dict[str, object]:
    where = server.address
    return {
        "endpoint": where.endpoint, "bucket": where.bucket, "prefix": PREFIX, "secure": False,
        "key": where.key, "secret": where.secret,
    }  # fmt: skip


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
    return config_of(server)


@pytest.fixture
def channel(outside: Bucket, config: dict[str, object], surroundings: Surroundings) -> Channel:
    made = KINDS["s3"].build(CHANNEL, config, surroundings)
    made.establish()
    return made


class TestContract(ChannelContract):
    """As for every channel."""


def test_what_is_larger_than_a_piece_comes_together(
    channel: Channel, outside: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_staging, "PIECE", 5 << 20)  # the least that S3 takes for a part, but for the last one
    for size in ((5 << 20), (5 << 20) + 1, (10 << 20) + 3):
        data = (hashlib.sha256(str(size).encode()).digest() * (size // 32 + 1))[:size]
        put(channel, "large.bin", data)
        assert seen(channel, "large.bin") == data
        assert outside.names() == {"large.bin"}
    assert outside.unfinished("large.bin") == 0


def test_what_caches_and_browsers_are_told(channel: Channel, outside: Bucket) -> None:
    for remote, data, said in (
        ("a.bin", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("b.css", b"p {}", "text/css"),
        ("c", b"?", "application/octet-stream"),
    ):
        put(channel, remote, data)
        found = outside.server.root.stat_object(outside.name, f"{PREFIX}/{remote}")
        assert (found.content_type, (found.metadata or {}).get("Cache-Control")) == (said, "no-cache")


def test_what_was_given_up_can_t_be_completed_any_more(channel: Channel, outside: Bucket) -> None:
    """A request that is still on its way when its attempt ends finds nothing to complete."""
    put(channel, "a", OLD)
    with channel.stage_put("a", io.BytesIO(NEW), len(NEW)) as late:
        pass
    with suppress(OutcomeUnknown):  # versitygw says yes to it, and does nothing
        late.apply(CLOCK.monotonic() + 10)
    assert outside.look("a") == OLD
    assert outside.unfinished("a") == 0


def test_what_a_dead_attempt_left_is_swept_and_what_lives_is_not(channel: Channel, outside: Bucket) -> None:
    assert isinstance(channel, S3)
    foreign = outside.server.root._create_multipart_upload(outside.name, f"{PREFIX}/a", {})
    dead = channel.stage_put("a", io.BytesIO(NEW), len(NEW))
    assert len(outside.names()) == 1
    assert outside.unfinished("a") == 2
    assert channel._sweep.older_than(datetime.now(UTC) - timedelta(days=1)) == 0
    assert len(outside.names()) == 1
    assert channel._sweep.older_than(datetime.now(UTC) + timedelta(days=1)) == 1
    assert outside.names() == set()
    left = outside.server.root._list_multipart_uploads(outside.name, prefix=f"{PREFIX}/a").uploads
    assert [each.upload_id for each in left] == [foreign]  # somebody else's stays
    with suppress(OutcomeUnknown):
        dead.apply(CLOCK.monotonic() + 10)
    assert outside.look("a") is None


def test_a_bucket_that_is_not_there_or_not_ours(
    server: Server, config: dict[str, object], surroundings: Surroundings
) -> None:
    wrong = [
        (config, {"bucket_missing", "access_denied"}),
        ({**config, "secret": "wrong" * 8}, {"credentials_refused"}),
        ({**config, "key": "nobody"}, {"credentials_refused"}),
    ]
    for given, codes in wrong:
        with pytest.raises(InvalidConfig) as refused:
            KINDS["s3"].build(CHANNEL, given, surroundings).establish()
        assert refused.value.code in codes
        assert server.address.secret not in str(refused.value)


def test_channels_within_one_another_name_one_place_alike(
    channel: Channel, config: dict[str, object], surroundings: Surroundings
) -> None:
    within = KINDS["s3"].build(UUID(int=7), {**config, "prefix": f"{PREFIX}/deep"}, surroundings)
    within.establish()
    assert within.canonical("a") == channel.canonical("deep/a")
    assert within.canonical("a") != channel.canonical("a")


def test_a_name_below_an_object_harms_it_not(channel: Channel) -> None:
    """Where keys are paths of files there can't be both, and a person has to choose; elsewhere both are there."""
    put(channel, "a", OLD)
    try:
        put(channel, "a/b", NEW)
    except ChannelError as refused:
        assert refused.permanent  # noqa: PT017 - it may work, too
    else:
        assert seen(channel, "a/b") == NEW
    assert seen(channel, "a") == OLD


class TestOnMinio:
    """What only MinIO can be told to do."""

    @pytest.fixture
    def minio(self, stack: Stack) -> Server:
        return restricted(server_of("minio", stack.url("minio")))

    @pytest.fixture
    def channel(self, minio: Server, surroundings: Surroundings) -> Channel:
        minio.root.make_bucket(minio.address.bucket)
        made = KINDS["s3"].build(CHANNEL, config_of(minio), surroundings)
        made.establish()
        return made

    def test_the_key_reaches_nothing_beside_its_prefix(
        self, minio: Server, channel: Channel, surroundings: Surroundings
    ) -> None:
        put(channel, "a", OLD)
        for elsewhere in ("", "site", "other"):
            config = {**config_of(minio), "prefix": elsewhere}
            with pytest.raises(InvalidConfig) as refused:
                KINDS["s3"].build(CHANNEL, config, surroundings).establish()
            assert refused.value.code == "access_denied"

    def test_in_a_versioned_bucket_what_is_shown_is_the_same(self, minio: Server, channel: Channel) -> None:
        minio.root.set_bucket_versioning(minio.address.bucket, VersioningConfig(ENABLED))
        for data in (OLD, NEW):
            put(channel, "a", data)
            assert seen(channel, "a") == data
        remove(channel, "a")
        assert seen(channel, "a") is None
        put(channel, "a", OLD, exclusive=True)
        assert seen(channel, "a") == OLD

    def test_a_bucket_without_room_is_told(self, minio: Server, channel: Channel) -> None:
        put(channel, "a", OLD)
        minio.admin.bucket_quota_set(minio.address.bucket, 1 << 20)
        with pytest.raises(NotApplied) as refused:
            put(channel, "b", bytes(2 << 20))
        assert refused.value.code == "destination_full"
        minio.admin.bucket_quota_clear(minio.address.bucket)
        put(channel, "b", bytes(2 << 20))
