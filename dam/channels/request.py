"""One HTTP request to one address, as a program too: ``dam.channels.hand`` runs this file in a process of its own for
the visible step of a destination that speaks HTTP.

Rule: nothing here looks a name up, follows a redirect, uses a proxy, or sends a request twice. An answer is bounded in
size and in time. As a program it does nothing after its deadline, whoever is dead by then: the deadline is looked at
right before the connection is made, and an alarm of the kernel's kills this process at the deadline. What a killed
process had not sent by then is thrown away with its connection (``SO_LINGER``), so that it can't arrive later.

Belongs here: bytes to and from a socket, and the program's orders and answers. Must not: import anything of ``dam``,
which the isolated interpreter doesn't see; know what a request means.
"""

import base64
import io
import json
import select
import signal
import socket
import ssl
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

IDLE_S = 60.0  # how long a process without an order stays
ANSWER_BYTES = 4096  # at most so long is an answer of the program
_TOLD_BYTES = 2000  # of the body that the program tells
_BODY_BYTES = 1 << 20
_CONNECT_S = 5.0  # for one address: another one may be reachable
_PIECE = 1 << 16
_LENGTH = struct.Struct(">I")
_DISCARD = struct.pack("ii", 1, 0)
_SCALE = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # as dam.clock


class Unsent(OSError):
    """Nothing of the request has been sent."""


class Times:
    """Until when an exchange may last (``until``, of ``now``), and how long the other side may be silent (seconds)."""

    def __init__(self, seconds: float, silence: float) -> None:
        self.until = now() + seconds
        self._silence = silence

    def left(self) -> float:
        """Seconds for the next wait. Raises TimeoutError when there are none."""
        left = min(self.until - now(), self._silence)
        if left <= 0:
            raise TimeoutError("timed out")
        return left


def now() -> float:
    """Seconds since boot, the same in every process."""
    return time.clock_gettime(_SCALE)


def connect(addresses: list[str], port: int, tls_name: str | None, times: Times) -> socket.socket:
    """A connection to the first of the numeric addresses that takes one; by TLS if the certificate's name is given.
    Raises Unsent."""
    problem: OSError = Unsent("there is no address")
    for address in addresses:
        try:
            plain = socket.create_connection((address, port), min(times.left(), _CONNECT_S))
        except OSError as error:
            problem = error
            continue
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a short body doesn't wait for its head's receipt
        return plain if tls_name is None else _secured(plain, tls_name, times)
    raise Unsent(sentence(problem)) from problem


def _secured(plain: socket.socket, name: str, times: Times) -> socket.socket:
    try:
        plain.settimeout(times.left())
        return _context().wrap_socket(plain, server_hostname=name)
    except (OSError, ValueError) as error:
        plain.close()
        raise Unsent(sentence(error)) from error


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def send(connection: socket.socket, request: bytes, times: Times) -> None:
    """Send all of it. Raises OSError; then some of it may have arrived."""
    rest = memoryview(request)
    while rest:
        connection.settimeout(times.left())
        rest = rest[connection.send(rest[:_PIECE]) :]


def exchange(connection: socket.socket, method: str, request: Sequence[bytes], times: Times) -> HTTPResponse:
    """Send a request, in pieces that are not put together, and read the head of its answer; also where the other side
    refuses it before it has all of it, and closes. Raises OSError."""
    try:
        for piece in request:
            send(connection, piece, times)
    except (BrokenPipeError, ConnectionResetError) as broken:
        try:
            return answer(connection, method, times)
        except OSError:
            raise broken from None
    return answer(connection, method, times)


def answer(connection: socket.socket, method: str, times: Times) -> HTTPResponse:
    """The head of the answer; its body is read from it, and ends with OSError when the time is over. Raises OSError,
    also for what is no HTTP."""
    response = HTTPResponse(cast(socket.socket, _Source(connection, times)), method=method)
    try:
        response.begin()
    except (HTTPException, ValueError) as error:
        raise OSError("the answer is no HTTP") from error
    if response.length is None and not response.chunked:
        raise OSError("the answer does not say where it ends")  # one that breaks off would look like a whole one
    return response


