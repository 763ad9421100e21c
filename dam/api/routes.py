"""How a route is declared: its method, the role it needs, what it takes, what it answers. Checked, and documented, from
the same declaration.

Rule: a route is public only if it says so; a request's role is checked before its body is read; names that are not
declared are refused. Every status that a route can answer is in its declaration, or follows from it here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

import flask_smorest  # type: ignore[import-untyped]
from flask import Response, request
from marshmallow import Schema

from dam.api.context import actor
from dam.api.once import HEADER as IDEMPOTENCY_KEY
from dam.api.parsing import StrictParser, invalid, read_json
from dam.domain import policy
from dam.domain.errors import FieldError

View = TypeVar("View", bound=Callable[..., Any])

BINARY: Mapping[str, object] = {"type": "string", "format": "binary"}


class NoQuery(Schema):
    """No query at all."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a route is. ``needs``: the action that the policy is asked about; None for public ones. ``fails``: the
    statuses beyond those that every route has. ``form``: multipart, parsed by the view; ``raw``: bytes, read by it.
    ``files``: answers bytes of these media types. ``tagged``: carries an ETag; ``guarded``: ``required`` or
    ``optional`` If-Match.
    """

    method: str
    rule: str
    needs: str | None
    answers: type[Schema] | Schema | None = None
    status: int = 200
    body: type[Schema] | None = None
    query: type[Schema] = NoQuery
    fails: tuple[int, ...] = ()
    form: type[Schema] | None = None
    raw: bool = False
    files: tuple[str, ...] = ()
    tagged: bool = False
    guarded: str | None = None
    once: bool = True
    open: bool = False
    """Answered to anybody."""


class _Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = StrictParser()


class Routes:
    """One kind of thing and its routes."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = _Blueprint(name, __name__, description=description)
        self.public: set[str] = set()

    def on(self, route: Route) -> Callable[[View], View]:
        """Declare a view: it gets the path's parts, then ``query`` and ``body`` where those are declared."""

        def declare(view: View) -> View:
            if route.open:
                self.public.add(f"{self.blueprint.name}.{view.__name__}")
            self.blueprint.route(route.rule, methods=[route.method])(self._wrapped(route, view))
            return view

        return declare

    def _wrapped(self, route: Route, view: Callable[..., Any]) -> Callable[..., Any]:
        blueprint, wrapped = self.blueprint, _without_query(route, view)
        if route.body is not None:
            wrapped = blueprint.arguments(
                route.body, location="json", arg_name="body", required=_has_required(route.body)
            )(wrapped)
        # An instance: of a class a new one would be made for each request.
        wrapped = blueprint.arguments(route.query(), location="query", arg_name="query")(wrapped)
        wrapped = _checked(route, wrapped)
        for media_type in route.files:
            for status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                told = blueprint.alt_response(status, schema=dict(BINARY), content_type=media_type)
                wrapped = _noted(told, wrapped)
        if not route.files:
            wrapped = blueprint.response(route.status, route.answers, headers=_headers(route))(wrapped)
        for failure in sorted({*_implied(route), *route.fails}):
            wrapped = _noted(blueprint.alt_response(failure, HTTPStatus(failure).name), wrapped)
        documented: Any = blueprint.doc(**_notes(route))(wrapped)
        documented._apidoc["arguments"]["parameters"] += _header_parameters(route)  # noqa: SLF001 - smorest's own hook
        return cast("Callable[..., Any]", documented)


def _noted(told: Callable[[Any], Any], view: Callable[..., Any]) -> Callable[..., Any]:
    """What smorest's decorator says of the view, without the layer that it puts around each call: there are some twenty
    to a route of files, and together they cost more than asking the database who is there."""
    noted: Any = view
    noted._apidoc = told(view)._apidoc  # noqa: SLF001 - smorest's own hook
    return view


def _without_query(route: Route, view: Callable[..., Any]) -> Callable[..., Any]:
    """Views of routes without a query don't have to take one."""

    @wraps(view)
    def wrapper(*args: object, query: dict[str, object], **kwargs: object) -> object:
        if route.query is not NoQuery:
            kwargs["query"] = query
        return view(*args, **kwargs)

    return wrapper


def _checked(route: Route, view: Callable[..., Any]) -> Callable[..., Any]:
    """Ask the policy before anything of the request is parsed; the operation asks again."""

    @wraps(view)
    def wrapper(*args: object, **kwargs: object) -> object:
        if route.needs is not None:
            policy.require(actor(), route.needs)
        if route.body is None and route.form is None and not route.raw:
            _refuse_body()
        return view(*args, **kwargs)

    return wrapper


def _refuse_body() -> None:
    """Where nothing can be said, an empty body or an empty object is all that may be said."""
    if request.method in ("POST", "PUT", "PATCH", "DELETE") and request.content_length not in (None, 0):
        said = read_json(request)
        if said:
            raise invalid((FieldError("", "unknown", "This request takes no body."),))


def _has_required(body: type[Schema]) -> bool:
    return any(each.required for each in body().fields.values())


def _implied(route: Route) -> set[int]:
    """What follows from the declaration: strict parsing, credentials, the path, the body, the service's own limits."""
    found = {400, 422, 500, 503}
    if not route.open:
        found |= {401, 403}
    if "<" in route.rule:
        found.add(404)
    if route.files:
        found |= {304, 307, 404, 416}
    if route.method != "GET":
        found |= {413, 415, 507}
    if route.method == "POST" and route.once and not route.open:
        found.add(409)
    if route.guarded is not None:
        found.add(412)
    if route.guarded == "required":
        found.add(428)
    return found


def _headers(route: Route) -> dict[str, object] | None:
    headers: dict[str, object] = {}
    if route.status == HTTPStatus.CREATED:
        headers["Location"] = _header("Where the new thing is.")
    if route.tagged:
        headers["ETag"] = _header("What If-Match has to name in a change.")
    return headers or None


def _header(description: str) -> dict[str, object]:
    return {"description": description, "schema": {"type": "string"}}


def _notes(route: Route) -> dict[str, Any]:
    notes: dict[str, Any] = {"x-action": route.needs or "public"}
    notes["security"] = [] if route.open else [{"bearer": []}, {"session": []}]
    if route.form is not None:
        notes["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": route.form}}}
    if route.raw:
        content = {"application/octet-stream": {"schema": dict(BINARY)}}
        notes["requestBody"] = {"required": True, "content": content}
    return notes


def _header_parameters(route: Route) -> list[dict[str, object]]:
    found = []
    if route.method == "POST" and route.once and not route.open:
        found.append(_parameter(IDEMPOTENCY_KEY, {"type": "string", "pattern": "^[!-~]{1,200}$"}, required=False))
    if route.guarded is not None:
        found.append(_parameter("If-Match", {"type": "string"}, required=route.guarded == "required"))
    if route.files:
        conditions = ("Range", "If-None-Match", "If-Range")
        found += [_parameter(name, {"type": "string"}, required=False) for name in conditions]
    return found


def _parameter(name: str, schema: dict[str, object], *, required: bool) -> dict[str, object]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def created(body: object, location: str, **headers: str) -> tuple[object, dict[str, str]]:
    """What a view returns for a new thing."""
    return body, {"Location": location, **headers}


def no_content() -> Response:
    """204: done, and nothing to say."""
    return Response(status=HTTPStatus.NO_CONTENT)
