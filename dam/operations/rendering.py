"""Rendering: what a renderer makes of a content is stored, and what it found in it is learnt.

Rule: what is to be made is said by ``renditions``; here it becomes ready, or failed with a code and a sentence, or
stays pending where the renderer could not work. A worker may do it twice: only what is still pending is changed.
"""

import contextlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dam.domain import looks, recipes, redrawn
from dam.domain.assets import Content
from dam.domain.embedded import as_read, is_unread
from dam.domain.events import event
from dam.domain.parameters import applied
from dam.domain.principals import SYSTEM_ID
from dam.domain.recipes import Artefact, ArtefactState, Recipe, RenditionTask
from dam.domain.redrawn import is_outdated
from dam.operations import cookbook
from dam.operations.progress import Progress
from dam.operations.renditions import enqueue, expect, forget, is_delivered, is_made_by, waiting
from dam.ports.media import MediaFailure, RenderedFile, Renderer, Told
from dam.ports.objects import StoredObject
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

_CHUNK = 1 << 20

_Words = tuple[str, str]
_RENDERED: _Words = ("version.rendered", "page.rendered")
_FAILED: _Words = ("version.render_failed", "page.render_failed")


def render(services: Services, renderer: Renderer, sha256: str) -> None:
    """Make the pictures of a content that are pending; those to be looked at all in one go. Of one that has them, learn
    what is written in the file, if that is not known yet; and make those anew that were shown wrongly, or without the
    program that draws them. Raises MediaUnavailable, Unavailable, StorageFull; then what is not made is pending still.
    """
    content, pending = _pending(services, sha256, "render")
    if content is None:
        return
    lacked = not pending and redrawn.lacked_program(content, _programs(services))
    for together in _batches(pending):
        _make_all(services, renderer, content, together)
    was_drawn = not pending or bool(content.properties)
    if (lacked or (was_drawn and is_outdated(content))) and _is_shown(services, sha256):
        _redraw(services, renderer, content)
    elif not pending and is_unlearnt(content) and _is_shown(services, sha256):
        _describe(services, renderer, content)


def is_unlearnt(content: Content) -> bool:
    """Whether there may be something in it that was not asked for when it was rendered."""
    read = not is_unread(content.embedded, content.media_type)
    return not read or looks.is_missing(content.properties, content.media_type)


def encode(services: Services, renderer: Renderer, sha256: str) -> None:
    """Make what is pending and not a picture: all that is soon done, and of what takes long the first; for the rest
    there is work again, which has a time of its own. What fails costs nothing but itself, and what is made in one go
    with it. Raises as ``render``."""
    content, pending = _pending(services, sha256, "encode")
    if content is None:
        return
    quick, long = _turns(services, pending)
    for together in (*quick, *long[:1]):
        _make_all(services, renderer, content, together)
    if long[1:]:
        with services.store.writing() as work:
            enqueue(work, [each for (each,) in long[1:]])
            work.commit()


def _turns(services: Services, pending: list[Artefact]) -> tuple[list[list[Artefact]], list[list[Artefact]]]:
    """What is made in one go; and what takes long, each by itself, what is to be played here first."""
    with services.store.reading() as work:
        asked = [(cookbook.at_version(work, each.recipe, each.recipe_version), each) for each in pending]
    quick = sorted((one for one in asked if not one[0].takes_long), key=_makes)
    long = sorted((one for one in asked if one[0].takes_long), key=lambda one: not one[0].display)
    together = itertools.groupby(quick, key=_makes)
    return [[each for _, each in group] for _, group in together], [[each] for _, each in long]


def _makes(asked: tuple[Recipe, Artefact]) -> str:
    return asked[0].makes


