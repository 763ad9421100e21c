"""A library of many generated assets: ``python -m tests.web.library HOME COUNT`` makes one for ``dam up``.

Rule: what is in it is as it would be after two years of use (versions, decisions, renditions, an index), written by the
service's own operations and rows; only the waiting is left out: pictures come with the renditions that the worker would
have made, and nothing is left for it to do. The same number is always the same asset.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from config.settings import Settings
from dam import wiring
from dam.domain import assets, recipes
from dam.domain.assets import Asset, Content, Outcome, Seen, Version
from dam.domain.events import Event, event
from dam.domain.media_types import HEAD_SIZE, sniff
from dam.domain.principals import SYSTEM, Actor
from dam.domain.recipes import Artefact, Recipe
from dam.operations import indexing
from dam.operations.uploads import _new_asset as new_asset
from dam.ports.objects import ObjectSink, ObjectStore, StoredObject
from dam.ports.services import Services
from dam.ports.store import Fact, UnitOfWork
from dam.store.migrate import upgrade
from dam.store.work import SqlStore, open_store
from tests.web.variants import Variant, variants
from tests.web.words import CAMPAIGNS, Said, said
from workers.media import programs

CHUNK = 100
_AHEAD = 4
_SPAN = timedelta(days=730)


@dataclass
class Calendar:
    """The clock of a library: it is moved on from asset to asset."""

    at: datetime

    def now(self) -> datetime:
        """Where it stands."""
        return self.at


@dataclass(frozen=True, slots=True)
class Kept:
    """A variant whose bytes are in the object store."""

    variant: Variant
    original: StoredObject
    small: StoredObject
    whole: StoredObject


def fill(services: Services, count: int, by: Actor = SYSTEM, calendar: Calendar | None = None) -> None:
    """Add ``count`` assets to a library that has none of these yet. ``calendar``: the clock of the services' store, if
    it is to go through two years.
    """
    begin = calendar.at if calendar is not None else datetime.now(UTC)
    with services.store.writing() as work:
        work.assets.make_campaigns(CAMPAIGNS, work.now())
        work.commit()
    for first, chunk in _chunks(services.objects, count):
        with services.store.writing() as work:
            stories = []
            for place, kept in enumerate(chunk):
                if calendar is not None:
                    calendar.at = begin + _SPAN * ((first + place) / count)
                story = Story(by, work.now())
                story.tell(kept, said(first + place, kept.variant))
                stories.append(story)
            work.add(*(fact for story in stories for fact in story.facts))
            for story in stories:
                story.roll_out(work)
            work.record(*(each for story in stories for each in story.events))
            work.commit()
    _number(services)
    indexing.reindex(services)
    with services.store.writing() as work:
        # No worker has to look whether these could be shown better, whatever programs it has.
        work.artefacts.seen(recipes.EDITION)
        work.artefacts.found(programs.found())
        work.commit()


def _chunks(objects: ObjectStore, count: int) -> Iterator[tuple[int, list[Kept]]]:
    """Pictures are made by processes ahead of what is stored of them, a few at a time."""
    context = multiprocessing.get_context("spawn")
    with _importable(), ProcessPoolExecutor(mp_context=context) as makers, ThreadPoolExecutor(8) as keepers:
        waiting: list[tuple[int, Future[list[Variant]]]] = []
        for first in range(0, count, CHUNK):
            waiting.append((first, makers.submit(variants, first, min(CHUNK, count - first))))
            if len(waiting) == _AHEAD:
                begun, made = waiting.pop(0)
                yield begun, list(keepers.map(lambda each: _keep(objects, each), made.result()))
        for begun, made in waiting:
            yield begun, list(keepers.map(lambda each: _keep(objects, each), made.result()))


@contextmanager
def _importable() -> Iterator[None]:
    """A process that is started finds modules where this one's path says; pytest finds these without it."""
    root = str(Path(__file__).parents[2])
    sys.path.append(root)
    try:
        yield
    finally:
        sys.path.remove(root)


def _keep(objects: ObjectStore, variant: Variant) -> Kept:
    stored = [_stored(objects.receive, data) for data in (variant.data, variant.small, variant.whole)]
    return Kept(variant, *stored)


def _stored(receive: Callable[[], ObjectSink], data: bytes) -> StoredObject:
    with receive() as sink:
        sink.write(data)
        return sink.finish()


class Story:
    """What became of one asset, as facts and events of the domain's own rules."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self._by, self._at = by.principal_id, at
        self.facts: list[Fact] = []
        self.events: list[Event] = []
        self._approved: Version | None = None

    def tell(self, kept: Kept, words: Said) -> None:
        """An asset with what was decided about it; some have a second version of the same picture in another file."""
        asset = new_asset(self._by, words.filename, words.details, self._at)
        self.events.append(event("asset.created", self._by, self._at, asset.id, {"title": asset.title}))
        asset, version = self._version(asset, kept, kept.variant.data, words.filename, "")
        if words.decision == "approve":
            seen, self._approved = Seen(version.sha256), version
            asset = self._after(
                assets.approve(asset, version, seen, self._by, self._at, note="", self_approval_allowed=True)
            )
        elif words.decision == "reject":
            seen, note = Seen(version.sha256), "Not this light, please."
            asset = self._after(assets.reject(asset, version, seen, self._by, self._at, note=note))
        if words.rationale:
            again, name = replace(kept, original=kept.whole), words.filename.rpartition(".")[0] + "-v2.webp"
            asset, _ = self._version(asset, again, kept.variant.whole, name, words.rationale)
        self.facts.append(asset)

    def roll_out(self, work: UnitOfWork) -> None:
        """The approval's rollout, which is over: nothing is placed anywhere."""
        version, at = self._approved, self._at
        if version is None:
            return
        begun = work.rollouts.start(
            "approval", self._by, at, asset_id=version.asset_id, version=version.number, sha256=version.sha256
        )
        assert work.replace(begun, replace(begun, state="done", fanned_out=True, finished_at=at))

    def _version(self, asset: Asset, kept: Kept, data: bytes, name: str, why: str) -> tuple[Asset, Version]:
        """The next version, with the renditions that the worker would have made."""
        found = sniff(data[:HEAD_SIZE])
        stored, told = kept.original, _properties(kept.variant)
        content = Content(stored.sha256, stored.size, found.name, found.kind, self._at, told, {})
        outcome = assets.add_version(asset, content, name, why, self._by, self._at)
        assert outcome.version is not None
        self.facts += [content, *(_rendition(kept, each, self._at) for each in recipes.expected(found.kind))]
        return self._after(outcome), outcome.version

    def _after(self, outcome: Outcome) -> Asset:
        self.facts += [fact for fact in (outcome.version, outcome.decision) if fact is not None]
        self.events += outcome.events
        return outcome.asset


def _properties(picture: Variant) -> dict[str, object]:
    width, height = picture.size
    return {
        "width": width, "height": height, "format": picture.format, "colour_mode": "RGB", "has_alpha": False,
        "profile": "none", "colour": picture.colour,
    }  # fmt: skip


def _rendition(kept: Kept, recipe: Recipe, at: datetime) -> Artefact:
    """There is no larger one than the picture itself."""
    whole = recipe.box >= max(kept.variant.size)
    stored, size = (kept.whole, kept.variant.size) if whole else (kept.small, kept.variant.small_size)
    return Artefact(
        kept.original.sha256, recipe.name, recipe.version, recipes.NO_PARAMS, "ready", at,
        sha256=stored.sha256, size=stored.size, media_type=recipe.media_type, width=size[0], height=size[1],
    )  # fmt: skip


def _number(services: Services) -> None:
    """Events get their numbers, and lead to nothing: all that follows from them is there."""
    while True:
        with services.store.writing() as work:
            numbered = work.jobs.relay({}, 2000)
            work.commit()
        if not numbered:
            return


@contextmanager
def library(home: Path) -> Iterator[tuple[Services, Calendar]]:
    """The embedded default in ``home``, with a clock that begins two years ago."""
    settings = Settings(home=home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade(wiring.database_url(settings))
    calendar = Calendar(datetime.now(UTC) - _SPAN - timedelta(hours=1))
    services = wiring.build(settings, wake=lambda: None)
    cast(SqlStore, services.store).dispose()
    services = replace(services, store=open_store(wiring.database_url(settings), now=calendar.now))
    try:
        yield services, calendar
    finally:
        services.index.close()
        cast(SqlStore, services.store).dispose()


def main(home: str, count: str) -> None:
    """Make it, and say how long that took."""
    begin = time.monotonic()
    with library(Path(home)) as (services, calendar):
        fill(services, int(count), calendar=calendar)
    print(f"{count} assets in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
