"""A request in a process of its own: what was sent is known, or told to be unknown, and nothing comes too late."""

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dam.channels import hand as hand_module
from dam.channels import request
from dam.channels.hand import Hands
from dam.channels.request import Times, Unsent
from dam.ports.channel import NotApplied, OutcomeUnknown
from tests.contracts.channel import CLOCK

PROGRAM = Path(request.__file__).resolve()
GET = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n a\n b"


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port; each connection is handed to ``behave``."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(20)
                    behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


def answering(*pieces: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        for piece in pieces:
            connection.sendall(piece)

    return behave


def tell(
    hands: Hands, port: int, seconds: float = 10, *, tls: str | None = None, raw: bytes = GET
) -> dict[str, object]:
    line = hands.tell(
        PROGRAM,
        lambda last: request.order(["127.0.0.1"], port, tls, "GET", raw, last),
        CLOCK.monotonic() + seconds,
    )
    return request.read_answer(line)


def test_an_answer_is_told_without_its_idle_spaces(hands: Hands) -> None:
    with listening(answering(OK)) as port:
        assert tell(hands, port) == {"said": "answered", "status": 200, "body": b"a b"}


def test_what_could_not_be_sent_is_known_not_to_have_happened(hands: Hands) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        assert tell(hands, taken.getsockname()[1])["said"] == "unsent"


def test_without_tls_nothing_is_sent(hands: Hands) -> None:
    seen: list[bytes] = []
    with listening(lambda connection: seen.append(connection.recv(65536))) as port:
        told = tell(hands, port, tls="here")
    assert told["said"] == "unsent"
    assert told["why"] == "it speaks no TLS, or its certificate is not trusted"
    assert not any(b"GET" in each for each in seen)


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",),
        (b"not HTTP at all\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n\r\nperhaps not all of it",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n", b"x" * 2_000_000),
    ],
)
def test_what_was_sent_and_not_answered_is_unknown(hands: Hands, pieces: tuple[bytes, ...]) -> None:
    def behave(connection: socket.socket) -> None:
        try:
            answering(*pieces)(connection)
        except OSError:
            return  # it hangs up on what is too long

    with listening(behave) as port:
        assert tell(hands, port)["said"] == "sent"


def test_a_slow_answer_does_not_outlast_the_deadline(hands: Hands) -> None:
    """Each byte comes in time, but never the last one."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        try:
            while not over.wait(0.05):
                connection.sendall(b"H")
        except OSError:
            return

    with listening(answering(OK)) as port:
        tell(hands, port, 60)  # a process has begun, however long that takes
    began = time.monotonic()
    with listening(drip) as port:
        try:
            assert tell(hands, port, 3)["said"] == "sent"
        except OutcomeUnknown:
            pass  # the alarm was first
        finally:
            over.set()
    assert time.monotonic() - began < 60  # nothing else would end it


def test_a_process_that_is_killed_throws_away_what_it_had_not_sent(hands: Hands) -> None:
    """Nothing arrives from the grave: the connection is reset, not ended."""
    began, killed, ends = threading.Event(), threading.Event(), []

    def behave(connection: socket.socket) -> None:
        try:
            while connection.recv(1024):
                began.set()
                killed.wait(20)
            ends.append("ended")
        except ConnectionResetError:
            ends.append("reset")

    with listening(behave) as port:
        thread_failed: list[type[Exception]] = []

        def ask() -> None:
            try:
                tell(hands, port, 20, raw=GET + bytes(8 << 20))
            except (OutcomeUnknown, NotApplied) as error:
                thread_failed.append(type(error))

        thread = threading.Thread(target=ask)
        started = hand_module._start
        pids: list[int] = []

        def remember(program: Path) -> hand_module._Hand:
            made = started(program)
            pids.append(made.pid)
            return made

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hand_module, "_start", remember)
            thread.start()
            assert began.wait(20)
            os.kill(pids[0], signal.SIGKILL)
            thread.join()
            killed.set()
    assert thread_failed == [OutcomeUnknown]
    assert ends == ["reset"]


def test_the_program_itself_refuses_what_comes_too_late() -> None:
    """The parent may be stopped between its own look at the clock and the sending."""
    asked: list[str] = []
    with listening(lambda connection: asked.append("asked")) as port:
        order = {
            "addresses": ["127.0.0.1"], "port": port, "tls_name": None, "method": "GET", "request": "",
            "deadline": CLOCK.monotonic() - 0.001,
        }  # fmt: skip
        assert request.obey(order) == {"said": "late"}
    assert asked == []


def test_the_kernel_kills_a_process_that_stalls_over_its_deadline(hands: Hands) -> None:
    """Its parent may be dead by then: it is stopped in the middle, and ends when it is woken."""
    over = threading.Event()

    def silent(connection: socket.socket) -> None:
        connection.recv(65536)
        over.wait(20)

    hand = hand_module._start(PROGRAM)
    with listening(answering(OK)) as port:  # so that it has begun, however long that takes
        assert "answered" in hand.ask(
            request.order(["127.0.0.1"], port, None, "GET", GET, CLOCK.monotonic() + 60), [], 60
        )
    with listening(silent) as port:
        watched = os.pidfd_open(hand.pid)
        deadline = CLOCK.monotonic() + 2
        hand._connection.sendall(request.order(["127.0.0.1"], port, None, "GET", GET, deadline))
        assert select.select([watched], [], [], 20)[0]  # nobody but the kernel ended it
        os.close(watched)
        assert hand._answer(1) == ""
        over.set()
    hand.end()


def test_a_long_order_arrives_whole(hands: Hands) -> None:
    seen: list[int] = []

    def count(connection: socket.socket) -> None:
        total = 0
        while total < len(GET) + (1 << 20):
            total += len(connection.recv(1 << 16))
        seen.append(total)
        connection.sendall(OK)

    with listening(count) as port:
        assert tell(hands, port, raw=GET + bytes(1 << 20))["said"] == "answered"
    assert seen == [len(GET) + (1 << 20)]


def test_only_addresses_are_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is tried where one does not take the connection; no name is looked up by anybody."""
    with listening(answering(OK)) as port:
        connection = request.connect(["::1", "127.0.0.1"], port, None, Times(5, 5))
        assert connection.getpeername()[0] == "127.0.0.1"
        connection.close()
    with pytest.raises(Unsent):
        request.connect([], 1, None, Times(5, 5))
