"""A server that answers as it is told: for what no real one does on demand."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

XML = "application/xml"


@dataclass(frozen=True)
class Answer:
    """``announced``: the length that is told, if it is not the body's; ``lost``: nothing is sent at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    lost: bool = False


Script = Callable[[str, str], Answer]
"""From the method and the path with its query."""


def error(status: int, code: str) -> Answer:
    """As S3 tells it."""
    body = f"<Error><Code>{code}</Code><Message>Told by a test.</Message></Error>".encode()
    return Answer(status, body, {"Content-Type": XML})


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[str]]]:
    """Its endpoint, and the requests that it has had so far."""
    asked: list[str] = []

    server = _Server(("127.0.0.1", 0), _Handler)
    server.script, server.asked, server.tls = script, asked, tls
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    script: Script
    asked: list[str]
    tls: ssl.SSLContext | None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Each connection makes its handshake in its own thread; what does not want to speak TLS is let go."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with suppress(OSError), self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.asked.append(f"{self.command} {self.path}")
        answer = self.server.script(self.command, self.path)
        if answer.lost:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if answer.announced is None else answer.announced
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        if length != len(answer.body) and self.command != "HEAD":
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass
