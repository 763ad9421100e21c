"""The OpenAPI document is valid, whole, and says the truth about paths, errors and content types."""

import re
from typing import Any

from openapi_spec_validator import validate

from tests.api.world import World

METHODS = {"get", "post", "patch", "delete", "put"}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path, operation) of all."""
    return [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_the_document_is_valid_openapi_3_1(world: World) -> None:
    document = world.get("openapi.json", role=None)
    assert document["openapi"] == "3.1.0"
    assert "servers" not in document
    validate(document)


def test_every_route_of_the_app_is_documented(world: World) -> None:
    documented = {(method, path) for method, path, _ in operations(world.document)}
    served = {
        (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in world.app.url_map.iter_rules()
        if not rule.endpoint.startswith("pages.")
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert served - documented == {("GET", "/api/v1/openapi.json")}
    assert documented <= served


def test_every_error_is_documented_as_a_problem(world: World) -> None:
    document = world.document
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "304" or int(status) < 400:
                continue
            named = response["$ref"].rpartition("/")[2]
            content = document["components"]["responses"][named]["content"]
            assert list(content) == ["application/problem+json"], (method, path, status)


def test_no_status_is_left_to_a_default_response(world: World) -> None:
    for method, path, operation in operations(world.document):
        assert all(status.isdigit() for status in operation["responses"]), (method, path)
        assert {"500", "422"} <= set(operation["responses"])


def test_changes_name_their_revision_and_posts_take_a_key(world: World) -> None:
    for method, path, operation in operations(world.document):
        headers = {each["name"]: each["required"] for each in operation.get("parameters", []) if each["in"] == "header"}
        if method == "PATCH":
            assert headers["If-Match"] is True, path
        if method == "POST" and path != "/api/v1/sessions":
            assert headers["Idempotency-Key"] is False, path
