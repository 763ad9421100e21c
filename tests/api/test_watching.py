"""What whoever runs the service can see of it: numbers that add up, and one id from a request to its last task."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from config import logging as logs
from dam.api.context import SANDBOX
from dam.operations.ids import new_id
from dam.ports.media import MediaUnavailable
from dam.tracing import HEADER
from tests.api.world import World, png
from tests.workers.world import Painter
from workers import relay
from workers.drain import drain

DOCUMENT = Path(__file__).parents[2] / "docs" / "operate.md"
ID = "from-the-proxy-1"

Lines = Callable[[], list[dict[str, object]]]
Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def numbers(world: World) -> Numbers:
    answer = world.call("GET", "/metrics", "viewer")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labelled(found: Numbers, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


def test_what_waits_is_counted(world: World) -> None:
    world.upload(png())
    found = numbers(world)
    assert labelled(found, "dam_outbox_events") > 0
    assert labelled(found, "dam_index_behind_assets") == 1
    assert labelled(found, "dam_deliveries", state="due") == 0
    assert labelled(found, "dam_uploads", state="open") == 0
    assert world.post("uploads", {"filename": "a.png", "size": 9}).status_code == 201
    assert labelled(numbers(world), "dam_uploads", state="open") == 1
    relay.number(world.services.store)
    found = numbers(world)
    assert labelled(found, "dam_outbox_events") == 0
    assert labelled(found, "dam_jobs", task="render", state="due") == 1
    assert labelled(found, "dam_job_oldest_seconds", task="render", state="due") >= 0
    assert labelled(found, "dam_events_total") > 0

    world.time.move(100)
    assert labelled(numbers(world), "dam_job_oldest_seconds", task="render", state="due") == 100
    drain(world.services, Painter())
    found = numbers(world)
    assert not [key for key in found if key[0] == "dam_jobs"]
    assert labelled(found, "dam_index_behind_assets") == 0
    for task in ("render", "index"):
        assert labelled(found, "dam_task_duration_seconds_count", task=task, outcome="done") >= 1
        assert labelled(found, "dam_task_duration_seconds_bucket", task=task, outcome="done", le="+Inf") >= 1


def test_a_task_that_fails_is_counted_as_that(world: World) -> None:
    world.upload(png())
    drain(world.services, Painter(MediaUnavailable("away")))
    found = numbers(world)
    assert labelled(found, "dam_task_duration_seconds_count", task="render", outcome="failed") == 1
    assert labelled(found, "dam_jobs", task="render", state="due") == 1


def test_requests_are_counted_by_their_route_and_never_by_what_was_asked(world: World) -> None:
    for _ in range(3):
        world.call("GET", f"assets/{new_id()}")
    world.call("GET", "/no/such/secret-address")
    world.app.test_client().open("/healthz", method="BREW")
    found = numbers(world)
    count = "dam_http_request_duration_seconds_count"
    assert labelled(found, count, route="/api/v1/assets/<id:asset_id>", method="GET", status="4xx") == 3
    assert labelled(found, count, route="none", method="GET", status="4xx") == 1
    text = world.call("GET", "/metrics", "viewer").text
    assert "secret-address" not in text
    assert "BREW" not in text


def test_nobody_reads_the_numbers_without_a_token(world: World) -> None:
    assert world.call("GET", "/metrics", None).status_code == 401


def test_how_far_decoders_are_confined_is_told(world: World) -> None:
    world.app.config[SANDBOX] = "seccomp"
    assert labelled(numbers(world), "dam_sandbox_info", level="seccomp") == 1


def test_each_number_is_told_of(world: World) -> None:
    world.upload(png())
    drain(world.services, Painter())
    text = world.call("GET", "/metrics", "viewer").text
    there = set(re.findall(r"^# TYPE (dam_\w+)", text, re.MULTILINE))
    told = set(re.findall(r"^\| `(dam_\w+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    assert there == told


# One id from a request to its last task.


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """The log since the last call, as a machine reads it; the first call sets it up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def read() -> list[dict[str, object]]:
        if root.handlers == handlers:
            logs.configure("json", "debug")
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_id_goes_from_the_request_into_the_logs_of_its_tasks(world: World, lines: Lines) -> None:
    lines()
    answer = world.upload(png(), headers={HEADER: ID})
    assert (answer.status_code, answer.headers[HEADER]) == (201, ID)
    assert {line["request_id"] for line in lines()} == {ID}

    drain(world.services, Painter(RuntimeError("a bug")))
    failed = [line for line in lines() if line["event"] == "job failed"]
    assert [line["request_id"] for line in failed] == [ID]


def test_what_the_service_does_by_itself_has_no_id_of_somebody(world: World, lines: Lines) -> None:
    lines()
    world.app.test_client().get("/healthz", headers={HEADER: ID})
    lines()
    logging.getLogger("dam").warning("by itself")
    assert [line.get("request_id") for line in lines()] == [None]


@pytest.mark.parametrize("given", ["short", "x" * 65, "a line; break", "dam_secret_token", "under_score_1", ""])
def test_an_id_that_could_do_harm_is_replaced(world: World, given: str) -> None:
    answer = world.app.test_client().get("/healthz", headers={HEADER: given})
    assert answer.headers[HEADER] != given
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers[HEADER])


def test_a_failure_of_the_service_names_where_to_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*args: object) -> None:
        raise RuntimeError

    world.app.testing = False
    monkeypatch.setattr("dam.operations.read.asset", bug)
    answer = world.call("GET", f"assets/{new_id()}")
    assert answer.status_code == 500
    assert answer.json["request_id"] == answer.headers[HEADER]  # type: ignore[index]
