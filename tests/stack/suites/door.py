"""A door before a server: open, shut (whoever comes is refused, whoever is inside is cut off), or one behind which
nobody answers.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

_PIECE = 1 << 16


class Door:
    """A port of the loopback that leads to another one while it is open. It begins shut; a context manager."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port: int = taken.getsockname()[1]
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._inside: set[socket.socket] = set()

    def open(self) -> None:
        """Let everybody through from now on."""
        self._begin(self._forward)

    def hang(self) -> None:
        """Take connections from now on, and never answer."""
        self._begin(lambda client: None)

    def shut(self) -> None:
        """Refuse everybody, and cut off who is inside."""
        with self._lock:
            listener, self._listener = self._listener, None
            inside, self._inside = self._inside, set()
        for each in [*inside, *([listener] if listener else [])]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()

    def _begin(self, serve: Callable[[socket.socket], None]) -> None:
        self.shut()
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        with self._lock:
            self._listener = listener
        threading.Thread(target=self._take, args=(listener, serve), daemon=True).start()

    def _take(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # it was shut
            if self._enter(client):
                serve(client)

    def _enter(self, each: socket.socket) -> bool:
        with self._lock:
            if self._listener is None:
                each.close()
                return False
            self._inside.add(each)
            return True

    def _forward(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target)
        if self._enter(server):
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=_copy, args=(one, other), daemon=True).start()


def _copy(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(_PIECE):
            other.sendall(piece)
    for each in (one, other):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
