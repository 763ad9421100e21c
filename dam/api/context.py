"""What a request can reach: the services, and who asks. Set by ``app``; read by every route.

Rule: two accessors, and what begins and ends them.
"""

from dataclasses import replace
from typing import cast

from flask import current_app, g, request

from dam.api.onestate import OneState
from dam.domain.errors import Unauthenticated
from dam.domain.principals import Actor
from dam.ports.services import Services

EXTENSION = "dam"
SECURE_COOKIES = "DAM_SECURE_COOKIES"


def begin() -> None:
    """A GET sees one state of the database; anything else begins its transactions itself."""
    made = cast(Services, current_app.extensions[EXTENSION])
    g.services = replace(made, store=OneState(made.store)) if request.method in ("GET", "HEAD") else made


def end() -> None:
    """Give the state up."""
    found = cast("Services | None", g.get("services"))
    if found is not None and isinstance(found.store, OneState):
        found.store.close()


def services() -> Services:
    """The services that this app was made with."""
    return cast(Services, g.services)


def actor() -> Actor:
    """Who asks. Raises Unauthenticated ``credentials_missing``."""
    found = cast("Actor | None", g.get("actor"))
    if found is None:
        raise Unauthenticated("credentials_missing", "Sign in, or send a token as Authorization: Bearer dam_….")
    return found
