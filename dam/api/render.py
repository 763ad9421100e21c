"""Domain facts and views as the members of answers, for assets, versions, people and events.

Rule: pure functions from facts to dictionaries; the names are those of ``answers``. A member that others may not see is
not computed here and then hidden: it is not computed.
"""

from collections.abc import Mapping
from typing import Any

from dam.domain import embedded, pages, recipes
from dam.domain.embedded import Embedded, Said
from dam.domain.placements import Need
from dam.domain.principals import Session, Token
from dam.domain.recipes import ORIGINAL, Artefact
from dam.domain.work import Job
from dam.operations.multipart import Seen
from dam.operations.people import User
from dam.ports.views import AssetView, Named, NumberedEvent, VersionView

API = "/api/v1"
THUMBNAIL = "thumb-256"


def asset(view: AssetView) -> dict[str, Any]:
    """An asset."""
    fact = view.asset
    return {
        "id": fact.id,
        "key": fact.key,
        "published": fact.published,
        "title": fact.title,
        "description": fact.description,
        "tags": list(fact.tags),
        "campaigns": list(fact.campaigns),
        "kind": view.latest.content.kind if view.latest else "other",
        "fields_": dict(fact.fields),
        "metadata": _said(embedded.effective(fact.fields, view.latest.content.embedded if view.latest else None)),
        "revision": fact.revision,
        "created_at": fact.created_at,
        "created_by": fact.created_by,
        "updated_at": fact.updated_at,
        "latest": shown(view.latest),
        "approved": shown(view.approved),
        "trashed_at": fact.trashed_at,
        "focal_point": fact.focal,
        "duplicates": list(view.duplicates),
    }


def shown(view: VersionView | None) -> dict[str, Any] | None:
    """A version as a grid needs it."""
    if view is None:
        return None
    fact, found = view.version, view.content.properties
    thumbnail = next((each for each in view.renditions if each.recipe == THUMBNAIL), None)
    ready = thumbnail is not None and thumbnail.state == "ready"
    return {
        "number": fact.number,
        "sha256": fact.sha256,
        "filename": fact.filename,
        "media_type": view.content.media_type,
        "status": view.status,
        "preview": thumbnail.state if thumbnail else "not_applicable",
        "reason": reason(thumbnail.reason_code, thumbnail.reason_detail) if thumbnail else None,
        "width": found.get("width"),
        "height": found.get("height"),
        "colour": found.get("colour"),
        "thumbnail": rendition_url(fact.asset_id, fact.number, THUMBNAIL) if ready else None,
    }


def upload(seen: Seen) -> dict[str, Any]:
    """An upload with the parts that are there."""
    fact = seen.upload
    return {
        "id": fact.id,
        "state": fact.state,
        "filename": fact.filename,
        "size": fact.size,
        "sha256": fact.sha256,
        "asset_id": fact.asset_id,
        "part_size": fact.part_size,
        "part_count": fact.part_count,
        "parts": [{"number": part.number, "size": part.size} for part in seen.parts],
        "tries": fact.tries,
        "reason": need(fact.reason),
        "created_at": fact.created_at,
        "created_by": fact.principal_id,
        "expires_at": fact.expires_at,
        "finished_at": fact.finished_at,
        "version": version(seen.version) if seen.version else None,
    }


def version(view: VersionView, *, located: bool = False) -> dict[str, Any]:
    """A version with its renditions; ``located``: with where it was taken."""
    fact, content = view.version, view.content
    return {
        "asset_id": fact.asset_id,
        "number": fact.number,
        "filename": fact.filename,
        "sha256": fact.sha256,
        "size": content.size,
        "media_type": content.media_type,
        "kind": content.kind,
        "rationale": fact.rationale,
        "status": view.status,
        "created_at": fact.created_at,
        "created_by": fact.created_by,
        "properties": dict(content.properties),
        "metadata": _said(embedded.fields(content.embedded)),
        "keywords": _keywords(content.embedded),
        "location": _location(content.embedded) if located else None,
        "content_credentials": _CREDENTIALS if embedded.has_credentials(content.embedded) else None,
        "renditions": [_rendition(view, each) for each in view.renditions],
        "pages": pages.count(content),
    }


