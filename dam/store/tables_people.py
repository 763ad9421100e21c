"""The tables of people and of what they and their programs sign in with.

Rule: as in ``dam.store.tables``. No secret is in a column, only its digest.
"""

from typing import get_args

from sqlalchemy import ForeignKey, Index, Table
from sqlalchemy import UniqueConstraint as Unique

from dam.domain.principals import PrincipalKind, Role
from dam.store.columns import one_of, serial, when, words
from dam.store.tables import metadata as metadata

principals = Table(
    "principals",
    metadata,
    words("id", primary_key=True),
    words("kind"),
    words("name"),
    when("created_at"),
    words("password_hash", nullable=True),
    when("disabled_at", nullable=True),
    one_of("kind", get_args(PrincipalKind)),
    Unique("name"),
)

grants = Table(
    "grants",
    metadata,
    words("principal_id", ForeignKey("principals.id"), primary_key=True),
    words("scope_kind", primary_key=True),
    words("scope_id", primary_key=True),
    words("role"),
    one_of("role", get_args(Role)),
)

tokens = Table(
    "tokens",
    metadata,
    words("id", primary_key=True),
    words("principal_id", ForeignKey("principals.id")),
    words("name"),
    words("digest"),
    words("role"),
    when("created_at"),
    when("expires_at", nullable=True),
    when("last_used_at", nullable=True),
    when("revoked_at", nullable=True),
    one_of("role", get_args(Role)),
    Unique("digest"),
    Index("ix_tokens_principal", "principal_id", "id"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    words("digest", primary_key=True),
    words("principal_id", ForeignKey("principals.id")),
    when("created_at"),
    when("expires_at"),
    when("used_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    words("digest", primary_key=True),
    words("principal_id", ForeignKey("principals.id")),
    words("csrf"),
    when("created_at"),
    when("expires_at"),
    Index("ix_sessions_principal", "principal_id"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    serial("id"),
    words("name"),
    when("at"),
    Index("ix_sign_in_failures_name", "name", "at"),
    Index("ix_sign_in_failures_at", "at"),
)
