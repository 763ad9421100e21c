"""Versions: added as files, fetched as bytes, approved, rejected, revoked.

Rule: as everywhere in ``dam.api``: parse, call one operation, render.
"""

from collections.abc import Callable
from typing import Any

from flask import Response

from dam.api import answers, answers_places, bodies, render, render_places
from dam.api.bytes import PRIVATE, send
from dam.api.context import actor, services
from dam.api.incoming import received
from dam.api.members import page_of
from dam.api.once import once, request_key
from dam.api.paging import Paged, number_after, page
from dam.api.parsing import load_form
from dam.api.places import rollout_of, shown_rollout
from dam.api.routes import Route, Routes, created
from dam.domain import policy
from dam.domain.assets import Seen
from dam.domain.principals import Actor
from dam.operations import decide, fetch, impact, leaf, previews, read, renditions, uploads
from dam.ports.services import Services
from dam.ports.views import VersionView

routes = Routes("versions", "The versions of an asset, their bytes, and what is decided about them.")

VERSIONS = "/api/v1/assets/<id:asset_id>/versions"
VERSION = f"{VERSIONS}/<number:number>"
PAGE = f"{VERSION}/renditions/<word:recipe>/pages/<number:page>"


@routes.on(Route("POST", VERSIONS, "version.create", answers.Version, 201, form=bodies.VersionUpload))
def create_version(asset_id: str) -> tuple[object, dict[str, str]]:
    """Add a file as the asset's next version."""
    read.asset(services(), actor(), asset_id)  # before a long upload, not after it
    with received(hashed=request_key(actor()) is not None) as form:
        said = load_form(bodies.VersionForm, form.values)

        def run(who: Actor) -> dict[str, str]:
            number = uploads.add_version(services(), who, asset_id, form.file(), said.get("rationale", ""))
            return {"asset_id": asset_id, "number": str(number)}

        made = once(run, form.sha256)
    number = int(made["number"])
    return created(_shown(asset_id, number), render.version_url(asset_id, number))


