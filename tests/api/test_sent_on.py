"""Originals that are fetched past the service: who is sent on, after which checks, and who is not."""

import base64

import pytest
from werkzeug.test import TestResponse

from tests.api.test_bytes import ready
from tests.api.world import World, png, problem, sha256

DATA = png(shade=7)
ELSEWHERE = "https://files.example/"


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The store has links; each is noted as its type and disposition."""
    made: list[tuple[str, str]] = []

    def link(sha256: str, media_type: str, disposition: str) -> str:
        made.append((media_type, disposition))
        return f"{ELSEWHERE}{sha256}?signed"

    monkeypatch.setattr(world.services.objects, "link", link)
    return made


@pytest.fixture
def path(world: World, asked: list[tuple[str, str]]) -> str:
    return f"assets/{world.asset(DATA, 'häro.png')['id']}/versions/1/content"


def sent_on(answer: TestResponse) -> str:
    """The digest whose bytes the answer leads to."""
    assert (answer.status_code, answer.data) == (307, b"")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Content-Type" not in answer.headers
    digest = answer.headers["Location"].removeprefix(ELSEWHERE).removesuffix("?signed")
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"
    return digest


def test_who_asks_for_an_original_is_sent_on(world: World, path: str, asked: list[tuple[str, str]]) -> None:
    assert sent_on(world.call("GET", path)) == sha256(DATA)
    assert sent_on(world.call("GET", path, headers={"Range": "bytes=2-3"})) == sha256(DATA)
    assert set(asked) == {("image/png", "attachment; filename=\"h_ro.png\"; filename*=UTF-8''h%C3%A4ro.png")}


def test_what_can_be_said_without_bytes_is_said_here(world: World, path: str, asked: list[tuple[str, str]]) -> None:
    head = world.call("HEAD", path)
    assert (head.status_code, head.headers["ETag"]) == (200, f'"{sha256(DATA)}"')
    assert "Repr-Digest" in head.headers
    assert world.call("GET", path, headers={"If-None-Match": f'"{sha256(DATA)}"'}).status_code == 304
    problem(world.call("GET", path, headers={"Range": "bytes=99999-"}), 416, "range_not_satisfiable")
    assert asked == []


def test_who_goes_on_with_other_bytes_gets_the_whole_from_here(world: World, path: str) -> None:
    """S3 servers don't look at If-Range: they would send the rest of another file."""
    part = {"Range": "bytes=5-"}
    answer = world.call("GET", path, headers={**part, "If-Range": '"what the bucket called another version"'})
    assert (answer.status_code, answer.data) == (200, DATA)
    assert sent_on(world.call("GET", path, headers={**part, "If-Range": f'"{sha256(DATA)}"'})) == sha256(DATA)


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("same-origin", "no-cors", 200),
        ("same-origin", "cors", 200),
        ("same-origin", "navigate", 307),
        ("cross-site", "no-cors", 307),
        ("none", "navigate", 307),
    ],
)
def test_what_a_page_of_ours_shows_comes_from_here(world: World, path: str, site: str, mode: str, status: int) -> None:
    """Its policy allows it no other address; what is saved is no part of it."""
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert world.call("GET", path, headers=headers).status_code == status


def test_a_rendition_comes_from_here(world: World, asked: list[tuple[str, str]]) -> None:
    asset = world.asset(DATA)
    ready(world, asset["id"], b"webp")
    assert world.call("GET", f"assets/{asset['id']}/versions/1/renditions/thumb-256").data == b"webp"
    assert asked == []


def test_each_request_is_checked_before_it_is_sent_on(world: World, asked: list[tuple[str, str]]) -> None:
    asset = world.asset(DATA)
    key, approved = f"/d/{asset['key']}", f"assets/{asset['id']}/approved/content"
    problem(world.call("GET", approved), 404, "nothing_approved")
    problem(world.call("GET", key, None), 404, "not_found")
    problem(world.call("GET", approved, None), 401, "credentials_missing")
    assert asked == []
    world.approve(asset["id"])
    world.post(f"assets/{asset['id']}/publish")
    assert sent_on(world.call("GET", approved)) == sent_on(world.call("GET", key, None)) == sha256(DATA)
    world.version(asset["id"], b"second")
    world.approve(asset["id"], 2)
    assert sent_on(world.call("GET", key, None)) == sha256(b"second")
    asked.clear()
    world.post(f"assets/{asset['id']}/withdraw", {})
    problem(world.call("GET", key, None), 410, "withdrawn")
    problem(world.call("GET", approved), 404, "nothing_approved")
    assert asked == []
