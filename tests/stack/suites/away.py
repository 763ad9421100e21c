"""Elasticsearch goes away and comes back: the service as it is started goes on without it, and catches up by itself.

``TORTURE=1`` plays it with 2,000 edits.
"""

import json
import signal
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dam import wiring
from dam.domain.assets import Edit
from dam.operations import describe, uploads
from dam.operations.uploads import Details, Incoming
from dam.ports.services import Services
from dam.store.work import SqlStore
from search.engines.elastic import ElasticIndex
from search.engines.elastic_address import Address
from search.errors import SearchUnavailable
from search.query import Everything
from search.results import Page
from tests.commands.test_up import Service
from tests.flow.house import BOSS
from tests.search.documents import a_document
from tests.stack.proxy import Fault, Proxy
from tests.stack.suites.conftest import Stack
from tests.stack.suites.indices import named
from tests.stack.suites.lengths import TORTURE, told

pytestmark = pytest.mark.timeout(1200)

ASSETS, EDITS = 20, 2000 if TORTURE else 200
CAUGHT_UP_S, ENDS_S = 60, 300
BOUND_S = 120
"""Above every time-out of ``search.engines.elastic_client``, with the one repetition, and of a busy machine."""


@pytest.fixture
def address(stack: Stack) -> Iterator[Address]:
    with named(stack.url("elasticsearch")) as address:
        yield address


@pytest.fixture
def proxy(address: Address) -> Iterator[Proxy]:
    with Proxy((address.host, address.port)) as proxy:
        yield proxy


@pytest.fixture
def url(address: Address, proxy: Proxy) -> str:
    return f"elasticsearch://127.0.0.1:{proxy.port}/{address.name}?secure=false"


@pytest.fixture
def beside(tmp_path: Path, url: str) -> Iterator[Services]:
    """The same data, for whoever works on them beside the service."""
    services = wiring.build(Settings(home=tmp_path / "home", search_url=url), wake=lambda: None)
    yield services
    assert isinstance(services.store, SqlStore)
    services.store.dispose()


def add(services: Services, number: int) -> str:
    sink = services.objects.receive()
    sink.write(f"file {number}".encode())
    return uploads.create_asset(services, BOSS, Incoming(sink, f"{number}.bin", b"file"), Details(title=f"new{number}"))


def edit(services: Services, asset: str, title: str) -> None:
    with services.store.reading() as work:
        found = work.assets.get(asset)
    assert found is not None
    describe.edit(services, BOSS, asset, found.revision, Edit(title=title))


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Service]:
    """The service; at its end nothing that it said was a crash."""
    service, said = Service(home, **settings), list[str]()
    listener = threading.Thread(target=lambda: said.extend(service.process.stderr or ()))
    listener.start()
    try:
        yield service
        service.end(signal.SIGTERM)
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
        listener.join()
        service.close()
    assert not [line for line in said if "Traceback" in line]


def refusal(service: Service, path: str) -> dict[str, Any]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        service.get(path)
    with refused.value as answer:
        assert answer.code == 503
        told: dict[str, Any] = json.load(answer)
        return told


def until_found(service: Service, query: str, total: int) -> float:
    """Seconds until so many are found, and nothing is behind."""
    began = time.monotonic()
    while True:
        try:
            found = service.get(f"/api/v1/assets?q={query}")
            if (found["total"], found["index"]["behind"]) == (total, 0):
                return time.monotonic() - began
        except urllib.error.HTTPError as refused:
            refused.close()
        assert time.monotonic() - began < ENDS_S, "it does not catch up"
        time.sleep(0.2)


def until_equal(index: ElasticIndex, services: Services) -> None:
    """Until it has what the database has: what a worker finds in the files raises the sequences behind the edits."""
    began = time.monotonic()
    while index.sequences(list(wanted := sequences(services))) != wanted:
        assert time.monotonic() - began < ENDS_S, "it does not become equal"
        time.sleep(0.2)


def sequences(services: Services) -> dict[str, int]:
    with services.store.reading() as work:
        return {asset.id: asset.index_seq for asset in work.assets.page(None, 100)}


