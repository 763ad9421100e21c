"""A bounded walk over the whole document with generated requests, good and bad: no 5xx, no status and no content type
that is not documented, and answers of the documented shape. The same requests every time.
"""

import contextlib
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.world import World, png

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3
UNSENT = {"/api/v1/sessions"}
"""Signing in is played by hand: argon2 and the lock-out would only make this slow."""


def operations(world: World) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    found = [cast(Any, result).ok() for result in schema.get_all_operations()]
    return [operation for operation in found if operation.path not in UNSENT]


@pytest.mark.timeout(400)  # twenty seconds on a machine that does nothing else
def test_generated_requests_get_documented_answers(world: World) -> None:
    """Nobody's tokens are revoked on the way: ids are generated or those of real things."""
    real = things(world)
    count = 0
    for operation in operations(world):
        count += 1
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            play(world, operation, mode, real)
    assert count >= 73


def things(world: World) -> dict[str, Any]:
    """Something real for each name in a path, so that more than 404 is seen."""
    asset = world.asset(png(), title="t")
    world.version(asset["id"], png(shade=9))
    world.approve(asset["id"])
    world.post(f"assets/{asset['id']}/publish")
    channel = world.channel()
    placement = world.placement(asset["id"], channel["id"])
    campaign = world.post("campaigns", {"name": "c"}).json or {}
    user = world.post("users", {"name": "u", "role": "viewer"}).json or {}
    token = world.post("tokens", {"name": "t", "role": "viewer"}).json or {}
    upload = world.post("uploads", {"filename": "a", "size": 1}).json or {}
    return {
        "asset_id": asset["id"],
        "upload_id": upload["id"],
        "channel_id": channel["id"],
        "placement_id": placement["id"],
        "campaign_id": campaign["id"],
        "user_id": user["id"],
        "token_id": token["id"],
        "key": asset["key"],
        "recipe": "thumb-256",
        "number": 1,
        "job_id": 1,
        "name": "emblem.png",
    }


def play(world: World, operation: Any, mode: Any, real: dict[str, Any]) -> None:
    """A few requests of one operation."""
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(3)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy, st.booleans())
    def ask(case: Any, exists: bool) -> None:
        if exists:
            case.path_parameters.update({name: real[name] for name in case.path_parameters if name in real})
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {world.secrets['admin']}"}
        answer = case.call(buffered=True)
        case.validate_response(answer, checks=CHECKS)

    if mode == schemathesis.GenerationMode.POSITIVE:
        ask()
        return
    with contextlib.suppress(Unsatisfiable):  # what takes nothing can't be asked wrongly
        ask()
