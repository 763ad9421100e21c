"""Films to be played, as the service sees them: work of its own, which costs nobody else anything."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

import pytest

from dam.domain import recipes
from dam.domain.assets import Edit
from dam.domain.cookbook import Spec
from dam.domain.errors import Conflict
from dam.domain.principals import SYSTEM
from dam.domain.recipes import Recipe
from dam.domain.work import MAX_TRIES
from dam.operations import catch_up, cookbook, describe, overdue, rendering, renditions
from dam.operations.jobs import retry
from dam.operations.progress import Progress
from dam.ports.media import MediaFailure, MediaUnavailable, Told
from dam.ports.services import Services
from tests.workers.world import PNG, Painter, Pictures, jobs, upload

MP4 = b"\0\0\0\x14ftypisom\0\0\0\0isom"
SOURCE = hashlib.sha256(MP4 + b"A film").hexdigest()
SPRITE = ("sprite-160", "sprite-160-index")
PICTURES = ("large-2048", "preview-1024", "thumb-256")


def film(services: Services) -> str:
    return upload(services, "A film", MP4)


def states(services: Services, asset_id: str) -> dict[str, str]:
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    return {each.recipe: each.reason_code or each.state for each in view.renditions}


def all_are(state: str, proxy: str, sprite: str | None = None) -> dict[str, str]:
    """``sprite``: of the pictures to seek by and of their index; None: as the film to play."""
    return {**dict.fromkeys(PICTURES, state), "proxy-480": proxy, **dict.fromkeys(SPRITE, sprite or proxy)}


def waiting(services: Services, state: str = "due") -> list[str]:
    return [job.task for job in jobs(services.store, state)]


def test_a_film_has_work_of_its_own_and_a_picture_has_none(services: Services) -> None:
    asset_id, picture = film(services), upload(services)
    assert waiting(services) == ["encode"]
    assert states(services, asset_id) == all_are("pending", "pending")
    assert set(states(services, picture)) == set(PICTURES)
    upload(services, "A film", MP4)  # the same bytes again
    assert waiting(services) == ["encode"]


def test_neither_waits_for_the_other(services: Services) -> None:
    asset_id, painter = film(services), Painter()
    rendering.render(services, painter, SOURCE)
    assert states(services, asset_id) == all_are("ready", "pending")
    rendering.encode(services, painter, SOURCE)
    assert states(services, asset_id) == all_are("ready", "ready")
    assert painter.made == [list(PICTURES), list(SPRITE), ["proxy-480"]]
    rendering.encode(services, painter, SOURCE)
    assert len(painter.asked) == 3


def test_a_film_that_can_not_be_encoded_keeps_its_pictures(services: Services) -> None:
    asset_id = film(services)
    rendering.encode(services, Painter(MediaFailure("too_long", "It is too long.")), SOURCE)
    assert states(services, asset_id) == all_are("pending", "too_long")
    rendering.render(services, Painter(), SOURCE)
    assert states(services, asset_id) == all_are("ready", "too_long")
    renditions.retry(services, SYSTEM, asset_id, 1, "proxy-480")
    assert states(services, asset_id)["proxy-480"] == "pending"
    assert waiting(services) == ["encode", "encode"]


def test_what_a_film_is_known_by_is_not_forgotten_when_it_was_encoded(services: Services) -> None:
    film(services)
    rendering.render(services, Painter(), SOURCE)
    painter = Painter()
    painter.properties = {}
    rendering.encode(services, painter, SOURCE)
    with services.store.reading() as work:
        content = work.assets.content(SOURCE)
    assert content is not None
    assert content.properties["colour"] == "#102030"


def test_a_film_whose_work_was_set_aside_fails_alone_and_can_be_asked_for_again(services: Services) -> None:
    asset_id = film(services)
    with services.store.writing() as work:
        (job,) = work.jobs.lease(["encode"], work.now(), work.now(), 9)
        assert work.jobs.failed(job, "media_unavailable", "The template does not start.", None)
        work.commit()
    assert job.tries <= MAX_TRIES
    overdue.fail_set_aside(services)
    assert states(services, asset_id) == all_are("pending", "gave_up")
    retry(services, SYSTEM, job.id)
    assert states(services, asset_id) == all_are("pending", "pending")


def test_an_older_film_is_encoded_after_an_upgrade(services: Services) -> None:
    asset_id = film(services)
    rendering.render(services, Painter(), SOURCE)
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        (job,) = work.jobs.lease(["encode"], work.now(), work.now(), 9)
        work.jobs.done(job)
        (made,) = [each for each in work.artefacts.of_source(SOURCE) if each.recipe == "proxy-480"]
        none = replace(made, state="not_applicable", reason_code="no_preview", reason_detail="As it was said then.")
        assert work.replace(made, none)
        work.commit()
    assert states(services, asset_id) == all_are("ready", "no_preview", "pending")
    assert catch_up.walk(services, "") is None
    assert states(services, asset_id) == all_are("ready", "pending")
    assert waiting(services) == ["encode"]


def test_an_older_film_gets_pictures_to_seek_by_and_keeps_its_film(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(recipes, "RECIPES", tuple(each for each in recipes.RECIPES if each.makes != "sprite"))
        asset_id = film(services)
        rendering.render(services, Painter(), SOURCE)
        rendering.encode(services, Painter(), SOURCE)
        with services.store.writing() as work:
            work.jobs.relay({}, 10)
            (job,) = work.jobs.lease(["encode"], work.now(), work.now(), 9)
            work.jobs.done(job)
            work.commit()
    assert catch_up.walk(services, "") is None
    assert states(services, asset_id) == all_are("ready", "ready", "pending")
    assert waiting(services) == ["encode"]
    painter = Painter()
    rendering.encode(services, painter, SOURCE)
    assert painter.made == [list(SPRITE)]


# Films for places, by recipes of the house.


def ask(services: Services, asset_id: str, name: str, **more: object) -> None:
    """Have a film made by a recipe of the house, which is added if it is not there."""
    with services.store.reading() as work:
        known = work.cookbook.newest(name)
    if known is None:
        cookbook.add(services, SYSTEM, name, "Square", Spec("mp4", "cover", width=40, height=40, **more))  # type: ignore[arg-type]
    renditions.retry(services, SYSTEM, asset_id, 1, name)


def work_off(services: Services, painter: Painter) -> list[str]:
    """Take each task that is due once, until none is; returns them."""
    done: list[str] = []
    while True:
        with services.store.writing() as work:
            work.jobs.relay({}, 10)
            leased = work.jobs.lease(["encode", "render"], work.now(), work.now(), 1)
            work.commit()
        if not leased:
            return done
        done.append(leased[0].task)
        (rendering.encode if done[-1] == "encode" else rendering.render)(
            services, painter, str(leased[0].ids["sha256"])
        )
        with services.store.writing() as work:
            work.jobs.done(leased[0])
            work.commit()


def test_a_film_for_a_place_is_heavy_work_which_has_a_time_of_its_own(services: Services) -> None:
    asset_id, painter = film(services), Painter()
    ask(services, asset_id, "square")
    ask(services, asset_id, "teaser")
    assert waiting(services) == ["encode"] * 3
    rendering.encode(services, painter, SOURCE)
    assert painter.made == [list(SPRITE), ["proxy-480"]], "what is to be played here comes first, and alone"
    assert work_off(services, painter).count("render") == 0
    assert painter.made[2:] == [["square"], ["teaser"]]
    shown = states(services, asset_id)
    assert (shown["proxy-480"], shown["square"], shown["teaser"]) == ("ready", "ready", "ready")
    assert shown["thumb-256"] == "pending", "its pictures are other work"


def test_of_several_that_one_job_stands_for_none_is_forgotten(services: Services) -> None:
    asset_id = film(services)
    for name in ("square", "teaser"):
        ask(services, asset_id, name)
    work_off(services, Painter())
    renditions.throw_away(services)
    assert waiting(services).count("encode") == 1
    painter = Painter()
    assert work_off(services, painter).count("encode") == 3
    assert painter.made[-2:] == [["square"], ["teaser"]]
    shown = states(services, asset_id)
    assert (shown["proxy-480"], shown["square"], shown["teaser"]) == ("ready", "ready", "ready")


def test_two_of_one_recipe_are_made_one_after_the_other(services: Services) -> None:
    first, second = upload(services, "A film", MP4), upload(services, "A film", MP4)
    ask(services, first, "square", metadata="rights")
    with services.store.reading() as work:
        revision = work.assets.get(second).revision  # type: ignore[union-attr]
    describe.edit(services, SYSTEM, second, revision, Edit(title="Another title"))
    ask(services, second, "square")
    painter = Painter()
    work_off(services, painter)
    assert painter.made == [list(SPRITE), ["proxy-480"], ["square"], ["square"]]
    assert states(services, first)["square"] == states(services, second)["square"] == "ready"


def test_it_fails_alone_is_given_up_and_can_be_asked_for_again(services: Services) -> None:
    asset_id = film(services)
    work_off(services, Painter())
    ask(services, asset_id, "square")
    work_off(services, Painter(MediaFailure("over_max_bytes", "Too many bytes.")))
    assert (states(services, asset_id)["square"], states(services, asset_id)["proxy-480"]) == (
        "over_max_bytes",
        "ready",
    )
    ask(services, asset_id, "square")
    with services.store.writing() as work:
        work.jobs.relay({}, 10)
        (job,) = work.jobs.lease(["encode"], work.now(), work.now(), 9)
        assert work.jobs.failed(job, "media_unavailable", "The template does not start.", None)
        work.commit()
    overdue.fail_set_aside(services)
    assert states(services, asset_id)["square"] == "gave_up"
    retry(services, SYSTEM, job.id)
    assert states(services, asset_id)["square"] == "pending"
    work_off(services, Painter())
    assert states(services, asset_id)["square"] == "ready"


def test_how_far_it_is_is_told(services: Services) -> None:
    asset_id, seen = film(services), []
    work_off(services, Painter())
    ask(services, asset_id, "square")

    class Slow(Painter):
        def render(
            self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
        ) -> Pictures:
            told(0.4)
            seen.append(percents(services, "square"))
            return super().render(source, media_type, recipes)

    work_off(services, Slow())
    assert seen == [[("pending", 0.4)]]


def test_of_what_is_no_film_none_is_made_and_it_is_said_why(services: Services) -> None:
    asset_id = upload(services)
    ask(services, asset_id, "square")
    assert states(services, asset_id)["square"] == "no_preview"
    assert waiting(services) == []
    with pytest.raises(Conflict):
        ask(services, asset_id, "square")


def percents(services: Services, recipe: str = "proxy-480") -> list[tuple[str, float | None]]:
    with services.store.reading() as work:
        found = work.artefacts.of_source(SOURCE)
    return [(each.state, each.progress) for each in found if each.recipe == recipe]


def test_how_far_a_film_is_is_seen_while_it_is_made_and_not_after(services: Services) -> None:
    asset_id = film(services)
    assert percents(services) == [("pending", None)]
    seen: list[list[tuple[str, float | None]]] = []

    class Slow(Painter):
        def render(
            self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
        ) -> Pictures:
            for share in (0.0, 0.123, 0.125, 0.5, 2.0):
                told(share)
                seen.append(percents(services))
            return super().render(source, media_type, recipes)

    with services.store.reading() as work:
        (artefact,) = [each for each in work.artefacts.of_source(SOURCE) if each.recipe == "proxy-480"]
    rendering.encode(services, Slow(), SOURCE)
    assert seen[-5:] == [[("pending", share)] for share in (0.0, 0.12, 0.12, 0.5, 1.0)]
    assert percents(services) == [("ready", None)]
    assert states(services, asset_id)["proxy-480"] == "ready"
    Progress(services, artefact)(0.7)  # a worker that wakes up when it is over
    assert percents(services) == [("ready", None)]


def test_who_was_killed_begins_again_at_nothing(services: Services) -> None:
    film(services)
    with pytest.raises(MediaUnavailable):
        rendering.encode(services, Painter(MediaUnavailable("killed"), shares=(0.6,)), SOURCE)
    assert percents(services) == [("pending", None)]  # it was the pictures to seek by that failed: they come first
    with services.store.reading() as work:
        (artefact,) = [each for each in work.artefacts.of_source(SOURCE) if each.recipe == "proxy-480"]
    Progress(services, artefact)(0.6)
    assert percents(services) == [("pending", 0.6)]
    rendering.encode(services, Painter(MediaFailure("too_long", "It is too long.")), SOURCE)
    assert percents(services) == [("failed", None)]
    asset = next(iter(assets_of(services)))
    renditions.retry(services, SYSTEM, asset, 1, "proxy-480")
    assert percents(services) == [("pending", None)]


def assets_of(services: Services) -> list[str]:
    with services.store.reading() as work:
        return [each.id for each in work.assets.page(None, 9)]


MOVES: dict[str, object] = {"look": None, "colours": [], "width": 4, "height": 3, "colour": "#102030", "animated": True}


def test_a_picture_that_moves_gets_a_preview_that_does_once_that_is_known(services: Services) -> None:
    asset_id, still = upload(services), upload(services, "Another")
    assert waiting(services) == []
    source = hashlib.sha256(PNG + b"A picture").hexdigest()
    rendering.render(services, Painter(properties=MOVES), source)
    rendering.render(services, Painter(), hashlib.sha256(PNG + b"Another").hexdigest())
    assert states(services, asset_id) == {**dict.fromkeys(PICTURES, "ready"), "moving-480": "pending"}
    assert set(states(services, still)) == set(PICTURES)
    assert waiting(services) == ["encode"]
    painter = Painter(properties={})
    rendering.encode(services, painter, source)
    assert painter.made == [["moving-480"]]
    assert states(services, asset_id)["moving-480"] == "ready"


def test_an_older_picture_that_moves_gets_it_after_an_upgrade(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(recipes, "RECIPES", tuple(each for each in recipes.RECIPES if each.makes != "animation"))
        asset_id = upload(services)
        upload(services, "Another")
        rendering.render(services, Painter(properties=MOVES), hashlib.sha256(PNG + b"A picture").hexdigest())
        rendering.render(services, Painter(), hashlib.sha256(PNG + b"Another").hexdigest())
        with services.store.writing() as work:
            work.jobs.relay({}, 10)
            work.commit()
    assert catch_up.walk(services, "") is None
    assert states(services, asset_id)["moving-480"] == "pending"
    assert waiting(services) == ["encode"]
