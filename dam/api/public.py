"""What anybody may ask: the public address of a published asset, and whether the service is well.

Rule: nothing here knows who asks. Whether a version is approved is asked at every request.
"""

from http import HTTPStatus
from typing import Any

from flask import Response

from dam.api import answers_feed as answers
from dam.api import bodies
from dam.api.bytes import PUBLIC, send
from dam.api.context import services, watch
from dam.api.problems import problem
from dam.api.routes import Route, Routes
from dam.operations import fetch, health

routes = Routes("public", "Public addresses, and the service's health.")


@routes.on(Route("GET", "/d/<word:key>", None, files=bodies.ORIGINAL_TYPES, fails=(410,), open=True))
def get_public(key: str) -> Response:
    """The approved version of a published asset, as the file itself."""
    return send(fetch.public(services(), key), PUBLIC)


@routes.on(Route("GET", "/d/<word:key>/<word:recipe>", None, files=bodies.ANY_TYPES, fails=(409, 410), open=True))
def get_public_rendition(key: str, recipe: str) -> Response:
    """The approved version of a published asset, by a recipe."""
    return send(fetch.public(services(), key, recipe), PUBLIC)


@routes.on(Route("GET", "/healthz", None, answers.Alive, open=True))
def is_alive() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok"}


@routes.on(Route("GET", "/readyz", None, answers.Ready, open=True))
def is_ready() -> Response | dict[str, Any]:
    """Whether requests can be answered, and what is wrong where not."""
    found = watch().checks()
    shown = [
        {"name": each.name, "required": each.required, "ok": each.reason is None, "reason": _reason(each)}
        for each in found
    ]
    if health.is_ready(found):
        return {"status": "ready", "checks": shown}
    missing = ", ".join(each.name for each in found if each.required and each.reason is not None)
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", f"Not ready: {missing}.", extra={"checks": shown})


def _reason(check: health.Check) -> dict[str, str] | None:
    return None if check.code is None else {"code": check.code, "detail": check.reason or ""}
