"""Uploads in parts: announced, sent part by part, completed; and the parts themselves where they are sent to us.

Rule: as everywhere in ``dam.api``: parse, call one operation, render. Who sends a part shows nothing but its link, as
with an object store's own links; a body of another length than the link says is refused before it is read.
"""

from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import LengthRequired

from dam.api import answers_uploads, bodies, bodies_uploads, render
from dam.api.context import SECURE_COOKIES, actor, services
from dam.api.once import once
from dam.api.routes import Route, Routes, created, no_content
from dam.domain.errors import Invalid
from dam.domain.principals import Actor
from dam.operations import multipart
from dam.operations.multipart import Announced
from dam.operations.uploads import Details
from dam.ports.parts import PartLink

routes = Routes("uploads", "Files that come in parts.")

UPLOAD = "/api/v1/uploads/<id:upload_id>"

_BUFFER = 256 << 10


@routes.on(
    Route(
        "POST",
        "/api/v1/uploads",
        "upload.create",
        answers_uploads.Upload,
        201,
        body=bodies_uploads.NewUpload,
        fails=(404, 429),
    )
)
def create_upload(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Announce a file that will be sent in parts."""
    announced = Announced(
        filename=body["filename"],
        size=body["size"],
        sha256=body.get("sha256"),
        asset_id=body.get("asset_id"),
        rationale=body.get("rationale", ""),
        details=_details(body),
    )
    made = once(lambda who: {"upload_id": multipart.create(services(), who, announced)})
    return created(_shown(made["upload_id"]), f"{render.API}/uploads/{made['upload_id']}")


def _details(said: dict[str, Any]) -> Details:
    return Details(
        title=said.get("title", ""),
        description=said.get("description", ""),
        tags=bodies.distinct(said.get("tags", [])),
        campaigns=bodies.distinct(said.get("campaigns", [])),
        fields={name: value for name, value in said.get("fields_", {}).items() if value is not None},
    )


@routes.on(Route("GET", UPLOAD, "upload.read", answers_uploads.Upload))
def get_upload(upload_id: str) -> dict[str, Any]:
    """Its state, and the parts that are there."""
    return _shown(upload_id)


@routes.on(Route("DELETE", UPLOAD, "upload.abort", status=204, fails=(409,)))
def abort_upload(upload_id: str) -> Response:
    """Give it up."""
    multipart.abort(services(), actor(), upload_id)
    return no_content()


@routes.on(
    Route(
        "POST", f"{UPLOAD}/parts", "upload.send", answers_uploads.PartLink(many=True), body=bodies_uploads.PartNumbers
    )
)
def link_parts(upload_id: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Where these parts are sent to."""
    links: list[PartLink] = []

    def run(who: Actor) -> dict[str, str]:
        links.extend(multipart.links(services(), who, upload_id, body["numbers"]))
        return {"upload_id": upload_id}

    once(run)
    # A request that was answered before gets links that are good now: what is kept of it says none.
    return [_link(each) for each in links or multipart.links(services(), actor(), upload_id, body["numbers"])]


def _link(link: PartLink) -> dict[str, Any]:
    return {
        "number": link.number,
        "method": link.method,
        "url": _absolute(link.url),
        "headers": dict(link.headers),
        "expires_at": link.expires_at,
    }


def _absolute(url: str) -> str:
    """At the address under which this request came; nobody else sees what its Host header leads to."""
    if not url.startswith("/"):
        return url
    root = request.host_url.rstrip("/")
    if current_app.config[SECURE_COOKIES]:
        root = root.replace("http://", "https://", 1)
    return root + url


@routes.on(
    Route("POST", f"{UPLOAD}/complete", "upload.complete", answers_uploads.Upload, 202, body=bodies_uploads.Completion)
)
def complete_upload(upload_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """All parts are sent: make a version of them."""

    def run(who: Actor) -> dict[str, str]:
        multipart.complete(services(), who, upload_id, body.get("sha256"))
        return {"upload_id": upload_id}

    once(run)
    return _shown(upload_id)


@routes.on(
    Route(
        "PUT", f"{UPLOAD}/parts/<number:number>", None, answers_uploads.ReceivedPart,
        query=bodies_uploads.PartQuery, raw=True, open=True, fails=(403, 409, 411),
    )
)  # fmt: skip
def put_part(upload_id: str, number: int, query: dict[str, Any]) -> dict[str, Any]:
    """Send one part to the address that a link gave; sent again, it replaces the earlier one."""
    size = query["size"]
    with multipart.receive(services(), upload_id, number, size, query["expires"], query["signature"]) as sink:
        _require_length(size)
        request.max_content_length = size + 1  # where the server marks the end, to ask for more is one too many
        stream = request.stream
        while data := stream.read(_BUFFER):
            sink.write(data)
        sink.finish()
    return {"number": number, "size": size}


def _require_length(size: int) -> None:
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired("Say the part's length as Content-Length.")
    if (request.content_length or 0) != size:
        raise Invalid("part_size_differs", f"This part has {size} bytes.")


def _shown(upload_id: str) -> dict[str, Any]:
    return render.upload(multipart.see(services(), actor(), upload_id))