def test_many_edits_while_it_is_away(
    address: Address, proxy: Proxy, url: str, beside: Services, tmp_path: Path
) -> None:
    with running(tmp_path / "home", DAM_SEARCH_URL=url) as service:
        service.until_ready()
        assets = [add(beside, number) for number in range(ASSETS)]
        until_found(service, "", ASSETS)

        proxy.behave(Fault("refuses"))
        for number in range(EDITS):
            edit(beside, assets[number % ASSETS], f"round{number // ASSETS}")
        describe.trash(beside, BOSS, assets[0])
        assert refusal(service, "/api/v1/assets")["code"] == "engine_unavailable"
        assert service.get(f"/api/v1/assets/{assets[1]}")["title"] == f"round{EDITS // ASSETS - 1}"
        ready = service.get("/readyz")
        index = next(each for each in ready["checks"] if each["name"] == "index")
        assert (ready["status"], index["ok"]) == ("ready", False)

        proxy.behave()
        took = until_found(service, f"round{EDITS // ASSETS - 1}", ASSETS - 1)
        direct = ElasticIndex(address)
        until_equal(direct, beside)
        assert set(direct.search(Everything(), Page()).ids) == set(assets[1:])
        direct.close()
        assert service.get("/api/v1/work?state=set_aside")["data"] == []
    told(f"{EDITS} edits without Elasticsearch: equal to the database after it was back", took, CAUGHT_UP_S)


def test_a_service_starts_without_it_and_builds_the_index_when_it_is_there(
    proxy: Proxy, url: str, beside: Services, tmp_path: Path
) -> None:
    proxy.behave(Fault("refuses"))
    with running(tmp_path / "home", DAM_SEARCH_URL=url) as service:
        service.until_ready()
        add(beside, 1)
        assert refusal(service, "/api/v1/assets")["code"] == "engine_unavailable"
        proxy.behave()
        until_found(service, "new1", 1)


def test_one_that_hangs_hinders_nobody_else(proxy: Proxy, url: str, tmp_path: Path) -> None:
    with running(tmp_path / "home", DAM_SEARCH_URL=url, DAM_WEB_THREADS="4") as service:
        service.until_ready()
        service.get("/api/v1/assets")
        proxy.behave(Fault("silent"))
        with ThreadPoolExecutor(12) as pool:
            began = time.monotonic()
            searches = [pool.submit(refusal, service, "/api/v1/assets") for _ in range(12)]
            assert {each.result()["code"] for each in searches} == {"engine_unavailable"}
            assert time.monotonic() - began < BOUND_S
            # It is known now: one at a time finds out whether it is back, and the others are not held.
            probing = pool.submit(refusal, service, "/api/v1/assets")
            assert {refusal(service, "/api/v1/assets?q=x")["code"] for _ in range(4)} == {"engine_unavailable"}
            service.get("/api/v1/me")
            probing.result()
            assert time.monotonic() - began < 2 * BOUND_S
        proxy.behave()
        until_found(service, "", 0)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("refuses"),
        Fault("resets"),
        Fault("silent"),
        Fault("truncates", 0),
        Fault("truncates", 100),
        Fault("unavailable"),
    ],
    ids=str,
)
def test_every_fault_is_told_in_time_and_is_over_when_it_is_over(address: Address, proxy: Proxy, fault: Fault) -> None:
    index = ElasticIndex(replace(address, port=proxy.port))
    index.rebuild([a_document("a")])
    actions: list[Callable[[], object]] = [
        lambda: index.search(Everything(), Page()),
        lambda: index.sequences(["a"]),
        lambda: index.write([a_document("b", 2)]),
        lambda: index.rebuild([a_document("c")]),
    ]
    for action in actions if fault.kind != "silent" else actions[:2]:
        proxy.behave(fault)
        began = time.monotonic()
        with pytest.raises(SearchUnavailable) as refused:
            action()
        assert refused.value.code in {"engine_unavailable", "search_failed", "write_failed"}
        assert time.monotonic() - began < BOUND_S
        proxy.behave()
        assert index.search(Everything(), Page()).ids == ("a",)
    index.write([a_document("b", 2)])
    assert index.search(Everything(), Page()).total == 2
    assert index.rebuild([a_document("c")]) == 1
    index.close()


def test_a_slow_one_is_waited_for(address: Address, proxy: Proxy) -> None:
    index = ElasticIndex(replace(address, port=proxy.port))
    proxy.behave(Fault("slow", 2000))
    index.rebuild([a_document("a")])
    assert index.search(Everything(), Page(), facets=("tag",)).ids == ("a",)
    index.close()
