"""Deliveries into a bucket, from the approval to the proof: replaced, edited by others, lost on the way, withdrawn."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.s3 import PERMIT_S
from dam.clock import SystemClock
from dam.operations import channels, decide, place
from dam.operations.channels import Setup
from dam.vault import AesVault
from tests.flow.house import BOSS, House, Street, sha256
from tests.stack.suites.buckets import Server, server_of
from tests.stack.suites.channels import LOOPBACK, PREFIX, config_of, restricted
from tests.stack.suites.conftest import Stack

REMOTE = "img/hero.bin"
KEY = f"{PREFIX}/{REMOTE}"
ONE, TWO, THREE = b"one" * 1000, b"two" * 1000, b"three" * 1000


class Way:
    """A way to a server that can lose an answer: the server has carried out what it was asked."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._loses = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def lose(self, request: bytes) -> None:
        """The answer to the next request that begins so."""
        self._loses = request

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._carry, args=(self._listener.accept()[0],), daemon=True).start()

    def _carry(self, asking: socket.socket) -> None:
        host, port = self._server.split(":")
        with asking, socket.create_connection((host, int(port))) as answering, suppress(OSError):
            first = asking.recv(65536)
            lost = bool(self._loses) and first.startswith(self._loses)
            if lost:
                self._loses = b""
            answering.sendall(first)
            threading.Thread(target=_pour, args=(asking, answering), daemon=True).start()
            while piece := answering.recv(65536):
                if not lost:
                    asking.sendall(piece)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)


@pytest.fixture(params=["minio", "versitygw"])
def server(request: pytest.FixtureRequest, stack: Stack) -> Server:
    """A bucket with nothing in it, and a channel's key."""
    found = server_of(request.param, stack.url(request.param))
    found.root.make_bucket(found.address.bucket)
    return restricted(found) if request.param == "minio" else found


@pytest.fixture
def way(server: Server) -> Iterator[Way]:
    made = Way(server.address.endpoint)
    yield made
    made.close()


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """Like the one of ``tests.flow``, with channels that may reach this machine and have secrets."""
    street, hands = Street(tmp_path, migrated_file), Hands(SystemClock())
    with street.house() as built:
        home = built.folder / "home"
        surroundings = Surroundings(home, hands, network=LOOPBACK)
        vault = AesVault(None, home / "secret.key")
        built.services = replace(built.services, channels=ConfiguredChannels(KINDS, surroundings, lambda: vault))
        yield built
    hands.close()
    street.store.dispose()


@pytest.fixture
def channel(house: House, server: Server, way: Way) -> str:
    config = {**config_of(server), "endpoint": way.endpoint}
    return channels.add(house.services, BOSS, Setup("bucket", "s3", config))


@pytest.fixture
def asset(house: House) -> str:
    made = house.upload(ONE)
    house.drain()
    house.approve(made, 1)
    return made


@pytest.fixture
def placement(house: House, asset: str, channel: str) -> str:
    made = house.place(asset, channel, REMOTE)
    house.drain()
    return made


def there(server: Server) -> bytes | None:
    """What visitors of the bucket see."""
    if KEY not in server.held():
        return None
    with server.root.get_object(server.address.bucket, KEY) as answer:
        data: bytes = answer.read()
        return data


def edit(server: Server, data: bytes) -> None:
    server.root.put_object(server.address.bucket, KEY, io.BytesIO(data), len(data))


def replaced(house: House, asset: str, data: bytes) -> None:
    number = house.add(asset, data)
    house.drain()
    house.approve(asset, number)
    house.drain()


def test_a_new_version_replaces_the_object_and_is_proven(
    house: House, server: Server, asset: str, placement: str
) -> None:
    assert (house.word(placement), there(server)) == ("current", ONE)
    replaced(house, asset, TWO)
    assert (house.word(placement), there(server)) == ("current", TWO)
    house.roll_back(asset, 1)
    house.drain()
    assert (house.word(placement), there(server)) == ("current", ONE)
    decide.withdraw(house.services, BOSS, asset, "")
    house.drain()
    assert there(server) is None
    assert [key for key in server.held() if "/.dam-staging/" in key] == []


@contextmanager
def losing(way: Way, server: Server, method: str) -> Iterator[None]:
    way.lose(f"{method} /{server.address.bucket}/{KEY.replace('ü', '%C3%BC')}?uploadId=".encode())
    yield
    assert way._loses == b""


def test_an_answer_that_is_lost_is_waited_for_and_never_called_proven(
    house: House, server: Server, way: Way, asset: str, placement: str
) -> None:
    with losing(way, server, "POST"):
        replaced(house, asset, TWO)
    assert there(server) == TWO
    state = house.state(placement)
    assert (state.word, state.next_attempt_at is not None) == ("verifying", True)
    house.time.at += timedelta(seconds=PERMIT_S + 59)
    house.drain()
    assert house.word(placement) == "verifying"
    house.time.at += timedelta(seconds=2)
    house.drain()
    assert (house.word(placement), there(server)) == ("current", TWO)


def test_an_edit_by_others_is_seen_kept_and_replaced(
    house: House, server: Server, channel: str, asset: str, placement: str
) -> None:
    edit(server, b"by hand")
    house.audit(channel)
    assert house.word(placement) == "drifted"
    replaced(house, asset, THREE)
    assert (house.word(placement), there(server)) == ("current", THREE)
    assert house.stored(sha256(b"by hand")) == b"by hand"


def test_what_was_there_before_is_not_overwritten_unasked(
    house: House, server: Server, channel: str, asset: str
) -> None:
    edit(server, b"theirs")
    made = house.place(asset, channel, REMOTE)
    house.drain()
    assert (house.need(made), there(server)) == ("target_occupied", b"theirs")
    place.repair(house.services, BOSS, made, adopt=True)
    house.drain()
    assert (house.word(made), there(server)) == ("current", ONE)
    assert house.stored(sha256(b"theirs")) == b"theirs"


def test_a_bucket_without_its_marker_is_unreachable_and_stays_as_it_is(
    house: House, server: Server, channel: str, asset: str, placement: str
) -> None:
    (marker,) = (key for key in server.held() if "/.dam-channel-" in key)
    with server.root.get_object(server.address.bucket, marker) as answer:
        content = answer.read()
    server.root.remove_object(server.address.bucket, marker)
    replaced(house, asset, TWO)
    assert (house.word(placement), there(server)) == ("unreachable", ONE)
    server.root.put_object(server.address.bucket, marker, io.BytesIO(content), len(content))
    house.time.at += timedelta(hours=1)
    channels.check(house.services, BOSS, channel)
    house.drain()
    assert (house.word(placement), there(server)) == ("current", TWO)
