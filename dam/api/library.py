"""Tags, campaigns and recipes: what assets are found and delivered by. Rule: as everywhere in ``dam.api``."""

from typing import Any, get_args

from dam.api import answers, answers_places, bodies, matching, render
from dam.api.context import actor, services
from dam.api.once import once
from dam.api.paging import Paged, name_after, page
from dam.api.places import rollout_of, shown_rollout
from dam.api.routes import Route, Routes, created
from dam.domain import recipes
from dam.domain.media_types import Kind
from dam.domain.principals import Actor
from dam.domain.recipes import ORIGINAL, RECIPES
from dam.operations import campaigns, read, rollouts
from dam.ports.views import Named

routes = Routes("library", "Tags, campaigns and recipes.")


@routes.on(Route("GET", "/api/v1/tags", "asset.read", answers.page_of(answers.Tag, "Tags"), query=bodies.TagsQuery))
def list_tags(query: dict[str, Any]) -> dict[str, Any]:
    """Tags in alphabetical order."""
    limit = query["limit"]
    found = read.tags(services(), actor(), query["prefix"], name_after("tags", query), limit + 1)
    return page(found, limit, "tags", lambda each: each.name, render.counted)


@routes.on(
    Route("GET", "/api/v1/campaigns", "campaign.read", answers.page_of(answers.Campaign, "Campaigns"), query=Paged)
)
def list_campaigns(query: dict[str, Any]) -> dict[str, Any]:
    """Campaigns in alphabetical order."""
    limit = query["limit"]
    found = read.campaigns(services(), actor(), name_after("campaigns", query), limit + 1)
    return page(found, limit, "campaigns", lambda each: each.name, render.counted)


@routes.on(
    Route("POST", "/api/v1/campaigns", "campaign.edit", answers.Campaign, 201, body=bodies.CampaignName, tagged=True)
)
def create_campaign(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make a campaign ahead of its assets."""

    def run(who: Actor) -> dict[str, str]:
        return {"campaign_id": campaigns.create(services(), who, body["name"]).id}

    campaign_id = once(run)["campaign_id"]
    shown, headers = _shown(campaigns.get(services(), actor(), campaign_id))
    return created(shown, f"{render.API}/campaigns/{campaign_id}", **headers)


@routes.on(Route("GET", "/api/v1/campaigns/<id:campaign_id>", "campaign.read", answers.Campaign, tagged=True))
def get_campaign(campaign_id: str) -> tuple[object, dict[str, str]]:
    """One campaign."""
    return _shown(campaigns.get(services(), actor(), campaign_id))


@routes.on(
    Route(
        "PATCH", "/api/v1/campaigns/<id:campaign_id>", "campaign.edit", answers.Campaign,
        body=bodies.CampaignName, fails=(409,), tagged=True, guarded="required",
    )
)  # fmt: skip
def rename_campaign(campaign_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Rename it for all its assets."""
    matching.require_named()
    seen = campaigns.get(services(), actor(), campaign_id).name
    matching.require_match(name_tag(seen))
    return _shown(campaigns.rename(services(), actor(), campaign_id, body["name"], seen))


def name_tag(name: str) -> str:
    """A campaign has nothing but its name to edit, so that is what its tag stands for."""
    return recipes.params_sha256({"name": name})[:16]


def _shown(found: Named) -> tuple[object, dict[str, str]]:
    return render.counted(found), {"ETag": matching.tag(name_tag(found.name))}


@routes.on(Route("GET", "/api/v1/recipes", "asset.read", answers.Recipes))
def list_recipes() -> dict[str, Any]:
    """Every recipe at every version that there is."""
    unsized = dict.fromkeys(("media_type", "box", "fit", "width", "height"))
    every = sorted(get_args(Kind))
    original = {
        "name": ORIGINAL, "version": 1, "title": "The file itself", **unsized, "kinds": every, "display": False,
    }  # fmt: skip
    found = [_recipe(each) for each in RECIPES]
    return {"data": [original, *found], "next": None}


def _recipe(recipe: recipes.Recipe) -> dict[str, object]:
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
        "kinds": sorted(recipe.kinds),
        "display": recipe.display,
    }


@routes.on(Route("GET", "/api/v1/recipes/<word:recipe>/impact", "placement.read", answers_places.RecipeImpact))
def get_recipe_impact(recipe: str) -> dict[str, Any]:
    """How many placements a rollout of the recipe would move."""
    found = rollouts.recipe_impact(services(), actor(), recipe)
    return {"recipe": found.recipe, "newest": found.newest, "placements": found.placements}


@routes.on(Route("POST", "/api/v1/recipes/<word:recipe>/rollout", "recipe.rollout", shown_rollout, 202))
def roll_out_recipe(recipe: str) -> tuple[object, dict[str, str]]:
    """Move every placement of the recipe to its newest version."""
    return rollout_of(lambda who: rollouts.recipe_rollout(services(), who, recipe))
