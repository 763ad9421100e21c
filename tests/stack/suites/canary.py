"""No password of a server is seen anywhere, while all are used by the service and by Celery's workers, and while
each of them fails: in no log, error, answer, event, number, message, or list of processes.
"""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

import pytest
from celery import Celery

from config import celery
from tests.api.world import png
from tests.flow.test_canary import READABLE, Visitor, processes
from tests.stack.proxy import Fault, Proxy
from tests.stack.suites.buckets import server_of
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import Crew, crew, empty_database
from tests.stack.suites.indices import named
from workers.broker import application

# This Elasticsearch asks for no password; ours is sent to it all the same.
SEARCH_SECRET = "canary-search-secret-93be"


@dataclass
class Full:
    """The full stack, each server behind its proxy."""

    house: Crew
    proxies: list[Proxy]
    secrets: list[str]


@pytest.fixture
def full(stack: Stack, tmp_path: Path) -> Iterator[Full]:
    database, bucket = empty_database(stack.url("postgresql")), server_of("minio", stack.url("minio"))
    key = secrets.token_hex(32)
    with ExitStack() as held:
        index = held.enter_context(named(stack.url("elasticsearch")))
        parts, broker = urlsplit(database), urlsplit(stack.url("rabbitmq"))
        host, _, port = bucket.address.endpoint.rpartition(":")
        ways: list[tuple[str, int] | str] = [
            f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432",
            (host, int(port)),
            (index.host, index.port),
            (broker.hostname or "", broker.port or 0),
        ]
        proxies = [held.enter_context(Proxy(way)) for way in ways]
        where = replace(bucket.address, endpoint=f"127.0.0.1:{proxies[1].port}")
        house = held.enter_context(
            crew(
                tmp_path / "crew",
                through(parts._replace(query=""), proxies[0]),
                through(broker, proxies[3]),
                DAM_OBJECTS_URL=replace(bucket, address=where).url,
                DAM_SEARCH_URL=(
                    f"elasticsearch://canary:{SEARCH_SECRET}@127.0.0.1:{proxies[2].port}/{index.name}?secure=false"
                ),
                DAM_SECRET_KEY=key,
                DAM_LOG_LEVEL="debug",
            )
        )
        planted = [parts.password or "", broker.password or "", bucket.address.secret, SEARCH_SECRET, key]
        yield Full(house, proxies, planted)


def through(url: SplitResult, proxy: Proxy) -> str:
    return url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{proxy.port}").geturl()


@pytest.mark.timeout(1200)
def test_no_secret_of_servers_is_seen_anywhere(full: Full) -> None:
    house = full.house
    visitor = Visitor(house.service)
    bearer = {"Authorization": f"Bearer {(house.service.home / 'token').read_text().strip()}"}
    house.service.upload(png(30, 20, shade=200))
    message = waiting(application(celery.policy(house.broker)), house)
    worker = house.start()
    demo = house.run("demo", "--json")
    assert demo.returncode == 0, demo.stderr
    house.until_at_rest()
    broker = full.proxies[-1]
    for proxy in full.proxies:
        for fault in (Fault("refuses"), Fault("truncates", 20)):
            proxy.behave(fault)
            if proxy is broker:  # it is noticed by whoever has something to send
                house.enqueue("render", {"sha256": "0" * 64})
                house.until(lambda: "the broker is away" in house.said())
            for path in ("/readyz", "/api/v1/assets?q=x", "/api/v1/me"):
                visitor.hear("GET", path, **bearer)
            form = {"content-type": "multipart/form-data; boundary=x"}
            visitor.hear("POST", "/api/v1/assets", {}, **bearer, **form)
        proxy.behave()
    house.until(lambda: {visitor.ask("GET", path, **bearer)[0] for path in READABLE} == {200})
    last = house.service.upload(png(30, 20, shade=201))["id"]
    house.until(lambda: last in house.told("version.rendered"))
    assert {visitor.hear("GET", path, **bearer) for path in READABLE} == {200}
    told = house.run("doctor", "--json")
    seen = processes(house.service.process.pid) + processes(worker.process.pid)
    assert worker.end() == 0
    said = house.said()
    assert "workers.app" in seen
    assert "render" in message
    assert "database_unavailable" in "".join(visitor.heard)
    assert "the broker is away" in said
    for secret in full.secrets:
        assert len(secret) > 20
        for place in (said, "".join(visitor.heard), seen, message, demo.stdout, demo.stderr, told.stdout, told.stderr):
            assert secret not in place


def waiting(app: Celery, house: Crew) -> str:
    """The first message for a worker, as it lies in the broker; it stays there."""
    found: list[str] = []

    def look() -> bool:
        with app.connection_for_read() as connection:
            message = app.amqp.queues["media"](connection.default_channel).get(no_ack=False)
            if message is not None:
                found.append(f"{message.headers} {message.properties} {message.body!r}")
                message.requeue()
        return bool(found)

    house.until(look)
    return found[0]
