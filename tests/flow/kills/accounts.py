"""The steps about people.

Rule: as in ``steps``.
"""

from dam.domain.errors import Unauthenticated
from dam.operations import people, sign_in, tokens
from dam.ports.services import Services
from tests.flow.kills.story import BOSS, Facts, Story

PASSWORD = "a long enough password"


def join(story: Story) -> Facts:
    """The first administrator, and an account whose owner comes in by a link and sets a password."""
    services = story.services
    people.ensure_admin(services)
    tokens.local_token(services, tokens.local_token(services, None))
    kim = story.once("join", lambda who: {"user_id": people.create_user(services, who, "kim", "approver", None)[0]})
    sign_in.redeem(services, people.new_link(services, BOSS, kim["user_id"]), PASSWORD)
    return {"user": kim["user_id"]}


def enter(story: Story) -> Facts:
    """Sign in, make a token, change a role, sign out."""
    services, user_id = story.services, story.log.fact("user")
    _wrong_password(services)
    session = sign_in.sign_in(services, "kim", PASSWORD)
    kim, _ = sign_in.authenticate_session(services, session.secret)
    for token in tokens.page(services, kim, None, 10):
        tokens.revoke(services, kim, token.id)
    token_id, secret = tokens.create(services, kim, tokens.Wanted("kit", "viewer"))
    tokens.get(services, kim, token_id)
    sign_in.authenticate_token(services, secret)
    tag = people.user(services, BOSS, user_id).tag
    people.change_user(services, BOSS, user_id, tag, people.UserChange(role="manager"))
    people.users(services, BOSS, None, 10)
    sign_in.sign_out(services, session.secret)
    return {"token": secret, "role": "manager", "signed_out": session.secret}


def _wrong_password(services: Services) -> None:
    try:
        sign_in.sign_in(services, "kim", "not the password")
    except Unauthenticated:
        return
    raise AssertionError("A wrong password let somebody in.")
