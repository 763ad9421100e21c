"""``dam upload`` against the real application: in parts, through failing networks, and again after it was killed."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from dam.cli import main
from dam.client import command, journal, parts, sending
from dam.client.credentials import Access
from dam.client.http import Service
from dam.client.journal import Journal
from tests.api.conftest import PART_SIZE
from tests.api.world import World, sha256
from tests.workers.world import Painter
from workers.drain import drain

DATA = os.urandom(3 * PART_SIZE + 5)
URL = "http://dam.example"

Dam = Callable[..., Result]


class Line(httpx.BaseTransport):
    """The way to the service. ``before``, ``after``: whether a request, or its answer, gets lost. A worker does what is
    due whenever somebody asks how an upload is."""

    def __init__(self, world: World) -> None:
        self._world, self._wsgi = world, httpx.WSGITransport(app=world.app)
        self.asked: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], bool] = lambda request: False
        self.after: Callable[[httpx.Request], bool] = lambda request: False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        if self.before(request):
            raise httpx.ConnectError("The network is away.", request=request)
        if request.method == "GET" and "/uploads/" in request.url.path:
            drain(self._world.services, Painter())
        answer = self._wsgi.handle_request(request)
        answer.read()
        if self.after(request):
            raise httpx.ReadError("The answer got lost.", request=request)
        return answer

    def puts(self) -> list[int]:
        """The numbers of the parts that were sent."""
        return [int(each.url.path.rpartition("/")[2]) for each in self.asked if each.method == "PUT"]

    def posts(self, path: str) -> int:
        return len([each for each in self.asked if (each.method, each.url.path) == ("POST", f"/api/v1{path}")])


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Line:
    """Everything from 100 kB on goes in parts; nobody waits; a journal of the test's own."""
    made = Line(world)
    access = Access(URL, world.secrets["contributor"])
    monkeypatch.setattr(command, "connect", lambda: Service(access, made))
    client = httpx.Client
    monkeypatch.setattr(parts, "_client", lambda *_: client(transport=made))
    monkeypatch.setattr(parts, "THRESHOLD", 100_000)
    monkeypatch.setattr(parts, "_pause", lambda attempt: 0.0)
    monkeypatch.setattr(parts, "_POLL_S", 0.0)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return made


@pytest.fixture
def dam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dam:
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    return lambda *arguments: CliRunner().invoke(main, list(arguments), prog_name="dam")


def wrote(name: str, data: bytes = DATA) -> Path:
    path = Path(name)
    path.write_bytes(data)
    return path


def assets(world: World) -> list[Any]:
    drain(world.services, Painter())
    found: list[Any] = world.get("assets?q=")["data"]
    return found


def test_a_big_file_goes_in_parts(world: World, line: Line, dam: Dam) -> None:
    wrote("big.bin")
    result = dam("upload", "big.bin", "--title", "Big", "--tag", "a", "--campaign", "c", "--field", "alt=x", "--json")
    assert result.exit_code == 0, result.output
    (asset,) = assets(world)
    assert (asset["title"], asset["tags"], asset["campaigns"], asset["fields"]) == ("Big", ["a"], ["c"], {"alt": "x"})
    assert asset["latest"]["sha256"] == sha256(DATA)
    assert sorted(line.puts()) == [1, 2, 3, 4]
    assert line.posts("/assets") == 0


def test_no_token_goes_where_parts_go(line: Line, dam: Dam) -> None:
    wrote("big.bin")
    assert dam("upload", "big.bin").exit_code == 0
    for each in line.asked:
        assert ("Authorization" in each.headers) == (each.method != "PUT")


def test_a_small_file_goes_whole(line: Line, dam: Dam) -> None:
    wrote("small.bin", b"x" * 99_999)
    assert dam("upload", "small.bin").exit_code == 0
    assert (line.posts("/assets"), line.posts("/uploads")) == (1, 0)


