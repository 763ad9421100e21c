"""What is away is said to be away, in time, with a reason, and is not asked by more and more threads."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import cast

import pytest

from dam.domain.errors import Unavailable
from dam.operations.health import Check, Probe, Watch, is_ready, probes
from dam.ports.services import Services
from search.errors import SearchUnavailable


def well() -> None:
    """It answers."""


def away() -> None:
    raise Unavailable("objects_unavailable", "The disk is gone.")


def behind() -> None:
    raise SearchUnavailable("index_missing", "There is no index.")


def test_each_says_what_is_wrong_with_it() -> None:
    found = Watch(
        [Probe("database", required=True, ask=well), Probe("index", required=False, ask=behind)],
    ).checks()
    assert found == (Check("database", True), Check("index", False, "index_missing", "There is no index."))
    assert is_ready(found)
    assert not is_ready(Watch([Probe("objects", required=True, ask=away)]).checks())


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """Something that hangs until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_what_hangs_is_away_in_time_and_asked_once(stuck: threading.Event) -> None:
    asked = []

    def hang() -> None:
        asked.append(1)
        stuck.wait(30)

    watch = Watch([Probe("objects", required=True, ask=hang), Probe("database", required=True, ask=well)], patience=0.5)
    began = time.monotonic()
    answers = [watch.checks() for _ in range(2)]
    assert time.monotonic() - began < 25
    assert {each[0].code for each in answers} == {"objects_unavailable"}
    assert {each[1].code for each in answers} == {None}
    assert len(asked) == 1


def test_a_bug_in_a_probe_is_not_health(caplog: pytest.LogCaptureFixture) -> None:
    def bug() -> None:
        raise ZeroDivisionError

    assert not is_ready(Watch([Probe("database", required=True, ask=bug)]).checks())
    assert "ZeroDivisionError" in caplog.text


def test_a_broker_that_listens_is_well_and_one_that_does_not_is_named() -> None:
    nobody = cast("Services", None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert probes(nobody, address)[-1].check() == Check("broker", False)
    found = probes(nobody, address)[-1].check()
    assert (found.code, found.required) == ("broker_unavailable", False)
