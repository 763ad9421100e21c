"""API tokens: what programs sign in with.

Rule: a token is never more than its maker: not in role, and, made by a token that expires, not in time. Its secret is
shown once; what is stored is its digest.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from dam.domain import policy
from dam.domain.errors import FieldError, Forbidden, Invalid, NotFound
from dam.domain.events import event
from dam.domain.principals import ROLES, SYSTEM_ID, Actor, Grant, Principal, Role, Token
from dam.operations.answers import remember
from dam.operations.ids import new_id
from dam.operations.passwords import clean_name
from dam.operations.sign_in import TOKEN_PREFIX, digest_of, is_valid, new_secret
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

LOCAL = "local"
"""The service account behind the token that programs on the service's own machine use."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to be made."""

    name: str
    role: Role
    expires_at: datetime | None = None


def create(services: Services, actor: Actor, wanted: Wanted) -> tuple[str, str]:
    """Make a token for the actor's own account; returns its id and its secret.

    Raises Forbidden (``role_too_high``, ``outlives_token``), Invalid ``name_invalid`` or ``expires_at_invalid``.
    """
    policy.require(actor, "token.create")
    name = clean_name(wanted.name)
    if actor.role is None or ROLES.index(wanted.role) > ROLES.index(actor.role):
        raise Forbidden("role_too_high", f"You act as {actor.role}; a token of yours can't be {wanted.role}.")
    with services.store.writing() as work:
        expires_at = _expiry(work, actor, wanted.expires_at)
        token, secret = _add(work, actor.principal_id, name, wanted.role, expires_at, by=actor.principal_id)
        remember(work, actor, token_id=token.id)
        work.commit()
    return token.id, secret


def get(services: Services, actor: Actor, token_id: str) -> Token:
    """A token of one's own, or anybody's for who may edit users. Raises Forbidden, NotFound ``token_not_found``."""
    policy.require(actor, "token.read")
    with services.store.reading() as work:
        return _visible(work, actor, token_id)


def page(services: Services, actor: Actor, after: str | None, limit: int) -> list[Token]:
    """Tokens in the order of ids, as ``get`` may see them. Raises Forbidden."""
    policy.require(actor, "token.read")
    whose = None if policy.allowed(actor, "user.edit") else actor.principal_id
    with services.store.reading() as work:
        return work.people.tokens(whose, after, limit)


def revoke(services: Services, actor: Actor, token_id: str) -> None:
    """Make the token worthless at once; again changes nothing. Raises Forbidden, NotFound ``token_not_found``."""
    policy.require(actor, "token.revoke")
    with services.store.writing() as work:
        token, at = _visible(work, actor, token_id), work.now()
        if token.revoked_at is None and work.replace(token, replace(token, revoked_at=at)):
            work.record(event("token.revoked", actor.principal_id, at, None, {"token_id": token.id}))
            work.commit()


def local_token(services: Services, present: str | None) -> str:
    """An administrator's token for programs on this machine. ``present`` is the secret that is kept there; it is
    returned if it still works, else there is a new one.
    """
    with services.store.writing() as work:
        owner = work.people.named(LOCAL) or _add_local(work)
        token = work.people.token(digest_of(present)) if present else None
        if present and token and token.principal_id == owner.id and is_valid(work, token):
            return present
        _, secret = _add(work, owner.id, LOCAL, "admin", None, by=SYSTEM_ID)
        work.commit()
    return secret


def _expiry(work: UnitOfWork, actor: Actor, wanted: datetime | None) -> datetime | None:
    if wanted is not None and wanted <= work.now():
        detail = "The time at which the token expires has to be in the future."
        raise Invalid("expires_at_invalid", detail, errors=(FieldError("expires_at", "expires_at_invalid", detail),))
    maker = work.people.token_by_id(actor.token_id) if actor.token_id else None
    if maker is None or maker.expires_at is None:
        return wanted
    if wanted is not None and wanted > maker.expires_at:
        raise Forbidden("outlives_token", "A token can't make one that is valid for longer than itself.")
    return wanted or maker.expires_at


def _visible(work: UnitOfWork, actor: Actor, token_id: str) -> Token:
    token = work.people.token_by_id(token_id)
    if token is None or (token.principal_id != actor.principal_id and not policy.allowed(actor, "user.edit")):
        raise NotFound("token_not_found", "There is no such token.")
    return token


def _add(
    work: UnitOfWork, principal_id: str, name: str, role: Role, expires_at: datetime | None, *, by: str
) -> tuple[Token, str]:
    secret, at = TOKEN_PREFIX + new_secret(), work.now()
    token = Token(new_id(), principal_id, name, digest_of(secret), role, at, expires_at)
    work.add(token)
    data = {"token_id": token.id, "user_id": principal_id, "role": role}
    work.record(event("token.created", by, at, None, data))
    return token, secret


def _add_local(work: UnitOfWork) -> Principal:
    owner = Principal(new_id(), "service", LOCAL, work.now())
    work.add(owner)
    work.people.set_role(Grant(owner.id, "admin"))
    return owner
