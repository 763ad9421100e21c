"""The service as it is started, with a proxy before each server that it needs, and a client that keeps the time.

Rule: what is here asks and measures; what is right is asserted by the suites. A further server is a further proxy, and
a further setting that leads through it.
"""

import http.client
import json
import select
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import psycopg

from search.engines.elastic_address import Address as SearchAddress
from tests.commands.test_up import Service
from tests.stack.proxy import Proxy
from tests.stack.suites.buckets import Server

LONGEST_S = 300.0


@dataclass(frozen=True)
class Answer:
    """``code``: of a problem, else empty. ``seconds``: from the first byte that was sent to the last that came."""

    status: int
    body: bytes
    seconds: float
    code: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Away(Exception):
    """The connection broke before the answer had come as a whole."""


@dataclass
class House:
    """``proxies``: by server. ``database``: past the proxy, for the test's own questions."""

    service: Service
    proxies: dict[str, Proxy]
    database: str
    bucket: Server
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own. Raises Away."""
        where = urlsplit(self.service.said["address"])
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=LONGEST_S)
        began = time.monotonic()
        try:
            connection.request(method, path, body, {**self.headers, **headers})
            answer = connection.getresponse()
            data = answer.read()
        except (http.client.HTTPException, OSError) as error:
            raise Away(str(error)) from error
        finally:
            connection.close()
        problem = answer.headers.get_content_type() == "application/problem+json"
        code = json.loads(data)["code"] if problem else ""
        return Answer(answer.status, data, time.monotonic() - began, code)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Answer:
        return self.ask("POST", path, json.dumps(body).encode(), **{"content-type": "application/json", **headers})

    def upload(self, data: bytes, path: str = "/api/v1/assets") -> Answer:
        parts = [("file", '; filename="a.bin"', data), ("rationale", "", b"better")]
        body = b"".join(
            f'--x\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"
            for name, more, value in (parts if path.endswith("versions") else parts[:1])
        )
        return self.ask("POST", path, body + b"--x--\r\n", **{"content-type": "multipart/form-data; boundary=x"})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, past the proxy."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def until_ok(self, path: str = "/readyz") -> float:
        """Ask until the answer is 200; returns after how many seconds it was."""
        began = time.monotonic()
        while self.ask("GET", path).status != http.client.OK:
            assert time.monotonic() - began < LONGEST_S, "it has not recovered by itself"
            select.select([], [], [], 0.02)
        return time.monotonic() - began


@contextmanager
def standing(
    home: Path, database: str, bucket: Server, search: SearchAddress | None = None, broker: str = ""
) -> Iterator[House]:
    """``dam up`` on an empty database and bucket, each behind its proxy; so are the search engine and the broker, where
    they are given. At the end everything is as it must be.
    """
    parts = urlsplit(database)
    with ExitStack() as stack:
        proxies = {"database": stack.enter_context(Proxy(f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"))}
        through = parts._replace(netloc=_through(parts, proxies["database"]), query="")
        host, _, port = bucket.address.endpoint.rpartition(":")
        proxies["objects"] = stack.enter_context(Proxy((host, int(port))))
        where = replace(bucket.address, endpoint=f"127.0.0.1:{proxies['objects'].port}")
        settings = {"DAM_DATABASE_URL": through.geturl(), "DAM_OBJECTS_URL": replace(bucket, address=where).url}
        if search is not None:
            proxies["search"] = stack.enter_context(Proxy((search.host, search.port)))
            settings["DAM_SEARCH_URL"] = (
                f"elasticsearch://127.0.0.1:{proxies['search'].port}/{search.name}?secure=false"
            )
        if broker:
            parts = urlsplit(broker)
            proxies["broker"] = stack.enter_context(Proxy((parts.hostname or "", parts.port or 0)))
            settings["DAM_BROKER_URL"] = parts._replace(netloc=_through(parts, proxies["broker"])).geturl()
        yield from _running(Service(home, **settings), proxies, database, bucket)


def _through(parts: SplitResult, proxy: Proxy) -> str:
    return f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"


def _running(service: Service, proxies: dict[str, Proxy], database: str, bucket: Server) -> Iterator[House]:
    # Nobody reads its log meanwhile, and a pipe that is full would hold it up.
    reading = threading.Thread(target=_keep, args=[service.process.stderr, service.home / "log"])
    reading.start()
    try:
        token = (service.home / "token").read_text().strip()
        built = House(service, proxies, database, bucket, {"authorization": f"Bearer {token}"})
        built.until_ok()
        yield built
        for proxy in proxies.values():
            proxy.behave()
        assert service.end(signal.SIGTERM) == 0
        wrong = _wrong(service)
        assert not wrong, wrong
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
        reading.join()
        service.close()


def _wrong(service: Service) -> list[Any]:
    """What ``dam fsck --full`` has to say, but for bytes without a row, which a lost answer leaves."""
    checking = service.run("fsck", "--full", "--json")
    said, complaint = checking.communicate(timeout=LONGEST_S)
    assert checking.returncode == 0, said + complaint
    return [finding for finding in json.loads(said)["findings"] if finding["code"] != "orphan"]


def _keep(stream: IO[str], file: Path) -> None:
    with file.open("w", buffering=1) as log:  # tests look at it meanwhile
        log.writelines(stream)
