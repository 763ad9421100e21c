"""Which request the present work is for: its id, from the request's first log line to that of the last task that
follows from it.

Rule: carried beside the arguments, since nothing that is decided depends on it; whoever begins a piece of work begins
it anew. The store writes it beside events and jobs, the logs beside each line. Must not: be a secret, or be trusted.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

HEADER = "X-Request-Id"

_current: ContextVar[str | None] = ContextVar("request_id", default=None)
_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)


def current() -> str | None:
    """The id of the request that this is done for; None for what the service does by itself."""
    return _current.get()


def accepted(given: str | None) -> str | None:
    """An id that came from outside, if it may go into logs and rows as it is."""
    return given if given is not None and _GIVEN.fullmatch(given) else None


def begin(request_id: str | None) -> Token[str | None]:
    """From here on, in this thread, it is done for this request; ``end`` takes what this returns."""
    return _current.set(request_id)


def end(before: Token[str | None]) -> None:
    """It was as it was before ``begin``."""
    _current.reset(before)


@contextmanager
def request(request_id: str | None) -> Iterator[None]:
    """What is done within is done for this request."""
    before = begin(request_id)
    try:
        yield
    finally:
        end(before)
