"""Accounts, for who administers them. Rule: a secret is shown in the answer that makes it, and never again."""

from typing import Any

from dam.api import answers_people as answers
from dam.api import bodies_people as bodies
from dam.api import matching, render
from dam.api.context import actor, services
from dam.api.members import page_of
from dam.api.once import once
from dam.api.paging import Paged, id_after, page
from dam.api.routes import Route, Routes, created
from dam.domain.principals import Actor
from dam.operations import people
from dam.operations.people import UserChange

routes = Routes("users", "Accounts and their roles.")

USER = "/api/v1/users/<id:user_id>"


@routes.on(Route("GET", "/api/v1/users", "user.read", page_of(answers.User, "Users"), query=Paged))
def list_users(query: dict[str, Any]) -> dict[str, Any]:
    """Accounts in the order in which they were made."""
    limit = query["limit"]
    found = people.users(services(), actor(), id_after("users", query), limit + 1)
    return page(found, limit, "users", lambda each: each.principal.id, render.user)


@routes.on(Route("GET", "/api/v1/people", "people.read", answers.PersonNames, query=bodies.NamesQuery))
def list_names(query: dict[str, Any]) -> dict[str, Any]:
    """What accounts are called, for whoever sees what they did."""
    found = people.names(services(), actor(), query["ids"].split(","))
    return {"data": [{"id": each, "name": name} for each, name in found.items()]}


@routes.on(Route("POST", "/api/v1/users", "user.edit", answers.CreatedUser, 201, body=bodies.NewUser, tagged=True))
def create_user(body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Make an account; ``link`` signs its owner in once."""
    link: list[str] = []

    def run(who: Actor) -> dict[str, str]:
        user_id, secret = people.create_user(services(), who, body["name"], body["role"], body.get("password"))
        link.append(secret)
        return {"user_id": user_id}

    user_id = once(run)["user_id"]
    shown, headers = _shown(user_id)
    return created({**shown, "link": next(iter(link), None)}, f"{render.API}/users/{user_id}", **headers)


@routes.on(Route("GET", USER, "user.read", answers.User, tagged=True))
def get_user(user_id: str) -> tuple[object, dict[str, str]]:
    """One account."""
    return _shown(user_id)


@routes.on(
    Route(
        "PATCH", USER, "user.edit", answers.User,
        body=bodies.UserChange, fails=(409,), tagged=True, guarded="required",
    )
)  # fmt: skip
def change_user(user_id: str, body: dict[str, Any]) -> tuple[object, dict[str, str]]:
    """Give another role, disable or enable."""
    matching.require_named()
    tag = people.user(services(), actor(), user_id).tag
    matching.require_match(tag)
    people.change_user(services(), actor(), user_id, tag, UserChange(body.get("role"), body.get("disabled")))
    return _shown(user_id)


@routes.on(Route("POST", f"{USER}/link", "user.edit", answers.NewLink, 201))
def create_link(user_id: str) -> tuple[object, dict[str, str]]:
    """A further one-time link for somebody who can't sign in."""
    link: list[str] = []

    def run(who: Actor) -> dict[str, str]:
        link.append(people.new_link(services(), who, user_id))
        return {"user_id": user_id}

    once(run)
    return created({"user_id": user_id, "link": next(iter(link), None)}, f"{render.API}/users/{user_id}")


def _shown(user_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    found = people.user(services(), actor(), user_id)
    return render.user(found), {"ETag": matching.tag(found.tag)}
