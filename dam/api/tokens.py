"""API tokens. Rule: the secret is in the answer that makes it, and nowhere else."""

from typing import Any

from flask import Response

from dam.api import answers_people as answers
from dam.api import bodies_people as bodies
from dam.api import render
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import Paged, id_after, page
from dam.api.routes import Route, Routes, created, no_content
from dam.domain.principals import Actor
from dam.operations import tokens
from dam.operations.tokens import Wanted

routes = Routes("tokens", "What programs sign in with.")

TOKEN = "/api/v1/tokens/<id:token_id>"  # noqa: S105 - an address


@routes.on(Route("GET", "/api/v1/tokens", "token.read", page_of(answers.Token, "Tokens"), query=Paged))
def list_tokens(query: dict[str, Any]) -> dict[str, Any]:
    """One's own tokens; for an administrator everybody's."""
    limit = query["limit"]
    found = tokens.page(services(), actor(), id_after("tokens", query), limit + 1)
    return page(found, limit, "tokens", lambda each: each.id, render.token)


@routes.on(Route("POST", "/api/v1/tokens", "token.create", answers.CreatedToken, 201, body=bodies.NewToken))
def create_token(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make a token for oneself."""
    wanted = Wanted(body["name"], body["role"], body.get("expires_at"))
    secrets: list[str] = []

    def run(who: Actor) -> dict[str, str]:
        token_id, secret = tokens.create(services(), who, wanted)
        secrets.append(secret)
        return {"token_id": token_id}

    token_id = once(run)["token_id"]
    shown = render.token(tokens.get(services(), actor(), token_id))
    return created({**shown, "token": next(iter(secrets), None)}, f"{render.API}/tokens/{token_id}")


@routes.on(Route("GET", TOKEN, "token.read", answers.Token))
def get_token(token_id: str) -> dict[str, Any]:
    """One token."""
    return render.token(tokens.get(services(), actor(), token_id))


@routes.on(Route("DELETE", TOKEN, "token.revoke", status=204))
def revoke_token(token_id: str) -> Response:
    """Make it worthless at once."""
    tokens.revoke(services(), actor(), token_id)
    return no_content()
