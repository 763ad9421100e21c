"""The repository of idempotency keys. Rule: one row for each (principal, route, key); a result is written once, in the
transaction of the effect.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from dam.domain.principals import RequestKey
from dam.ports.views import Answer
from dam.store.tables import answers
from dam.store.transaction import Transaction


class Answers:
    """Idempotency keys."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, request: RequestKey) -> Answer | None:
        """What is remembered of the request, or None."""
        row = self._tx.row(select(answers).where(_is(request)))
        return None if row is None else Answer(request, row["body_sha256"], row["lease_until"], row["result"])

    def begin(self, answer: Answer, now: datetime) -> bool:
        """Insert it, or take over one whose lease ran out without a result; False if neither was possible."""
        given = {"body_sha256": answer.body_sha256, "lease_until": answer.lease_until, "result": answer.result}
        row = {**_key(answer.request), **given}
        if self._tx.insert_new(answers, [row]):
            return True
        expired = and_(_is(answer.request), answers.c.result.is_(None), answers.c.lease_until <= now)
        return self._tx.change(update(answers).where(expired).values(**given)) == 1

    def finish(self, request: RequestKey, result: Mapping[str, str]) -> bool:
        """Keep the result of one that runs; False if there is none, or it was answered already."""
        running = and_(_is(request), answers.c.result.is_(None))
        return self._tx.change(update(answers).where(running).values(result=dict(result))) == 1

    def drop(self, request: RequestKey) -> None:
        """Forget a request that was refused; one that was answered stays."""
        self._tx.change(delete(answers).where(_is(request), answers.c.result.is_(None)))

    def sweep(self, before: datetime) -> int:
        """Forget those whose lease ended before then; returns how many."""
        return self._tx.change(delete(answers).where(answers.c.lease_until < before))


def _key(request: RequestKey) -> dict[str, str]:
    return {"principal_id": request.principal_id, "route": request.route, "key": request.key}


def _is(request: RequestKey) -> ColumnElement[bool]:
    return and_(*(answers.c[name] == value for name, value in _key(request).items()))
