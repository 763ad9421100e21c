"""Proving who one is: passwords, one-time links, sessions, tokens presented with a request.

Rule: only digests of secrets are stored; a secret leaves once, in the answer that makes it. An unknown account, a wrong
password and a disabled account look alike and take the same time. No policy is asked here, since nobody acts yet.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from dam.domain.errors import Conflict, TooManyRequests, Unauthenticated
from dam.domain.events import event
from dam.domain.principals import Actor, Principal, Role, Session, SignInLink, Token, lesser
from dam.operations.passwords import check_password, clean_name
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

MAX_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)
"""So many failed sign-ins under one name within this time lock the name until the oldest of them has left it."""

LAST_USED_EVERY = timedelta(minutes=1)
"""How exact ``last_used_at`` of a token is: a row written for every request would make readers wait for writers."""

TOKEN_PREFIX = "dam_"  # noqa: S105 - it is what secret scanners look for, not a secret


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun. ``secret`` is for the cookie and is not known to anybody else."""

    secret: str
    session: Session
    actor: Actor


def new_secret() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a secret of 256 random bits: SHA-256; a slow hash would add nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def sign_in(services: Services, name: str, password: str, former: str | None = None) -> NewSession:
    """Begin a session by name and password. ``former`` is the secret of the session that the caller had; it ends.

    Raises Unauthenticated ``wrong_credentials``, TooManyRequests ``locked_out``.
    """
    with services.store.reading() as work:
        _refuse_locked_out(work, name)
        principal = work.people.named(name)
    right = services.passwords.verify(principal.password_hash if principal else None, password)
    with services.store.writing() as work:
        # Again, because many guesses may have been under way at once while none of them had failed yet.
        _refuse_locked_out(work, name)
        person = work.people.named(name)
        if not right or person is None or person.disabled_at or person != principal:
            work.people.note_failure(name, work.now())
            work.commit()
            raise Unauthenticated("wrong_credentials", "The name or the password is wrong.")
        begun = _begin_session(services, work, person, former)
        work.commit()
    return begun


def redeem(
    services: Services, secret: str, password: str | None = None, former: str | None = None, name: str | None = None
) -> NewSession:
    """Begin a session by a one-time link, which is used up; ``password`` and ``name`` become the account's.

    Raises Unauthenticated ``link_invalid`` (unknown, used or expired), Invalid ``password_invalid``, ``name_invalid``,
    Conflict ``name_taken`` (the link is still good then).
    """
    if password is not None:
        check_password(password)
    wanted = None if name is None else clean_name(name)
    with services.store.reading() as work:
        _usable_link(work, secret)
    encoded = services.passwords.hash(password) if password is not None else None
    with services.store.writing() as work:
        link, person = _usable_link(work, secret)
        if not work.replace(link, replace(link, used_at=work.now())):
            raise _link_invalid()
        if wanted is not None and wanted != person.name:
            person = _give_name(work, person, wanted)
        if encoded is not None:
            person = give_password(work, person, encoded)
        begun = _begin_session(services, work, person, former)
        work.commit()
    return begun


def sign_out(services: Services, secret: str) -> None:
    """End the session; one that is not there has ended already."""
    with services.store.writing() as work:
        if work.people.end_session(digest_of(secret)):
            work.commit()


def authenticate_session(services: Services, secret: str) -> tuple[Actor, Session]:
    """Who the cookie's secret stands for. Raises Unauthenticated ``session_invalid``."""
    with services.store.reading() as work:
        found = work.people.session_view(digest_of(secret))
        if found is None or found.session.expires_at <= work.now() or found.disabled_at is not None:
            raise Unauthenticated("session_invalid", "The session has ended; sign in again.")
        return Actor(found.session.principal_id, found.name, found.role), found.session


def authenticate_token(services: Services, secret: str) -> Actor:
    """Who an API token's secret stands for, in the lesser of its role and its owner's. Raises Unauthenticated
    ``token_invalid`` (unknown, expired, revoked, or its owner is disabled).
    """
    with services.store.reading() as work:
        found = work.people.token_view(digest_of(secret))
        if found is None or not is_valid(work, found.token) or found.disabled_at is not None:
            raise Unauthenticated("token_invalid", "The token is not valid; it may have expired or been revoked.")
        token = found.token
        noted = token.last_used_at is not None and work.now() - token.last_used_at < LAST_USED_EVERY
    if not noted:
        _note_use(services, token)
    return Actor(token.principal_id, found.name, lesser(found.role, token.role), token.id)


def is_valid(work: UnitOfWork, token: Token) -> bool:
    """Neither revoked nor expired."""
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > work.now())


def actor_of(work: UnitOfWork, principal: Principal) -> Actor:
    """The principal as somebody who acts, in its own role."""
    return Actor(principal.id, principal.name, role_of(work, principal.id))


def role_of(work: UnitOfWork, principal_id: str) -> Role | None:
    """The role that the principal has everywhere, or None."""
    everywhere = (grant.role for grant in work.people.grants([principal_id]) if grant.scope_kind == "all")
    return next(everywhere, None)


def give_password(work: UnitOfWork, person: Principal, encoded: str) -> Principal:
    """Store a new password; whoever was signed in with the old one no longer is."""
    after = replace(person, password_hash=encoded)
    if not work.replace(person, after):
        raise Unauthenticated("wrong_credentials", "The account changed at the same moment; try again.")
    work.people.end_sessions(person.id)
    return after


def _give_name(work: UnitOfWork, person: Principal, name: str) -> Principal:
    if work.people.named(name) is not None:
        raise Conflict("name_taken", f"There is an account named {name} already.")
    after = replace(person, name=name)
    if not work.replace(person, after):
        raise Unauthenticated("link_invalid", "The account changed at the same moment; try again.")
    work.record(event("user.changed", person.id, work.now(), None, {"user_id": person.id, "name": name}))
    return after


def _begin_session(services: Services, work: UnitOfWork, person: Principal, former: str | None) -> NewSession:
    if former is not None:
        work.people.end_session(digest_of(former))
    secret, now = new_secret(), work.now()
    session = Session(digest_of(secret), person.id, new_secret(), now, now + services.rules.session)
    work.add(session)
    return NewSession(secret, session, actor_of(work, person))


def _refuse_locked_out(work: UnitOfWork, name: str) -> None:
    if work.people.failures(name, work.now() - FAILURE_WINDOW) >= MAX_FAILURES:
        minutes = int(FAILURE_WINDOW.total_seconds() // 60)
        raise TooManyRequests("locked_out", f"Too many failed sign-ins under this name; wait {minutes} minutes.")


def _usable_link(work: UnitOfWork, secret: str) -> tuple[SignInLink, Principal]:
    link = work.people.link(digest_of(secret))
    if link is None or link.used_at is not None or link.expires_at <= work.now():
        raise _link_invalid()
    person = work.people.get(link.principal_id)
    if person is None or person.disabled_at is not None:
        raise _link_invalid()
    return link, person


def _link_invalid() -> Unauthenticated:
    return Unauthenticated("link_invalid", "The link was used, has expired or was never made; ask for a new one.")


def _note_use(services: Services, token: Token) -> None:
    """An access record. Somebody who notes the same at the same moment is as good."""
    with services.store.writing() as work:
        if work.replace(token, replace(token, last_used_at=work.now())):
            work.commit()
