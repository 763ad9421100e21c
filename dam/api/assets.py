"""Assets: made with their first file, found, described, trashed, decided about, published.

Rule: as everywhere in ``dam.api``: parse, call one operation, render.
"""

from typing import Any

from flask import Response, request

from dam.api import answers, bodies, matching, render
from dam.api.bytes import PRIVATE, send
from dam.api.context import actor, services
from dam.api.incoming import received
from dam.api.members import page_of
from dam.api.once import once, request_key
from dam.api.paging import Paged, by_moment, moment_after, page
from dam.api.parsing import load_form
from dam.api.places import rollout_of, shown_rollout
from dam.api.routes import Route, Routes, created, no_content
from dam.api.versions import rendered
from dam.domain.assets import Edit, Seen
from dam.domain.principals import Actor
from dam.operations import decide, describe, fetch, read, uploads
from dam.operations.uploads import Details
from dam.ports.views import AssetView
from search.results import Page, Sort

routes = Routes("assets", "Assets and what is decided about them.")

ASSET = "/api/v1/assets/<id:asset_id>"


@routes.on(Route("POST", "/api/v1/assets", "asset.create", answers.Asset, 201, form=bodies.AssetUpload, tagged=True))
def create_asset() -> tuple[object, dict[str, str]]:
    """Make an asset from a file."""
    with received(hashed=request_key(actor()) is not None) as form:
        details = _details(load_form(bodies.AssetForm, form.values, several=("tag", "campaign")))

        def run(who: Actor) -> dict[str, str]:
            return {"asset_id": uploads.create_asset(services(), who, form.file(), details)}

        made = once(run, form.sha256)
    body, headers = _shown(made["asset_id"])
    return created(body, f"{render.API}/assets/{made['asset_id']}", **headers)


def _details(said: dict[str, Any]) -> Details:
    return Details(
        title=said.get("title", ""),
        description=said.get("description", ""),
        tags=bodies.distinct(said.get("tag", [])),
        campaigns=bodies.distinct(said.get("campaign", [])),
        fields={name: value for name, value in said.get("fields_", {}).items() if value is not None},
    )


@routes.on(Route("GET", "/api/v1/assets", "asset.read", answers.Found, query=bodies.SearchQuery))
def search_assets(query: dict[str, Any]) -> dict[str, Any]:
    """Find assets by the query language."""
    wanted = Page(query["limit"], query.get("cursor"), Sort.named(query["sort"]))
    facets = [name for name in query["facets"].split(",") if name]
    found = read.search(services(), actor(), query["q"], wanted, facets)
    return {
        "data": [render.asset(each) for each in found.assets],
        "total": found.total,
        "facets": {
            name: [{"value": each.value, "count": each.count} for each in values]
            for name, values in found.facets.items()
        },
        "next": found.next,
        "index": {"behind": found.behind},
    }


@routes.on(Route("GET", "/api/v1/assets/named", "asset.read", answers.Named, query=bodies.NamedQuery))
def named_assets(query: dict[str, Any]) -> dict[str, Any]:
    """Up to two assets of this id, exact title, or beginning of an id."""
    return {"data": [render.asset(each) for each in read.named(services(), actor(), query["name"])]}


@routes.on(Route("GET", "/api/v1/assets/holding", "asset.read", answers.Named, query=bodies.HoldingQuery))
def assets_holding(query: dict[str, Any]) -> dict[str, Any]:
    """Up to ten assets that have a version of exactly these bytes: what an upload would be a duplicate of."""
    return {"data": [render.asset(each) for each in read.holding(services(), actor(), query["sha256"])]}


@routes.on(Route("GET", "/api/v1/assets/trash", "asset.read", page_of(answers.Asset, "Trash"), query=Paged))
def list_trash(query: dict[str, Any]) -> dict[str, Any]:
    """What is in the trash, what went there last first."""
    limit = query["limit"]
    found = read.trash(services(), actor(), moment_after("trash", query), limit + 1)
    return page(found, limit, "trash", _place_in_trash, render.asset)


def _place_in_trash(each: AssetView) -> str:
    return by_moment(each.asset.trashed_at or each.asset.updated_at, each.asset.id)


@routes.on(Route("GET", f"{ASSET}/similar", "asset.read", answers.AllSimilar))
def similar_assets(asset_id: str) -> dict[str, Any]:
    """Up to two dozen other assets with a version that looks like the latest one of this: near duplicates, cuts and
    gradings of one picture. None where the file has no picture, or one with hardly anything in it."""
    found = read.similar(services(), actor(), asset_id)
    return {"data": [{"asset": render.asset(each), "distance": bits} for each, bits in found]}


@routes.on(Route("GET", ASSET, "asset.read", answers.Asset, tagged=True))
def get_asset(asset_id: str) -> tuple[object, dict[str, str]]:
    """One asset, also from the trash."""
    return _shown(asset_id)


