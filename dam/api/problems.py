"""Errors as problem+json (RFC 9457): the one table from a refusal's class to its status.

Rule: nothing else in the API chooses a status for an error. What a refusal says is taken from it as it is; what went
wrong inside the service is logged and never shown.
"""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, current_app, json
from werkzeug.exceptions import HTTPException

from dam import tracing
from dam.domain import errors
from dam.domain.errors import DamError, FieldError
from dam.ports.channel import ChannelError, InvalidConfig, InvalidRemote
from search.errors import PageError, QueryError, SearchError, SearchUnavailable

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[Exception], HTTPStatus] = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    QueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    SearchUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidConfig: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidRemote: HTTPStatus.UNPROCESSABLE_ENTITY,
    ChannelError: HTTPStatus.CONFLICT,
}

HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}

_OWN = frozenset({"type", "title", "status", "detail", "code", "errors"})


def install(app: Flask) -> None:
    """Answer every error of this app as a problem."""
    for kind in (DamError, SearchError, ChannelError):
        app.register_error_handler(kind, refused)
    app.register_error_handler(HTTPException, of_framework)


def refused(error: DamError | SearchError | ChannelError) -> Response:
    """The answer to a refusal, or to something that is not available."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # What is away says so in its sentence, at each request; a trace belongs to what nobody expected.
        expected = status == HTTPStatus.SERVICE_UNAVAILABLE
        current_app.logger.error("%s", error, exc_info=None if expected else error)
    if isinstance(error, DamError):
        return problem(status, error.code, error.detail, error.errors, error.extra)
    return problem(status, error.code, error.detail, extra=_found(error))


def of_framework(error: HTTPException) -> Response:
    """What Flask and Werkzeug themselves refuse: no such route, no such method, a body that is no HTTP, a bug."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    code = _CODES.get(status, status.phrase.lower().replace(" ", "_"))
    detail = _DETAILS.get(status) or str(error.description or status.phrase)
    answer = problem(status, code, detail)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
}
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know this method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is larger than this service takes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong inside the service; its log says what.",
}


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    fields: tuple[FieldError, ...] = (),
    extra: Mapping[str, object] | None = None,
) -> Response:
    """One problem; ``extra`` members are beside the standard ones."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        "errors": [{"field": each.field, "code": each.code, "detail": each.detail} for each in fields],
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and (request_id := tracing.current()):
        body["request_id"] = request_id  # where to look in the logs
    body.update({name: value for name, value in (extra or {}).items() if name not in _OWN})
    return Response(json.dumps(body), int(status), HEADERS.get(status), content_type=MEDIA_TYPE)


def _found(error: SearchError | ChannelError) -> dict[str, object]:
    if isinstance(error, QueryError):
        return {"position": error.position, "found": error.found, "expected": list(error.expected)}
    return {}
