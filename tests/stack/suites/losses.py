"""What a broker or a worker loses in the middle of much work: nothing is lost for good, and all of it has one effect.

``TORTURE=1`` plays it with 1,000 and 300 tasks, and judges how long it took; with fewer tasks, on a machine that may be
busy, that is only printed.
"""

import random
import select
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tests.api.world import png
from tests.stack import rabbitmq
from tests.stack.place import Place
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG, Crew, crew, empty_database
from tests.stack.suites.lengths import TORTURE, told

DRAINED_S = 120.0
RECOVERED_S = 90.0
ENDS_S = 1800 if TORTURE else LONG

pytestmark = pytest.mark.timeout(6 * ENDS_S)


@pytest.mark.parametrize("loss", ["stopped", "emptied", "killed"])
def test_a_broker_that_is_lost_amid_much_work_loses_none_of_it(stack: Stack, tmp_path: Path, loss: str) -> None:
    stack.url("rabbitmq")  # one of its own, of the same version, is stopped here
    with Place(rabbitmq.NAME) as place:
        broker = rabbitmq.Broker(place)
        broker.start()
        with crew(tmp_path / "crew", empty_database(stack.url("postgresql")), broker.url) as house:
            assets = upload(house, 1000 if TORTURE else 40)
            house.start(processes=2)
            house.until(lambda: len(house.told("version.rendered")) > len(assets) * 3 // 4, ENDS_S)
            broker.stop(kill=loss == "killed")
            if loss == "emptied":
                broker.empty()
            house.service.until_ready()
            late = upload(house, 1, shade=100_000)  # the service goes on
            house.until(lambda: "the broker is away" in house.said())
            broker.start()
            took = house.until(lambda: rests(house), ENDS_S)
            assert Counter(house.told("version.rendered")) == Counter(assets + late)
            assert house.counts()["set_aside"] == 0
    told(f"{len(assets)} tasks: drained after the broker was {loss}", took, DRAINED_S)


def test_a_redis_that_is_flushed_amid_much_work_loses_none_of_it(stack: Stack, tmp_path: Path) -> None:
    with crew(tmp_path / "crew", empty_database(stack.url("postgresql")), stack.url("redis")) as house:
        assets = upload(house, 1000 if TORTURE else 40)
        house.start(processes=2)
        house.until(lambda: len(house.told("version.rendered")) > len(assets) // 2, ENDS_S)
        with closing(Redis.from_url(house.broker)) as redis:
            redis.flushall()
        assets += upload(house, 1, shade=100_000)
        took = house.until(lambda: rests(house), ENDS_S)
        assert Counter(house.told("version.rendered")) == Counter(assets)
        assert house.counts()["set_aside"] == 0
    told(f"{len(assets)} tasks: drained after Redis was flushed", took, DRAINED_S)


@pytest.mark.parametrize("broker", ["rabbitmq", "redis"])
def test_workers_that_are_killed_amid_much_work_leave_one_effect_each(
    stack: Stack, tmp_path: Path, broker: str
) -> None:
    chance = random.Random(7)
    with crew(tmp_path / "crew", empty_database(stack.url("postgresql")), stack.url(broker)) as house:
        workers = [house.start(processes=2) for _ in range(2)]
        assets: list[str] = []
        victims = Victims(house)
        for _ in range(10 if TORTURE else 2):
            assets += upload(house, 30 if TORTURE else 15, shade=len(assets))
            # On a quiet machine all of it may be done before anybody looks.
            house.until(lambda: victims.look() or house.rendering() > 0 or rests(house))
            select.select([], [], [], chance.uniform(0.1, 1.0))
            victim = chance.randrange(len(workers))
            workers[victim].kill()
            victims.take_down()
            workers[victim] = house.start(processes=2)
        house.until(lambda: victims.look() or rests(house), ENDS_S)
        assert Counter(house.told("version.rendered")) == Counter(assets)
        assert house.counts()["set_aside"] == 0
    took = sorted(victims.took) or [0.0]
    said = f"{len(assets)} tasks on {broker}, {len(victims.took)} with a worker killed: ended, p99"
    told(said, took[int((len(took) - 1) * 0.99)], RECOVERED_S)


class Victims:
    """Jobs that somebody had when a worker was killed: how long each took to its end from the last kill on."""

    def __init__(self, house: Crew) -> None:
        self._house = house
        self._killed_at: dict[int, float] = {}
        self.took: list[float] = []

    def take_down(self) -> None:
        with self._house.store.reading() as work:
            leased = work.jobs.page("leased", None, 1000)
        self._killed_at |= dict.fromkeys((job.id for job in leased), time.monotonic())

    def look(self) -> bool:
        """Note which have ended. Always False, so that it can stand before a condition."""
        with self._house.store.reading() as work:
            ended = [job for job in self._killed_at if work.jobs.get(job) is None]
        self.took += [time.monotonic() - self._killed_at.pop(job) for job in ended]
        return False


def upload(house: Crew, count: int, shade: int = 0) -> list[str]:
    return [str(house.service.upload(png(shade=shade + number))["id"]) for number in range(count)]


def rests(house: Crew) -> bool:
    counts = house.counts()
    return not (counts["due"] or counts["leased"] or counts["unnumbered"])
