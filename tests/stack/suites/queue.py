"""The queue on every adapter: the embedded worker's threads, and Celery's workers on RabbitMQ and on Redis.

Celery is never "eager" here: each worker is a process as an administrator starts it.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from dam.domain.work import Job
from tests.api.world import png
from tests.processes import Watched, command_line, descendants
from tests.stack.suites.conftest import Stack
from tests.stack.suites.crew import LONG, ROOT, Crew, crew, empty_database

pytestmark = pytest.mark.timeout(5 * LONG)


@pytest.fixture(params=["rabbitmq", "redis"])
def away(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Iterator[Crew]:
    """The service with a broker of each kind, and no workers yet."""
    database = empty_database(stack.url("postgresql"))
    with crew(tmp_path / "crew", database, stack.url(request.param)) as made:
        yield made


@pytest.fixture(params=["embedded", "rabbitmq", "redis"])
def working(request: pytest.FixtureRequest, stack: Stack, tmp_path: Path) -> Iterator[Crew]:
    """The service at work on every adapter of the queue."""
    broker = "embedded://" if request.param == "embedded" else stack.url(request.param)
    with crew(tmp_path / "crew", empty_database(stack.url("postgresql")), broker) as made:
        if request.param != "embedded":
            made.start()
        yield made


class TestContract:
    """What holds on every adapter."""

    def test_each_job_has_one_effect_and_the_others_do_not_wait_for_one_that_fails(self, working: Crew) -> None:
        working.enqueue("fan_out", {"rollout": "no number"})
        working.enqueue("reconcile", {"placement_id": "nowhere"})
        assets = upload(working, 12)
        working.until(lambda: Counter(working.told("version.rendered")) == Counter(assets))
        failing: list[Job] = []

        def failed() -> bool:
            with working.store.reading() as work:
                failing[:] = [job for job in work.jobs.page("due", None, 99) if job.task == "fan_out" and job.tries]
            return bool(failing)

        working.until(failed)
        assert [job.reason_code for job in failing] == ["internal_error"]
        give_it_its_last_try(working, failing[0].id)
        working.until(lambda: working.counts()["set_aside"] == 1)
        working.until_at_rest()
        assert Counter(working.told("version.rendered")) == Counter(assets)


def test_the_whole_story(away: Crew) -> None:
    """Upload, previews, approval, placement, replacement, proof: as ``make demo`` plays and checks it; and nothing of a
    worker that is killed goes on, nor has anybody told a password.
    """
    worker = away.start()
    demo = away.run("demo")
    assert demo.returncode == 0, demo.stdout + demo.stderr + away.said()[-6000:]
    upload(away, 1)
    away.until_at_rest()
    # Before anything that takes long: decoders and hands leave by themselves after a quiet minute.
    children = descendants(worker.process.pid)
    watched = Watched(children)
    arguments = "".join(command_line(pid) for pid in [worker.process.pid, *children])
    assert "workers.media.template" in arguments
    assert "step.py" in arguments  # a hand
    assert away.run("fsck", "--full").returncode == 0
    with psycopg.connect(away.database) as connection:
        delivered = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'done'").fetchone()
    assert delivered is not None
    assert delivered[0] > 0

    asked = [sys.executable, "-m", "celery", "-A", "workers.app", "inspect", "ping", "--timeout", "20"]
    assert subprocess.run(asked, env=away.service.environment, cwd=ROOT, check=False).returncode == 0

    for url in (away.database, away.broker):
        assert (secret := urlsplit(url).password)
        assert secret not in arguments + away.said()

    os.kill(worker.process.pid, 9)
    assert watched.ended(LONG), "it outlived its worker"
    assert "Traceback" not in away.said()


def test_a_worker_that_stops_in_order_ends_what_it_began(away: Crew) -> None:
    worker = away.start()
    assets = upload(away, 1)
    away.until_at_rest()
    digest = digest_of(away, assets[0])
    with psycopg.connect(away.database) as blocking:
        stand_still(blocking)
        away.enqueue("render", {"sha256": digest})
        away.until(lambda: away.rendering() == 1)
        worker.process.terminate()
        away.until(lambda: "Warm shutdown" in worker.log.read_text())
    assert worker.end() == 0
    assert away.rendering() == 0
    assets += upload(away, 8, shade=1)
    away.start()
    away.until_at_rest()
    assert Counter(away.told("version.rendered")) == Counter(assets)
    assert away.counts()["set_aside"] == 0


def test_a_job_that_kills_its_worker_is_set_aside_and_the_others_go_on(away: Crew) -> None:
    worker = away.start()
    (poison,) = upload(away, 1)
    away.until_at_rest()
    digest = digest_of(away, poison)
    with psycopg.connect(away.database) as blocking:
        stand_still(blocking)
        away.enqueue("render", {"sha256": digest})
        give_it_its_last_try(away)
        away.until(lambda: away.rendering() == 1)
        Watched(descendants(worker.process.pid)).kill()
    away.until(lambda: away.counts()["set_aside"] == 1)
    with away.store.reading() as work:
        (aside,) = work.jobs.page("set_aside", None, 9)
    assert (aside.task, aside.reason_code) == ("render", "worker_lost")
    (other,) = upload(away, 1, shade=9)
    away.until(lambda: other in away.told("version.rendered"))
    assert worker.process.poll() is None


def test_a_task_that_hangs_is_killed_at_its_limit_and_done_by_another_process(stack: Stack, tmp_path: Path) -> None:
    database = empty_database(stack.url("postgresql"))
    with crew(tmp_path / "crew", database, stack.url("rabbitmq")) as house:
        house.start("-Q", "media", app="tests.stack.suites.hasty", processes=1)
        (first,) = upload(house, 1)
        house.until(lambda: house.told("version.rendered") == [first])
        house.until_at_rest()
        digest = digest_of(house, first)
        with psycopg.connect(database) as blocking:
            stand_still(blocking)
            house.enqueue("render", {"sha256": digest})
            house.until(lambda: "Hard time limit" in house.said())
            assert house.counts()["due"] + house.counts()["leased"] > 0
        house.until_at_rest()
        assert house.counts()["set_aside"] == 0
        (second,) = upload(house, 1, shade=1)
        house.until(lambda: house.told("version.rendered") == [first, second])


def upload(crew: Crew, count: int, shade: int = 0) -> list[str]:
    """So many pictures, each different; returns their assets' ids."""
    return [str(crew.service.upload(png(20 + number, 10 + shade))["id"]) for number in range(count)]


def digest_of(crew: Crew, asset: str) -> str:
    version = crew.service.get(f"/api/v1/assets/{asset}/versions")["data"][0]
    return str(version["sha256"])


def stand_still(blocking: "psycopg.Connection[Any]") -> None:
    """Until the connection's end, whatever renders waits for it; jobs are taken all the same."""
    blocking.execute("LOCK TABLE contents IN ACCESS EXCLUSIVE MODE")


def give_it_its_last_try(crew: Crew, job: int | None = None) -> None:
    """As if it had failed four times: waiting for that takes three minutes. Somebody may have it in hand by now."""
    with psycopg.connect(crew.database) as connection:
        which = "id = %(job)s" if job else "id = (SELECT max(id) FROM jobs WHERE task = 'render')"
        done = connection.execute(
            "UPDATE jobs SET tries = CASE state WHEN 'due' THEN 4 ELSE 5 END,"
            " due_at = CASE state WHEN 'due' THEN now() ELSE due_at END,"
            f" sent_until = CASE state WHEN 'due' THEN NULL ELSE sent_until END WHERE {which}",
            {"job": job},
        )
        assert done.rowcount == 1
