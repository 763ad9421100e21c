"""Who asks: a bearer token, or a session's cookie with the token against forged requests.

Rule: looked at before every route; a route that is not declared public is answered only to somebody. A credential that
is presented and wrong is refused, never treated as none.
"""

import hmac

from flask import Response, g, request

from dam.api.context import services
from dam.domain.errors import Forbidden, Unauthenticated
from dam.domain.principals import Actor, Session
from dam.operations.sign_in import TOKEN_PREFIX, authenticate_session, authenticate_token

COOKIE = "dam_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def identify() -> None:
    """Set ``g.actor`` from what the request presents. Raises Unauthenticated, Forbidden ``csrf_failed``."""
    header = request.headers.get("Authorization")
    if header is not None:
        g.actor = _by_token(header)
    elif (secret := request.cookies.get(COOKIE)) is not None:
        actor, session = authenticate_session(services(), secret)
        _refuse_forged(session)
        g.actor, g.session, g.session_secret = actor, session, secret


def present_session() -> Session | None:
    """The session in which the request is made, if it is one."""
    found: Session | None = g.get("session")
    return found


def present_secret() -> str | None:
    """The secret of that session, or of whatever the cookie holds where nobody was identified."""
    return request.cookies.get(COOKIE)


def give_cookie(answer: Response, secret: str, max_age: int, *, secure: bool) -> None:
    """Hand the session to the browser: out of reach of scripts, not sent along from other sites' requests."""
    answer.set_cookie(
        COOKIE, secret, max_age=max_age, httponly=True, samesite="Lax", path="/", secure=secure or request.is_secure
    )


def take_cookie(answer: Response) -> None:
    """Let the browser forget the session."""
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


def _by_token(header: str) -> Actor:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip().startswith(TOKEN_PREFIX):
        raise Unauthenticated("token_invalid", "Send a token as Authorization: Bearer dam_….")
    return authenticate_token(services(), secret.strip())


def _refuse_forged(session: Session) -> None:
    if request.method in SAFE:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), session.csrf.encode()):
        raise Forbidden("csrf_failed", f"Repeat the session's csrf value in the header {CSRF_HEADER}.")
