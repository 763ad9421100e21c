"""What comes in as JSON or in a query, read strictly: unknown names, wrong types and impossible text are refused.

Rule: every refusal is ``Invalid`` with the fields' names, before anything else is looked at. Text that a database
can't hold (NUL, half a surrogate pair) never gets further than this file.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask
import marshmallow
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from dam.domain.errors import FieldError, Invalid

MAX_JSON = 1 << 20
MAX_ERRORS = 50


class StrictParser(FlaskParser):
    """webargs with unknown names refused everywhere, and errors as ours."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs' own name and type
        "json": marshmallow.RAISE,
        "query": marshmallow.RAISE,
    }

    def parse(self, argmap: Any, req: flask.Request | None = None, *, location: str | None = None, **more: Any) -> Any:
        """As webargs does; what is not there, and may not be, needs no reading: that would cost as much as a query."""
        if location == "query" and not argmap.fields and not flask.request.query_string:
            return {}
        return super().parse(argmap, req, location=location, **more)

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """The body as JSON; no body at all is an empty object for whoever requires nothing."""
        return read_json(req)

    def load_querystring(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """The query; each text is checked."""
        for name, value in req.args.items(multi=True):
            check_text(name, "query")
            check_text(value, name)
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: flask.Request,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise Invalid ``invalid_request`` with each field that is wrong."""
        places: Any = error.messages
        raise invalid(tuple(fields_of(places)))


def read_json(request: flask.Request) -> Any:
    """The body's value. Raises BadRequest where it is no JSON, UnsupportedMediaType, Invalid for impossible text."""
    body = request.get_data(cache=True)
    if not body:
        return missing
    if not request.is_json:
        raise UnsupportedMediaType("The body must be application/json.")
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.") from error
    for where, text in _texts(value, ""):
        check_text(text, where)
    return value


def load_form(schema: type[marshmallow.Schema], values: Mapping[str, list[str]], several: tuple[str, ...] = ()) -> Any:
    """The texts of a form by its schema; only the names in ``several`` may be given more than once. Raises Invalid."""
    twice = [name for name, found in values.items() if len(found) > 1 and name not in several]
    if twice:
        raise invalid(tuple(FieldError(name, "repeated", "It may be given once.") for name in twice))
    said = {name: found if name in several else found[0] for name, found in values.items()}
    try:
        return schema(unknown=marshmallow.RAISE).load(said)
    except marshmallow.ValidationError as error:
        raise invalid(tuple(fields_of(error.messages))) from error


def invalid(errors: tuple[FieldError, ...]) -> Invalid:
    """One refusal for all fields that are wrong."""
    first = errors[0] if errors else FieldError("", "invalid", "It can't be understood.")
    return Invalid("invalid_request", f"{first.field}: {first.detail}", errors=errors[:MAX_ERRORS])


def check_text(text: str, field: str) -> None:
    """Raise Invalid for text that can't be stored or sent: NUL, and half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise invalid((FieldError(field, "invalid_text", "The text has a character that is not text."),))


def fields_of(messages: object, where: str = "") -> Iterator[FieldError]:
    """marshmallow's nested messages as a flat list; ``_schema`` stands for the whole."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            place = where if name in ("_schema", "json", "query", "form") else f"{where}.{name}".lstrip(".")
            yield from fields_of(inner, place)
    elif isinstance(messages, list | tuple):
        for message in messages:
            yield from fields_of(message, where)
    else:
        yield FieldError(where, _code(str(messages)), str(messages))


def _code(message: str) -> str:
    if message == "Unknown field.":
        return "unknown"
    return "missing" if message.startswith("Missing data") else "invalid"


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield where, name
            yield from _texts(inner, f"{where}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
