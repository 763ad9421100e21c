"""What the service does when a server, or the way to it, fails: who needs it is told so in bounded time, the rest goes
on, nothing is half done, and it recovers without a hand. ``make torture`` has every fault; here is one of a kind.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.api.world import png
from tests.commands.test_up import until_rendered
from tests.postgres import Postgres
from tests.stack.proxy import Fault
from tests.stack.suites.buckets import server_of
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG, empty_database
from tests.stack.suites.faulty import Answer, Away, House, standing
from tests.stack.suites.lengths import only_long

pytestmark = pytest.mark.timeout(1200)

DATABASE_S, OBJECTS_S = 150.0, 250.0
"""Longer than all that one request waits for, one after the other (docs/operate.md, "How long anybody waits"): of the
database a free connection, a new one and an answer; of the bucket a connection, an answer, and bytes on their way. How
quick what needs neither is meanwhile, ``make bench-stack`` measures: on a busy machine it says nothing here."""
SMALL, LARGE = b"small", bytes(range(256)) * 24_000  # in one piece, and in parts


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One service for all tests: each leaves it as it found it, or the next one fails."""
    stack = Stack(request.node.nodeid)
    bucket = server_of("minio", stack.url("minio"))
    with standing(tmp_path_factory.mktemp("faults") / "home", empty_database(stack.url("postgresql")), bucket) as built:
        yield built


@pytest.fixture(autouse=True)
def _counted(stack: Stack) -> None:
    """Each test here is one on both servers."""
    stack.url("postgresql")
    stack.url("minio")


