"""How quick the pages are that need nothing of a server that fails, against the same pages while nothing fails.

Rule: measures and returns figures; what is good enough is for whoever asks. What is right beside a fault is asserted by
``tests.stack.suites.faults``, which measures nothing.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus

from tests.bench.row import Row, folder
from tests.stack.proxy import Fault
from tests.stack.suites.buckets import server_of
from tests.stack.suites.crew import empty_database
from tests.stack.suites.faulty import House, standing
from tests.stack.suites.indices import named

_ROUNDS, _A_ROUND = 6, 25
_AWAY_S = 2.0
_FAULTS = {
    "the bucket": ("objects", (Fault("refuses"), Fault("silent"))),
    "the search engine": ("search", (Fault("refuses"), Fault("silent"))),
    "the broker": ("broker", (Fault("refuses"), Fault("silent"))),
}


def measure(urls: Mapping[str, str], rounds: int = _ROUNDS, a_round: int = _A_ROUND) -> list[Row]:
    """Per server and fault the 99th percentile of pages without it, each round of which has a round without a fault
    beside it; and how soon the service is ready again when the database is back.
    """
    bucket = server_of("minio", urls["minio"])
    with (
        folder() as home,
        named(urls["elasticsearch"]) as index,
        standing(home / "home", empty_database(urls["postgresql"]), bucket, index, urls["rabbitmq"]) as house,
    ):
        pages = _pages(house)
        _asked(house, pages, a_round)  # the first ones pay for what is opened then
        rows = [
            _row(house, pages, name, proxy, fault, (rounds, a_round))
            for name, (proxy, faults) in _FAULTS.items()
            for fault in faults
        ]
        return [*rows, _recovery(house)]


def _pages(house: House) -> Sequence[str]:
    made = house.upload(b"a file").json
    path = f"/api/v1/assets/{made['id']}"
    return (path, f"{path}/versions", "/api/v1/events", "/healthz")


def _row(house: House, pages: Sequence[str], name: str, proxy: str, fault: Fault, size: tuple[int, int]) -> Row:
    rounds, a_round = size
    beside: list[float] = []
    without: list[float] = []
    for _ in range(rounds):
        without += _asked(house, pages, a_round)
        with _failing(house, proxy, fault):
            beside += _asked(house, pages, a_round)
        house.until_ok()
    worst, usual = (1000 * statistics.quantiles(each, n=100)[98] for each in (beside, without))
    how = f"p99 of {len(beside)} pages: {worst:.0f} ms, without the fault {usual:.0f} ms"
    return Row(f"pages while {name} {fault.kind}", worst / usual, "×", how, most=3)


@contextmanager
def _failing(house: House, proxy: str, fault: Fault) -> Iterator[None]:
    """While it fails, somebody asks for what needs it."""
    needing: Mapping[str, Callable[[], object]] = {
        "objects": lambda: house.upload(b"bytes"),
        "search": lambda: house.get("/api/v1/assets?q=x"),
        "broker": lambda: house.get("/readyz"),
    }
    house.proxies[proxy].behave(fault)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(needing[proxy]) for _ in range(4)]
        yield
        house.proxies[proxy].behave()
        for each in asked:
            each.result()


def _asked(house: House, pages: Sequence[str], times: int) -> list[float]:
    """Seconds."""
    answers = [house.get(page) for _ in range(times) for page in pages]
    assert {each.status for each in answers} == {HTTPStatus.OK}
    return [each.seconds for each in answers]


def _recovery(house: House, times: int = 3) -> Row:
    took = []
    for _ in range(times):
        house.proxies["database"].behave(Fault("refuses"))
        began = time.monotonic()
        while time.monotonic() - began < _AWAY_S:
            house.get("/readyz")
            time.sleep(0.05)
        house.proxies["database"].behave()
        took.append(house.until_ok())
    how = f"the longest of {times}, after {_AWAY_S:g} s without it"
    return Row("database back → ready", max(took), "s", how, most=10)
