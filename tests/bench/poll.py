"""What a poll of the events feed costs the web server: a browser with a session that hears that nothing is new.

Rule: measures and returns figures; what is good enough is for whoever asks.
"""

import statistics
import time
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from dam.api.app import create_app
from dam.api.credentials import COOKIE
from dam.domain.principals import SYSTEM
from dam.operations import people, sign_in
from tests.bench.row import Row, folder
from tests.services import services_in


def measure(count: int = 2000) -> list[Row]:
    """The server's own time, from the request's environment to the end of the answer: ``count`` polls, one after the
    other, in this process.
    """
    with folder() as home, services_in(home) as services:
        _, link = people.create_user(services, SYSTEM, "poller", "viewer", None)
        secret = sign_in.redeem(services, link).secret
        with services.store.writing() as work:
            assert work.jobs.relay({}, 1000)
            work.commit()
        app = create_app(services)
        last = _ask(app, _environment(secret, None))
        assert last.startswith("200")
        polls = [_poll(app, secret, '"1"') for _ in range(count)]
    wall, cpu = ([1000 * each[way] for each in polls[count // 10 :]] for way in (0, 1))
    how = f"{count} polls with a session's cookie and If-None-Match, in one process, without the network"
    return [
        Row("GET /events → 304, p50", statistics.median(wall), "ms", how, most=1),
        Row("GET /events → 304, CPU", statistics.median(cpu), "ms", "the processor's part of it"),
    ]


def _poll(app: Flask, secret: str, tag: str) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    environment = _environment(secret, tag)
    wall, cpu = time.perf_counter(), time.thread_time()
    status = _ask(app, environment)
    took = time.perf_counter() - wall, time.thread_time() - cpu
    assert status.startswith("304"), status
    return took


def _environment(secret: str, tag: str | None) -> dict[str, Any]:
    headers = {"Cookie": f"{COOKIE}={secret}", "Accept": "application/json"}
    headers |= {"If-None-Match": tag} if tag else {}
    return EnvironBuilder("/api/v1/events", query_string="after=1", headers=list(headers.items())).get_environ()


def _ask(app: Flask, environment: dict[str, Any]) -> str:
    """The answer's status line, once all of it was taken."""
    said: list[str] = []

    def begin(status: str, headers: object, error: object = None) -> Any:
        said.append(status)
        return said.append

    answer = app.wsgi_app(environment, begin)
    try:
        list(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return said[0]
