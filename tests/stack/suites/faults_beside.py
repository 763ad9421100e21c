"""The search engine and the broker fail: neither is needed to upload, to decide, or to fetch. What could not be found
or done meanwhile is, when they are back, without a hand.
"""

import select
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest

from tests.api.world import png
from tests.stack.proxy import Fault
from tests.stack.suites.buckets import server_of
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG, Worker, empty_database
from tests.stack.suites.faults import at_once, outcomes
from tests.stack.suites.faulty import House, standing
from tests.stack.suites.indices import named
from tests.stack.suites.lengths import only_long

SERVERS = ("postgresql", "minio", "elasticsearch", "rabbitmq")
SEARCH_S = 120.0
"""Above the five seconds that a search waits, and what a busy machine adds; a search without a limit has none."""

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The full stack, with one of Celery's workers; each test leaves it as it found it, or the next one fails."""
    stack, folder = Stack(request.node.nodeid), tmp_path_factory.mktemp("faults")
    database, bucket = empty_database(stack.url("postgresql")), server_of("minio", stack.url("minio"))
    with (
        named(stack.url("elasticsearch")) as search,
        standing(folder / "home", database, bucket, search, stack.url("rabbitmq")) as built,
    ):
        worker = Worker(built.service.environment, folder / "worker.log", "workers.app", "-c", "2", "-n", "one@%h")
        try:
            until_done(built, built.upload(png(9, 9, shade=9)).json["id"], worker)
            yield built
            assert worker.end() == 0
        finally:
            if worker.process.poll() is None:
                worker.kill()


@pytest.fixture(autouse=True)
def _counted(stack: Stack) -> None:
    for server in SERVERS:
        stack.url(server)


def until_found(house: House, words: str) -> None:
    end = time.monotonic() + LONG
    while True:
        answer = house.get(f"/api/v1/assets?q={words}")
        if answer.status == HTTPStatus.OK and answer.json["total"]:
            return
        assert time.monotonic() < end, f"{words} is not found"
        select.select([], [], [], 0.05)


def until_done(house: House, asset_id: str, worker: Worker | None = None) -> None:
    """A message that was swallowed is sent again a minute later, so this may take longer than that; so may a worker's
    start on a busy machine."""
    end = time.monotonic() + LONG
    while not any(
        each["type"] == "version.rendered" for each in house.get(f"/api/v1/events?asset={asset_id}").json["data"]
    ):
        assert time.monotonic() < end, f"nothing was rendered\n{worker.log.read_text() if worker else ''}"
        select.select([], [], [], 0.05)


@pytest.mark.parametrize(
    "fault",
    [Fault("refuses"), Fault("silent"), Fault("unavailable"), *only_long(Fault("resets"), Fault("truncates", 20))],
    ids=str,
)
def test_without_the_search_engine_only_searches_fail(house: House, fault: Fault) -> None:
    house.proxies["search"].behave(fault)
    refused = at_once(lambda: house.get("/api/v1/assets?q=x"), lambda: house.get("/api/v1/assets"))
    made = house.upload(fault.kind.encode())
    title = f"while{fault.kind}"
    path = f"/api/v1/assets/{made.json['id']}"
    merge = {"content-type": "application/merge-patch+json", "if-match": "*"}
    edited = house.ask("PATCH", path, f'{{"title": "{title}"}}'.encode(), **merge)
    alive = [house.get(each) for each in (path, "/api/v1/events", "/healthz")]
    ready = house.get("/readyz")
    house.proxies["search"].behave()
    codes = {"engine_unavailable"} | ({"search_failed"} if fault.kind == "truncates" else set())
    assert outcomes(refused) <= {(503, code) for code in codes}
    assert max(each.seconds for each in [*refused, made, edited, *alive, ready]) < SEARCH_S
    assert (made.status, edited.status) == (201, 200)
    assert outcomes(alive) == {(200, "")}
    assert (ready.status, ready.json["status"]) == (200, "ready")
    assert not next(each["ok"] for each in ready.json["checks"] if each["name"] == "index")
    until_found(house, title)


@pytest.mark.parametrize(
    ("fault", "shade"),
    [(Fault("refuses"), 101), *only_long((Fault("resets"), 102), (Fault("silent"), 103))],
    ids=str,
)
def test_without_the_broker_work_waits_and_is_done(house: House, fault: Fault, shade: int) -> None:
    """``shade``: each its own, for of bytes that have been rendered nothing is."""
    house.proxies["broker"].behave(fault)
    made = house.upload(png(30, 20, shade=shade))
    alive = [house.get(each) for each in ("/api/v1/assets", "/api/v1/events", "/healthz")]
    house.proxies["broker"].behave()
    assert made.status == HTTPStatus.CREATED
    assert outcomes(alive) == {(200, "")}
    until_done(house, made.json["id"])
    house.until_ok()


def of_the_long_run(test: Callable[[House], None]) -> Callable[[House], None] | None:
    """Left out of the short one, and not skipped: a skipped test fails it."""
    return test if only_long(test) else None


@of_the_long_run
def test_a_broker_that_is_silent_for_long_is_given_up_and_found_again(house: House) -> None:
    """By the relay, which waits for an answer, and by the worker, which only listens: it misses the heartbeats."""
    logs = {"the broker is away": house.service.home / "log", "missed": house.service.home.parent / "worker.log"}
    before = {words: log.read_text().count(words) for words, log in logs.items()}
    house.proxies["broker"].behave(Fault("silent"))
    made = house.upload(png(30, 20, shade=104))
    end = time.monotonic() + LONG
    while any(log.read_text().count(words) == before[words] for words, log in logs.items()):
        assert time.monotonic() < end, [log.read_text()[-3000:] for log in logs.values()]
        select.select([], [], [], 0.2)
    house.proxies["broker"].behave()
    until_done(house, made.json["id"])
