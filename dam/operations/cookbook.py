"""Recipes by their names, built in or of the house; and the verbs about those of the house: add, change, retire.

Rule: whoever looks a recipe up asks here, in its transaction. A recipe that is chosen for a placement or channel is
held until that is committed, so that it is not retired at the same moment; and held before anything else is.
"""

from collections.abc import Mapping

from dam.domain import cookbook, policy, recipes
from dam.domain.assets import Asset
from dam.domain.cookbook import MOST_VERSIONS, HouseRecipe, Spec
from dam.domain.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed
from dam.domain.parameters import parameters
from dam.domain.principals import Actor
from dam.domain.recipes import Artefact, Recipe, RenditionTask
from dam.operations.answers import remember
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


def newest(work: UnitOfWork, name: str) -> Recipe:
    """The newest version of the named recipe. Raises NotFound ``recipe_not_found``."""
    return recipes.newest(name) if recipes.is_built_in(name) else cookbook.recipe_of(_own(work.cookbook.newest(name)))


def at_version(work: UnitOfWork, name: str, version: int) -> Recipe:
    """That version of the recipe. Raises NotFound ``recipe_not_found``."""
    if recipes.is_built_in(name):
        return recipes.at_version(name, version)
    return cookbook.recipe_of(_own(work.cookbook.get(name, version)))


def task_of(work: UnitOfWork, artefact: Artefact) -> RenditionTask:
    """What makes it. Raises NotFound ``recipe_not_found``."""
    return at_version(work, artefact.recipe, artefact.recipe_version).task


def newest_version(work: UnitOfWork, name: str) -> int:
    """The number of the newest version; ``original`` has one only. Raises NotFound ``recipe_not_found``."""
    return 1 if name == recipes.ORIGINAL else newest(work, name).version


def parameters_of(work: UnitOfWork, recipe: Recipe, asset: Asset, sha256: str) -> dict[str, object]:
    """With which the recipe is carried out now, on these bytes of the asset."""
    content = work.assets.content(sha256) if recipe.metadata == "rights" else None
    return parameters(recipe, asset, content.embedded if content else None)


def choose(work: UnitOfWork, name: str) -> int:
    """The number of the newest version, for a placement or channel that is to use it from now on. To be asked before
    anything else is held. Raises Invalid ``unknown_recipe``, Conflict ``recipe_retired``.
    """
    return _standing(name) or _usable(name, work.cookbook.hold(name))


def require_choosable(work: UnitOfWork, name: str) -> None:
    """Raises as ``choose``, which is to be asked again by whoever stores the choice."""
    if _standing(name) is None:
        _usable(name, work.cookbook.newest(name))


def _standing(name: str) -> int | None:
    """The newest version of what is always there for places; a page that is leafed to is for none."""
    return recipes.newest_version(name) if _is_ours(name) and not recipes.is_paged(name) else None


def _is_ours(name: str) -> bool:
    return name == recipes.ORIGINAL or recipes.is_built_in(name)


def _usable(name: str, found: HouseRecipe | None) -> int:
    if found is None:
        detail = f"There is no recipe named {name!r}."
        raise Invalid("unknown_recipe", detail, errors=(FieldError("recipe", "unknown", detail),))
    cookbook.refuse_retired(found)
    return found.version


def listed(services: Services, actor: Actor) -> list[HouseRecipe]:
    """Every version of every recipe of the house, by name, the oldest version first. Raises Forbidden."""
    policy.require(actor, "asset.read")
    with services.store.reading() as work:
        return work.cookbook.all(MOST_VERSIONS)


def get(services: Services, actor: Actor, name: str) -> HouseRecipe:
    """The newest version of a recipe of the house. Raises Forbidden, NotFound ``recipe_not_found``, Conflict
    ``built_in``.
    """
    policy.require(actor, "asset.read")
    _refuse_built_in(name)
    with services.store.reading() as work:
        return _own(work.cookbook.newest(name))


def add(services: Services, actor: Actor, name: str, title: str, spec: Spec) -> None:
    """A new recipe of the house. Raises Forbidden, Invalid ``invalid_recipe``, Conflict ``recipe_exists``,
    ``too_many_recipes``.
    """
    policy.require(actor, "recipe.edit")
    with services.store.writing() as work:
        _room(work)
        entry = cookbook.add(name, title, spec, work.cookbook.hold(name), actor.principal_id, work.now())
        work.add(entry.recipe)
        work.record(entry.event)
        remember(work, actor, recipe=name)
        work.commit()


def change(services: Services, actor: Actor, seen: HouseRecipe, changes: Mapping[str, object]) -> HouseRecipe:
    """The next version of a recipe of the house; no placement moves by it. Returns it.

    Raises Forbidden, Invalid ``invalid_recipe``, PreconditionFailed ``revision_differs``, Conflict ``recipe_retired``,
    ``nothing_changes``, ``too_many_recipes``.
    """
    policy.require(actor, "recipe.edit")
    with services.store.writing() as work:
        before = _as_seen(work, seen)
        entry = cookbook.change(before, changes, actor.principal_id, work.now())
        if entry.recipe.version == before.version:
            work.replace(before, entry.recipe)
        else:
            _room(work)
            work.add(entry.recipe)
        work.record(entry.event)
        work.commit()
    return entry.recipe


def retire(services: Services, actor: Actor, seen: HouseRecipe) -> None:
    """Nobody can choose it any more; its versions stay known. Raises Forbidden, PreconditionFailed
    ``revision_differs``, Conflict ``recipe_retired``, ``in_use``.
    """
    policy.require(actor, "recipe.edit")
    with services.store.writing() as work:
        before = _as_seen(work, seen)
        used = work.placements.count_outdated(before.name, before.version + 1)
        default_of = work.placements.count_channels_by_recipe(before.name)
        entry = cookbook.retire(before, used, default_of, actor.principal_id, work.now())
        work.replace(before, entry.recipe)
        work.record(entry.event)
        work.commit()


def _as_seen(work: UnitOfWork, seen: HouseRecipe) -> HouseRecipe:
    """The newest version, held, if it is still what the person saw."""
    before = _own(work.cookbook.hold(seen.name))
    if before != seen:
        raise PreconditionFailed("revision_differs", "Somebody changed the recipe since you loaded it.")
    return before


def _room(work: UnitOfWork) -> None:
    if work.cookbook.count(MOST_VERSIONS) >= MOST_VERSIONS:
        raise Conflict("too_many_recipes", f"There are {MOST_VERSIONS} versions of recipes already.")


def _own(found: HouseRecipe | None) -> HouseRecipe:
    if found is None:
        raise NotFound("recipe_not_found", "There is no such recipe.")
    return found


def _refuse_built_in(name: str) -> None:
    if _is_ours(name):
        raise Conflict("built_in", "This recipe is built in and stays as it is; add one of your own.")
