"""The OpenAPI 3.1 document, made from the declared routes.

Rule: nothing is documented here that a route does not declare, and every error is documented as problem+json.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import flask_smorest  # type: ignore[import-untyped]
from flask import Flask, json
from flask_smorest.utils import prepare_response  # type: ignore[import-untyped]
from werkzeug.routing import BaseConverter, Map

from dam.api import problems
from dam.api.answers import Problem
from dam.api.credentials import COOKIE

TITLE = "Digital asset management"
NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED, HTTPStatus.TEMPORARY_REDIRECT})


class IdConverter(BaseConverter):
    """A UUID in its canonical spelling; anything else is an address where nothing is."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    shape: dict[str, object] = {"type": "string", "format": "uuid", "pattern": f"^{regex}$"}  # noqa: RUF012


class NumberConverter(BaseConverter):
    """A number from 1 on that every database can hold."""

    regex = "[1-9][0-9]{0,8}"
    shape: dict[str, object] = {"type": "integer", "minimum": 1, "maximum": 999_999_999}  # noqa: RUF012

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: object) -> str:
        """Its digits."""
        return str(value)


class WordConverter(BaseConverter):
    """A name or key that we gave: small letters, digits and hyphens."""

    regex = "[a-z0-9][a-z0-9-]{0,63}"
    shape: dict[str, object] = {"type": "string", "pattern": f"^{regex}$"}  # noqa: RUF012


class FileConverter(BaseConverter):
    """The name of a file that we gave: a word and an ending."""

    regex = "[a-z0-9][a-z0-9-]{0,63}[.][a-z0-9]{1,8}"
    shape: dict[str, object] = {"type": "string", "pattern": f"^{regex}$"}  # noqa: RUF012


CONVERTERS = {"id": IdConverter, "number": NumberConverter, "word": WordConverter, "file": FileConverter}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest with our errors."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None  # every status is declared, so that an undeclared one can be noticed

    def _register_error_handlers(self) -> None:
        """The app has its handlers already; it may be serving by now."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status not in NO_BODY:
                response["schema"] = Problem
            prepare_response(response, self.spec, problems.MEDIA_TYPE)
            self.spec.components.response(status.name, response, lazy=True)


def converters(url_map: Map) -> None:
    """Let rules name our kinds of path parts."""
    url_map.converters = {**url_map.converters, **CONVERTERS}


def text(app: Flask, version: str, blueprints: Iterable[Any]) -> str:
    """The whole document as JSON. It takes a quarter of a second to make, so nobody makes it before it is asked for."""
    api = _start(app, version)
    for blueprint in blueprints:
        name = blueprint.name
        blueprint.register_views_in_doc(api, app, api.spec, name=name, parameters=None)
        api.spec.tag({"name": name, "description": blueprint.description})
    return json.dumps(api.spec.to_dict())


def _start(app: Flask, version: str) -> Api:
    api = Api(app, spec_kwargs={"title": TITLE, "version": version, "openapi_version": "3.1.0"})
    for converter in CONVERTERS.values():
        api.register_converter(converter, lambda found: dict(found.shape))
    schemes = api.spec.components
    schemes.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "dam_…"})
    schemes.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    return api
