"""Leaf through a document: ask for a page, see how far it is, and have its picture.

Rule: asking needs no more than looking does, does no harm when repeated, and puts what somebody looks at now before
all else. A page is shared by all versions with the same bytes: nothing of an asset is in it.
"""

from dam.domain import pages, policy, recipes
from dam.domain.assets import Content
from dam.domain.errors import Conflict
from dam.domain.principals import Actor
from dam.domain.recipes import Artefact, Recipe
from dam.operations import cookbook
from dam.operations.answers import remember
from dam.operations.changes import version_not_found, version_of
from dam.operations.fetch import Bytes, rendition
from dam.operations.renditions import blank, enqueue, prefer_made, waiting
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


def ask(services: Services, actor: Actor, asset_id: str, number: int, recipe: str, page: int) -> None:
    """Have the page made, unless it is or is known to fail; what still waits is made before what nobody looks at.

    Raises Forbidden, NotFound (also ``no_pages``, ``no_such_page``), Conflict ``not_ready``, ``too_many_pages``.
    """
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        artefact = _found(work, asset_id, number, recipe, page)[2]
    if artefact is not None and artefact.state != "pending":
        return
    with services.store.writing() as work:
        content, paged, artefact = _found(work, asset_id, number, recipe, page)
        if artefact is None:
            _begin(work, content, paged, page)
        elif not prefer_made(work, [artefact]):
            return  # whoever waits asks often: that costs no commit
        remember(work, actor, **_named(asset_id, number, recipe, page))
        work.commit()


def retry(services: Services, actor: Actor, asset_id: str, number: int, recipe: str, page: int) -> None:
    """Make a page again that failed. Raises Forbidden, NotFound as ``ask``, Conflict ``not_failed``."""
    policy.require(actor, "version.render")
    with services.store.writing() as work:
        artefact = _found(work, asset_id, number, recipe, page)[2]
        if artefact is None or artefact.state != "failed":
            state = artefact.state if artefact else "not asked for"
            raise Conflict("not_failed", f"The page is {state}; only a failed one can be made again.")
        again = artefact.again(work.now())
        work.replace(artefact, again)
        enqueue(work, [again])
        prefer_made(work, [again])
        remember(work, actor, **_named(asset_id, number, recipe, page))
        work.commit()


def seen(services: Services, actor: Actor, asset_id: str, number: int, recipe: str, page: int) -> Artefact:
    """How far the page is. Raises as ``ask``, and Conflict ``not_ready`` for one that nobody has asked for."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        artefact = _found(work, asset_id, number, recipe, page)[2]
    if artefact is None:
        raise Conflict("not_ready", "A page is made when somebody asks for it, by POST.", extra={"state": None})
    return artefact


def content(services: Services, actor: Actor, asset_id: str, number: int, recipe: str, page: int) -> Bytes:
    """The page's picture. Raises as ``seen``, and Conflict ``not_ready`` with the state of one that is not made."""
    artefact = seen(services, actor, asset_id, number, recipe, page)
    with services.store.reading() as work:
        file = work.assets.file(asset_id, number)
        if file is None:
            raise version_not_found(number)
        return rendition(file, cookbook.newest(work, recipe), artefact, f"page-{page}")


def _found(
    work: UnitOfWork, asset_id: str, number: int, name: str, page: int
) -> tuple[Content, Recipe, Artefact | None]:
    version = version_of(work, asset_id, number)
    recipe = cookbook.newest(work, name)
    pages.require_paged(recipe)
    found = work.assets.content(version.sha256)
    if found is None:
        raise version_not_found(number)
    pages.require(found, page)
    digest = recipes.params_sha256(pages.parameters(page))
    return found, recipe, work.artefacts.get(found.sha256, recipe.name, recipe.version, digest)


def _begin(work: UnitOfWork, content: Content, recipe: Recipe, page: int) -> None:
    pages.require_room(waiting(work, content.sha256, recipe.task))
    artefact = work.artefacts.ensure(blank(content, recipe, work.now(), pages.parameters(page)))
    enqueue(work, [artefact])
    prefer_made(work, [artefact])


def _named(asset_id: str, number: int, recipe: str, page: int) -> dict[str, str]:
    return {"asset_id": asset_id, "number": str(number), "recipe": recipe, "page": str(page)}
