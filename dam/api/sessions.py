"""Sessions, and one's own account. Rule: a secret is in a request's body or a cookie, never in an address."""

from http import HTTPStatus
from typing import Any

from flask import Response, current_app, jsonify

from dam.api import answers_people as answers
from dam.api import bodies_people as bodies
from dam.api import credentials, render
from dam.api.context import SECURE_COOKIES, actor, services
from dam.api.once import once
from dam.api.parsing import invalid
from dam.api.routes import Route, Routes, no_content
from dam.domain.errors import FieldError
from dam.domain.principals import Actor
from dam.operations import people, sign_in
from dam.operations.sign_in import NewSession

routes = Routes("sessions", "Signing in and out, and one's own account.")


@routes.on(
    Route(
        "POST", "/api/v1/sessions", None, answers.Session, 201,
        body=bodies.SignIn, fails=(401, 409, 429), open=True,
    )
)  # fmt: skip
def create_session(body: dict[str, Any]) -> Response:
    """Sign in by name and password, or by a one-time link. Takes no Idempotency-Key: its secret can't be repeated."""
    begun = _begun(body)
    actor_, session = begun.actor, begun.session
    shown = {
        "user_id": actor_.principal_id,
        "name": actor_.name,
        "role": actor_.role,
        "csrf": session.csrf,
        "expires_at": session.expires_at,
    }
    answer = jsonify(answers.Session().dump(shown))
    answer.status_code = HTTPStatus.CREATED
    answer.headers["Location"] = f"{render.API}/me"
    age = int((session.expires_at - session.created_at).total_seconds())
    credentials.give_cookie(answer, begun.secret, age, secure=bool(current_app.config[SECURE_COOKIES]))
    return answer


def _begun(body: dict[str, Any]) -> NewSession:
    former = credentials.present_secret()
    if "link" in body:
        return sign_in.redeem(services(), body["link"], body.get("password"), former, body.get("name"))
    if "name" in body and "password" in body:
        return sign_in.sign_in(services(), body["name"], body["password"], former)
    raise invalid((FieldError("", "missing", "Send name and password, or link."),))


@routes.on(Route("DELETE", "/api/v1/sessions", "me.read", status=204))
def end_session() -> Response:
    """Sign out; for a token there is nothing to end."""
    secret = credentials.present_secret()
    if credentials.present_session() is not None and secret is not None:
        sign_in.sign_out(services(), secret)
    answer = no_content()
    credentials.take_cookie(answer)
    return answer


@routes.on(Route("GET", "/api/v1/me", "me.read", answers.Me))
def get_me() -> dict[str, Any]:
    """Who asks, in which role."""
    return _me()


@routes.on(Route("POST", "/api/v1/me/password", "me.edit", answers.Me, body=bodies.NewPassword, fails=(404,)))
def change_password(body: dict[str, Any]) -> dict[str, Any]:
    """Give one's own account another password; all its sessions end, this one too."""

    def run(who: Actor) -> dict[str, str]:
        people.change_password(services(), who, body["present"], body["new"])
        return {"user_id": who.principal_id}

    once(run)
    return _me()


def _me() -> dict[str, Any]:
    found = people.me(services(), actor())
    return render.me(found, credentials.present_session(), actor().token_id)
