"""Secrets of channels: sealed wherever they rest, opened for the adapter only."""

import io
import json
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import Settings
from dam import wiring
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Kind, Surroundings
from dam.domain.errors import Unavailable
from dam.domain.placements import ConfiguredChannel
from dam.ports.channel import Channel, Unreachable
from dam.vault import AesVault
from tests.channels.conftest import CHANNEL

SECRET = "hunter2hunter2"
KEY = bytes(range(32))
SCHEMA = {"properties": {"path": {}, "secret": {"writeOnly": True}, "other": {"writeOnly": True}}}
EMPTY = ConfiguredChannel(
    id=str(CHANNEL), name="shop", kind="safe", config={}, recipe="original", on_drift="report", audit_every_s=60,
    created_at=datetime(2026, 11, 22, tzinfo=UTC), created_by="somebody",
)  # fmt: skip


class Built:
    """What the adapters were built with."""

    def __init__(self, home: Path, hands: Hands, vault: AesVault | None) -> None:
        self.configs: list[dict[str, object]] = []
        kind = Kind(SCHEMA, "sha256", self._build, frozenset({"path"}))
        self.channels = ConfiguredChannels(
            {"safe": kind}, Surroundings(home, hands), None if vault is None else lambda: vault
        )

    def _build(self, _: UUID, config: object, __: Surroundings) -> Channel:
        assert isinstance(config, dict)
        self.configs.append(config)
        return None  # type: ignore[return-value]  # nobody speaks to it


@pytest.fixture
def built(home: Path, hands: Hands) -> Built:
    return Built(home, hands, AesVault(KEY, None))


def test_a_secret_is_in_the_adapter_and_nowhere_else(built: Built) -> None:
    channel = built.channels.configured(EMPTY, {"path": "/", "secret": SECRET})
    assert channel.config == {"path": "/"}
    assert SECRET not in repr(channel)
    assert SECRET not in str(channel.sealed)
    assert str(channel.sealed) not in repr(channel)
    built.channels.open(channel)
    assert built.configs == [{"path": "/", "secret": SECRET}]


def test_what_a_change_does_not_name_stays(built: Built) -> None:
    first = built.channels.configured(EMPTY, {"path": "/", "secret": SECRET, "other": "one"})
    assert built.channels.configured(first, {"path": "/b"}).sealed == first.sealed
    second = built.channels.configured(first, {"other": "two", "path": None})
    third = built.channels.configured(second, {"other": None})
    for channel in (first, second, third):
        built.channels.open(channel)
    assert built.configs == [
        {"path": "/", "secret": SECRET, "other": "one"},
        {"secret": SECRET, "other": "two"},
        {"secret": SECRET},
    ]


def test_another_secret_is_another_adapter(built: Built) -> None:
    first = built.channels.configured(EMPTY, {"secret": SECRET})
    second = built.channels.configured(first, {"secret": "another"})
    for channel in (first, first, second):
        built.channels.open(channel)
    assert [config["secret"] for config in built.configs] == [SECRET, "another"]


def test_secrets_that_can_t_be_opened_hinder_no_other_channel(built: Built, home: Path, hands: Hands) -> None:
    sealed = built.channels.configured(EMPTY, {"secret": SECRET})
    for vault, code in ((AesVault(bytes(32), None), "secret_unreadable"), (None, "secret_key_missing")):
        channel = Built(home, hands, vault).channels.open(sealed)
        assert channel.timing.permit > 0
        for ask, given in (
            (channel.check, ()), (channel.establish, ()), (channel.read, ("a",)), (channel.canonical, ("a",)),
            (channel.stage_removal, ("a",)), (channel.stage_put, ("a", io.BytesIO(), 0)),
        ):  # fmt: skip
            with pytest.raises(Unreachable) as refused:
                ask(*given)
            assert (refused.value.code, refused.value.permanent) == (code, False)


