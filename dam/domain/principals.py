"""Who acts: people, services, and the system itself; how they prove it; what roles they have.

Rule: secrets never appear here, only their digests. Which role may do what is ``dam.domain.policy``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

PrincipalKind = Literal["person", "service", "guest", "system"]
Role = Literal["viewer", "contributor", "approver", "manager", "admin"]

ROLES: tuple[Role, ...] = ("viewer", "contributor", "approver", "manager", "admin")
"""From the least to the most; each may do what those before it may."""

SYSTEM_ID = "00000000-0000-7000-8000-000000000000"
"""The principal that acts when no person asked: the reconciler, the worker."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that acts. ``password_hash`` is argon2id's encoded form, None where there is no
    password.
    """

    id: str
    kind: PrincipalKind
    name: str
    created_at: datetime
    password_hash: str | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a scope; the scope ``all`` with an empty id is everything."""

    principal_id: str
    role: Role
    scope_kind: str = "all"
    scope_id: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """An API token: SHA-256 of its secret, and the highest role that it can act in."""

    id: str
    principal_id: str
    name: str
    digest: str
    role: Role
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that signs its principal in once, until it expires."""

    digest: str
    principal_id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session: SHA-256 of the cookie's secret, and the token that requests must repeat against forgery."""

    digest: str
    principal_id: str
    csrf: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key under which this request runs: it belongs to a principal and a route."""

    principal_id: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for an operation, already authenticated. ``role`` is the lesser of the principal's and the token's."""

    principal_id: str
    name: str
    role: Role | None
    token_id: str | None = None
    request: RequestKey | None = None


SYSTEM = Actor(SYSTEM_ID, "system", "admin")


def lesser(one: Role | None, other: Role | None) -> Role | None:
    """The smaller of two roles; no role is smaller than any."""
    if one is None or other is None:
        return None
    return min(one, other, key=ROLES.index)
