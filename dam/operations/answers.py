"""Idempotency keys: which request was answered how, so that sending it again does nothing twice.

Rule: the answer is committed with the effect, as ids of what the request led to, never as text and never with a secret;
whoever answers renders those things again. A key belongs to a principal and a route. A request that was refused frees
its key.

Belongs here: begin, remember (called by operations in their own transaction), settle and drop. Must not: know HTTP.
"""

from collections.abc import Mapping
from datetime import timedelta

from dam.domain.errors import Conflict, Invalid
from dam.domain.principals import Actor, RequestKey
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import Answer

LEASE = timedelta(seconds=60)
"""How long a request may run before the same key may be tried again, for a process that was killed in the middle."""


def begin(services: Services, request: RequestKey, body_sha256: str) -> Mapping[str, str] | None:
    """Take the key for a request that starts now; returns the result if the same request was answered before.

    Raises Invalid ``idempotency_key_reused`` (another body), Conflict ``request_in_progress``.
    """
    with services.store.writing() as work:
        answer = work.answers.get(request)
        if answer is not None and answer.body_sha256 != body_sha256:
            raise Invalid("idempotency_key_reused", "This Idempotency-Key was used before with another request.")
        if answer is not None and answer.result is not None:
            return answer.result
        now = work.now()
        if not work.answers.begin(Answer(request, body_sha256, now + LEASE), now):
            raise _in_progress()
        work.commit()
    return None


def remember(work: UnitOfWork, actor: Actor, **result: str) -> None:
    """Say in the operation's own transaction what its request led to. Does nothing for a request without a key.

    Raises Conflict ``request_in_progress`` if the key was taken over meanwhile and answered: then nothing of this
    run may be committed.
    """
    if actor.request is None:
        return
    if not work.answers.finish(actor.request, result):
        raise _in_progress()


def settle(services: Services, request: RequestKey, result: Mapping[str, str]) -> None:
    """Keep the result of a request that had nothing to change, and so committed nothing that could remember it."""
    with services.store.writing() as work:
        if work.answers.finish(request, result):
            work.commit()


def drop(services: Services, request: RequestKey) -> None:
    """Free the key of a request that was refused. What was answered stays answered."""
    with services.store.writing() as work:
        work.answers.drop(request)
        work.commit()


def _in_progress() -> Conflict:
    return Conflict("request_in_progress", "A request with this Idempotency-Key is running; ask again in a moment.")
