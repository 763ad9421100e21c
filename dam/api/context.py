"""What a request can reach: the services, and who asks. Set by ``app``; read by every route.

Rule: two accessors and nothing else.
"""

from typing import cast

from flask import current_app, g

from dam.domain.errors import Unauthenticated
from dam.domain.principals import Actor
from dam.ports.services import Services

EXTENSION = "dam"
SECURE_COOKIES = "DAM_SECURE_COOKIES"


def services() -> Services:
    """The services that this app was made with."""
    return cast(Services, current_app.extensions[EXTENSION])


def actor() -> Actor:
    """Who asks. Raises Unauthenticated ``credentials_missing``."""
    found = cast("Actor | None", g.get("actor"))
    if found is None:
        raise Unauthenticated("credentials_missing", "Sign in, or send a token as Authorization: Bearer dam_….")
    return found