def at_once(*asked: Callable[[], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(len(asked)) as pool:
        return [each.result() for each in [pool.submit(ask) for ask in asked]]


def facts(house: House) -> list[tuple[int, ...]]:
    """How many of everything there is."""
    tables = ("contents", "assets", "versions", "decisions", "rollouts")
    return house.rows(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}")


def outcomes(answers: Sequence[Answer]) -> set[tuple[int, str]]:
    return {(each.status, each.code) for each in answers}


WITHOUT_DATABASE = [
    Fault("refuses"),
    Fault("resets"),
    Fault("truncates", 20),
    Fault("silent"),
    *only_long(Fault("truncates", 3)),
]


class TestDatabase:
    @pytest.mark.parametrize("fault", WITHOUT_DATABASE, ids=str)
    def test_who_needs_it_is_told_and_the_rest_goes_on(self, house: House, fault: Fault) -> None:
        before = facts(house)
        house.proxies["database"].behave(fault)
        refused = at_once(
            lambda: house.get("/api/v1/assets"),
            lambda: house.get("/api/v1/me"),
            lambda: house.get("/d/nothing"),
            lambda: house.upload(SMALL),
            lambda: house.post("/api/v1/channels", {"name": "x", "kind": "folder", "config": {"path": "/tmp"}}),
        )
        alive = at_once(lambda: house.get("/healthz"), lambda: house.get("/api/v1/openapi.json"))
        ready = house.get("/readyz")
        house.proxies["database"].behave()
        assert outcomes(refused) == {(503, "database_unavailable")}
        assert max(each.seconds for each in [*refused, ready]) < DATABASE_S
        assert outcomes(alive) == {(200, "")}
        assert max(each.seconds for each in alive) < DATABASE_S
        assert (ready.status, ready.json["detail"]) == (503, "Not ready: database.")
        house.until_ok("/api/v1/assets")
        assert facts(house) == before
        house.until_ok()

    def test_pages_live_while_it_says_nothing(self, house: House) -> None:
        """What waits for it takes threads, not all of them."""
        house.proxies["database"].behave(Fault("silent"))
        with ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(house.get, "/api/v1/assets") for _ in range(20)]
            alive = [house.get("/healthz") for _ in range(50)]
            answers = [each.result() for each in waiting]
        house.proxies["database"].behave()
        assert outcomes(alive) == {(200, "")}
        assert outcomes(answers) == {(503, "database_unavailable")}
        assert max(each.seconds for each in [*alive, *answers]) < DATABASE_S
        house.until_ok("/api/v1/assets")

    @pytest.mark.parametrize(("fault", "shade"), [(Fault("resets"), 1), (Fault("silent"), 2)], ids=str)
    def test_the_worker_goes_on_by_itself(self, house: House, fault: Fault, shade: int) -> None:
        house.proxies["database"].behave(fault)
        assert house.get("/api/v1/me").status == HTTPStatus.SERVICE_UNAVAILABLE
        house.proxies["database"].behave()
        house.until_ok()
        made = house.upload(png(30, 20, shade=shade))
        until_rendered(house.service, made.json["id"])

    def test_a_slow_one_is_waited_for(self, house: House) -> None:
        house.proxies["database"].behave(Fault("slow", 5000))
        answers = at_once(lambda: house.get("/api/v1/me"), lambda: house.get("/api/v1/assets?limit=1"))
        house.proxies["database"].behave()
        assert outcomes(answers) == {(200, "")}


WITHOUT_OBJECTS = [
    Fault("refuses"),
    Fault("resets"),
    Fault("unavailable"),
    Fault("truncates", 20),
    *only_long(Fault("truncates", 300), Fault("truncates", 3), Fault("silent")),
]


class TestObjects:
    @pytest.fixture
    def content(self, house: House) -> str:
        """Where bytes are that are there."""
        made = house.upload(LARGE).json
        return f"/api/v1/assets/{made['id']}/versions/1/content"

    @pytest.mark.parametrize("fault", WITHOUT_OBJECTS, ids=str)
    def test_bytes_neither_come_nor_go_and_nothing_is_half_there(
        self, house: House, content: str, fault: Fault
    ) -> None:
        version = content.rpartition("/versions/")[0] + "/versions"
        before = facts(house)
        house.proxies["objects"].behave(fault)
        refused = at_once(
            lambda: house.upload(fault.kind.encode()),
            lambda: house.upload(LARGE + fault.kind.encode()),
            lambda: house.upload(b"another version", version),
            lambda: house.get(content),
        )
        alive = [house.get(path) for path in ("/api/v1/assets", "/api/v1/events", "/healthz", version)]
        ready = house.get("/readyz")
        there = facts(house)
        house.proxies["objects"].behave()
        assert outcomes(refused) == {(503, "objects_unavailable")}
        assert max(each.seconds for each in [*refused, *alive]) < OBJECTS_S
        assert outcomes(alive) == {(200, "")}
        if fault.kind != "truncates":  # the head of a 404 that is cut off is a 404 still
            assert (ready.status, ready.json["detail"]) == (503, "Not ready: objects.")
        assert there == before
        assert house.upload(fault.kind.encode()).status == HTTPStatus.CREATED
        assert house.get(content).body == LARGE

    def test_what_breaks_off_in_the_middle_is_not_taken_for_the_whole(self, house: House, content: str) -> None:
        house.proxies["objects"].behave(Fault("truncates", len(LARGE) // 2))
        with pytest.raises(Away):
            house.get(content)
        house.proxies["objects"].behave()
        assert house.get(content).body == LARGE

    def test_an_upload_that_is_cut_off_leaves_nothing_that_is_seen(self, house: House) -> None:
        before, held, sent = facts(house), set(house.bucket.held()), LARGE * 3
        house.proxies["objects"].behave(Fault("truncates", 1000))  # some answers pass, and then none
        refused = house.upload(sent)
        house.proxies["objects"].behave()
        assert (refused.status, refused.code) == (503, "objects_unavailable")
        assert facts(house) == before
        # The answer that was cut off may have been a yes to the last step: then they are there, whole and nobody's.
        # What else has come meanwhile are pictures of earlier uploads.
        came = [house.bucket.bytes_of(key) for key in {*house.bucket.held()} - held if key.startswith("objects/")]
        assert [len(each) for each in came if each in sent and each != sent] == []


class Approver:
    """Approves two versions in turn, each naming the head that it saw, and counts what it knows to have happened."""

    def __init__(self, house: House, name: bytes) -> None:
        self.house = house
        self.asset = str(house.upload(name).json["id"])
        self.path = f"/api/v1/assets/{self.asset}"
        digests = [house.get(self.path).json["latest"]["sha256"]]
        digests.append(house.upload(name + b" 2", f"{self.path}/versions").json["sha256"])
        self.digests = digests
        self.head: int | None = None
        self.moved = self.refused = 0
        self.strange: set[tuple[int, str]] = set()
        self.slowest = 0.0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if self.approve(2 if self.head == 1 else 1):
                self.moved += 1
        self.look()

    def approve(self, number: int) -> bool:
        """Returns whether it has happened. Where the answer does not say so, the asset does."""
        body = {"sha256": self.digests[number - 1], "expected_head": self.head}
        try:
            answer = self.house.post(f"{self.path}/versions/{number}/approve", body)
        except Away:
            return self.look() == number
        self.slowest = max(self.slowest, answer.seconds)
        if answer.status == HTTPStatus.ACCEPTED:
            self.head = number
            return True
        self.refused += 1
        if (answer.status, answer.code) != (503, "database_unavailable"):
            self.strange.add((answer.status, answer.code))
        return self.look() == number

    def look(self) -> int | None:
        self.house.until_ok(self.path)
        approved = self.house.get(self.path).json["approved"]
        self.head = approved["number"] if approved else None
        return self.head


def test_a_database_that_restarts_amid_approvals(stack: Stack, tmp_path: Path) -> None:
    """None is half done, and none twice: in order, and as after a crash."""
    bucket = server_of("minio", stack.url("minio"))
    with Postgres() as server, standing(tmp_path / "home", server.empty_database(), bucket) as house:
        approvers = [Approver(house, f"asset {number}".encode()) for number in range(4)]
        stop = threading.Event()
        with ThreadPoolExecutor(len(approvers)) as pool:
            running = [pool.submit(each.run, stop) for each in approvers]
            try:
                for crashing in (False, True, False):
                    moved = [each.moved for each in approvers]
                    server.restart(crashing=crashing)
                    began = time.monotonic()
                    house.until_ok()
                    while any(each.moved < before + 3 for each, before in zip(approvers, moved, strict=True)):
                        assert time.monotonic() - began < LONG, "approvals do not go on"
                        house.until_ok()
            finally:
                stop.set()
            for ended in running:
                ended.result()
        assert not set().union(*(each.strange for each in approvers))
        assert max(each.slowest for each in approvers) < DATABASE_S
        for each in approvers:
            (counts,) = house.rows(
                f"SELECT (SELECT count(*) FROM decisions WHERE asset_id = '{each.asset}' AND kind = 'approve'),"
                f" (SELECT count(*) FROM rollouts WHERE asset_id = '{each.asset}'),"
                f" (SELECT count(*) FROM events WHERE asset_id = '{each.asset}' AND type = 'version.approved')"
            )
            assert set(counts) == {each.moved}, counts
            heads = house.rows(
                f"SELECT head_before, head_after FROM decisions WHERE asset_id = '{each.asset}' ORDER BY id"
            )
            assert heads[0] == (None, 1)
            assert all(after == before for (_, after), (before, _) in itertools.pairwise(heads))
            assert heads[-1][1] == each.head
