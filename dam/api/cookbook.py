"""Recipes: what there are, and those of the house: add, change, retire. Rule: as everywhere in ``dam.api``."""

from typing import Any, get_args

from dam.api import answers, answers_places, bodies_recipes, matching
from dam.api.context import actor, services
from dam.api.once import once
from dam.api.places import rollout_of, shown_rollout
from dam.api.render import API
from dam.api.routes import Route, Routes, created, no_content
from dam.domain import recipes
from dam.domain.cookbook import HouseRecipe, Spec, recipe_of
from dam.domain.media_types import Kind
from dam.domain.principals import Actor
from dam.domain.recipes import ORIGINAL, RECIPES, Recipe
from dam.operations import cookbook, rollouts

routes = Routes("recipes", "What files are delivered as.")

RECIPES_PATH = "/api/v1/recipes"
RECIPE = f"{RECIPES_PATH}/<word:recipe>"


@routes.on(Route("GET", RECIPES_PATH, "asset.read", answers.Recipes))
def list_recipes() -> dict[str, Any]:
    """Every recipe at every version that there is: the built-in ones, and those of the house."""
    own = cookbook.listed(services(), actor())
    newest = {each.name: each for each in own}
    found = [_built_in(each) for each in RECIPES]
    return {"data": [_original(), *found, *(_own(each, newest[each.name]) for each in own)], "next": None}


@routes.on(Route("POST", RECIPES_PATH, "recipe.edit", answers.RecipeInfo, 201, body=bodies_recipes.New, tagged=True))
def create_recipe(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Add a recipe of the house; under the name of a retired one its next version."""
    spec = Spec(**{name: value for name, value in body.items() if name not in ("name", "title") and value is not None})

    def run(who: Actor) -> dict[str, str]:
        cookbook.add(services(), who, body["name"], body.get("title") or body["name"], spec)
        return {"recipe": body["name"]}

    name = once(run)["recipe"]
    shown, headers = _shown(cookbook.get(services(), actor(), name))
    return created(shown, f"{API}/recipes/{name}", **headers)


@routes.on(Route("GET", RECIPE, "asset.read", answers.RecipeInfo, fails=(409,), tagged=True))
def get_recipe(recipe: str) -> tuple[object, dict[str, str]]:
    """A recipe of the house at its newest version."""
    return _shown(cookbook.get(services(), actor(), recipe))


@routes.on(
    Route(
        "PATCH", RECIPE, "recipe.edit", answers.RecipeInfo,
        body=bodies_recipes.Change, fails=(409,), tagged=True, guarded="required",
    )
)  # fmt: skip
def change_recipe(recipe: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make its next version; what uses it stays as it is until a rollout of the recipe is asked for."""
    matching.require_named()
    seen = cookbook.get(services(), actor(), recipe)
    matching.require_match(tag_of(seen))
    return _shown(cookbook.change(services(), actor(), seen, body))


@routes.on(Route("DELETE", RECIPE, "recipe.edit", status=204, fails=(409,), guarded="optional"))
def retire_recipe(recipe: str) -> object:
    """Retire it: nobody can choose it any more. Refused while placements or channels use it."""
    seen = cookbook.get(services(), actor(), recipe)
    matching.refuse_other(tag_of(seen))
    cookbook.retire(services(), actor(), seen)
    return no_content()


@routes.on(Route("GET", f"{RECIPE}/impact", "placement.read", answers_places.RecipeImpact))
def get_recipe_impact(recipe: str) -> dict[str, Any]:
    """How many placements a rollout of the recipe would move."""
    found = rollouts.recipe_impact(services(), actor(), recipe)
    return {"recipe": found.recipe, "newest": found.newest, "placements": found.placements}


@routes.on(Route("POST", f"{RECIPE}/rollout", "recipe.rollout", shown_rollout, 202))
def roll_out_recipe(recipe: str) -> tuple[object, dict[str, str]]:
    """Move every placement of the recipe to its newest version."""
    return rollout_of(lambda who: rollouts.recipe_rollout(services(), who, recipe))


def tag_of(recipe: HouseRecipe) -> str:
    """Stands for what people set of a recipe."""
    said = {"version": recipe.version, "title": recipe.title, "retired": recipe.retired_at is not None}
    return recipes.params_sha256(said)[:16]


def _shown(recipe: HouseRecipe) -> tuple[object, dict[str, str]]:
    return _own(recipe, recipe), {"ETag": matching.tag(tag_of(recipe))}


def _original() -> dict[str, object]:
    unsized = dict.fromkeys(
        (
            "media_type",
            "box",
            "fit",
            "width",
            "height",
            "background",
            "quality",
            "max_bytes",
            "metadata",
            "profile",
            "page",
            "time",
        )
    )
    every = sorted(get_args(Kind))
    return {
        "name": ORIGINAL, "version": 1, "title": "The file itself", **unsized, "kinds": every, "display": False,
        "built_in": True, "choosable": True, "retired_at": None,
    }  # fmt: skip


def _built_in(recipe: Recipe) -> dict[str, object]:
    choosable = recipe.version == recipes.newest_version(recipe.name) and not recipe.paged
    return {**_recipe(recipe), "built_in": True, "choosable": choosable, "retired_at": None}


def _own(house: HouseRecipe, newest: HouseRecipe) -> dict[str, object]:
    choosable = house == newest and newest.retired_at is None
    return {**_recipe(recipe_of(house)), "built_in": False, "choosable": choosable, "retired_at": newest.retired_at}


def _recipe(recipe: Recipe) -> dict[str, object]:
    width, height = recipe.frame or (None, None)
    return {
        "name": recipe.name,
        "version": recipe.version,
        "title": recipe.title,
        "media_type": recipe.media_type,
        "box": recipe.box,
        "fit": recipe.fit,
        "width": width,
        "height": height,
        "background": recipe.background,
        "quality": recipe.quality,
        "max_bytes": recipe.max_bytes,
        "metadata": recipe.metadata,
        "profile": recipe.profile,
        "page": recipe.page,
        "time": recipe.time,
        "kinds": sorted(recipe.kinds),
        "display": recipe.looked_at,
    }
