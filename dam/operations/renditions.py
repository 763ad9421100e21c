"""Renditions: which ones a content should have, and which of them a version shows.

Rule: an artefact is recorded once for its key (source digest, recipe, recipe version, parameters) and is made again
(``rendering``) only while it is pending. Nothing stays pending for ever (``overdue``). What is not to be looked at is
shown by the versions that asked for it, and by no others with the same bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from dam.domain import policy, recipes
from dam.domain.assets import Content, Version
from dam.domain.errors import Conflict, NotFound
from dam.domain.principals import Actor
from dam.domain.recipes import Artefact, Recipe, RenditionTask
from dam.operations import cookbook
from dam.operations.answers import remember
from dam.operations.changes import version_not_found, version_of
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

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
    enqueue(work, [each for each in new if not is_made_by(work, each, "render")])


def _enqueue(work: UnitOfWork, task: RenditionTask, sha256: str) -> None:
    work.jobs.enqueue(task, {"sha256": sha256})


def enqueue(work: UnitOfWork, artefacts: Iterable[Artefact]) -> None:
    """See to it that a worker makes those that are pending."""
    for task, sha256 in _work_of(work, artefacts):
        _enqueue(work, task, sha256)


def _work_of(work: UnitOfWork, artefacts: Iterable[Artefact]) -> list[tuple[RenditionTask, str]]:
    """What makes those that are pending: tasks, and of which bytes."""
    pending = [each for each in artefacts if each.state == "pending"]
    wanted = ((cookbook.task_of(work, each), each.source_sha256) for each in pending)
    return list(dict.fromkeys(wanted))


def prefer(services: Services, actor: Actor, asset_id: str, number: int) -> None:
    """Somebody is looking at the version: what is still to be made of it is made before what nobody looks at. Raises
    Forbidden, NotFound ``version_not_found``.
    """
    policy.require(actor, "asset.read")
    with services.store.writing() as work:
        view = work.assets.version_view(asset_id, number)
        if view is None:
            raise version_not_found(number)
        prefer_made(work, view.renditions)
        remember(work, actor, asset_id=asset_id, number=str(number))
        work.commit()


def prefer_made(work: UnitOfWork, artefacts: Iterable[Artefact]) -> int:
    """Of these, what is pending is made before what nobody looks at; returns how much work that moved."""
    return sum(work.jobs.prefer(task, sha256) for task, sha256 in _work_of(work, artefacts))


def ask(work: UnitOfWork, version: Version, recipe: Recipe, at: datetime, params: Parameters) -> None:
    """Record that the recipe is to be made of the version with these parameters, and that this version asked for it;
    see to it that a worker makes it. Raises NotFound ``rendition_not_found``.
    """
    content = work.assets.content(version.sha256)
    if content is None:
        raise NotFound("rendition_not_found", f"The version has no rendition {recipe.name!r}.")
    artefact = work.artefacts.ensure(blank(content, recipe, at, params))
    enqueue(work, [artefact])
    ask_for(work, version, artefact, at)


def ask_for(work: UnitOfWork, version: Version, artefact: Artefact, at: datetime) -> None:
    """The version asked for this one of those that are made of its bytes; what is to be looked at needs no asking."""
    if not recipes.is_display(artefact.recipe):
        work.artefacts.ask(version.asset_id, version.number, artefact, at)


def waiting(work: UnitOfWork, sha256: str, task: RenditionTask) -> list[Artefact]:
    """What is pending of a content, and made by this task."""
    found = work.artefacts.of_source(sha256)
    return [each for each in found if each.state == "pending" and is_made_by(work, each, task)]


def is_made_by(work: UnitOfWork, artefact: Artefact, task: RenditionTask) -> bool:
    """Whether this task makes it."""
    return cookbook.task_of(work, artefact) == task


def retry(services: Services, actor: Actor, asset_id: str, number: int, recipe: str) -> None:
    """Make a failed rendition again, one that lacked a program, or one that nobody has asked for yet. Raises Forbidden,
    NotFound, Conflict ``not_failed``.
    """
    policy.require(actor, "version.render")
    with services.store.writing() as work:
        newest, at = cookbook.newest(work, recipe), work.now()
        if newest.paged:
            raise NotFound("no_rendition", "Of this recipe there are single pages; ask for one by its number.")
        version = version_of(work, asset_id, number)
        params = {} if newest.display else _parameters(work, version, newest)
        artefact = _wanted(work, version, newest, params)
        if artefact is None:
            ask(work, version, newest, at, params)
        elif _can_be_tried_again(artefact):
            _try_again(work, version, artefact, at)
        elif newest.display or artefact == work.artefacts.latest(asset_id, number, recipe):
            raise Conflict("not_failed", f"The rendition is {artefact.state}; only a failed one can be made again.")
        else:  # made for another asset with the same bytes, or for this one's words of another day
            ask_for(work, version, artefact, at)
        remember(work, actor, asset_id=asset_id, number=str(number))
        work.commit()


def _parameters(work: UnitOfWork, version: Version, recipe: Recipe) -> dict[str, object]:
    asset = work.assets.get(version.asset_id)
    return cookbook.parameters_of(work, recipe, asset, version.sha256) if asset is not None else {}


def _wanted(work: UnitOfWork, version: Version, recipe: Recipe, params: Parameters) -> Artefact | None:
    if recipe.display:
        return work.artefacts.shown(version.asset_id, version.number, recipe.name, recipe.version)
    return work.artefacts.get(version.sha256, recipe.name, recipe.version, recipes.params_sha256(params or {}))


def _can_be_tried_again(artefact: Artefact) -> bool:
    lacked = artefact.state == "not_applicable" and artefact.reason_code != _NO_PREVIEW
    return artefact.state == "failed" or lacked


def _try_again(work: UnitOfWork, version: Version, artefact: Artefact, at: datetime) -> None:
    again = artefact.again(at)
    work.replace(artefact, again)
    enqueue(work, [again])
    prefer_made(work, [again])  # who asks is looking
    ask_for(work, version, again, at)


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
            sources.update(forget(work, page))
            work.commit()
        after = page[-1]


def is_delivered(work: UnitOfWork, artefact: Artefact) -> bool:
    """Whether a delivery refers to it, so that it stays as it is for ever."""
    return artefact.sha256 is not None and work.artefacts.delivered(artefact.sha256)


def forget(work: UnitOfWork, page: Iterable[Artefact]) -> set[str]:
    """Have these made again, but for what is not there or was delivered; returns the digests of what they are of."""
    forgotten = []
    for each in page:
        if each.state != "ready" or is_delivered(work, each):
            continue
        forgotten.append(replace(each, state="pending", sha256=None, size=None, updated_at=work.now()))
        work.replace(each, forgotten[-1])
    enqueue(work, forgotten)
    return {each.source_sha256 for each in forgotten}
