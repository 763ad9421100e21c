"""What the worker's tests stand on: services on a real store and index with time that is moved by hand, and a renderer
that decodes nothing.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Self

from dam.domain.events import event
from dam.domain.principals import SYSTEM, SYSTEM_ID, Actor
from dam.domain.recipes import Recipe
from dam.domain.work import Job
from dam.operations import uploads
from dam.operations.uploads import Details, Incoming
from dam.ports.media import RenderedFile, Told
from dam.ports.services import Services
from dam.ports.store import Store

SEEN = {"width": 4, "height": 3, "colour": "#102030", "look": None, "colours": ["#102030"]}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@dataclass
class Pictures:
    """What the renderer below gives."""

    properties: Mapping[str, object]
    files: Mapping[str, RenderedFile]
    embedded: Mapping[str, object] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return None


@dataclass
class Painter:
    """``Renderer`` that answers each recipe with its name; ``problem`` is raised instead, where there is one;
    ``written``: what it reads in each file; ``asked`` and ``made``: the types that it was given, and the recipes."""

    problem: Exception | None = None
    asked: list[str] = field(default_factory=list)
    shares: Sequence[float] = ()
    made: list[list[str]] = field(default_factory=list)
    properties: Mapping[str, object] = field(default_factory=lambda: dict(SEEN))
    written: Mapping[str, object] = field(default_factory=dict)

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Pictures:
        for share in self.shares:
            told(share)
        self.asked.append(media_type)
        self.made.append([each.name for each in recipes])
        if self.problem is not None:
            raise self.problem
        files = {
            each.name: RenderedFile(io.BytesIO(each.name.encode()), each.media_type, 4, 3, len(each.name))
            for each in recipes
        }
        return Pictures(self.properties, files, self.written)


def tell(store: Store, *types: str) -> None:
    """Commit an event of each type."""
    with store.writing() as work:
        for number, word in enumerate(types):
            work.record(event(word, SYSTEM_ID, work.now(), f"asset-{number}", {"n": number}))
        work.commit()


def enqueue(store: Store, task: str, count: int = 1) -> list[int]:
    """New jobs; returns their ids."""
    with store.writing() as work:
        for number in range(count):
            work.jobs.enqueue(task, {"n": number})
        ids = [job.id for job in work.jobs.page("due", None, 1000)][-count:]
        work.commit()
    return ids


def jobs(store: Store, state: str = "due") -> list[Job]:
    with store.reading() as work:
        return work.jobs.page(state, None, 1000)  # type: ignore[arg-type]


def upload(services: Services, title: str = "A picture", start: bytes = PNG, by: Actor = SYSTEM) -> str:
    """A new asset, whose bytes are ``start`` and its title; returns its id."""
    sink = services.objects.receive()
    sink.write(start + title.encode())
    return uploads.create_asset(services, by, Incoming(sink, "a.png", start), Details(title=title))
