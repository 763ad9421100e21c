"""The browser client: one page at each of its addresses, and the built files that the page names.

Rule: it knows nobody and no data; what the client shows, it asks of the API. Only files that the build made can be
asked for; they are named after their content, so that a browser keeps them for good, and were compressed when built.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, request

from dam.api.context import services
from dam.domain.errors import NotFound
from dam.web import BUILT

blueprint = Blueprint("pages", __name__)

ADDRESSES = (
    "/",
    "/sign-in",
    "/assets/<id:asset_id>",
    "/assets/<id:asset_id>/compare/<pair>",
    "/rollouts",
    "/rollouts/<number:number>",
    "/placements",
    "/channels",
    "/channels/<id:channel_id>",
    "/inbox",
    "/trash",
    "/settings",
    "/settings/<word:page>",
)
"""Those of ``dam/web/src/routes.ts`` (tested)."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
    "connect-src 'self'{}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No inline script or style, and nothing from elsewhere; only parts of uploads may go to where the store is."""

_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@dataclass(frozen=True, slots=True)
class Built:
    """A built file. ``variants``: by content coding, the best first."""

    path: Path
    media_type: str
    tag: str
    variants: tuple[tuple[str, Path], ...]


def _page(**_parts: object) -> Response:
    """The client; which of its pages is shown, it sees by the address."""
    index = _files().get("index.html")
    if index is None:
        raise NotFound("client_not_built", "The browser client was not built; `make run` does it.")
    answer = _sent(index)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = POLICY.format(_besides(services().parts.origin))
    return answer


def _besides(origin: str) -> str:
    return f" {origin}" if origin else ""


for address in ADDRESSES:
    blueprint.add_url_rule(address, endpoint="page", view_func=_page, methods=["GET"])


@blueprint.get("/static/<path:name>", endpoint="file")
def get_file(name: str) -> Response:
    """A built file."""
    found = _files().get(name)
    if found is None or name == "index.html":
        raise NotFound("file_not_found", "There is no such file in the browser client.")
    answer = _sent(found)
    answer.headers["Cache-Control"] = _FOREVER
    return answer


def _files() -> dict[str, Built]:
    """By name, all that the build has made."""
    index = BUILT / "index.html"
    return _scanned(index.stat().st_mtime_ns if index.is_file() else 0)


@lru_cache(maxsize=1)
def _scanned(built_at: int) -> dict[str, Built]:
    """The same, looked at once for each build: the page is the last that a build writes."""
    found = [path for path in sorted(BUILT.rglob("*")) if path.is_file() and path.suffix in _TYPES]
    return {path.relative_to(BUILT).as_posix(): _built(path) for path in found}


def _built(path: Path) -> Built:
    variants = tuple(
        (coding, found) for coding, ending in _ENCODINGS if (found := path.with_name(path.name + ending)).is_file()
    )
    return Built(path, _TYPES[path.suffix], sha256(path.read_bytes()).hexdigest()[:20], variants)


def _sent(file: Built) -> Response:
    if request.if_none_match.contains_weak(file.tag):
        answer = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        coding, path = next(
            ((coding, path) for coding, path in file.variants if request.accept_encodings[coding] > 0),
            (None, file.path),
        )
        answer = Response(path.read_bytes(), content_type=file.media_type)
        if coding is not None:
            answer.headers["Content-Encoding"] = coding
    answer.headers["Vary"] = "Accept-Encoding"
    answer.set_etag(file.tag, weak=True)
    return answer
