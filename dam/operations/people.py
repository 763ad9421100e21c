"""Accounts: who there is, in which role, and the first administrator.

Rule: there is always somebody who can administer; whoever loses a role or is disabled loses it in the same transaction
in which that is written. How people prove who they are is ``sign_in``; what programs use is ``tokens``.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dam.domain import policy
from dam.domain.errors import Conflict, NotFound, PreconditionFailed, Unauthenticated
from dam.domain.events import event
from dam.domain.principals import SYSTEM_ID, Actor, Grant, Principal, Role, SignInLink
from dam.operations.answers import remember
from dam.operations.ids import new_id
from dam.operations.passwords import check_password, clean_name
from dam.operations.sign_in import digest_of, give_password, new_secret, role_of
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

FIRST_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """An account as others may see it."""

    principal: Principal
    role: Role | None

    @property
    def tag(self) -> str:
        """Stands for what can be edited; another tag means that somebody edited."""
        seen = f"{self.principal.name}\n{self.role}\n{self.principal.disabled_at is not None}"
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is to be different; None leaves it as it is."""

    role: Role | None = None
    disabled: bool | None = None


def ensure_admin(services: Services) -> str | None:
    """Make the first administrator, unless there is a person already; returns the secret of a one-time link."""
    with services.store.writing() as work:
        if work.people.any_person():
            return None
        person = _add_person(work, FIRST_ADMIN, "admin", None, by=SYSTEM_ID)
        secret = _add_link(services, work, person.id)
        work.commit()
    return secret


def names(services: Services, actor: Actor, ids: Sequence[str]) -> dict[str, str]:
    """What these accounts are called; who is not there is left out."""
    policy.require(actor, "people.read")
    with services.store.reading() as work:
        return work.people.names(ids)


def me(services: Services, actor: Actor) -> User:
    """The actor's own account; the role is the one in force for this request."""
    policy.require(actor, "me.read")
    with services.store.reading() as work:
        return User(_existing(work, actor.principal_id), actor.role)


def change_password(services: Services, actor: Actor, present: str, new: str) -> None:
    """Give the actor's own account a new password and end all of its sessions. An account without one has the empty
    present password.

    Raises Forbidden, Invalid ``password_invalid``, Unauthenticated ``wrong_credentials``.
    """
    policy.require(actor, "me.edit")
    check_password(new)
    with services.store.reading() as work:
        person = _existing(work, actor.principal_id)
    if person.password_hash is not None and not services.passwords.verify(person.password_hash, present):
        raise Unauthenticated("wrong_credentials", "The present password is wrong.")
    encoded = services.passwords.hash(new)
    with services.store.writing() as work:
        give_password(work, person, encoded)
        work.record(event("user.password_changed", actor.principal_id, work.now(), None, {"user_id": person.id}))
        remember(work, actor, user_id=person.id)
        work.commit()


def users(services: Services, actor: Actor, after: str | None, limit: int) -> list[User]:
    """Accounts in the order of ids, the services' and the system's own too. Raises Forbidden."""
    policy.require(actor, "user.read")
    with services.store.reading() as work:
        found = work.people.page(after, limit)
        roles = _roles(work, found)
    return [User(each, roles.get(each.id)) for each in found]


def user(services: Services, actor: Actor, user_id: str) -> User:
    """One account. Raises Forbidden, NotFound ``user_not_found``."""
    policy.require(actor, "user.read")
    with services.store.reading() as work:
        return _user(work, user_id)


def create_user(services: Services, actor: Actor, name: str, role: Role, password: str | None) -> tuple[str, str]:
    """Make an account; returns its id and the secret of a link with which its owner signs in once.

    Raises Forbidden, Invalid ``name_invalid`` or ``password_invalid``, Conflict ``name_taken``.
    """
    policy.require(actor, "user.edit")
    cleaned = clean_name(name)
    if password is not None:
        check_password(password)
    encoded = services.passwords.hash(password) if password is not None else None
    with services.store.writing() as work:
        if work.people.named(cleaned) is not None:
            raise Conflict("name_taken", f"There is an account named {cleaned} already.")
        person = _add_person(work, cleaned, role, encoded, by=actor.principal_id)
        secret = _add_link(services, work, person.id)
        remember(work, actor, user_id=person.id)
        work.commit()
    return person.id, secret


