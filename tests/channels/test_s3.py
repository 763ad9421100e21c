"""The S3 channel when the server, or the way to it, fails: what each failure means, and that nothing is sent twice.

What it does on real servers is in ``tests/stack/suites/channels.py``, with the contract of every channel.
"""

import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from dam.channels import KINDS, request
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.channels.network import Network
from dam.channels.request import Times
from dam.channels.s3 import Marker
from dam.ports.channel import (
    Channel,
    ChannelError,
    InvalidConfig,
    NotApplied,
    OutcomeUnknown,
    Receipt,
    TargetOccupied,
    Unreachable,
)
from tests.channels.conftest import CHANNEL, MARKER
from tests.contracts.channel import CLOCK, put, remove, seen
from tests.objects.scripted import XML, Answer, Script, error, serving

SECRET = "hunter2hunter2"
CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A key and a certificate until 2126, for tests only."""
LOOPBACK = Network((ip_network("127.0.0.0/8"),))
MARKED = f"GET /shop/img/{MARKER}"
BEGUN = Answer(200, b"<R><UploadId>up&amp;1</UploadId></R>", {"Content-Type": XML})
COPIED = Answer(200, b"<CopyPartResult><ETag>&quot;tag&quot;</ETag></CopyPartResult>", {"Content-Type": XML})
COMPLETED = Answer(200, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>", {"Content-Type": XML})
EMPTY = Answer(200, b"<ListBucketResult></ListBucketResult>", {"Content-Type": XML})

Open = Callable[..., Channel]


@pytest.fixture
def open_(hands: Hands, tmp_path: Path) -> Open:
    """``open_(endpoint)``: a channel to that server, which is not asked anything yet."""

    def make(endpoint: str, network: Network = LOOPBACK, **more: object) -> Channel:
        config = {
            "endpoint": endpoint, "bucket": "shop", "prefix": "img", "secure": False, "key": "KEY", "secret": SECRET,
            **more,
        }  # fmt: skip
        return KINDS["s3"].build(CHANNEL, config, Surroundings(tmp_path, hands, network=network))

    return make


def good(method: str, path: str) -> Answer:
    """A server where everything works, and nothing is there but the marker."""
    if f"{method} {path}" == MARKED:
        return Answer(200, f"{CHANNEL}\n".encode())
    if method == "GET":
        return EMPTY if "list-type" in path else error(404, "NoSuchKey")
    if method == "POST":
        return BEGUN if "?uploads" in path else COMPLETED
    if method == "DELETE":
        return Answer(204)
    return COPIED if "partNumber" in path else Answer(200, headers={"ETag": '"one"'})


def but(asked: str, answer: Answer) -> Script:
    """As a good server, but for the requests that begin so."""
    return lambda method, path: answer if f"{method} {path}".startswith(asked) else good(method, path)


@contextmanager
def channel_at(open_: Open, script: Script) -> Iterator[tuple[Channel, list[str]]]:
    with serving(script) as (endpoint, asked):
        yield open_(endpoint), asked


def failing(ask: Callable[[], object]) -> ChannelError:
    with pytest.raises(ChannelError) as refused:
        ask()
    assert SECRET not in str(refused.value)
    return refused.value


def test_a_put_is_these_requests(open_: Open) -> None:
    with channel_at(open_, good) as (channel, asked):
        assert put(channel, "a b.jpg", b"\xff\xd8\xff") == Receipt({"step": "completed"})
    staging = f"/shop/img/.dam-staging/{CHANNEL}/"
    mark = next(each.split()[1] for each in asked if each.startswith(f"PUT {staging}"))
    assert asked == [
        MARKED,
        f"GET /shop/?list-type=2&max-keys=1000&prefix={staging[6:].replace('/', '%2F')}",
        "POST /shop/img/a%20b.jpg?uploads=",
        f"PUT {mark}",
        "PUT /shop/img/a%20b.jpg?partNumber=1&uploadId=up%261",
        MARKED,
        "POST /shop/img/a%20b.jpg?uploadId=up%261",
        f"DELETE {mark}",
    ]


def test_what_is_not_applied_is_aborted(open_: Open) -> None:
    with channel_at(open_, good) as (channel, asked), channel.stage_put("a", io.BytesIO(b"x"), 1):
        pass
    assert "DELETE /shop/img/a?uploadId=up%261" in asked
    assert not any(each.startswith("POST") and "?uploadId" in each for each in asked)


def test_a_sweep_that_fails_hinders_nobody(open_: Open) -> None:
    with channel_at(open_, but("GET /shop/?list", error(403, "AccessDenied"))) as (channel, _):
        assert put(channel, "a", b"x") == Receipt({"step": "completed"})


def test_a_refusal_before_all_was_sent_is_read() -> None:
    """A server that has no room says so at once, and closes."""
    body, done = bytes(64 << 20), threading.Event()

    def refuse(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 507 Full\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            done.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=refuse, args=(server,))
        thread.start()
        with request.connect(["127.0.0.1"], server.getsockname()[1], None, Times(20, 20)) as connection:
            threading.Timer(0.3, done.set).start()
            sent = [b"PUT / HTTP/1.1\r\n\r\n", body]
            assert request.exchange(connection, "PUT", sent, Times(20, 20)).status == 507
        thread.join()


@pytest.mark.parametrize(
    "answer", [error(404, "NoSuchKey"), error(404, "NoSuchBucket"), Answer(200, b"another channel's\n"), Answer(200)]
)
def test_without_its_marker_nothing_is_read_or_written(open_: Open, answer: Answer) -> None:
    with channel_at(open_, but(MARKED, answer)) as (channel, asked):
        for ask in (
            channel.check,
            lambda: channel.read("a"),
            lambda: channel.canonical("a"),
            lambda: put(channel, "a", b"x"),
            lambda: remove(channel, "a"),
        ):
            refused = failing(ask)
            assert (type(refused), refused.code, refused.permanent) == (Unreachable, "root_vanished", False)
        assert set(asked) == {MARKED}


def test_a_marker_that_vanishes_after_staging_stops_the_step(open_: Open) -> None:
    there = True

    def script(method: str, path: str) -> Answer:
        return good(method, path) if there or f"{method} {path}" != MARKED else error(404, "NoSuchKey")

    with channel_at(open_, script) as (channel, asked), channel.stage_put("a", io.BytesIO(b"x"), 1) as change:
        there = False
        assert failing(lambda: change.apply(CLOCK.monotonic() + 10)).code == "root_vanished"
        assert not any(each.startswith("POST") and "?uploadId" in each for each in asked)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_an_address_that_is_not_allowed_is_not_dialled(open_: Open, host: str) -> None:
    with serving(good) as (endpoint, asked):
        channel = open_(f"{host}:{endpoint.partition(':')[2]}", network=Network())
        for ask in (channel.check, channel.establish, lambda: put(channel, "a", b"x")):
            assert failing(ask).code == "address_not_allowed"
        assert asked == []


def test_the_step_looks_the_name_up_itself_and_is_refused_too(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may lead elsewhere by then."""
    where = "127.0.0.1"

    def lookup(_: str, port: int, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

    with serving(good) as (endpoint, asked):
        channel = open_(f"server.example:{endpoint.partition(':')[2]}")
        monkeypatch.setattr(Marker, "check", lambda _: None)
        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        with channel.stage_removal("a") as change:
            where = "192.168.0.1"
            assert failing(lambda: change.apply(CLOCK.monotonic() + 10)).code == "address_not_allowed"
        assert asked == []


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's side, with a certificate for ``localhost`` and ``server.example`` that everybody trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    request._context.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    yield context
    request._context.cache_clear()


def test_by_tls_the_address_is_dialled_and_the_name_is_checked(
    open_: Open, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: [(2, 1, 6, "", ("127.0.0.1", given[1]))])
    with serving(good, tls) as (endpoint, asked):
        port = endpoint.partition(":")[2]
        assert put(open_(f"server.example:{port}", secure=True), "a", b"x") == Receipt({"step": "completed"})
        before = len(asked)
        refused = failing(open_(f"other.example:{port}", secure=True).check)
        assert "certificate is not trusted" in refused.detail
        assert len(asked) == before


def test_the_step_checks_the_certificate_itself(
    open_: Open, tls: ssl.SSLContext, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hand has little of the environment, but what says whom to trust."""
    monkeypatch.setattr(Marker, "check", lambda _: None)
    with serving(good, tls) as (endpoint, asked):
        channel = open_(f"localhost:{endpoint.partition(':')[2]}", secure=True)
        with channel.stage_removal("a") as change:
            change.apply(CLOCK.monotonic() + 10)
        assert asked == ["DELETE /shop/img/a"]
        hands.close()
        monkeypatch.delenv("SSL_CERT_FILE")
        with channel.stage_removal("a") as change:
            assert failing(lambda: change.apply(CLOCK.monotonic() + 10)).code == "destination_failed"
        assert asked == ["DELETE /shop/img/a"]


WHO, DENIED = error(403, "SignatureDoesNotMatch"), error(403, "AccessDenied")
BUSY, BROKEN = error(503, "SlowDown"), error(500, "InternalError")
ELSEWHERE = Answer(307, headers={"Location": "http://127.0.0.1:1/"})


@pytest.mark.parametrize(
    ("answer", "kind", "code", "permanent"),
    [
        (WHO, Unreachable, "credentials_refused", False),
        (error(403, "RequestTimeTooSkewed"), Unreachable, "clock_differs", False),
        (DENIED, NotApplied, "destination_refused", True),
        (error(404, "NoSuchBucket"), Unreachable, "root_vanished", False),
        (error(507, "XMinioStorageFull"), NotApplied, "destination_full", False),
        (error(400, "EntityTooLarge"), NotApplied, "destination_full", False),
        (BUSY, Unreachable, "destination_failed", False),
        (BROKEN, Unreachable, "destination_failed", False),
        (Answer(429), Unreachable, "destination_failed", False),
        (ELSEWHERE, Unreachable, "redirected", False),
        (Answer(200, b"<html>Sign in</html>"), Unreachable, "destination_failed", False),
        (Answer(lost=True), Unreachable, "destination_failed", False),
    ],
)
def test_what_staging_is_refused_for(
    open_: Open, answer: Answer, kind: type[ChannelError], code: str, permanent: bool
) -> None:
    with channel_at(open_, but("POST /shop/img/a?uploads", answer)) as (channel, asked):
        refused = failing(lambda: put(channel, "a", b"x"))
        assert (type(refused), refused.code, refused.permanent) == (kind, code, permanent)
        assert sum(each.startswith("POST") for each in asked) == 1  # once, whatever came of it


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(lost=True), OutcomeUnknown, "no_answer"),
        (BROKEN, OutcomeUnknown, "destination_failed"),
        (error(200, "InternalError"), OutcomeUnknown, "destination_failed"),
        (Answer(200, b"<html>Sign in</html>"), OutcomeUnknown, "destination_failed"),
        (Answer(502), OutcomeUnknown, "destination_failed"),
        (Answer(404), OutcomeUnknown, "destination_failed"),
        (error(404, "NoSuchUpload"), OutcomeUnknown, "destination_failed"),
        (ELSEWHERE, OutcomeUnknown, "destination_failed"),
        (BUSY, NotApplied, "destination_busy"),
        (DENIED, NotApplied, "destination_refused"),
        (error(409, "ConditionalRequestConflict"), NotApplied, "target_changed"),
        (error(412, "PreconditionFailed"), TargetOccupied, "target_occupied"),
        (WHO, Unreachable, "credentials_refused"),
    ],
)
def test_what_became_of_the_step(open_: Open, answer: Answer, kind: type[ChannelError], code: str) -> None:
    with channel_at(open_, but("POST /shop/img/a?uploadId", answer)) as (channel, asked):
        refused = failing(lambda: put(channel, "a", b"x", exclusive=True))
        assert (type(refused), refused.code) == (kind, code)
        assert sum(each.startswith("POST /shop/img/a?uploadId") for each in asked) == 1
        assert "DELETE /shop/img/a?uploadId=up%261" in asked  # so that it can't happen any more


@pytest.mark.parametrize("answer", [Answer(lost=True), BROKEN, Answer(404)])
def test_a_removal_without_an_answer_is_unknown(open_: Open, answer: Answer) -> None:
    with channel_at(open_, but("DELETE", answer)) as (channel, asked):
        assert isinstance(failing(lambda: remove(channel, "a")), OutcomeUnknown)
        assert sum(each.startswith("DELETE") for each in asked) == 1


def test_a_server_that_is_away_at_the_step_has_not_done_it(open_: Open) -> None:
    with serving(good) as (endpoint, _):
        change = open_(endpoint).stage_put("a", io.BytesIO(b"x"), 1)
    with change:
        refused = failing(lambda: change.apply(CLOCK.monotonic() + 10))
    assert (type(refused), refused.code) == (Unreachable, "destination_failed")


@pytest.mark.parametrize("answer", [WHO, DENIED, BUSY, ELSEWHERE, Answer(404, b"<html>"), Answer(lost=True)])
def test_what_can_t_be_seen_is_neither_absent_nor_something_else(open_: Open, answer: Answer) -> None:
    with channel_at(open_, but("GET /shop/img/a", answer)) as (channel, _):
        refused = failing(lambda: channel.read("a"))
        assert isinstance(refused, Unreachable)
        assert not refused.permanent


def test_what_is_not_there_is_absent(open_: Open) -> None:
    with channel_at(open_, good) as (channel, _):
        assert channel.read("a") is None


def test_bytes_that_break_off_are_no_bytes(open_: Open) -> None:
    half = but("GET /shop/img/a", Answer(200, b"half", announced=8))
    with channel_at(open_, half) as (channel, _), pytest.raises(OSError, match="broke off"):
        seen(channel, "a")


@pytest.mark.parametrize(
    ("asked", "answer", "code"),
    [
        (MARKED, error(404, "NoSuchBucket"), "bucket_missing"),
        (MARKED, WHO, "credentials_refused"),
        (MARKED, DENIED, "access_denied"),
        (MARKED, ELSEWHERE, "redirected"),
        ("POST", DENIED, "access_denied"),
        ("DELETE", DENIED, "access_denied"),
        ("GET /shop/?list", DENIED, "access_denied"),
    ],
)
def test_a_channel_that_could_not_deliver_is_not_set_up(open_: Open, asked: str, answer: Answer, code: str) -> None:
    with channel_at(open_, but(asked, answer)) as (channel, _):
        refused = failing(channel.establish)
        assert (type(refused), refused.code) == (InvalidConfig, code)


def test_a_server_that_is_away_may_come_back(open_: Open) -> None:
    with channel_at(open_, but(MARKED, BUSY)) as (channel, _):
        assert isinstance(failing(channel.establish), Unreachable)


def test_the_secret_goes_nowhere_but_into_signatures(open_: Open, hands: Hands) -> None:
    with channel_at(open_, good) as (channel, asked):
        put(channel, "a", b"x")
        for _, hand in hands._idle:
            for name in ("cmdline", "environ"):
                assert SECRET.encode() not in Path(f"/proc/{hand.pid}/{name}").read_bytes()
        assert SECRET not in str(asked)