def test_a_new_version_in_parts(world: World, line: Line, dam: Dam) -> None:
    asset = world.asset(title="Hero")
    wrote("big.bin")
    result = dam("upload", "big.bin", "--replaces", asset["id"], "--why", "sharper")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Version 2 of Hero, sha256 {sha256(DATA)}\n"
    assert world.get(f"assets/{asset['id']}/versions/2")["rationale"] == "sharper"


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_network_that_fails_now_and_then(world: World, line: Line, dam: Dam, side: str) -> None:
    """Each request is lost once, on its way there or back."""
    lost: set[tuple[str, str]] = set()

    def once(request: httpx.Request) -> bool:
        name = (request.method, request.url.path)
        fresh = name not in lost
        lost.add(name)
        return fresh

    setattr(line, side, once)
    wrote("big.bin")
    result = dam("upload", "big.bin", "--json")
    assert result.exit_code == 0, result.output
    assert len(lost) == 9, lost
    assert [each["latest"]["sha256"] for each in assets(world)] == [sha256(DATA)]


def test_the_bar_never_shows_what_did_not_arrive(world: World, line: Line) -> None:
    shown: list[int] = []
    failures = iter([True, False, True, True])
    line.after = lambda request: request.method == "PUT" and next(failures, False)
    with Service(Access(URL, world.secrets["contributor"]), line) as service, wrote_in(world.folder).open("rb") as file:
        upload = service.post("/uploads", {"filename": "big.bin", "size": len(DATA)})
        assert parts.send(service, file, upload, shown.append) == sha256(DATA)
    assert sum(shown) == len(DATA)
    assert min(shown) < 0


def wrote_in(folder: Path) -> Path:
    path = folder / "big.bin"
    path.write_bytes(DATA)
    return path


def test_what_is_lost_too_often_is_told(line: Line, dam: Dam) -> None:
    line.before = lambda request: request.method == "PUT" and request.url.path.endswith("/3")
    wrote("big.bin")
    result = dam("upload", "big.bin")
    assert (result.exit_code, "(no_answer)" in result.stderr) == (1, True)
    assert line.puts().count(3) == parts.TRIES


def test_a_second_run_sends_only_the_parts_that_are_missing(world: World, line: Line, dam: Dam) -> None:
    line.before = lambda request: request.method == "PUT" and request.url.path.endswith("/3")
    wrote("big.bin")
    assert dam("upload", "big.bin").exit_code == 1
    arrived = set(line.puts()) - {3}
    line.before, line.asked = lambda request: False, []
    assert dam("upload", "big.bin").exit_code == 0
    assert set(line.puts()) == {1, 2, 3, 4} - arrived
    assert line.posts("/uploads") == 0
    (asset,) = assets(world)
    assert asset["latest"]["sha256"] == sha256(DATA)


