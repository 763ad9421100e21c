"""Renditions: which ones a content should have, and storing what a renderer made of it.

Rule: an artefact is recorded once for its key (source digest, recipe, recipe version, parameters) and is made again
only while it is pending. Nothing stays pending for ever (``overdue``): it becomes ready, or failed with a code and a
sentence.
"""

import contextlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dam.domain import looks, policy, recipes
from dam.domain.assets import Content, Version
from dam.domain.embedded import is_unread
from dam.domain.errors import Conflict, NotFound
from dam.domain.events import event
from dam.domain.parameters import applied
from dam.domain.principals import SYSTEM_ID, Actor
from dam.domain.recipes import Artefact, ArtefactState, Recipe, RenditionTask
from dam.operations import cookbook
from dam.operations.answers import remember
from dam.operations.changes import version_of
from dam.operations.progress import Progress
from dam.ports.media import MediaFailure, RenderedFile, Renderer, Told
from dam.ports.objects import StoredObject
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

_CHUNK = 1 << 20
_NO_PREVIEW = "no_preview"
"""Nothing is made of such a file here, whatever is installed."""


Parameters = Mapping[str, object] | None


def blank(content: Content, recipe: Recipe, at: datetime, params: Parameters = None) -> Artefact:
    """What is to be made of the content by the recipe with these parameters, or why it can't be."""
    key = (content.sha256, recipe.name, recipe.version, recipes.params_sha256(params or {}))
    obstacle = recipes.obstacle(recipe, content.media_type, content.kind, content.size)
    if obstacle is None:
        return Artefact(*key, state="pending", updated_at=at, params=params or None)
    return Artefact(
        *key,
        state="not_applicable",
        updated_at=at,
        reason_code=_NO_PREVIEW,
        reason_detail=obstacle,
        params=params or None,
    )


def expect(work: UnitOfWork, content: Content, at: datetime) -> None:
    """Record that the content is to have its display renditions; those that can't be made are not applicable, with the
    reason.
    """
    blanks = [blank(content, recipe, at) for recipe in recipes.expected(content.kind, content.properties)]
    new = [wanted for wanted in blanks if work.artefacts.ensure(wanted) is wanted]
    # Pictures follow from the version's event; what takes long has a job of its own from the start.
    enqueue(work, [each for each in new if recipes.task_of(each.recipe, each.recipe_version) != "render"])


def _enqueue(work: UnitOfWork, task: RenditionTask, sha256: str) -> None:
    work.jobs.enqueue(task, {"sha256": sha256})


def enqueue(work: UnitOfWork, artefacts: Iterable[Artefact]) -> None:
    """See to it that a worker makes those that are pending."""
    pending = [each for each in artefacts if each.state == "pending"]
    wanted = ((recipes.task_of(each.recipe, each.recipe_version), each.source_sha256) for each in pending)
    for task, sha256 in dict.fromkeys(wanted):
        _enqueue(work, task, sha256)


def expect_one(work: UnitOfWork, content: Content, recipe: Recipe, at: datetime, params: Parameters = None) -> Artefact:
    """Record that one recipe is to be made of the content, and see to it that a worker does."""
    artefact = work.artefacts.ensure(blank(content, recipe, at, params))
    enqueue(work, [artefact])
    return artefact


def render(services: Services, renderer: Renderer, sha256: str) -> None:
    """Make the pictures of a content that are pending; those to be looked at all in one go. Of one that has them, learn
    what is written in the file, if that is not known yet. Raises MediaUnavailable, Unavailable, StorageFull; then what
    is not made is pending still.
    """
    content, pending = _pending(services, sha256, "render")
    if content is not None and pending:
        for together in _batches(pending):
            _make_all(services, renderer, content, together)
    elif content is not None and is_unlearnt(content) and _is_shown(services, sha256):
        _describe(services, renderer, content)


def is_unlearnt(content: Content) -> bool:
    """Whether there may be something in it that was not asked for when it was rendered."""
    read = not is_unread(content.embedded, content.media_type)
    return not read or looks.is_missing(content.properties, content.media_type)


def encode(services: Services, renderer: Renderer, sha256: str) -> None:
    """Make what takes long and is pending, the short first; what fails costs nothing but itself, and what is made in
    one go with it. Raises as ``render``."""
    content, pending = _pending(services, sha256, "encode")
    if content is not None:
        for _, together in itertools.groupby(sorted(pending, key=_turn), key=_turn):
            _make_all(services, renderer, content, list(together))


def _turn(artefact: Artefact) -> tuple[bool, str]:
    """What is made in one go has the same; a film to be played comes last."""
    makes = recipes.at_version(artefact.recipe, artefact.recipe_version).makes
    return makes == "playable", artefact.recipe if makes == "playable" else makes


def _batches(pending: list[Artefact]) -> list[list[Artefact]]:
    """What is made for a place may fail for its own reasons, and in two versions at once: each by itself."""
    shown = [each for each in pending if recipes.is_display(each.recipe)]
    rest = [[each] for each in pending if not recipes.is_display(each.recipe)]
    return [shown, *rest] if shown else rest


def _pending(services: Services, sha256: str, task: RenditionTask) -> tuple[Content | None, list[Artefact]]:
    with services.store.reading() as work:
        return work.assets.content(sha256), waiting(work, sha256, task)


def waiting(work: UnitOfWork, sha256: str, task: RenditionTask) -> list[Artefact]:
    """What is pending of a content, and made by this task."""
    found = work.artefacts.of_source(sha256)
    return [each for each in found if each.state == "pending" and _is_of(each, task)]


def _is_shown(services: Services, sha256: str) -> bool:
    with services.store.reading() as work:
        return any(each.state == "ready" and _is_of(each, "render") for each in work.artefacts.of_source(sha256))