def _batches(pending: list[Artefact]) -> list[list[Artefact]]:
    """What is made for a place may fail for its own reasons, and in two versions at once: each by itself. What was
    asked for last comes first: of pages that are leafed through it is the one that somebody sees now."""
    shown = [each for each in pending if recipes.is_display(each.recipe)]
    lone = sorted(pending, key=lambda each: each.updated_at, reverse=True)
    rest = [[each] for each in lone if not recipes.is_display(each.recipe)]
    return [shown, *rest] if shown else rest


def _pending(services: Services, sha256: str, task: RenditionTask) -> tuple[Content | None, list[Artefact]]:
    with services.store.reading() as work:
        return work.assets.content(sha256), waiting(work, sha256, task)


def _programs(services: Services) -> int:
    with services.store.reading() as work:
        return work.artefacts.programs()


def _is_shown(services: Services, sha256: str) -> bool:
    with services.store.reading() as work:
        return any(
            each.state == "ready" and is_made_by(work, each, "render") for each in work.artefacts.of_source(sha256)
        )


def _make_all(services: Services, renderer: Renderer, content: Content, pending: list[Artefact]) -> None:
    with services.store.reading() as work:
        wanted = [applied(cookbook.at_version(work, each.recipe, each.recipe_version), each.params) for each in pending]
    told = Progress(services, pending[0]) if wanted[0].takes_long else _untold
    try:
        told(0.0)
        made, found = _make(services, renderer, content, wanted, told)
    except MediaFailure as failure:
        state: ArtefactState = "not_applicable" if failure.lacking else "failed"
        fail(services, content, pending, failure.code, failure.sentence, state)
        return
    _store_made(services, content, pending, made, found)


def _untold(share: float) -> None:
    """Of what is made in a moment."""


def fail(
    services: Services,
    content: Content,
    pending: list[Artefact],
    code: str,
    sentence: str,
    state: ArtefactState = "failed",
) -> None:
    """Those that are still as they were given fail, or are not applicable here; with an event, and whoever waited for
    one is told."""
    with services.store.writing() as work:
        at = work.now()
        for artefact in pending:
            failed = replace(artefact, state=state, updated_at=at, reason_code=code, reason_detail=sentence)
            if work.replace(artefact, failed):
                work.rollouts.wake(artefact.source_sha256, artefact.recipe, artefact.recipe_version, at)
        _tell(work, content, pending, _FAILED, {"code": code, "detail": sentence}, at)
        work.commit()


