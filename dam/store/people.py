"""The repository of principals and credentials. Rule: only digests of secrets are here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, delete, func, insert, select

from dam.domain.principals import Grant, Principal, Session, SignInLink, Token
from dam.ports.views import SessionView, TokenView
from dam.store.codec import fact_of, row_of
from dam.store.tables_people import grants, principals, sessions, sign_in_failures, sign_in_links, tokens
from dam.store.transaction import Transaction

_REMEMBERED = timedelta(days=1)
"""How long a failed sign-in is kept; no lock-out looks further back."""


def _with_owner(credentials: Table) -> Select[Any]:
    """The credential of this digest, with what its owner is."""
    everywhere = and_(
        grants.c.principal_id == credentials.c.principal_id, grants.c.scope_kind == "all", grants.c.scope_id == ""
    )
    owned = credentials.join(principals, principals.c.id == credentials.c.principal_id).outerjoin(grants, everywhere)
    owner = (
        principals.c.name.label("owner_name"),
        principals.c.disabled_at.label("owner_disabled_at"),
        grants.c.role.label("owner_role"),
    )
    return select(credentials, *owner).select_from(owned).where(credentials.c.digest == bindparam("digest"))


# Put together once: every request asks one of them.
_TOKEN_VIEW = _with_owner(tokens)
_SESSION_VIEW = _with_owner(sessions)


class People:
    """Principals and what they prove themselves with."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, principal_id: str) -> Principal | None:
        """The principal, or None."""
        row = self._tx.row(select(principals).where(principals.c.id == principal_id))
        return None if row is None else fact_of(Principal, row)

    def named(self, name: str) -> Principal | None:
        """The principal of this name, or None."""
        row = self._tx.row(select(principals).where(principals.c.name == name))
        return None if row is None else fact_of(Principal, row)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """By id; a name never changes."""
        mine = principals.c.id.in_(sorted(set(ids)))
        return {row["id"]: row["name"] for row in self._tx.rows(select(principals.c.id, principals.c.name).where(mine))}

    def page(self, after: str | None, limit: int) -> list[Principal]:
        """In the order of ids."""
        query = select(principals).order_by(principals.c.id).limit(limit)
        if after is not None:
            query = query.where(principals.c.id > after)
        return [fact_of(Principal, row) for row in self._tx.rows(query)]

    def any_person(self) -> bool:
        """Is there a person at all?"""
        return self._tx.row(select(principals.c.id).where(principals.c.kind == "person").limit(1)) is not None

    def grants(self, principal_ids: Sequence[str]) -> list[Grant]:
        """The roles of these principals."""
        query = select(grants).where(grants.c.principal_id.in_(list(principal_ids)))
        rows = self._tx.rows(query.order_by(grants.c.principal_id, grants.c.scope_kind, grants.c.scope_id))
        return [fact_of(Grant, row) for row in rows]

    def set_role(self, grant: Grant) -> None:
        """The principal has this role in this scope and no other there."""
        self._tx.change(
            delete(grants).where(
                grants.c.principal_id == grant.principal_id,
                grants.c.scope_kind == grant.scope_kind,
                grants.c.scope_id == grant.scope_id,
            )
        )
        self._tx.change(insert(grants).values(**row_of(grant)))

    def token(self, digest: str) -> Token | None:
        """The token with this digest of its secret, or None."""
        row = self._tx.row(select(tokens).where(tokens.c.digest == digest))
        return None if row is None else fact_of(Token, row)

    def token_view(self, digest: str) -> TokenView | None:
        """The token with this digest, and what its owner is, or None."""
        row = self._tx.row(_TOKEN_VIEW, {"digest": digest})
        if row is None:
            return None
        return TokenView(fact_of(Token, row), row["owner_name"], row["owner_disabled_at"], row["owner_role"])

    def token_by_id(self, token_id: str) -> Token | None:
        """The token, or None."""
        row = self._tx.row(select(tokens).where(tokens.c.id == token_id))
        return None if row is None else fact_of(Token, row)

    def tokens(self, principal_id: str | None, after: str | None, limit: int) -> list[Token]:
        """In the order of ids; a principal's, or everybody's."""
        query = select(tokens).order_by(tokens.c.id).limit(limit)
        if principal_id is not None:
            query = query.where(tokens.c.principal_id == principal_id)
        if after is not None:
            query = query.where(tokens.c.id > after)
        return [fact_of(Token, row) for row in self._tx.rows(query)]

    def link(self, digest: str) -> SignInLink | None:
        """The sign-in link, or None."""
        row = self._tx.row(select(sign_in_links).where(sign_in_links.c.digest == digest))
        return None if row is None else fact_of(SignInLink, row)

    def session_view(self, digest: str) -> SessionView | None:
        """The session with what its person is, by one statement."""
        row = self._tx.row(_SESSION_VIEW, {"digest": digest})
        if row is None:
            return None
        session = fact_of(Session, row)
        return SessionView(session, row["owner_name"], row["owner_disabled_at"], row["owner_role"])

    def end_session(self, digest: str) -> bool:
        """Forget the session; False if there was none."""
        return self._tx.change(delete(sessions).where(sessions.c.digest == digest)) == 1

    def end_sessions(self, principal_id: str) -> int:
        """Forget all sessions of the principal; returns how many."""
        return self._tx.change(delete(sessions).where(sessions.c.principal_id == principal_id))

    def failures(self, name: str, since: datetime) -> int:
        """Failed sign-ins under this name since then."""
        failed = sign_in_failures.c
        query = select(func.count()).select_from(sign_in_failures).where(failed.name == name, failed.at >= since)
        return int(self._tx.value(query))

    def note_failure(self, name: str, at: datetime) -> None:
        """Remember a failed sign-in, and forget those of the day before."""
        self._tx.change(delete(sign_in_failures).where(sign_in_failures.c.at < at - _REMEMBERED))
        self._tx.change(insert(sign_in_failures).values(name=name, at=at))
