"""What is rendered first when many wait: what somebody looks at, then what came singly, and last what came in bulk."""

import hashlib
from collections.abc import Sequence

import pytest

from dam.domain.errors import NotFound
from dam.domain.principals import SYSTEM, Actor
from dam.domain.work import BULK, Job
from dam.operations import rendering, renditions
from dam.ports.services import Services
from tests.workers.world import PNG, Painter, upload
from workers import relay
from workers.relay import Lane
from workers.tasks import RENDER

ANN, BEN = (Actor(name, name, "contributor") for name in ("ann", "ben"))
VIEWER = Actor("vera", "vera", "viewer")


def titles(services: Services, most: int = 999) -> list[str]:
    """The next in line, in order, as the worker takes them."""
    taken: list[str] = []
    names = {hashlib.sha256(PNG + each.encode()).hexdigest(): each for each in _titles(services)}

    def send(lane: Lane, batch: Sequence[Job]) -> None:
        taken.extend(names[str(job.ids["sha256"])] for job in batch)

    for _ in range(most):
        if not relay.step(services.store, {RENDER: 1}, send).jobs:
            break
    return taken


def _titles(services: Services) -> list[str]:
    with services.store.reading() as work:
        return [asset.title for asset in work.assets.page(None, 999)]


@pytest.fixture
def imported(services: Services) -> list[str]:
    """The ids of a bulk, all of which wait."""
    found = [upload(services, f"bulk {number:02}", by=ANN) for number in range(BULK + 5)]
    relay.step(services.store, {RENDER: 0}, lambda *_: None)
    return found


def test_what_somebody_looks_at_comes_first_and_a_bulk_last(services: Services, imported: list[str]) -> None:
    upload(services, "single", by=BEN)
    renditions.prefer(services, VIEWER, imported[-1], 1)
    line = titles(services)
    assert line[:3] == [f"bulk {BULK + 4:02}", "single", "bulk 00"]
    assert len(line) == len(imported) + 1


def test_a_rendition_that_is_asked_for_again_comes_first(services: Services, imported: list[str]) -> None:
    with services.store.reading() as work:
        content = work.assets.content(hashlib.sha256(PNG + b"bulk 09").hexdigest())
        assert content is not None
        made = work.artefacts.of_source(content.sha256)
    rendering.fail(services, content, made, "crashed", "It failed.")
    renditions.retry(services, SYSTEM, imported[9], 1, "thumb-256")
    assert titles(services, 1) == ["bulk 09"]


def test_what_is_made_needs_no_place_in_line(services: Services, imported: list[str]) -> None:
    rendering.render(services, Painter(), hashlib.sha256(PNG + b"bulk 07").hexdigest())
    renditions.prefer(services, VIEWER, imported[7], 1)
    assert titles(services, 1) == ["bulk 00"]


def test_a_version_that_is_not_there_is_not_waited_for(services: Services, imported: list[str]) -> None:
    with pytest.raises(NotFound):
        renditions.prefer(services, VIEWER, imported[0], 2)
