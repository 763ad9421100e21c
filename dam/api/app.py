"""The web application, put together from its parts.

Rule: the only place that knows all routes. What it serves is given to it; it reads no setting and no environment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask, Response, request

from dam.api import (
    assets,
    channels,
    context,
    cookbook,
    credentials,
    document,
    feed,
    library,
    pages,
    placements,
    problems,
    public,
    rollouts,
    samples,
    sessions,
    tokens,
    uploads,
    users,
    versions,
)
from dam.api.context import EXTENSION, METER, SAMPLES, SANDBOX, SECURE_COOKIES, VERSION, WATCH, actor
from dam.api.meter import Meter
from dam.api.parsing import MAX_JSON
from dam.operations import health
from dam.ports.services import Services
from dam.samples.shelf import Shelf

DOCUMENT = "/api/v1/openapi.json"
DOCUMENT_ENDPOINT = "openapi"

ALL = (
    assets.routes,
    versions.routes,
    uploads.routes,
    library.routes,
    cookbook.routes,
    channels.routes,
    placements.routes,
    rollouts.routes,
    feed.routes,
    samples.routes,
    sessions.routes,
    users.routes,
    tokens.routes,
    public.routes,
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
}


class _App(Flask):
    """Flask, whose requests are all answered by plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """It is one: Flask would look again whether it is a coroutine, at each step of each request."""
        return func


@dataclass(frozen=True, slots=True)
class Options:
    """What differs between installations. ``secure_cookies``: behind a proxy that speaks HTTPS outside. ``broker``: its
    host and port, where there is one. ``samples``: a folder to keep sample files in, once they have been made.
    ``sandbox``: how far this machine confines what decodes files.
    """

    version: str = "0.1.0"
    secure_cookies: bool = False
    broker: tuple[str, int] | None = None
    samples: Path | None = None
    sandbox: str = "unknown"


def create_app(services: Services, options: Options | None = None) -> Flask:
    """The WSGI application. Nothing is opened here; ``services`` must have been made after the last fork."""
    chosen = options or Options()
    app = _App("dam.api", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_JSON,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        **{SECURE_COOKIES: chosen.secure_cookies, VERSION: chosen.version, SANDBOX: chosen.sandbox},
    )
    app.extensions[EXTENSION] = services
    app.extensions[METER] = Meter()
    app.extensions[SAMPLES] = Shelf(chosen.samples)
    app.extensions[WATCH] = health.Watch(health.probes(services, chosen.broker))
    app.url_map.merge_slashes = False  # an address is what it is; nothing redirects
    document.converters(app.url_map)
    problems.install(app)
    _guard(app)
    _publish(app, chosen.version)
    return app


def _guard(app: Flask) -> None:
    client = {f"{pages.blueprint.name}.{name}" for name in ("page", "file")}
    public_endpoints = {DOCUMENT_ENDPOINT, *client, *(name for routes in ALL for name in routes.public)}

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        context.end()

    @app.before_request
    def identify() -> None:
        context.begin()
        if request.endpoint is not None and request.endpoint not in public_endpoints:
            credentials.identify()
            actor()

    @app.after_request
    def protect(answer: Response) -> Response:
        there = {name.lower() for name, _ in answer.headers}
        answer.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in there)
        context.answered(answer)
        return answer


def _publish(app: Flask, version: str) -> None:
    blueprints = [routes.blueprint for routes in ALL]
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.register_blueprint(pages.blueprint)
    making = Lock()

    @cache
    def text() -> str:
        return document.text(app, version, blueprints)

    @app.get(DOCUMENT, endpoint=DOCUMENT_ENDPOINT)
    def openapi() -> Response:
        """This document."""
        with making:
            return Response(text(), content_type="application/json")