_Made = dict[str, tuple[StoredObject, RenderedFile]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file told of itself: a decoder's findings, and what is written in it."""

    properties: Mapping[str, object]
    embedded: Mapping[str, object]


def _describe(services: Services, renderer: Renderer, content: Content) -> None:
    """The smallest rendition is made for it and thrown away: what is shown stays as it is; of what can't be read any
    more, also what is known of it."""
    pictures = [each for each in recipes.for_display() if each.makes == "picture"]
    smallest = min(pictures, key=lambda recipe: recipe.box)
    found = _known(content)
    with (
        contextlib.suppress(MediaFailure),
        services.objects.open(content.sha256) as source,
        renderer.render(source, content.media_type, [smallest]) as rendered,
    ):
        found = _Found(dict(rendered.properties), dict(rendered.embedded))
    with services.store.writing() as work:
        _learn(work, content, found, redrawn.last(content))
        work.commit()


def _redraw(services: Services, renderer: Renderer, content: Content) -> None:
    """What is shown stays until there is something else to be shown, and for ever if that can't be made, or if a
    delivery refers to it. What moves is made by other work; its still stands in for it meanwhile. Pages that somebody
    has turned to are made one by one."""
    shown = {each.name: each for each in recipes.for_display() if each.makes == "picture"}
    made: _Made = {}
    found = _known(content)
    with contextlib.suppress(MediaFailure):
        made, found = _make(services, renderer, content, list(shown.values()), _untold)
    with services.store.writing() as work:
        at, changed = work.now(), []
        # First: it holds the assets, so that no delivery comes to refer to what is looked at below.
        _learn(work, content, found, redrawn.newest(content.media_type, found.properties))
        there = [each for each in work.artefacts.of_source(content.sha256) if each.state == "ready"]
        for artefact in there:
            if artefact.recipe in made and artefact.recipe_version == shown[artefact.recipe].version:
                after = _ready(artefact, *made[artefact.recipe], at)
                if after.sha256 != artefact.sha256 and not is_delivered(work, artefact):
                    changed += [after] if work.replace(artefact, after) else []
        forget(work, [each for each in there if _is_made_apart(each.recipe)])
        if changed:
            _tell(work, content, changed, _RENDERED, {"recipes": sorted(each.recipe for each in changed)}, at)
        work.commit()


def _is_made_apart(recipe: str) -> bool:
    return recipes.makes(recipe) == "animation" or recipes.is_paged(recipe)


def _known(content: Content) -> _Found:
    """What was found before."""
    return _Found(content.properties, content.embedded or {})


def _learn(work: UnitOfWork, content: Content, found: _Found, drawn: int) -> None:
    embedded = redrawn.as_drawn(as_read(found.embedded, content.media_type), drawn)
    work.assets.describe_content(content.sha256, found.properties, embedded)
    if isinstance(look := found.properties.get("look"), str):
        work.looks.keep(content.sha256, look)


def _make(
    services: Services, renderer: Renderer, content: Content, wanted: list[Recipe], told: Told
) -> tuple[_Made, _Found]:
    with (
        services.objects.open(content.sha256) as source,
        renderer.render(source, content.media_type, wanted, told) as rendered,
    ):
        made = {name: (_keep(services, file), file) for name, file in rendered.files.items()}
        if any(each.elsewhere for each in wanted):
            return made, _Found({}, {})  # what a version is known by is its first page
        return made, _Found(dict(rendered.properties), dict(rendered.embedded))


def _keep(services: Services, file: RenderedFile) -> StoredObject:
    with services.objects.receive() as sink:
        while chunk := file.stream.read(_CHUNK):
            sink.write(chunk)
        return sink.finish()


def _store_made(services: Services, content: Content, pending: list[Artefact], made: _Made, found: _Found) -> None:
    with services.store.writing() as work:
        at = work.now()
        # A delivery's picture tells the same, but for the colour, which depends a little on its size.
        news = not content.properties or any(recipes.is_display(each.recipe) for each in pending)
        if found.properties and news:
            # Of one that was drawn before, the rest may be as it was then.
            by = redrawn.last(content) if content.properties else redrawn.newest(content.media_type, found.properties)
            _learn(work, content, found, by)
            if found.properties.get("animated") and not content.properties.get("animated"):
                expect(work, replace(content, properties=found.properties), at)
        for artefact in pending:
            if artefact.recipe in made and work.replace(artefact, _ready(artefact, *made[artefact.recipe], at)):
                work.rollouts.wake(artefact.source_sha256, artefact.recipe, artefact.recipe_version, at)
        _tell(work, content, pending, _RENDERED, {"recipes": sorted(made)}, at)
        work.commit()


def _ready(artefact: Artefact, stored: StoredObject, file: RenderedFile, at: datetime) -> Artefact:
    return replace(
        artefact,
        state="ready",
        updated_at=at,
        sha256=stored.sha256,
        size=stored.size,
        media_type=file.media_type,
        width=file.width,
        height=file.height,
    )


def _tell(
    work: UnitOfWork, content: Content, about: list[Artefact], words: _Words, data: dict[str, object], at: datetime
) -> None:
    """By the first of ``words``; by the second where it is only about pages: nothing of the version changes by them."""
    of_pages = all(recipes.is_paged(each.recipe) for each in about)
    word = words[1] if of_pages else words[0]
    if of_pages:
        data["pages"] = [(each.params or {}).get("page") for each in about]
    for asset_id in work.assets.having(content.sha256):
        work.record(event(word, SYSTEM_ID, at, asset_id, {"sha256": content.sha256, **data}))