def test_a_key_that_is_put_back_opens_them(home: Path, hands: Hands) -> None:
    file = home / "secret.key"
    built = Built(home, hands, AesVault(None, file))
    channel = built.channels.configured(EMPTY, {"secret": SECRET})
    away = file.rename(home / "away")
    with pytest.raises(Unreachable):
        built.channels.open(channel).check()
    away.rename(file)
    built.channels.open(channel)
    assert built.configs == [{"secret": SECRET}]


def test_they_can_be_given_again(built: Built, home: Path, hands: Hands) -> None:
    other = Built(home, hands, AesVault(bytes(32), None))
    sealed = built.channels.configured(EMPTY, {"secret": SECRET, "other": "x"})
    again = other.channels.configured(sealed, {"secret": SECRET, "other": "y"})
    other.channels.open(again)
    assert other.configs == [{"secret": SECRET, "other": "y"}]


def test_a_sealed_text_is_its_channel_s_own() -> None:
    vault = AesVault(KEY, None)
    sealed = vault.seal(SECRET, "one")
    assert vault.open(sealed, "one") == SECRET
    assert sealed != vault.seal(SECRET, "one")
    changed = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    for text, owner in ((sealed, "two"), (changed, "one"), ("v1:", "one"), ("v1:é", "one"), ("", "one")):
        with pytest.raises(Unavailable) as refused:
            vault.open(text, owner)
        assert refused.value.code == "secret_unreadable"


def test_the_key_is_made_once_for_the_service_s_user_only(home: Path) -> None:
    file = home / "secret.key"
    with pytest.raises(Unavailable) as refused:
        AesVault(None, file).open("v1:AAAA", "one")
    assert refused.value.code == "secret_unreadable"
    assert not file.exists()  # what can't be opened makes no key
    sealed: list[str] = []
    threads = [threading.Thread(target=lambda: sealed.append(AesVault(None, file).seal(SECRET, "a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {AesVault(None, file).open(each, "a") for each in sealed} == {SECRET}
    assert len(sealed) == 8
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in home.iterdir()] == ["secret.key"]
    given = AesVault(bytes.fromhex(file.read_text()), None)  # the same key in the settings of another machine
    assert given.open(sealed[0], "a") == SECRET


def test_without_a_key_of_its_own_a_shared_database_gets_no_secret() -> None:
    with pytest.raises(Unavailable) as refused:
        AesVault(None, None).seal(SECRET, "a")
    assert refused.value.code == "secret_key_missing"


def test_a_damaged_key_is_not_replaced(home: Path) -> None:
    file = home / "secret.key"
    file.write_text("abcd\n")
    with pytest.raises(Unavailable):
        AesVault(None, file).seal(SECRET, "a")
    assert file.read_text() == "abcd\n"


def test_channels_are_held_to_the_settings(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home", channel_networks=(ip_network("127.0.0.0/8"),), secret_key=KEY, database_url="", port=0
    )
    services = wiring.build(settings, lambda: None)
    config = {"endpoint": "127.0.0.1:1", "bucket": "shop", "secure": False, "key": "KEY", "secret": SECRET}
    channel = services.channels.configured(replace(EMPTY, kind="s3"), config)
    assert channel.sealed is not None
    assert json.loads(AesVault(KEY, None).open(channel.sealed, channel.id)) == {"secret": SECRET}
    for endpoint, code in (("127.0.0.1:1", "destination_failed"), ("10.0.0.1:1", "address_not_allowed")):
        there = services.channels.configured(channel, {"endpoint": endpoint})
        with pytest.raises(Unreachable) as refused:
            services.channels.open(there).check()
        assert refused.value.code == code


def test_a_service_without_s3_channels_loads_nothing_for_them() -> None:
    code = (
        "import json, sys, dam.wiring; from dam.channels import KINDS; KINDS['s3'].secrets;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = set(json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout))
    assert not loaded & {"dam.channels.s3", "dam.channels.request", "dam.vault", "Crypto", "minio", "urllib3", "boto3"}


def test_the_revision_is_not_the_adapter_s_business(built: Built) -> None:
    channel = built.channels.configured(EMPTY, {"secret": SECRET})
    assert built.channels.open(channel) is built.channels.open(replace(channel, revision=2, name="x"))