@routes.on(
    Route(
        "PATCH", ASSET, "asset.edit", answers.Asset,
        body=bodies.AssetEdit, fails=(409,), tagged=True, guarded="required",
    )
)  # fmt: skip
def edit_asset(asset_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Describe it anew: a merge patch."""
    matching.require_named()
    present = read.asset(services(), actor(), asset_id).asset
    matching.require_match(present.revision)
    change = Edit(
        title=body.get("title"),
        description=_emptied(body, "description", ""),
        fields=_merged(present.fields, body),
        tags=_several(body, "tags"),
        campaigns=_several(body, "campaigns"),
        focal=_focal(body),
    )
    describe.edit(services(), actor(), asset_id, present.revision, change)
    return _shown(asset_id)


def _emptied(body: dict[str, Any], name: str, empty: str) -> str | None:
    return (body[name] or empty) if name in body else None


def _focal(body: dict[str, Any]) -> dict[str, float] | None:
    """To a ten thousandth: what nobody sees makes no other file."""
    said = body.get("focal_point") or {}
    return {name: round(said[name], 4) for name in ("x", "y") if said} if "focal_point" in body else None


def _several(body: dict[str, Any], name: str) -> tuple[str, ...] | None:
    return bodies.distinct(body[name] or []) if name in body else None


def _merged(present: Any, body: dict[str, Any]) -> dict[str, str] | None:
    if "fields_" not in body:
        return None
    merged = {**present, **body["fields_"]} if body["fields_"] is not None else {}
    return {name: value for name, value in merged.items() if value is not None}


@routes.on(Route("DELETE", ASSET, "asset.trash", status=204, fails=(409,), guarded="optional"))
def trash_asset(asset_id: str) -> Response:
    """Into the trash."""
    revision = None
    if "If-Match" in request.headers:
        revision = read.asset(services(), actor(), asset_id).asset.revision
        matching.refuse_other(revision)
    describe.trash(services(), actor(), asset_id, revision)
    return no_content()


@routes.on(Route("POST", f"{ASSET}/restore", "asset.trash", answers.Asset, tagged=True))
def restore_asset(asset_id: str) -> tuple[object, dict[str, str]]:
    """Out of the trash."""

    def run(who: Actor) -> dict[str, str]:
        describe.restore(services(), who, asset_id)
        return {"asset_id": asset_id}

    return _shown(once(run)["asset_id"])


@routes.on(Route("POST", f"{ASSET}/rollback", "asset.rollback", shown_rollout, 202, body=bodies.Rollback))
def roll_back_asset(asset_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make an earlier approved version the approved one again."""
    seen = Seen(body["sha256"], body["expected_head"])
    return rollout_of(lambda who: decide.rollback(services(), who, asset_id, body["to"], seen, body["note"]))


@routes.on(Route("POST", f"{ASSET}/withdraw", "asset.withdraw", shown_rollout, 202, body=bodies.Note))
def withdraw_asset(asset_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Take the asset down everywhere."""
    return rollout_of(lambda who: decide.withdraw(services(), who, asset_id, body["note"]))


@routes.on(Route("POST", f"{ASSET}/publish", "asset.publish", answers.Asset, tagged=True))
def publish_asset(asset_id: str) -> tuple[object, dict[str, str]]:
    """Give it its public address."""
    return _published(asset_id, published=True)


@routes.on(Route("POST", f"{ASSET}/unpublish", "asset.publish", answers.Asset, tagged=True))
def unpublish_asset(asset_id: str) -> tuple[object, dict[str, str]]:
    """Take its public address away."""
    return _published(asset_id, published=False)


def _published(asset_id: str, *, published: bool) -> tuple[object, dict[str, str]]:
    def run(who: Actor) -> dict[str, str]:
        decide.publish(services(), who, asset_id, published=published)
        return {"asset_id": asset_id}

    return _shown(once(run)["asset_id"])


@routes.on(Route("GET", f"{ASSET}/approved", "asset.read", answers.Version))
def get_approved(asset_id: str) -> dict[str, Any]:
    """The approved version."""
    return rendered(fetch.approved(services(), actor(), asset_id))


@routes.on(Route("GET", f"{ASSET}/approved/content", "asset.read", files=bodies.ORIGINAL_TYPES))
def get_approved_content(asset_id: str) -> Response:
    """The approved version's file, byte for byte."""
    return send(fetch.approved_content(services(), actor(), asset_id), PRIVATE)


@routes.on(
    Route("GET", f"{ASSET}/approved/renditions/<word:recipe>", "asset.read", files=bodies.RENDITION_TYPES, fails=(409,))
)
def get_approved_rendition(asset_id: str, recipe: str) -> Response:
    """The approved version by a recipe."""
    return send(fetch.approved_content(services(), actor(), asset_id, recipe), PRIVATE)


def _shown(asset_id: str) -> tuple[object, dict[str, str]]:
    view = read.asset(services(), actor(), asset_id)
    return render.asset(view), {"ETag": matching.tag(view.asset.revision)}
