"""HTTP/1.1 by a bare socket, so that the one who measures costs next to nothing beside the server.

Rule: only what the benches say and hear: one file as multipart/form-data, and GET on a connection that stays.
"""

import re
import socket
from collections.abc import Iterable
from typing import Self

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_BOUNDARY = b"bench-5f2b1f0c9a7e4d31"
_BUFFER = 1 << 20
_PATIENCE_S = 120.0


class Line:
    """One connection to this machine; a context manager."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = memoryview(bytearray(_BUFFER))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def get(self, path: str, authorization: str = "", unless: int = 0) -> int:
        """Ask, and read to the end; returns the body's length, 0 if the status was ``unless``. Raises RuntimeError for
        any other than 200."""
        said = f"Authorization: {authorization}\r\n" if authorization else ""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n{said}\r\n".encode())
        status, _, length = self._answer(200, unless)
        return 0 if status == unless else length

    def post_file(self, path: str, name: str, pieces: Iterable[bytes], size: int, authorization: str = "") -> bytes:
        """Send a file of ``size`` bytes as the form's part ``file``; returns the answer's body, which is short.

        Raises RuntimeError unless it is a 201.
        """
        head = (
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" % (_BOUNDARY, name.encode())
        )
        tail = b"\r\n--%b--\r\n" % _BOUNDARY
        length = len(head) + size + len(tail)
        said = f"Authorization: {authorization}\r\n" if authorization else ""
        self._socket.sendall(
            f"POST {path} HTTP/1.1\r\nHost: bench\r\n{said}Content-Length: {length}\r\n"
            f"Content-Type: multipart/form-data; boundary={_BOUNDARY.decode()}\r\n\r\n".encode()
        )
        self._socket.sendall(head)
        for piece in pieces:
            self._socket.sendall(piece)
        self._socket.sendall(tail)
        _, begin, length = self._answer(201)
        return bytes(self._buffer[begin : begin + length])

    def _answer(self, *wanted: int) -> tuple[int, int, int]:
        """The status; where in the buffer the body begins, and its length; of one that is longer the end covers the
        begin."""
        filled = 0
        while (end := bytes(self._buffer[:filled]).find(b"\r\n\r\n")) < 0:
            filled += self._receive(filled)
        head = bytes(self._buffer[:end])
        length = _LENGTH.search(head)
        status = int(head.split(b" ", 2)[1])
        if status not in wanted or length is None:
            raise RuntimeError(f"answered {bytes(self._buffer[:filled])!r}")
        body = filled - end - 4
        while body < int(length[1]):
            got = self._receive(filled if filled < _BUFFER else 0)
            filled, body = filled + got, body + got
        return status, end + 4, body

    def _receive(self, at: int) -> int:
        got = self._socket.recv_into(self._buffer[at:])
        if not got:
            raise RuntimeError("the server closed the connection")
        return got
