"""Tags and campaigns: what assets are found by. Rule: as everywhere in ``dam.api``."""

from typing import Any

from dam.api import answers, bodies, matching, render
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import Paged, name_after, page
from dam.api.routes import Route, Routes, created
from dam.domain.principals import Actor
from dam.domain.recipes import params_sha256
from dam.operations import campaigns, read
from dam.ports.views import Named

routes = Routes("library", "Tags and campaigns.")


@routes.on(Route("GET", "/api/v1/tags", "asset.read", page_of(answers.Tag, "Tags"), query=bodies.TagsQuery))
def list_tags(query: dict[str, Any]) -> dict[str, Any]:
    """Tags in alphabetical order."""
    limit = query["limit"]
    found = read.tags(services(), actor(), query["prefix"], name_after("tags", query), limit + 1)
    return page(found, limit, "tags", lambda each: each.name, render.counted)


@routes.on(Route("GET", "/api/v1/campaigns", "campaign.read", page_of(answers.Campaign, "Campaigns"), query=Paged))
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
    return params_sha256({"name": name})[:16]


def _shown(found: Named) -> tuple[object, dict[str, str]]:
    return render.counted(found), {"ETag": matching.tag(name_tag(found.name))}