def _is_of(artefact: Artefact, task: RenditionTask) -> bool:
    return recipes.task_of(artefact.recipe, artefact.recipe_version) == task


def _make_all(services: Services, renderer: Renderer, content: Content, pending: list[Artefact]) -> None:
    with services.store.reading() as work:
        wanted = [applied(cookbook.at_version(work, each.recipe, each.recipe_version), each.params) for each in pending]
    told = Progress(services, pending[0]) if wanted[0].makes == "playable" else _untold
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
        _tell(work, content, "version.render_failed", {"code": code, "detail": sentence}, at)
        work.commit()


def retry(services: Services, actor: Actor, asset_id: str, number: int, recipe: str) -> None:
    """Make a failed rendition again, one that lacked a program, or one that nobody has asked for yet. Raises Forbidden,
    NotFound, Conflict ``not_failed``.
    """
    policy.require(actor, "version.render")
    with services.store.writing() as work:
        newest = cookbook.newest(work, recipe)
        version = version_of(work, asset_id, number)
        params = {} if newest.display else _parameters(work, version, newest)
        artefact = _wanted(work, version, newest, params)
        if artefact is None:
            _make_first(work, version.sha256, newest, params)
        elif artefact.state == "ready" and not newest.display and _is_older(work, artefact):
            work.replace(artefact, replace(artefact, updated_at=work.now()))
        elif artefact.state == "failed" or (artefact.state == "not_applicable" and artefact.reason_code != _NO_PREVIEW):
            again = artefact.again(work.now())
            work.replace(artefact, again)
            enqueue(work, [again])
        else:
            raise Conflict("not_failed", f"The rendition is {artefact.state}; only a failed one can be made again.")
        remember(work, actor, asset_id=asset_id, number=str(number))
        work.commit()


def _parameters(work: UnitOfWork, version: Version, recipe: Recipe) -> dict[str, object]:
    asset = work.assets.get(version.asset_id)
    return cookbook.parameters_of(work, recipe, asset, version.sha256) if asset is not None else {}


def _wanted(work: UnitOfWork, version: Version, recipe: Recipe, params: Parameters) -> Artefact | None:
    if recipe.display:
        return work.artefacts.shown(version.asset_id, version.number, recipe.name, recipe.version)
    return work.artefacts.get(version.sha256, recipe.name, recipe.version, recipes.params_sha256(params or {}))


def _is_older(work: UnitOfWork, artefact: Artefact) -> bool:
    """Whether another one was made since, with other parameters: then this one becomes the latest again."""
    return work.artefacts.latest(artefact.source_sha256, artefact.recipe) != artefact


def _make_first(work: UnitOfWork, sha256: str, recipe: Recipe, params: Parameters) -> None:
    content = work.assets.content(sha256)
    if content is None:
        raise NotFound("rendition_not_found", f"The version has no rendition {recipe.name!r}.")
    expect_one(work, content, recipe, work.now(), params)


def throw_away(services: Services, limit: int = 200) -> int:
    """Forget display renditions that no delivery refers to, so that they are made again; returns how many contents
    that concerns.

    For after a loss of preview files, or a better decoder. What was delivered stays as it was delivered.
    """
    after: Artefact | None = None
    sources: set[str] = set()
    while True:
        with services.store.writing() as work:
            page = work.artefacts.page(after, limit)
            if not page:
                return len(sources)
            sources.update(_forget(work, page))
            work.commit()
        after = page[-1]


def _forget(work: UnitOfWork, page: Iterable[Artefact]) -> set[str]:
    forgotten = []
    for each in page:
        if each.state != "ready" or (each.sha256 is not None and work.artefacts.delivered(each.sha256)):
            continue
        forgotten.append(replace(each, state="pending", sha256=None, size=None, updated_at=work.now()))
        work.replace(each, forgotten[-1])
    enqueue(work, forgotten)
    return {each.source_sha256 for each in forgotten}


_Made = dict[str, tuple[StoredObject, RenderedFile]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file told of itself: a decoder's findings, and what is written in it."""

    properties: Mapping[str, object]
    embedded: Mapping[str, object]


def _describe(services: Services, renderer: Renderer, content: Content) -> None:
    """The smallest rendition is made for it and thrown away: what is shown stays as it is."""
    pictures = [each for each in recipes.for_display() if each.makes == "picture"]
    smallest = min(pictures, key=lambda recipe: recipe.box)
    found = _Found(content.properties, {})
    with (
        contextlib.suppress(MediaFailure),
        services.objects.open(content.sha256) as source,
        renderer.render(source, content.media_type, [smallest]) as rendered,
    ):
        found = _Found(dict(rendered.properties), dict(rendered.embedded))
    with services.store.writing() as work:
        _learn(work, content, found)
        work.commit()


def _learn(work: UnitOfWork, content: Content, found: _Found) -> None:
    work.assets.describe_content(content.sha256, found.properties, found.embedded)
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
            _learn(work, content, found)
            if found.properties.get("animated") and not content.properties.get("animated"):
                expect(work, replace(content, properties=found.properties), at)
        for artefact in pending:
            if artefact.recipe in made and work.replace(artefact, _ready(artefact, *made[artefact.recipe], at)):
                work.rollouts.wake(artefact.source_sha256, artefact.recipe, artefact.recipe_version, at)
        _tell(work, content, "version.rendered", {"recipes": sorted(made)}, at)
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


def _tell(work: UnitOfWork, content: Content, word: str, data: dict[str, object], at: datetime) -> None:
    for asset_id in work.assets.having(content.sha256):
        work.record(event(word, SYSTEM_ID, at, asset_id, {"sha256": content.sha256, **data}))