def new_link(services: Services, actor: Actor, user_id: str) -> str:
    """A further one-time link for somebody who can't sign in; returns its secret. Raises Forbidden, NotFound,
    Conflict ``user_disabled`` or ``not_a_person``.
    """
    policy.require(actor, "user.edit")
    with services.store.writing() as work:
        person = _person(work, user_id).principal
        if person.disabled_at is not None:
            raise Conflict("user_disabled", "The account is disabled; enable it first.")
        secret = _add_link(services, work, person.id)
        work.record(event("user.link_made", actor.principal_id, work.now(), None, {"user_id": person.id}))
        remember(work, actor, user_id=person.id)
        work.commit()
    return secret


def change_user(services: Services, actor: Actor, user_id: str, tag: str, change: UserChange) -> None:
    """Give another role, disable or enable. ``tag`` is the ``User.tag`` that the caller saw.

    Raises Forbidden, NotFound, PreconditionFailed ``revision_differs``, Conflict ``last_admin``,
    ``not_a_person``.
    """
    policy.require(actor, "user.edit")
    with services.store.writing() as work:
        _one_at_a_time(work)
        before = _person(work, user_id)
        if before.tag != tag:
            raise PreconditionFailed("revision_differs", "Somebody changed the account since you loaded it.")
        after = _changed(work, before, change)
        if after != before:
            _store_change(work, actor, before, after)
            work.commit()


def _changed(work: UnitOfWork, before: User, change: UserChange) -> User:
    disabled_at = before.principal.disabled_at
    if change.disabled is not None:
        disabled_at = (disabled_at or work.now()) if change.disabled else None
    return User(replace(before.principal, disabled_at=disabled_at), change.role or before.role)


def _store_change(work: UnitOfWork, actor: Actor, before: User, after: User) -> None:
    if not work.replace(before.principal, after.principal):
        raise PreconditionFailed("revision_differs", "Somebody changed the account at the same moment.")
    if after.role != before.role and after.role is not None:
        work.people.set_role(Grant(after.principal.id, after.role))
    if after.principal.disabled_at is not None:
        work.people.end_sessions(after.principal.id)
    if not any(_is_admin(each) for each in _everybody(work)):
        raise Conflict("last_admin", "Nobody else is an administrator; make somebody one first.")
    data = {"user_id": after.principal.id, "before": _seen(before), "after": _seen(after)}
    work.record(event("user.changed", actor.principal_id, work.now(), None, data))


def _seen(each: User) -> dict[str, object]:
    return {"role": each.role, "disabled": each.principal.disabled_at is not None}


def _is_admin(each: User) -> bool:
    return each.role == "admin" and each.principal.kind == "person" and each.principal.disabled_at is None


def _everybody(work: UnitOfWork) -> Iterator[User]:
    after: str | None = None
    while found := work.people.page(after, 200):
        roles = _roles(work, found)
        yield from (User(each, roles.get(each.id)) for each in found)
        after = found[-1].id


def _roles(work: UnitOfWork, principals: list[Principal]) -> dict[str, Role]:
    grants = work.people.grants([each.id for each in principals])
    return {grant.principal_id: grant.role for grant in grants if grant.scope_kind == "all"}


def _existing(work: UnitOfWork, principal_id: str) -> Principal:
    found = work.people.get(principal_id)
    if found is None:
        raise NotFound("user_not_found", "There is no such account.")
    return found


def _user(work: UnitOfWork, user_id: str) -> User:
    found = _existing(work, user_id)
    return User(found, role_of(work, found.id))


def _person(work: UnitOfWork, user_id: str) -> User:
    found = _user(work, user_id)
    if found.principal.kind != "person":
        raise Conflict("not_a_person", "This account belongs to the service itself and stays as it is.")
    return found


def _one_at_a_time(work: UnitOfWork) -> None:
    """Hold every administrator's row: two who demote one another at the same moment must not both see one left."""
    for each in list(_everybody(work)):
        if _is_admin(each):
            work.replace(each.principal, each.principal)


def _add_person(work: UnitOfWork, name: str, role: Role, password_hash: str | None, *, by: str) -> Principal:
    at = work.now()
    person = Principal(new_id(), "person", name, at, password_hash)
    work.add(person)
    work.people.set_role(Grant(person.id, role))
    work.record(event("user.created", by, at, None, {"user_id": person.id, "name": name, "role": role}))
    return person


def _add_link(services: Services, work: UnitOfWork, principal_id: str) -> str:
    secret, at = new_secret(), work.now()
    work.add(SignInLink(digest_of(secret), principal_id, at, at + services.rules.link))
    return secret
