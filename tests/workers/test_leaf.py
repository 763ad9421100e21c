"""Pages that are asked for are made before what nobody looks at, and the last one asked for first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from dam.domain.principals import Actor
from dam.domain.recipes import Recipe
from dam.domain.work import BULK
from dam.operations import leaf, rendering
from dam.ports.media import Told
from dam.ports.services import Services
from tests.conftest import Time
from tests.workers.world import PNG, SEEN, Painter, Pictures, jobs, upload
from workers import relay
from workers.tasks import RENDER

VIEWER, ANN = Actor("vera", "vera", "viewer"), Actor("ann", "ann", "contributor")
PDF = b"%PDF-1.7\n"


@dataclass
class Turner(Painter):
    """Of documents of nine pages; ``turned``: to which it was asked to turn."""

    turned: list[int | None] = field(default_factory=list)

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        self.turned.extend(each.page for each in recipes)
        return Painter.render(self, source, media_type, recipes, told)


def document(services: Services) -> tuple[str, str, Turner]:
    """A document that has been looked at: its asset, its digest, and who did it."""
    asset, source = upload(services, "Brochure", PDF), hashlib.sha256(PDF + b"Brochure").hexdigest()
    turner = Turner(properties={**SEEN, "pages": 9})
    rendering.render(services, turner, source)
    turner.turned.clear()
    return asset, source, turner


def test_the_page_that_was_asked_for_last_is_made_first(services: Services, time: Time) -> None:
    asset, source, turner = document(services)
    for page in (2, 9, 4, 3):
        leaf.ask(services, VIEWER, asset, 1, "page--1600", page)
        time.move(1)
    rendering.render(services, turner, source)
    assert turner.turned == [3, 4, 9, 2]
    rendering.render(services, turner, source)
    assert len(turner.turned) == 4


def test_a_page_comes_before_what_nobody_looks_at(services: Services) -> None:
    asset, source, _ = document(services)
    with services.store.writing() as work:
        work.jobs.relay({}, 9)
        work.commit()
    for number in range(BULK):
        upload(services, f"bulk {number}", PNG, ANN)
    relay.step(services.store, {RENDER: 0}, lambda *_: None)
    leaf.ask(services, VIEWER, asset, 1, "page--1600", 2)
    first, *rest = sorted((job for job in jobs(services.store) if job.task == "render"), key=lambda job: job.due_at)
    assert (first.ids["sha256"], len(rest)) == (source, BULK)
    assert first.due_at < rest[0].due_at
