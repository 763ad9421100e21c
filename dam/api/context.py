"""What a request can reach: the services, and who asks. Set by ``app``; read by every route.

Rule: two accessors, and what begins and ends them.
"""

import logging
import threading
import time
from dataclasses import replace
from typing import cast

import structlog
from flask import Response, current_app, g, request

from dam import tracing
from dam.api.meter import Meter
from dam.api.onestate import OneState
from dam.domain.errors import Unauthenticated
from dam.domain.principals import Actor
from dam.operations.health import Watch
from dam.operations.ids import new_id
from dam.ports.services import Services
from dam.samples.shelf import Shelf

_log = logging.getLogger(__name__)
_thread = threading.local()

EXTENSION = "dam"
WATCH = "dam.watch"
METER = "dam.meter"
SAMPLES = "dam.samples"
VERSION = "DAM_VERSION"
SANDBOX = "DAM_SANDBOX"
SECURE_COOKIES = "DAM_SECURE_COOKIES"


def begin() -> None:
    """A GET sees one state of the database; anything else begins its transactions itself. The request's id is the one
    that came with it, if it may go into logs as it is.
    """
    g.began = time.monotonic()
    g.request_id = tracing.accepted(request.headers.get(tracing.HEADER)) or new_id()
    g.traced = tracing.begin(g.request_id)
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    made = cast(Services, current_app.extensions[EXTENSION])
    g.services = _reading(made) if request.method in ("GET", "HEAD") else made


def _reading(made: Services) -> Services:
    """The services with a store of one state, which is this thread's: it has one request at a time."""
    kept = cast("tuple[Services, Services] | None", getattr(_thread, "kept", None))
    if kept is None or kept[0] is not made:
        kept = _thread.kept = made, replace(made, store=OneState(made.store))
    return kept[1]


def end() -> None:
    """Give the state up."""
    found = cast("Services | None", g.get("services"))
    if found is not None and isinstance(found.store, OneState):
        found.store.close()
    if "traced" in g:
        tracing.end(g.pop("traced"))
        structlog.contextvars.unbind_contextvars("request_id")


def answered(answer: Response) -> None:
    """The answer carries the request's id, and how long it took is counted."""
    if "began" not in g:
        return
    answer.headers[tracing.HEADER] = g.request_id
    took = time.monotonic() - g.began
    meter().note(request, answer.status_code, took)
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug("%s %s %s in %.1f ms", request.method, request.path, answer.status_code, took * 1000)


def services() -> Services:
    """The services that this app was made with."""
    return cast(Services, g.services)


def actor() -> Actor:
    """Who asks. Raises Unauthenticated ``credentials_missing``."""
    found = cast("Actor | None", g.get("actor"))
    if found is None:
        raise Unauthenticated("credentials_missing", "Sign in, or send a token as Authorization: Bearer dam_….")
    return found


def watch() -> Watch:
    """What asks the servers how they are."""
    return cast(Watch, current_app.extensions[WATCH])


def meter() -> Meter:
    """What counts how long requests take."""
    return cast(Meter, current_app.extensions[METER])


def samples() -> Shelf:
    """Where the sample files are."""
    return cast(Shelf, current_app.extensions[SAMPLES])


def sandbox() -> str:
    """How far this machine confines what decodes files, in a word."""
    return cast(str, current_app.config[SANDBOX])


def version() -> str:
    """The version that runs."""
    return cast(str, current_app.config[VERSION])