def body(response: HTTPResponse, limit: int = _BODY_BYTES) -> bytes:
    """The whole body. Raises OSError, also where it is longer than ``limit`` or ends early."""
    try:
        found = response.read(limit + 1)
    except (HTTPException, ValueError) as error:
        raise OSError("the answer broke off") from error
    if len(found) > limit:
        raise OSError("the answer is too long")
    if response.length:
        raise OSError("the answer broke off")
    return found


class _Source:
    """What ``HTTPResponse`` reads from: a socket whose every read has a time-out of what is left."""

    def __init__(self, connection: socket.socket, times: Times) -> None:
        self._connection = connection
        self._times = times

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._connection, self._times), _PIECE)


class _Reader(io.RawIOBase):
    def __init__(self, connection: socket.socket, times: Times) -> None:
        self._connection = connection
        self._times = times

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._times.left())
        return self._connection.recv_into(buffer)

    def close(self) -> None:
        self._connection.close()
        super().close()


def sentence(error: OSError | ValueError) -> str:
    """What went wrong, without any name or address."""
    if isinstance(error, ssl.SSLError):
        return "it speaks no TLS, or its certificate is not trusted"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# ---- the program ----


def order(addresses: list[str], port: int, tls_name: str | None, method: str, request: bytes, deadline: float) -> bytes:
    """One order as bytes, with its length before it."""
    told = {
        "addresses": addresses, "port": port, "tls_name": tls_name, "method": method,
        "request": base64.b64encode(request).decode(), "deadline": deadline,
    }  # fmt: skip
    data = json.dumps(told).encode()
    return _LENGTH.pack(len(data)) + data


def read_answer(line: str) -> dict[str, Any]:
    """What the program answered, as ``obey`` says it, with the ``body`` as bytes."""
    told: dict[str, Any] = json.loads(line)
    return {**told, "body": base64.b64decode(told.get("body", ""))}


def obey(told: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one order before its deadline. Answers ``said``: ``late``, ``unsent`` (nothing was sent), ``sent``
    (and no answer that can be read), or ``answered`` with ``status`` and the begin of the ``body``."""
    left = told["deadline"] - now()
    if left <= 0:
        return {"said": "late"}
    signal.setitimer(signal.ITIMER_REAL, left)
    try:
        return _perform(told, Times(left, left))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _perform(told: Mapping[str, Any], times: Times) -> dict[str, Any]:
    try:
        connection = connect(told["addresses"], told["port"], told["tls_name"], times)
    except Unsent as error:
        return {"said": "unsent", "why": str(error)[:200]}
    with connection:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DISCARD)
            response = exchange(connection, told["method"], [base64.b64decode(told["request"])], times)
            found = b" ".join(body(response).split())  # a long step keeps its connection alive with spaces
        except OSError as error:
            return {"said": "sent", "why": sentence(error)[:200]}
    return {"said": "answered", "status": response.status, "body": base64.b64encode(found[:_TOLD_BYTES]).decode()}


def serve(connection: socket.socket) -> None:
    """Obey orders until the other end closes or nothing is asked any more."""
    while select.select([connection], [], [], IDLE_S)[0]:
        length = _exactly(connection, _LENGTH.size)
        told = _exactly(connection, _LENGTH.unpack(length)[0]) if length else b""
        if not told:
            return
        connection.sendall(json.dumps(obey(json.loads(told))).encode() + b"\n")


def _exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes; fewer, and then none, if the other end closed."""
    found = bytearray()
    while len(found) < size:
        piece = connection.recv(min(size - len(found), _PIECE))
        if not piece:
            return b""
        found += piece
    return bytes(found)


def main() -> None:
    # What the parent ignored or blocked would be so here too, and the alarm must kill.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        try:
            serve(connection)
        except (BrokenPipeError, ConnectionResetError):
            return  # the parent is gone: there is nobody to tell


if __name__ == "__main__":
    main()
