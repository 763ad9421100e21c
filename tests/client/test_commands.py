"""The commands against a service that answers what it is told to."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from dam.client import rollouts, signing
from dam.client.commands import COMMANDS, Deferred
from dam.client.credentials import Access
from dam.client.http import Service
from tests.client.conftest import URL, Fake

Dam = Callable[..., Result]
ID = "01a200a7-8d6e-7302-b69d-ce4e93365614"
SHA = "ab" * 32
ASSET: dict[str, object] = {
    "id": ID, "title": "Hero", "description": "", "tags": ["old"], "campaigns": [], "fields": {}, "approved": None,
    "key": "k", "published": False, "updated_at": None, "trashed_at": None, "duplicates": [],
}  # fmt: skip


def _body(fake: Fake) -> object:
    return json.loads(fake.asked[-1].content)


def test_one_bad_file_does_not_stop_the_others(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if b"bad" in request.content:
            return httpx.Response(422, json={"code": "invalid_filename", "detail": "No.", "errors": []})
        return httpx.Response(201, json={"id": ID, "title": "good"})

    fake.answers["POST", "/assets"] = answer
    for name in ("1-good.png", "2-bad\x1b[2J.png", "3-good.png", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    result = dam("upload", ".")
    assert result.exit_code == 1
    assert "2 uploaded, 1 failed." in result.stdout
    assert "2-bad\\x1b[2J.png: No. (invalid_filename)" in result.stderr
    assert len(fake.asked) == 3


def test_a_service_that_is_away_is_not_asked_again_for_each_file(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    fake.answers["POST", "/assets"] = away
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"x")
    assert dam("upload", "1.png", "2.png").exit_code == 1
    assert len(fake.asked) == 1


def test_an_upload_sends_the_form_and_the_bytes(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    fake.on("POST", "/assets", {"id": ID, "title": "T"}, 201)
    (tmp_path / "a.png").write_bytes(b"the bytes")
    options = ("--title", "T", "--tag", "a", "--tag", "b", "--field", "alt=x")
    assert dam("upload", "a.png", *options, "--json").exit_code == 0
    sent = fake.asked[0].content
    assert b'name="file"; filename="a.png"' in sent
    assert b"the bytes" in sent
    assert sent.count(b'name="tag"') == 2
    assert b'{"alt": "x"}' in sent
    assert fake.asked[0].headers["Content-Length"] == str(len(sent))


def test_a_preview_is_sent_and_taken_away(fake: Fake, dam: Dam, tmp_path: Path) -> None:
    where = f"/assets/{ID}/versions/2/preview"
    fake.on("GET", f"/assets/{ID}", ASSET)
    fake.on("PUT", where, {"number": 2}, 202)
    fake.on("DELETE", where, {"number": 2})
    (tmp_path / "shot.png").write_bytes(b"a picture")
    assert dam("preview", ID, "2", "shot.png").stdout == "Version 2 of Hero is shown by shot.png\n"
    assert b"a picture" in fake.asked[-1].content
    assert dam("preview", ID, "2", "--remove").stdout == "Version 2 of Hero is shown by its own renditions\n"
    assert dam("preview", ID, "2").exit_code == 2
    assert dam("preview", ID, "2", "shot.png", "--remove").exit_code == 2


def test_an_approval_names_the_digest_and_the_head_that_were_there(fake: Fake, dam: Dam) -> None:
    fake.on("GET", f"/assets/{ID}", {**ASSET, "approved": {"number": 4}})
    fake.on("GET", f"/assets/{ID}/versions/5", {"sha256": SHA})
    fake.on("POST", f"/assets/{ID}/versions/5/approve", {"number": 9, "cause": "approval", "state": "open"}, 202)
    result = dam("approve", ID, "5", "--note", "fine")
    assert result.exit_code == 0
    assert _body(fake) == {"sha256": SHA, "expected_head": 4, "note": "fine"}
    assert SHA in result.stdout


def test_an_edit_names_what_it_saw_and_keeps_the_other_tags(fake: Fake, dam: Dam) -> None:
    fake.on("GET", f"/assets/{ID}", ASSET, ETag='"3"')
    fake.on("PATCH", f"/assets/{ID}", ASSET)
    assert dam("edit", ID, "--tag", "new", "--field", "alt=").exit_code == 0
    assert _body(fake) == {"tags": ["old", "new"], "fields": {"alt": None}}
    assert fake.asked[-1].headers["If-Match"] == '"3"'


def test_an_edit_that_came_second_says_what_changed(fake: Fake, dam: Dam) -> None:
    seen = iter([ASSET, ASSET, {**ASSET, "title": "Theirs"}])
    fake.answers["GET", f"/assets/{ID}"] = lambda request: httpx.Response(200, json=next(seen), headers={"ETag": '"3"'})
    problem = {"code": "revision_differs", "detail": "Somebody changed the asset.", "errors": []}
    fake.on("PATCH", f"/assets/{ID}", problem, 412)
    result = dam("edit", ID, "--title", "Mine")
    assert result.exit_code == 1
    assert "title was 'Hero' and is 'Theirs'" in result.stderr


def test_two_assets_of_one_title_are_named_and_not_guessed(fake: Fake, dam: Dam) -> None:
    fake.on("GET", "/assets/named", {"data": [ASSET, {**ASSET, "id": ID[:-1] + "5"}]})
    result = dam("show", "Hero")
    assert result.exit_code == 1
    assert "(ambiguous)" in result.stderr
    assert ID in result.stderr


def _delivery(number: int, state: str, reason: str | None = None) -> dict[str, object]:
    need = {"code": "c", "detail": reason} if reason else None
    return {
        "id": str(number), "placement_id": f"p{number}", "state": state, "tries": 1, "reason": need,
        "due_at": "2026-11-22T12:00:00Z", "sha256": SHA,
    }  # fmt: skip


def _play(fake: Fake, monkeypatch: pytest.MonkeyPatch, looks: list[tuple[str, list[str]]]) -> None:
    """A rollout that is seen so at each look; the last look lasts."""
    monkeypatch.setattr(rollouts, "POLL_S", 0)
    at = {"look": -1}

    def rollout(request: httpx.Request) -> httpx.Response:
        at["look"] = min(at["look"] + 1, len(looks) - 1)
        found = {"number": 7, "cause": "approval", "state": looks[at["look"]][0], "asset_id": ID}
        return httpx.Response(200, json=found)

    def deliveries(request: httpx.Request) -> httpx.Response:
        found = [_delivery(n, each, "Something else is there." * (each == "failed")) for n, each in _states()]
        return httpx.Response(200, json={"data": found, "next": None})

    def _states() -> list[tuple[int, str]]:
        return list(enumerate(looks[at["look"]][1]))

    fake.answers["GET", "/rollouts/7"] = rollout
    fake.answers["GET", "/rollouts/7/deliveries"] = deliveries
    fake.on("GET", "/channels", {"data": [{"id": "c", "name": "shop"}], "next": None})
    places = [{"id": f"p{n}", "channel_id": "c", "remote": f"{n}.jpg"} for n in range(5)]
    fake.on("GET", "/placements", {"data": places, "next": None})


def test_a_rollout_is_watched_until_it_is_done(fake: Fake, dam: Dam, monkeypatch: pytest.MonkeyPatch) -> None:
    _play(
        fake,
        monkeypatch,
        [("open", []), ("open", ["leased", "due"]), ("open", ["done", "due"]), ("done", ["done"] * 2)],
    )
    result = dam("rollout", "7", "--watch")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Rollout 7: finding the places",
        "Rollout 7: 0 of 2 proven, 2 replacing",
        "Rollout 7: 1 of 2 proven, 1 replacing",
        "Rollout 7: 2 of 2 proven",
    ]


def test_watching_ends_with_1_when_only_a_person_can_go_on(
    fake: Fake, dam: Dam, monkeypatch: pytest.MonkeyPatch
) -> None:
    _play(fake, monkeypatch, [("open", ["failed"]), ("open", ["failed", "due"]), ("open", ["failed", "done"])])
    result = dam("rollout", "7", "--watch")
    assert result.exit_code == 1
    assert "Rollout 7: 1 of 2 proven, 1 needs you" in result.stdout
    assert "shop:0.jpg needs you: Something else is there." in result.stdout


def test_a_link_is_split_into_its_service_and_its_secret() -> None:
    assert signing.split("https://dam.example/sign-in#s3cret") == ("https://dam.example", "s3cret")
    assert signing.split("https://dam.example/team/") == ("https://dam.example/team", None)


def test_a_login_makes_a_token_of_its_own_and_ends_its_session() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path.removeprefix("/api/v1"), request.headers.get("X-CSRF-Token")))
        if request.url.path.endswith("/sessions") and request.method == "POST":
            assert json.loads(request.content) == {"link": "s3cret"}
            return httpx.Response(201, json={"csrf": "c", "role": "approver"}, headers={"Set-Cookie": "dam_session=x"})
        assert request.headers["Cookie"] == "dam_session=x"
        return httpx.Response(201, json={"id": "1", "token": "dam_new", "role": "approver"})

    made = signing.token_by(Service(Access(URL, ""), httpx.MockTransport(answer)), {"link": "s3cret"})
    assert made["token"] == "dam_new"
    assert asked == [("POST", "/sessions", None), ("POST", "/tokens", "c"), ("DELETE", "/sessions", "c")]


def test_the_table_of_commands_says_what_each_command_says_of_itself() -> None:
    for name, command in COMMANDS.items():
        assert isinstance(command, Deferred)
        loaded = command.load()
        assert loaded.name == name
        assert loaded.get_short_help_str(200) == command.get_short_help_str(200)


def test_help_and_a_command_load_nothing_of_the_service() -> None:
    heavy = {"flask", "sqlalchemy", "tantivy", "PIL", "gunicorn", "marshmallow", "dam.api", "dam.store", "workers"}
    script = (
        "import sys, dam.client.commands as c; first = set(sys.modules)\n"
        "[each.load() for name, each in c.COMMANDS.items() if name != 'demo']\n"
        "print(*sorted(first), '|', *sorted(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout
    first, _, loaded = said.partition("|")
    assert not {"httpx", "rich"} & set(first.split())
    assert not heavy & set(loaded.split())


S3 = {"name": "s3", "evidence": "sha256", "schema": {"properties": {"secure": {"type": "boolean"}, "secret": {}}}}


@pytest.fixture
def kinds(fake: Fake) -> None:
    fake.on("GET", "/channels/kinds", {"data": [S3], "next": None})
    fake.on("POST", "/channels", {"id": "c", "name": "shop"}, 201)


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize(
    ("given", "brought", "sent"),
    [
        ("@secret", None, "from a file"),
        ("-", "from input\n", "from input"),
        ("@@home", None, "@home"),
        ("a=b@c-", None, "a=b@c-"),
    ],
)
def test_a_value_may_be_kept_off_the_command_line(
    fake: Fake, dam: Dam, tmp_path: Path, given: str, brought: str | None, sent: str
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    result = dam("channel", "add", "shop", "s3", "secure=false", f"secret={given}", input=brought)
    assert result.exit_code == 0, result.output
    assert _body(fake) == {"name": "shop", "kind": "s3", "config": {"secure": False, "secret": sent}}
    assert sent not in result.output


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize("given", [["secret=@nowhere"], ["secret=-", "key=-"], ["secret"]])
def test_a_value_that_is_not_there_is_told(fake: Fake, dam: Dam, given: list[str]) -> None:
    result = dam("channel", "add", "shop", "s3", *given)
    assert (result.exit_code, fake.asked) == (2, [])


@pytest.mark.usefixtures("kinds")
def test_a_channel_is_changed_in_what_is_named(fake: Fake, dam: Dam) -> None:
    fake.on("GET", "/channels", {"data": [{"id": "c", "name": "shop"}], "next": None})
    fake.on("GET", "/channels/c", {"id": "c", "name": "shop", "kind": "s3"}, ETag='"3"')
    fake.on("PATCH", "/channels/c", {"id": "c", "name": "store"})
    assert dam("channel", "edit", "shop", "secret=-", "cache_control=", "--name", "store", input="new\n").exit_code == 0
    assert fake.asked[-1].headers["If-Match"] == '"3"'
    assert _body(fake) == {"name": "store", "config": {"secret": "new", "cache_control": None}}
    assert dam("channel", "edit", "shop").exit_code == 2
