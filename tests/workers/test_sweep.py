"""The sweep: each chore at its time, a broken one holds up none, and what got stuck is found."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from dam.domain.principals import SYSTEM, SYSTEM_ID
from dam.domain.work import Job
from dam.operations import indexing, overdue, rendering, renditions
from dam.operations.jobs import retry
from dam.ports.search import SearchIndex
from dam.ports.services import Services
from search.document import Change
from search.errors import SearchUnavailable
from search.parse import parse
from search.results import Page
from tests.conftest import Time
from tests.workers.world import Painter, jobs, upload
from workers.routes import ROUTES
from workers.sweep import Chore, Sweeper


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def sweeper(services: Services, clock: Clock) -> Sweeper:
    return Sweeper(services, lambda: None, clock)


def names(one: Sweeper) -> dict[str, Chore]:
    return {chore.name: chore for chore in one._chores}


def test_each_chore_runs_at_its_time(services: Services) -> None:
    clock, looks = Clock(), []
    one = Sweeper(services, lambda: looks.append(clock.at), clock)
    while one.turn():
        pass
    clock.at += 1.0
    one.turn()
    clock.at += 1.0
    one.turn()
    assert looks == [100.0, 102.0]
    assert one.next_at() == 104.0


def test_a_broken_chore_keeps_no_other_from_being_done(services: Services) -> None:
    clock = Clock()
    ran: list[int] = []

    def broken() -> bool:
        raise ConnectionError("no database")

    def sound() -> bool:
        ran.append(1)
        return False

    one = sweeper(services, clock)
    one._chores[:] = [Chore("broken", 1, broken), Chore("sound", 1, sound)]
    one.turn()
    assert ran == [1]
    assert one.next_at() == 101.0


def test_a_chore_that_has_more_to_do_is_due_at_once(services: Services) -> None:
    clock, left = Clock(), [2]

    def bounded() -> bool:
        left[0] -= 1
        return left[0] > 0

    one = sweeper(services, clock)
    one._chores[:] = [Chore("pages", 30, bounded)]
    assert one.turn()
    assert not one.turn()
    assert (left, one.next_at()) == ([0], 130.0)


def test_an_asset_whose_index_job_was_lost_is_found_again(services: Services) -> None:
    asset_id = upload(services, "Forgotten")
    sweeper(services, Clock()).turn()
    assert services.index.search(parse("forgotten"), Page()).ids == (asset_id,)


class Engine:
    """An index that is not there, until it is built; or that can't be reached."""

    def __init__(self, real: SearchIndex) -> None:
        self.real = real
        self.problem: SearchUnavailable | None = SearchUnavailable("index_missing", "None.")

    def __getattr__(self, name: str) -> Any:
        if self.problem is not None and name in {"sequences", "search", "write"}:
            raise self.problem
        return getattr(self.real, name)

    def rebuild(self, documents: Iterable[Change], *, resume: bool) -> int:
        assert resume
        self.problem = None
        return self.real.rebuild(documents, resume=resume)


@pytest.fixture
def engine(services: Services) -> Engine:
    return Engine(services.index)


def test_an_index_that_is_missing_is_built_though_nothing_is_behind(services: Services, engine: Engine) -> None:
    asset_id = upload(services, "Forgotten")
    indexing.index_behind(services)
    services.index.rebuild([])
    sweeper(replace(services, index=cast(SearchIndex, engine)), Clock()).turn()
    assert services.index.search(parse("forgotten"), Page()).ids == (asset_id,)


def test_an_engine_that_was_away_catches_up_when_it_is_back(services: Services, engine: Engine) -> None:
    engine.problem = SearchUnavailable("engine_unavailable", "Away.")
    clock = Clock()
    one = sweeper(replace(services, index=cast(SearchIndex, engine)), clock)
    asset_id = upload(services, "Meanwhile")
    assert not one.turn()
    engine.problem = None
    clock.at += 30
    one.turn()
    assert services.index.search(parse("meanwhile"), Page()).ids == (asset_id,)


def test_an_index_of_another_version_is_left_to_who_upgraded(services: Services, engine: Engine) -> None:
    engine.problem = None
    clock = Clock()
    one = sweeper(replace(services, index=cast(SearchIndex, engine)), clock)
    one.turn()
    engine.problem = SearchUnavailable("index_outdated", "Newer.")
    upload(services)
    for _ in range(2):
        clock.at += 30
        one.turn()
    assert engine.problem is not None, "it was rebuilt"


def test_a_rollout_whose_fan_out_was_lost_gets_it_again(services: Services) -> None:
    asset_id = upload(services)
    with services.store.writing() as work:
        rollout = work.rollouts.start("approval", SYSTEM_ID, work.now(), asset_id=asset_id)
        work.commit()
    sweeper(services, Clock()).turn()
    assert [(job.task, job.ids["rollout"]) for job in jobs(services.store) if job.task == "fan_out"] == [
        ("fan_out", rollout.number)
    ]


def test_a_rendition_that_nobody_makes_is_given_up_in_the_end(services: Services, time: Time) -> None:
    asset_id = upload(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)  # the jobs are lost
        work.commit()
    time.move(overdue.DEADLINE.total_seconds() - 1)
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("pending", None)}
    time.move(2)
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("failed", "gave_up")}


def states(services: Services, asset_id: str) -> set[tuple[str, str | None]]:
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    return {(each.state, each.reason_code) for each in view.renditions}


def to_render(services: Services) -> Job:
    """The job of what was uploaded."""
    with services.store.writing() as work:
        work.jobs.relay(ROUTES, 10)
        (job,) = work.jobs.lease(["render"], work.now(), work.now() + timedelta(minutes=5), 10)
        work.commit()
    return job


def set_aside(services: Services, job: Job) -> None:
    with services.store.writing() as work:
        assert work.jobs.failed(job, "media_unavailable", "The template does not start.", None)
        work.commit()


def test_a_rendition_that_waits_in_a_long_queue_is_not_given_up(services: Services, time: Time) -> None:
    asset_id = upload(services)
    to_render(services)
    time.move(3 * overdue.DEADLINE.total_seconds())
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("pending", None)}


def test_a_rendition_whose_work_was_set_aside_fails_at_once_and_says_why(services: Services) -> None:
    asset_id = upload(services)
    set_aside(services, to_render(services))
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("failed", "gave_up")}
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    assert "The template does not start." in (view.renditions[0].reason_detail or "")


def test_work_that_was_set_aside_and_is_retried_makes_the_rendition(services: Services) -> None:
    asset_id, job = upload(services), to_render(services)
    set_aside(services, job)
    sweeper(services, Clock()).turn()
    retry(services, SYSTEM, job.id)
    assert states(services, asset_id) == {("pending", None)}
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("pending", None)}
    rendering.render(services, Painter(), str(job.ids["sha256"]))
    assert states(services, asset_id) == {("ready", None)}


def test_what_somebody_asked_for_since_does_not_fail_with_the_old_work(services: Services, time: Time) -> None:
    asset_id = upload(services)
    set_aside(services, to_render(services))
    sweeper(services, Clock()).turn()
    time.move(1)
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    for each in view.renditions:
        renditions.retry(services, SYSTEM, asset_id, 1, each.recipe)
    sweeper(services, Clock()).turn()
    assert states(services, asset_id) == {("pending", None)}
