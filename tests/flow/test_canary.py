"""Planted secrets appear nowhere: in no log, error, answer, event, task, number, file or list of processes.

Rule: each secret is a text that nothing else has. It is looked for in whatever the service says or writes, not where
one would expect it; what may hold it is named here, with the reason.
"""

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.world import png
from tests.commands.test_up import LONG, Service, until_rendered
from tests.processes import descendants

PASSWORD = "canary-password-8d1f"
WRONG = "canary-wrong-password-77aa"
KEY_SECRET = "canary-bucket-secret-51c9"
DATABASE_SECRET = "canary-database-secret-e2b0"
BROKER_SECRET = "canary-broker-secret-4f6d"

READABLE = (
    "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/me", "/api/v1/users", "/api/v1/tokens",
    "/api/v1/events", "/api/v1/work?state=due", "/api/v1/work?state=set_aside", "/api/v1/assets", "/api/v1/channels",
    "/api/v1/placements", "/api/v1/rollouts",
)  # fmt: skip


class Visitor:
    """Somebody with a browser or a token; ``heard`` is every answer but those that hand out a secret once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.heard: list[str] = []

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str, Any]:
        """Status, text, headers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._service.said["address"] + path, data, headers, method=method)
        if data is not None:
            request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=LONG) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode(), refusal.headers

    def hear(self, method: str, path: str, body: object = None, **headers: str) -> int:
        status, text, found = self.ask(method, path, body, **headers)
        self.heard.append(f"{text}\n{found}")
        return status


def processes(pid: int) -> str:
    """What anybody on the machine sees of the service: the command lines; and what decoders see: their environment."""
    seen = []
    for each in (pid, *descendants(pid)):
        folder = Path(f"/proc/{each}")
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            seen.append(line)
            if "template" in line:
                seen.append((folder / "environ").read_bytes().decode())
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue
    return "\n".join(seen)


def written(home: Path, *but: str) -> bytes:
    """Every byte of every file of the home, but for these files."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name not in but)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    one = Service(tmp_path / "home", DAM_LOG_LEVEL="debug", DAM_LOG_FORMAT="json")
    yield one
    one.close()


def test_no_secret_of_people_and_programs_is_seen_anywhere(service: Service) -> None:
    """Passwords, tokens, sign-in links, sessions: right ones, wrong ones, revoked ones."""
    visitor = Visitor(service)
    admin = (service.home / "token").read_text().strip()
    bearer = {"Authorization": f"Bearer {admin}"}
    link = service.said["link"].partition("#")[2]

    assert (
        visitor.hear("POST", "/api/v1/users", {"name": "ann", "role": "manager", "password": PASSWORD}, **bearer) == 201
    )
    assert visitor.hear("POST", "/api/v1/sessions", {"name": "ann", "password": WRONG}) == 401
    assert visitor.hear("POST", "/api/v1/sessions", {"link": link + "x"}) == 401
    status, text, headers = visitor.ask("POST", "/api/v1/sessions", {"name": "ann", "password": PASSWORD})
    assert status == 201
    cookie = headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    csrf = json.loads(text)["csrf"]
    status, text, _ = visitor.ask("POST", "/api/v1/tokens", {"name": "robot", "role": "viewer"}, **bearer)
    assert status == 201
    token = json.loads(text)["token"]
    assert visitor.hear("DELETE", f"/api/v1/tokens/{json.loads(text)['id']}", **bearer) == 204
    assert visitor.hear("GET", "/api/v1/me", Authorization=f"Bearer {token}") == 401
    assert visitor.hear("GET", "/api/v1/me", Authorization=f"Bearer {token}x") == 401
    assert visitor.hear("POST", "/api/v1/campaigns", {"name": "x"}, Cookie=f"dam_session={cookie}") == 403
    assert visitor.hear("GET", f"/d/{token}") == 404

    until_rendered(service, service.upload(png())["id"])
    assert {visitor.hear("GET", path, **bearer) for path in READABLE} == {200}
    seen = processes(service.process.pid)
    assert "template" in seen
    assert service.end(signal.SIGTERM) == 0
    logs = service.process.stderr.read() if service.process.stderr else ""
    assert "POST /api/v1/sessions 401" in logs

    for secret in (PASSWORD, WRONG, admin, token, link, cookie, csrf):
        assert len(secret) > 20 or secret.startswith("canary")
        assert secret not in logs
        assert secret not in "".join(visitor.heard)
        assert secret not in seen
    # The local token is for programs on this machine; a session's value against forged requests is no way in by itself.
    files = written(service.home, "token")
    for secret in (PASSWORD, WRONG, admin, token, link, cookie):
        assert secret.encode() not in files


def test_no_secret_of_servers_is_seen_anywhere(tmp_path: Path) -> None:
    """The bucket's key, with a server that is away: in the logs of its failures, its answers, its processes."""
    url = f"s3://canary:{KEY_SECRET}@127.0.0.1:9/dam?secure=false"
    service = Service(tmp_path / "home", DAM_OBJECTS_URL=url, DAM_LOG_LEVEL="debug", DAM_LOG_FORMAT="json")
    try:
        visitor = Visitor(service)
        bearer = {"Authorization": f"Bearer {(service.home / 'token').read_text().strip()}"}
        assert visitor.hear("GET", "/readyz") == 503
        with pytest.raises(urllib.error.HTTPError) as refusal:
            service.upload()
        with refusal.value as answer:
            visitor.heard.append(answer.read().decode())
            assert answer.code == 503
        for path in READABLE[2:]:
            visitor.hear("GET", path, **bearer)
        seen = processes(service.process.pid)
        assert service.end(signal.SIGTERM) == 0
        assert service.process.stderr is not None
        logs = service.process.stderr.read()
        assert "objects_unavailable" in logs
        for place in (logs, "".join(visitor.heard), seen):
            assert KEY_SECRET not in place
        assert KEY_SECRET.encode() not in written(service.home)
    finally:
        service.close()


@pytest.mark.parametrize("command", ["up", "doctor", "backup"])
@pytest.mark.parametrize(
    "settings",
    [
        {"DAM_DATABASE_URL": f"postgresql://dam:{DATABASE_SECRET}@127.0.0.1:9/dam"},
        {"DAM_DATABASE_URL": f"postgresql://dam:{DATABASE_SECRET}@[127.0.0.1:9/dam"},
        {"DAM_OBJECTS_URL": f"s3://key:{KEY_SECRET}@127.0.0.1:x/dam"},
        {"DAM_BROKER_URL": f"carrier-pigeon://dam:{BROKER_SECRET}@127.0.0.1:9//"},
    ],
    ids=["database away", "database misspelt", "bucket misspelt", "broker unknown"],
)
def test_no_complaint_of_a_command_has_a_secret(tmp_path: Path, command: str, settings: dict[str, str]) -> None:
    arguments = [command, str(tmp_path / "backup")] if command == "backup" else [command]
    process = subprocess.run(
        [*Service.program, *arguments],
        env={"DAM_HOME": str(tmp_path / "home"), "PORT": "0", "DAM_LOG_LEVEL": "debug", **settings},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    said = process.stdout + process.stderr
    assert said
    assert "Traceback" not in said
    for secret in (DATABASE_SECRET, KEY_SECRET, BROKER_SECRET):
        assert secret not in said
