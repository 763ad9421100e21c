"""The proxy itself: each fault is what its name says, for connections that are there and for new ones, and is over."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.stack.proxy import Fault, Proxy

PATIENCE_S = 60


class Echo:
    """A server that says everything back."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.listening.listen()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._say_back, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _say_back(self, connection: socket.socket) -> None:
        with connection:
            try:
                while piece := connection.recv(65536):
                    connection.sendall(piece)
            except OSError:
                return

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for thread in [self._accepting, *self._threads]:
            thread.join(PATIENCE_S)


@pytest.fixture(params=["tcp", "unix"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if request.param == "tcp":
        listening = socket.create_server(("127.0.0.1", 0))
        upstream: tuple[str, int] | str = listening.getsockname()
    else:
        upstream = str(tmp_path_factory.mktemp("s") / "s")
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(upstream)
    echo = Echo(listening)
    with Proxy(upstream) as made:
        yield made
    echo.close()


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S)


def says(connection: socket.socket, data: bytes) -> bytes:
    """What comes back of it, at most as much."""
    connection.sendall(data)
    found = b""
    while len(found) < len(data) and (piece := connection.recv(len(data))):
        found += piece
    return found


def is_cut_off(proxy: Proxy) -> bool:
    """Whether a new connection ends before anything was answered, sooner or later."""
    try:
        with connect(proxy) as one:
            one.sendall(b"x")
            return one.recv(1) == b""
    except ConnectionError:
        return True


def test_it_passes_everything_both_ways(proxy: Proxy) -> None:
    data = bytes(range(256)) * 4096
    with connect(proxy) as one, connect(proxy) as other:
        one.sendall(b"a")
        other.sendall(b"b")
        assert (one.recv(1), other.recv(1)) == (b"a", b"b")
        one.settimeout(PATIENCE_S)
        sending = threading.Thread(target=one.sendall, args=[data])
        sending.start()
        found = b""
        while len(found) < len(data):
            found += one.recv(65536)
        sending.join()
    assert found == data


def test_it_refuses_and_cuts_and_is_back_on_the_same_port(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"x") == b"x"
        proxy.behave(Fault("refuses"))
        with pytest.raises(ConnectionResetError):
            before.recv(1)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.behave()
    with connect(proxy) as after:
        assert says(after, b"x") == b"x"


def test_it_resets(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"x") == b"x"
        proxy.behave(Fault("resets"))
        with pytest.raises(ConnectionResetError):
            before.recv(1)
    assert is_cut_off(proxy)


def test_it_is_silent_and_what_it_swallowed_is_lost(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"x") == b"x"
        proxy.behave(Fault("silent"))
        with connect(proxy) as fresh:
            for each in (before, fresh):
                each.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    says(each, b"y")
                each.settimeout(PATIENCE_S)
            proxy.behave()
            for each in (before, fresh):
                with pytest.raises(ConnectionResetError):
                    each.recv(1)


def test_it_truncates_each_connection(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"xxxxxxxx") == b"xxxxxxxx"
        proxy.behave(Fault("truncates", 3))
        with connect(proxy) as fresh:
            assert [says(each, b"abcdef") for each in (before, fresh)] == [b"abc", b"abc"]


def test_it_is_slow(proxy: Proxy) -> None:
    proxy.behave(Fault("slow", 1000))
    with connect(proxy) as one:
        began = time.monotonic()
        assert says(one, b"x" * 300) == b"x" * 300
        assert time.monotonic() - began > 0.2


def test_it_answers_503_also_while_a_body_comes(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"x") == b"x"
        proxy.behave(Fault("unavailable"))
        before.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 4000000\r\n\r\n" + bytes(4_000_000))
        assert before.recv(1000).startswith(b"HTTP/1.1 503 ")


def test_cut_cuts_what_is_open_only(proxy: Proxy) -> None:
    with connect(proxy) as before:
        assert says(before, b"x") == b"x"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            before.recv(1)
    with connect(proxy) as after:
        assert says(after, b"x") == b"x"


def test_a_server_that_is_away_is_a_reset() -> None:
    with Proxy("/nowhere/at/all") as alone:
        assert is_cut_off(alone)
