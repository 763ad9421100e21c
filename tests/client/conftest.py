"""A service that answers what a test tells it to, and homes with and without a service that runs in them."""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from dam.cli import main
from dam.client import command
from dam.client.credentials import Access
from dam.client.http import Service

URL = "https://dam.example"
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Fake:
    """Answers by (method, path under /api/v1), and remembers what it was asked."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def on(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> None:
        self.answers[method, path] = lambda request: httpx.Response(status, json=body, headers=headers)

    def bytes_at(self, path: str, content: bytes, headers: Mapping[str, str]) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=httpx.ByteStream(content), headers=headers)

        self.answers["GET", path] = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        return self.answers[request.method, request.url.path.removeprefix("/api/v1")](request)

    def service(self) -> Service:
        return Service(Access(URL, "dam_secret"), httpx.MockTransport(self))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """What every command speaks to."""
    made = Fake()
    monkeypatch.setattr(command, "connect", made.service)
    return made


@pytest.fixture
def dam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command in an empty folder; standard output and error are apart."""
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: str, **more: Any) -> Result:
        return CliRunner().invoke(main, [name, *arguments], prog_name="dam", **more)

    return run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home as a service leaves it; nobody's configuration but the test's."""
    for name in ("DAM_URL", "DAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "address").write_text("http://127.0.0.1:8080\n")
    (folder / "token").write_text("dam_local_admin\n")
    (folder / "lock").touch()
    monkeypatch.setenv("DAM_HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


@pytest.fixture
def running(home: Path) -> Iterator[Path]:
    """The same while its service runs."""
    lock = os.open(home / "lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    yield home
    os.close(lock)