def page(asset_id: str, number: int, artefact: Artefact, shown: int) -> dict[str, Any]:
    """A page of a version, of which the artefact is the picture."""
    url = f"{rendition_url(asset_id, number, artefact.recipe)}/pages/{shown}"
    return {**_made(artefact, url), "page": shown}


_CREDENTIALS = {"format": "c2pa", "checked": False, "original": "kept", "renditions": "dropped"}


def _said(found: Mapping[str, Said]) -> dict[str, dict[str, str]]:
    return {name: {"value": each.value, "source": each.source} for name, each in found.items()}


def _keywords(found: Embedded) -> dict[str, Any] | None:
    words = embedded.keywords(found)
    return {"values": list(words.values), "source": words.source} if words else None


def _location(found: Embedded) -> dict[str, Any] | None:
    place = embedded.location(found)
    if place is None:
        return None
    return {"latitude": place.latitude, "longitude": place.longitude, "source": place.source}


def _rendition(view: VersionView, artefact: Artefact) -> dict[str, Any]:
    url = rendition_url(view.version.asset_id, view.version.number, artefact.recipe)
    return {
        **_made(artefact, url),
        "progress": artefact.progress,
        "by_hand": artefact.recipe in view.by_hand,
        "display": recipes.is_looked_at(artefact.recipe),
    }


def _made(artefact: Artefact, url: str) -> dict[str, Any]:
    """``url``: where its bytes are, once they are there."""
    return {
        "recipe": artefact.recipe,
        "state": artefact.state,
        "reason": reason(artefact.reason_code, artefact.reason_detail),
        "media_type": artefact.media_type,
        "width": artefact.width,
        "height": artefact.height,
        "size": artefact.size,
        "sha256": artefact.sha256,
        "url": url if artefact.state == "ready" else None,
    }


def version_url(asset_id: str, number: int) -> str:
    """Where a version is."""
    return f"{API}/assets/{asset_id}/versions/{number}"


def rendition_url(asset_id: str, number: int, recipe: str) -> str:
    """Where the bytes of a rendition are."""
    place = version_url(asset_id, number)
    return f"{place}/content" if recipe == ORIGINAL else f"{place}/renditions/{recipe}"


def reason(code: str | None, detail: str | None) -> dict[str, str] | None:
    """A code with its sentence, or null."""
    return {"code": code, "detail": detail or ""} if code is not None else None


def need(found: Need | None) -> dict[str, str] | None:
    """The same, of a need."""
    return reason(found.code, found.detail) if found is not None else None


def counted(found: Named) -> dict[str, Any]:
    """A tag or campaign."""
    return {"id": found.id, "name": found.name, "count": found.count}


def user(found: User) -> dict[str, Any]:
    """An account."""
    who = found.principal
    return {
        "id": who.id,
        "kind": who.kind,
        "name": who.name,
        "role": found.role,
        "created_at": who.created_at,
        "disabled": who.disabled_at is not None,
    }


def me(found: User, session: Session | None, token_id: str | None) -> dict[str, Any]:
    """Who asks."""
    return {**user(found), "csrf": session.csrf if session else None, "token_id": token_id}


def token(found: Token) -> dict[str, Any]:
    """A token without its secret, and without its digest."""
    return {
        "id": found.id,
        "user_id": found.principal_id,
        "name": found.name,
        "role": found.role,
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "last_used_at": found.last_used_at,
        "revoked_at": found.revoked_at,
    }


def event(found: NumberedEvent) -> dict[str, Any]:
    """Something that happened."""
    fact = found.event
    return {
        "number": found.number,
        "at": fact.at,
        "principal": fact.principal_id,
        "type": fact.type,
        "asset_id": fact.asset_id,
        "data": plain(fact.data),
    }


def job(found: Job) -> dict[str, Any]:
    """A task."""
    return {
        "id": found.id,
        "task": found.task,
        "ids": plain(found.ids),
        "state": found.state,
        "due_at": found.due_at,
        "tries": found.tries,
        "created_at": found.created_at,
        "reason": reason(found.reason_code, found.reason_detail),
    }


def plain(found: Mapping[str, object]) -> dict[str, object]:
    """A dictionary of its own."""
    return dict(found)