@pytest.mark.parametrize("lost", ["the upload's id", "the completion", "the end"])
def test_whatever_the_journal_missed_nothing_is_made_twice(
    world: World, line: Line, dam: Dam, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """As after a kill between what the service did and what was written down here."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    wrote("big.bin")
    with monkeypatch.context() as patch:
        owner, name = {
            "the upload's id": (Journal, "uploading"),
            "the completion": (parts, "completed"),
            "the end": (Journal, "done"),
        }[lost]
        patch.setattr(owner, name, killed)
        assert dam("upload", "big.bin").exit_code != 0
    assert dam("upload", "big.bin").exit_code == 0
    assert [each["latest"]["sha256"] for each in assets(world)] == [sha256(DATA)]


def test_an_upload_that_the_service_forgot_is_begun_anew(world: World, line: Line, dam: Dam) -> None:
    line.before = lambda request: request.method == "PUT"
    wrote("big.bin")
    assert dam("upload", "big.bin").exit_code == 1
    line.before = lambda request: False
    with sqlite3.connect(world.folder / "dam.sqlite") as database:
        database.execute("DELETE FROM uploads")
    database.close()
    assert dam("upload", "big.bin").exit_code == 0
    assert len(assets(world)) == 1


def test_a_file_that_changes_while_it_is_sent_becomes_nothing(world: World, line: Line, dam: Dam) -> None:
    path = wrote("big.bin")

    def change(request: httpx.Request) -> bool:
        if request.method == "PUT":
            path.write_bytes(b"y" * len(DATA))
        return False

    line.before = change
    result = dam("upload", "big.bin")
    assert (result.exit_code, "(file_changed)" in result.stderr) == (1, True)
    assert assets(world) == []
    assert not [name for name in world.bytes() if name.startswith("uploads")]
    line.before = lambda request: False
    assert dam("upload", "big.bin").exit_code == 0


class TestFolders:
    """A second run of a folder sends only what is missing."""

    @pytest.fixture
    def folder(self, line: Line, dam: Dam) -> Path:
        """Three files that are there already."""
        for name, data in (("a.bin", b"a"), ("b.bin", b"b"), ("big.bin", DATA)):
            wrote(name, data)
        result = dam("upload", ".")
        assert result.stdout.endswith("3 uploaded, 0 failed.\n"), result.output
        line.asked.clear()
        return Path()

    def test_unchanged_files_are_not_sent(self, world: World, line: Line, dam: Dam, folder: Path) -> None:
        result = dam("upload", ".")
        assert result.stdout == "0 uploaded, 0 failed, 3 were there already.\n"
        assert {each.method for each in line.asked} == {"GET"}
        assert len(assets(world)) == 3

    def test_a_new_time_of_change_is_not_another_file(self, line: Line, dam: Dam, folder: Path) -> None:
        os.utime("a.bin", (1, 1))
        assert dam("upload", ".").stdout == "0 uploaded, 0 failed, 3 were there already.\n"

    def test_what_changed_is_sent(self, world: World, line: Line, dam: Dam, folder: Path) -> None:
        wrote("a.bin", b"c")
        os.utime("a.bin", (1, 1))
        assert dam("upload", ".").stdout.endswith("1 uploaded, 0 failed, 2 were there already.\n")
        assert sha256(b"c") in {each["latest"]["sha256"] for each in assets(world)}

    def test_what_the_service_has_no_more_is_sent(self, world: World, line: Line, dam: Dam, folder: Path) -> None:
        gone = next(each["id"] for each in assets(world) if each["latest"]["sha256"] == sha256(b"a"))
        assert world.call("DELETE", f"assets/{gone}").status_code == 204
        assert dam("upload", ".").stdout.endswith("1 uploaded, 0 failed, 2 were there already.\n")

    def test_what_is_named_or_asked_for_is_sent_again(self, world: World, line: Line, dam: Dam, folder: Path) -> None:
        assert dam("upload", "a.bin").exit_code == 0
        assert dam("upload", ".", "--again").stdout.endswith("3 uploaded, 0 failed.\n")
        assert len(assets(world)) == 7

    def test_a_file_whose_answer_was_lost_is_made_once(
        self, world: World, line: Line, dam: Dam, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrote("d.bin", b"d")
        line.after = lambda request: request.method == "POST"
        assert dam("upload", ".").exit_code == 1
        line.after = lambda request: False
        assert dam("upload", ".").stdout.endswith("1 uploaded, 0 failed, 3 were there already.\n")
        assert len(assets(world)) == 4


def test_a_store_that_can_not_be_reached_is_gone_round(
    world: World, line: Line, dam: Dam, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the links lead to a host of a closed network: the file goes through the service."""
    monkeypatch.setattr(parts._Sending, "_address", lambda self, url: f"http://closed.example/{url[-70:]}")
    line.before = lambda request: request.url.host == "closed.example"
    wrote("big.bin")
    result = dam("upload", "big.bin")
    assert result.exit_code == 0, result.output
    assert "closed.example, where the parts go, can't be reached from here." in result.stderr
    assert [each["latest"]["sha256"] for each in assets(world)] == [sha256(DATA)]
    assert line.posts("/assets") == 1


def test_without_a_place_for_the_journal_everything_goes_on(
    line: Line, dam: Dam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    wrote("big.bin")
    result = dam("upload", "big.bin")
    assert result.exit_code == 0
    assert "can't be kept" in result.stderr


def test_the_journal_is_where_state_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert journal.path() == Path("/state/dam/uploads.sqlite")
    monkeypatch.setenv("XDG_STATE_HOME", "not absolute")
    assert journal.path() == Path.home() / ".local/state/dam/uploads.sqlite"
    assert sending.KEY == "Idempotency-Key"
