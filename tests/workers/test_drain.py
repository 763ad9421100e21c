"""From a commit to everything that follows, through the real relay, runner, tasks and operations."""

from pathlib import Path

from dam.domain.assets import Seen
from dam.domain.principals import SYSTEM
from dam.operations import channels, decide, place
from dam.operations.channels import Setup
from dam.operations.place import Where
from dam.ports.media import MediaFailure, MediaUnavailable
from dam.ports.services import Services
from search.parse import parse
from search.results import Page
from tests.conftest import Time
from tests.workers.world import PNG, Painter, jobs, upload
from workers.drain import drain


def test_an_upload_is_rendered_and_found(services: Services) -> None:
    asset_id = upload(services, "Lighthouse")
    assert drain(services, Painter()) > 0
    assert services.index.search(parse("lighthouse"), Page()).ids == (asset_id,)
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    assert {each.state for each in view.renditions} == {"ready"}
    assert view.content.properties["colour"] == "#102030"
    assert not jobs(services.store)


def test_draining_again_finds_nothing(services: Services) -> None:
    upload(services)
    drain(services, Painter())
    assert drain(services, Painter()) == 0


def test_a_broken_file_ends_as_failed_and_the_asset_is_found_all_the_same(services: Services) -> None:
    asset_id = upload(services, "Broken")
    drain(services, Painter(MediaFailure("truncated", "It ends too early.")))
    with services.store.reading() as work:
        view = work.assets.version_view(asset_id, 1)
    assert view is not None
    assert {(each.state, each.reason_code) for each in view.renditions} == {("failed", "truncated")}
    assert services.index.search(parse("broken"), Page()).ids == (asset_id,)


def test_a_renderer_that_is_away_is_asked_again_later(services: Services, time: Time) -> None:
    upload(services)
    drain(services, Painter(MediaUnavailable("no template")))
    assert [(job.task, job.reason_code) for job in jobs(services.store)] == [("render", "media_unavailable")]
    time.move(2)
    painter = Painter()
    drain(services, painter)
    assert painter.asked == ["image/png"]
    assert not jobs(services.store)


def test_an_approval_reaches_the_folder(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    channel = channels.add(services, SYSTEM, Setup("site", "folder", {"path": str(folder)}))
    asset_id = upload(services, "Hero")
    with services.store.reading() as work:
        version = work.assets.version(asset_id, 1)
    assert version is not None
    place.place(services, SYSTEM, asset_id, Where(channel, "hero.png", "original"))
    decide.approve(services, SYSTEM, asset_id, 1, Seen(version.sha256))
    drain(services, Painter())
    assert (folder / "hero.png").read_bytes() == PNG + b"Hero"
    with services.store.reading() as work:
        assert {"done": 1} in work.rollouts.counts([1, 2]).values()
