"""Where the servers are, and a report of which tests ran on which.

Rule: a server that was not started fails the test that asks for it; nothing is skipped.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from dam.objects.bucket import Bucket
from dam.objects.s3 import S3Objects
from tests.stack.run import REPORT
from tests.stack.servers import variable
from tests.stack.suites.buckets import Server, server_of
from tests.stack.suites.lengths import FIGURES
from tests.web.conftest import browser

__all__ = ["browser"]  # one for all suites: Playwright does not start twice in a process

_asked: dict[str, set[str]] = defaultdict(set)
_ended: set[str] = set()
_skipped: list[str] = []


class Stack:
    """The servers, as one test sees them."""

    def __init__(self, test: str) -> None:
        self._test = test

    def url(self, server: str) -> str:
        """Where it is; the test counts as one that ran on it."""
        found = os.environ.get(variable(server))
        assert found, f"{server} is not running: use python -m tests.stack.run"
        _asked[server].add(self._test)
        return found


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> Stack:
    return Stack(request.node.nodeid)


@pytest.fixture(params=["minio", "versitygw"])
def server(request: pytest.FixtureRequest, stack: Stack) -> Server:
    """A bucket of the test's own, on each S3 server."""
    return server_of(request.param, stack.url(request.param))


@pytest.fixture
def bucket(server: Server) -> Bucket:
    return Bucket(server.address)


@pytest.fixture
def s3(bucket: Bucket) -> S3Objects:
    return S3Objects(bucket)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)
    elif report.when == "call":
        _ended.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A whole file may be skipped, too."""
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish() -> None:
    if file := os.environ.get(REPORT):
        ran = {server: len(tests & _ended) for server, tests in _asked.items()}
        Path(file).write_text(json.dumps({"ran": ran, "skipped": _skipped, "figures": FIGURES}))
