"""``Idempotency-Key`` on a POST: the same request again gets the same things rendered again, and does nothing.

Rule: every POST with an effect goes through ``once``. What is kept is what ``run`` returns: ids, never a secret.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import request

from dam.api.context import actor, services
from dam.domain.errors import FieldError, Invalid
from dam.domain.principals import Actor, RequestKey
from dam.operations import answers

HEADER = "Idempotency-Key"

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

Result = Mapping[str, str]


def once(run: Callable[[Actor], Result], body_sha256: str | None = None) -> Result:
    """``run``'s result, or that of the same request before. ``body_sha256`` stands for a body that was streamed.

    Raises what ``run`` raises, Invalid ``idempotency_key_invalid`` or ``idempotency_key_reused``, Conflict
    ``request_in_progress``.
    """
    key = request_key(actor())
    if key is None:
        return run(actor())
    kept = answers.begin(services(), key, body_sha256 or _body_sha256())
    if kept is not None:
        return kept
    try:
        result = run(replace(actor(), request=key))
    except BaseException:
        answers.drop(services(), key)
        raise
    answers.settle(services(), key, result)
    return result


def request_key(who: Actor) -> RequestKey | None:
    """The key under which this request runs, if it names one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        detail = "A key has 1 to 200 visible ASCII characters."
        raise Invalid("idempotency_key_invalid", detail, errors=(FieldError(HEADER, "invalid", detail),))
    return RequestKey(who.principal_id, f"{request.method} {request.path}", key)


def _body_sha256() -> str:
    return hashlib.sha256(request.query_string + b"\n" + request.get_data(cache=True)).hexdigest()