@routes.on(Route("GET", VERSIONS, "asset.read", page_of(answers.Version, "Versions"), query=Paged))
def list_versions(asset_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """The versions, the newest first."""
    limit = query["limit"]
    found = read.versions(services(), actor(), asset_id, number_after("versions", query), limit + 1)
    return page(found, limit, "versions", lambda each: each.version.number, rendered)


@routes.on(Route("GET", VERSION, "asset.read", answers.Version))
def get_version(asset_id: str, number: int) -> dict[str, Any]:
    """One version."""
    return _shown(asset_id, number)


@routes.on(Route("GET", f"{VERSION}/content", "asset.read", files=bodies.ORIGINAL_TYPES))
def get_content(asset_id: str, number: int) -> Response:
    """The original, byte for byte."""
    return send(fetch.content(services(), actor(), asset_id, number), PRIVATE)


@routes.on(
    Route("GET", f"{VERSION}/renditions/<word:recipe>", "asset.read", files=bodies.RENDITION_TYPES, fails=(409,))
)
def get_rendition(asset_id: str, number: int, recipe: str) -> Response:
    """The version by a recipe."""
    return send(fetch.content(services(), actor(), asset_id, number, recipe), PRIVATE)


@routes.on(Route("POST", f"{VERSION}/renditions/<word:recipe>/retry", "version.render", answers.Version, 202))
def retry_rendition(asset_id: str, number: int, recipe: str) -> dict[str, Any]:
    """Make a failed rendition again, or one that is made only when somebody asks for it."""
    return _judged(asset_id, number, lambda who: renditions.retry(services(), who, asset_id, number, recipe))


@routes.on(Route("GET", PAGE, "asset.read", files=bodies.RENDITION_TYPES, fails=(409,)))
def get_page(asset_id: str, number: int, recipe: str, page: int) -> Response:
    """A page of the version by a recipe."""
    return send(leaf.content(services(), actor(), asset_id, number, recipe, page), PRIVATE)


@routes.on(Route("POST", PAGE, "asset.read", answers.PageMade, 202))
def ask_for_page(asset_id: str, number: int, recipe: str, page: int) -> dict[str, Any]:
    """Have a page made, if it is not; to be asked again for how far it is."""
    return _paged(asset_id, number, recipe, page, leaf.ask)


@routes.on(Route("POST", f"{PAGE}/retry", "version.render", answers.PageMade, 202))
def retry_page(asset_id: str, number: int, recipe: str, page: int) -> dict[str, Any]:
    """Make a page again that failed."""
    return _paged(asset_id, number, recipe, page, leaf.retry)


def _paged(
    asset_id: str, number: int, recipe: str, page: int, verb: Callable[[Services, Actor, str, int, str, int], None]
) -> dict[str, Any]:
    def run(who: Actor) -> dict[str, str]:
        verb(services(), who, asset_id, number, recipe, page)
        return {"asset_id": asset_id, "number": str(number), "recipe": recipe, "page": str(page)}

    once(run)
    return render.page(asset_id, number, leaf.seen(services(), actor(), asset_id, number, recipe, page), page)


@routes.on(Route("POST", f"{VERSION}/awaited", "asset.read", answers.Version, 202))
def await_version(asset_id: str, number: int) -> dict[str, Any]:
    """Somebody is looking at it: what is still to be made of it is made before what nobody looks at."""
    return _judged(asset_id, number, lambda who: renditions.prefer(services(), who, asset_id, number))


@routes.on(
    Route("PUT", f"{VERSION}/preview", "version.preview", answers.Version, 202, form=bodies.PreviewUpload, fails=(409,))
)
def put_preview(asset_id: str, number: int) -> dict[str, Any]:
    """Show the version by this picture; nothing of it is delivered anywhere."""
    read.version(services(), actor(), asset_id, number)  # before a long upload, not after it
    with received(hashed=False) as form:
        load_form(bodies.PreviewForm, form.values)
        previews.supply(services(), actor(), asset_id, number, form.file())
    return _shown(asset_id, number)


@routes.on(Route("DELETE", f"{VERSION}/preview", "version.preview", answers.Version, fails=(409,)))
def delete_preview(asset_id: str, number: int) -> dict[str, Any]:
    """Show the version by its own renditions again."""
    previews.take_away(services(), actor(), asset_id, number)
    return _shown(asset_id, number)


@routes.on(Route("GET", f"{VERSION}/impact", "placement.read", answers_places.Impact))
def get_impact(asset_id: str, number: int) -> dict[str, Any]:
    """What approving this version would touch."""
    return render_places.impact(impact.of_approval(services(), actor(), asset_id, number))


@routes.on(Route("POST", f"{VERSION}/approve", "version.approve", shown_rollout, 202, body=bodies.Approval))
def approve_version(asset_id: str, number: int, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make it the approved version, and replace it everywhere."""
    seen = Seen(body["sha256"], body["expected_head"])
    return rollout_of(lambda who: decide.approve(services(), who, asset_id, number, seen, body["note"]))


@routes.on(Route("POST", f"{VERSION}/reject", "version.reject", answers.Version, body=bodies.Judgement))
def reject_version(asset_id: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Say no to it."""
    sha256, note = body["sha256"], body["note"]
    return _judged(asset_id, number, lambda who: decide.reject(services(), who, asset_id, number, sha256, note))


@routes.on(Route("POST", f"{VERSION}/revoke", "version.revoke", answers.Version, body=bodies.Judgement))
def revoke_version(asset_id: str, number: int, body: dict[str, Any]) -> dict[str, Any]:
    """Take its approval back."""
    sha256, note = body["sha256"], body["note"]
    return _judged(asset_id, number, lambda who: decide.revoke(services(), who, asset_id, number, sha256, note))


def _judged(asset_id: str, number: int, judge: Callable[[Actor], None]) -> dict[str, Any]:
    def run(who: Actor) -> dict[str, str]:
        judge(who)
        return {"asset_id": asset_id, "number": str(number)}

    once(run)
    return _shown(asset_id, number)


def _shown(asset_id: str, number: int) -> dict[str, Any]:
    return rendered(read.version(services(), actor(), asset_id, number))


def rendered(view: VersionView) -> dict[str, Any]:
    """A version as this reader may see it."""
    return render.version(view, located=policy.allowed(actor(), "version.locate"))
