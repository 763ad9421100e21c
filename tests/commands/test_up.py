"""The service as a person starts it: it says where it is before it answers, does its work, stops cleanly, and leaves
nothing running however it ends.
"""

import fcntl
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from dam.store.work import open_store
from tests.api.world import png
from tests.processes import Watched, descendants

PROGRAM = [sys.executable, "-c", "from dam.cli import main; main()"]
LONG = 120.0
"""Seconds that nothing takes which ends at all, on however slow a machine."""


class Service:
    """``dam up``, or another command that serves, in a process of its own; ``first`` are commands that end before."""

    program = PROGRAM

    def __init__(self, home: Path, command: str = "up", first: Sequence[str] = (), **settings: str) -> None:
        self.home = home
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
        self.environment = {**environment, "DAM_HOME": str(home), "PORT": "0", "DAM_STOP_SECONDS": "60", **settings}
        for each in first:
            subprocess.run([*self.program, each], env=self.environment, check=True, capture_output=True)
        self.process = self.run(command, "--json")
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        # Most tests read at the end what it has said; a talkative one would wait for them with the usual 64 KiB.
        fcntl.fcntl(self.process.stderr, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.said: dict[str, Any] = json.loads(self.process.stdout.readline())

    def run(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def get(self, path: str) -> Any:
        """The JSON of a GET; waits for the server, whose socket listens already."""
        return self._ask(urllib.request.Request(self.said["address"] + path))

    def until_ready(self) -> None:
        """Ask until it is: a busy machine may not answer one question of the first moments in time."""
        end = time.monotonic() + LONG
        while True:
            try:
                assert self.get("/readyz")["status"] == "ready"
                return
            except urllib.error.HTTPError as refused:
                refused.close()
            assert time.monotonic() < end, "it does not become ready"
            select.select([], [], [], 0.05)

    def upload(self, data: bytes = png()) -> Any:
        head = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        body = head + data + b"\r\n--x--\r\n"
        headers = {"content-type": "multipart/form-data; boundary=x"}
        return self._ask(urllib.request.Request(f"{self.said['address']}/api/v1/assets", body, headers))

    def _ask(self, request: urllib.request.Request) -> Any:
        request.add_header("authorization", f"Bearer {(self.home / 'token').read_text().strip()}")
        with urllib.request.urlopen(request, timeout=LONG) as answer:
            return json.loads(answer.read())

    def end(self, number: signal.Signals) -> int:
        """Send the signal; returns the exit code. Nothing of the service runs afterwards."""
        watched = Watched(descendants(self.process.pid))
        self.process.send_signal(number)
        code = self.process.wait(LONG)
        assert watched.ended(LONG), "a child outlived the supervisor"
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGKILL)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    one = Service(tmp_path / "home")
    yield one
    one.close()


def until_at_rest(service: Service) -> None:
    """Looks until there is no work: a rendition leaves some behind."""
    store = open_store(f"sqlite:///{service.home / 'dam.sqlite'}")
    try:
        end = time.monotonic() + 2 * LONG
        while True:
            with store.reading() as work:
                if not any(work.jobs.counts().values()):
                    return
            assert time.monotonic() < end, "work is left"
            select.select([], [], [], 0.05)
    finally:
        store.dispose()


def until_rendered(service: Service, asset_id: str) -> None:
    """Follows the feed until the asset's renditions are there."""
    end = time.monotonic() + 2 * LONG
    while True:
        events = service.get(f"/api/v1/events?asset={asset_id}")["data"]
        if any(event["type"] == "version.rendered" for event in events):
            return
        assert time.monotonic() < end, "nothing was rendered"
        select.select([], [], [], 0.05)


def test_the_web_server_alone_stops_cleanly(tmp_path: Path) -> None:
    service = Service(tmp_path / "home")
    try:
        assert service.end(signal.SIGTERM) == 0
        service.close()
        (service.home / "token").unlink()
        service.process = service.run("serve", "--json")
        assert service.process.stdout is not None
        service.said = json.loads(service.process.stdout.readline())
        service.until_ready()
        assert service.get("/api/v1/me")["role"] == "admin", "programs on this machine find no token"
        assert service.end(signal.SIGTERM) == 0
        assert service.process.stderr is not None
        assert "Traceback" not in service.process.stderr.read()
    finally:
        service.close()


def test_web_server_and_worker_alone_make_what_they_need(tmp_path: Path) -> None:
    """As on several machines: nobody has ever run ``dam up`` here."""
    service = Service(tmp_path / "home", "serve", ["migrate"])
    worker = service.run("worker")
    try:
        until_rendered(service, service.upload()["id"])
        until_at_rest(service)
        assert service.get("/api/v1/assets?q=a.png")["total"] == 1
        worker.send_signal(signal.SIGTERM)
        assert (worker.wait(LONG), service.end(signal.SIGTERM)) == (0, 0)
    finally:
        if worker.poll() is None:
            worker.kill()
            worker.wait()
        worker.communicate()
        service.close()


def test_up_works_and_stops_cleanly(service: Service) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sign-in#[\w-]{40,}", service.said["link"])
    service.until_ready()
    assert (service.home / "address").read_text().strip() == service.said["address"]
    assert (service.home / "token").stat().st_mode & 0o777 == 0o600

    second = service.run("up")
    _, complaint = second.communicate(timeout=LONG)
    assert (second.returncode, complaint.split(":")[0]) == (1, "home_in_use")

    until_rendered(service, service.upload()["id"])
    assert len(descendants(service.process.pid)) >= 3  # web, the worker, its template
    assert service.end(signal.SIGINT) == 0
    assert not (service.home / "address").exists()
    checked = service.run("fsck", "--full", "--json")
    report, _ = checked.communicate(timeout=LONG)
    assert (checked.returncode, json.loads(report)["findings"]) == (0, [])


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_goes_on(service: Service) -> None:
    asset_id = service.upload()["id"]
    service.end(signal.SIGKILL)
    with open_store(f"sqlite:///{service.home / 'dam.sqlite'}").writing() as work:
        # As if the worker had been in the middle of it: leased for long, and nobody alive to finish.
        work.jobs.enqueue("index", {})
        work.jobs.lease(["index"], work.now(), work.now().replace(year=2100), 9)
        work.commit()
    again = Service(service.home)
    assert again.said["link"] is None
    until_rendered(again, asset_id)
    until_at_rest(again)
    assert again.end(signal.SIGTERM) == 0
    with open_store(f"sqlite:///{service.home / 'dam.sqlite'}").reading() as work:
        assert work.jobs.counts() == {"due": 0, "leased": 0, "set_aside": 0, "unnumbered": 0}
    again.close()


def test_a_crashed_child_is_started_again(service: Service) -> None:
    service.until_ready()
    crashed = Watched(descendants(service.process.pid))
    crashed.kill()
    assert crashed.ended(LONG)
    service.until_ready()
    assert service.end(signal.SIGTERM) == 0


def complaint(tmp_path: Path, **variables: str) -> tuple[int, str]:
    """Exit code and standard error of a start that is refused."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
    environment |= {"DAM_HOME": str(tmp_path / "home"), **variables}
    ended = subprocess.run([*PROGRAM, "up"], env=environment, capture_output=True, text=True, timeout=LONG, check=False)
    return ended.returncode, ended.stderr


def test_a_taken_port_is_a_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = complaint(tmp_path, PORT=str(taken.getsockname()[1]))
    assert (code, said.split(":")[0]) == (1, "address_in_use")


def test_a_misspelt_setting_is_a_clear_error(tmp_path: Path) -> None:
    said = "settings_invalid: There is no setting DAM_HOEM. Did you mean DAM_HOME?\n"
    assert complaint(tmp_path, DAM_HOEM="x") == (1, said)


def test_an_adapter_that_there_is_not_is_a_clear_error(tmp_path: Path) -> None:
    code, said = complaint(tmp_path, PORT="0", DAM_BROKER_URL="sqs://:hunter2@localhost")
    assert (code, "supported now: embedded://, amqp://…, redis://…" in said, "hunter2" in said) == (1, True, False)
