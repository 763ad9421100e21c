"""Bytes out: whole, in ranges, conditionally; originals are saved and never run; the public address."""

import base64
import contextlib
import hashlib
import io
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from dam.api.bytes import BLOCK, Part, disposition
from dam.domain.errors import Unavailable
from dam.domain.recipes import NO_PARAMS, Artefact
from tests.api.world import World, png, problem, sha256

DATA = bytes(range(256)) * 300


@pytest.fixture
def path(world: World) -> str:
    asset = world.asset(DATA, "häro.png")
    return f"assets/{asset['id']}/versions/1/content"


def digest_of(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def test_the_original_byte_for_byte(world: World, path: str) -> None:
    answer = world.call("GET", path, "viewer")
    assert (answer.status_code, answer.data) == (200, DATA)
    assert answer.headers["ETag"] == f'"{sha256(DATA)}"'
    assert answer.headers["Content-Digest"] == answer.headers["Repr-Digest"] == digest_of(DATA)
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_store_without_descriptors_sends_the_same(world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.services.objects, "open", lambda _: io.BytesIO(DATA))
    assert world.call("GET", path).data == DATA
    part = world.call("GET", path, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.data) == (206, DATA[5:10])


class Broken(io.BytesIO):
    """What a store gives that has the file's size, and then nothing of its bytes."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise Unavailable("objects_unavailable", "The object store broke off.")


def test_a_store_that_brings_nothing_is_told_before_the_answer_begins(
    world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken()
    monkeypatch.setattr(world.services.objects, "open", lambda _: broken)
    problem(world.call("GET", path), 503, "objects_unavailable")
    assert broken.closed


@pytest.mark.parametrize("sizes", [[-1], [1, -1], [BLOCK + 7, -1], [3] * 6, [BLOCK, BLOCK, BLOCK]])
def test_what_was_read_before_is_sent_once(sizes: list[int]) -> None:
    data = bytes(range(256)) * 1024 * 2
    part = Part(io.BytesIO(b"before" + data + b"after"), len(data))
    part._file.seek(6)
    part.begin()
    read = [part.read(size) for size in sizes]
    assert b"".join(read) == data[: len(b"".join(read))]
    assert all(len(each) <= size for each, size in zip(read, sizes, strict=True) if size >= 0)
    assert sizes[-1] >= 0 or b"".join(read) == data


def test_an_original_is_saved_and_never_run(world: World) -> None:
    asset = world.asset(b"<html><script>alert(1)</script>", "x.html")
    headers = world.call("GET", f"assets/{asset['id']}/versions/1/content").headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_head_says_the_same_without_a_body(world: World, path: str) -> None:
    answer = world.call("HEAD", path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Content-Digest"] == digest_of(DATA)


SIZE = len(DATA)
RANGES = [
    ("bytes=0-0", 0, 1), ("bytes=5-9", 5, 5), ("bytes=5-", 5, SIZE - 5), ("bytes=-7", SIZE - 7, 7),
    (f"bytes={SIZE - 1}-", SIZE - 1, 1), (f"bytes=10-{SIZE * 2}", 10, SIZE - 10), ("bytes=65536-65540", 65536, 5),
]  # fmt: skip


def test_a_range(world: World, path: str) -> None:
    for asked, start, length in RANGES:
        answer = world.call("GET", path, headers={"Range": asked})
        assert (answer.status_code, answer.data) == (206, DATA[start : start + length])
        assert answer.headers["Content-Range"] == f"bytes {start}-{start + length - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(length)
        assert "Content-Digest" not in answer.headers  # it would have to be of the part
        assert answer.headers["Repr-Digest"] == digest_of(DATA)


NO_SINGLE_RANGE = (
    *("bytes=0-1,3-4", "bytes=9-5", "bytes=", "bytes=-", "lines=0-1", "bytes=a-b", "bytes=0-" + "9" * 30),
    *("bytes=\xb2-\xb3", f"bytes=-{SIZE * 2}", f"bytes=0-{SIZE - 1}", "bytes=0-"),
)


def test_what_is_no_single_range_gets_the_whole(world: World, path: str) -> None:
    for asked in NO_SINGLE_RANGE:
        answer = world.call("GET", path, headers={"Range": asked})
        assert (answer.status_code, answer.data) == (200, DATA), asked
        assert answer.headers["Content-Digest"] == digest_of(DATA)


def test_a_range_that_can_t_be_met(world: World, path: str) -> None:
    for asked in (f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"):
        answer = world.call("GET", path, headers={"Range": asked})
        problem(answer, 416, "range_not_satisfiable")
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


def test_an_empty_file_has_no_ranges(world: World) -> None:
    asset = world.call("POST", "assets", data={"file": (io.BytesIO(), "a")}).json
    path = f"assets/{(asset or {})['id']}/versions/1/content"
    assert world.call("GET", path).data == b""
    problem(world.call("GET", path, headers={"Range": "bytes=0-"}), 416, "range_not_satisfiable")


OTHERS = ('"other"', f'W/"{sha256(DATA)}"', "Sun, 22 Nov 2026 12:00:00 GMT", "")


def test_if_range_gives_a_part_of_the_same_bytes_only(world: World, path: str) -> None:
    same = world.call("GET", path, headers={"Range": "bytes=0-3", "If-Range": f'"{sha256(DATA)}"'})
    assert (same.status_code, same.data) == (206, DATA[:4])
    for condition in OTHERS:
        answer = world.call("GET", path, headers={"Range": "bytes=0-3", "If-Range": condition})
        assert (answer.status_code, answer.data) == (200, DATA), condition


def test_304_when_the_client_has_it(world: World, path: str) -> None:
    tag = f'"{sha256(DATA)}"'
    for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = world.call("GET", path, headers={"If-None-Match": condition, "Range": "bytes=0-1"})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert world.call("GET", path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_the_server_is_handed_the_file_itself_where_the_part_begins(world: World, path: str) -> None:
    """So that the kernel sends it: a descriptor, standing at the begin, and the length in the header."""
    handed: list[Any] = []

    def file_wrapper(file: Any, block: int) -> Iterable[bytes]:
        handed.append((file.fileno(), io.FileIO(file.fileno(), closefd=False).tell()))
        with contextlib.closing(file):
            return [file.read()]

    environ = {"wsgi.file_wrapper": file_wrapper}
    answer = world.call("GET", path, headers={"Range": "bytes=100-199"}, environ_overrides=environ)
    assert answer.data == DATA[100:200]
    assert [position for _, position in handed] == [100]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
def test_a_name_survives_the_header_and_can_t_break_it(name: str) -> None:
    for attachment in (True, False):
        value = disposition(name, attachment=attachment)
        assert value.isascii()
        assert not set(value) & set("\r\n")
        kind, options = parse_options_header(value)
        assert kind == ("attachment" if attachment else "inline")
        assert options["filename"] == name


def ready(world: World, asset_id: str, data: bytes, recipe: str = "thumb-256") -> None:
    """A rendition as a worker would have made it."""
    source = world.get(f"assets/{asset_id}/versions/1")["sha256"]
    with world.services.objects.receive() as sink:
        sink.write(data)
        stored = sink.finish()
    with world.services.store.writing() as work:
        was = work.artefacts.get(source, recipe, 1)
        made = Artefact(
            source, recipe, 1, NO_PARAMS, "ready", work.now(), stored.sha256, stored.size, "image/webp", 1, 1
        )  # fmt: skip
        if was is None:
            work.artefacts.ensure(made)
        else:
            assert work.replace(was, made)
        work.commit()


def test_a_rendition_is_shown_under_its_own_name(world: World) -> None:
    asset = world.asset(png(), "häro.png")
    path = f"assets/{asset['id']}/versions/1/renditions/thumb-256"
    problem(world.call("GET", path), 409, "not_ready")
    problem(world.call("GET", f"{path}x"), 404, "recipe_not_found")
    ready(world, asset["id"], b"webp")
    answer = world.call("GET", path)
    assert (answer.data, answer.content_type) == (b"webp", "image/webp")
    assert answer.headers["Content-Disposition"].startswith("inline;")
    shown = world.get(f"assets/{asset['id']}")["latest"]["thumbnail"]
    assert world.call("GET", shown).data == b"webp"


def test_the_approved_version_s_bytes(world: World) -> None:
    asset = world.asset(DATA)
    path = f"assets/{asset['id']}/approved"
    for each in (path, f"{path}/content", f"{path}/renditions/thumb-256"):
        problem(world.call("GET", each), 404, "nothing_approved")
    world.approve(asset["id"])
    assert world.get(path)["number"] == 1
    assert world.call("GET", f"{path}/content", headers={"Range": "bytes=1-2"}).data == DATA[1:3]


def test_the_public_address_asks_for_approval_at_every_request(world: World) -> None:
    asset = world.asset(DATA)
    key, of_asset = f"/d/{asset['key']}", f"assets/{asset['id']}"

    def ask(**headers: str) -> Any:
        return world.call("GET", key, None, headers=headers)

    problem(ask(), 404, "not_found")
    world.approve(asset["id"])
    problem(ask(), 404, "not_found")
    assert world.post(f"{of_asset}/publish").json["published"] is True  # type: ignore[index]
    first = ask()
    assert (first.status_code, first.data, first.headers["Cache-Control"]) == (200, DATA, "no-cache")
    assert ask(**{"If-None-Match": first.headers["ETag"]}).status_code == 304
    world.version(asset["id"], b"second")
    world.approve(asset["id"], 2)
    second = ask(**{"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data) == (200, b"second")
    world.post(f"{of_asset}/withdraw", {})
    problem(ask(**{"If-None-Match": second.headers["ETag"]}), 410, "withdrawn")
    world.post(f"{of_asset}/unpublish")
    problem(ask(), 404, "not_found")


def test_the_public_address_of_what_is_in_the_trash_is_gone(world: World) -> None:
    asset = world.asset(DATA)
    world.approve(asset["id"])
    world.post(f"assets/{asset['id']}/publish")
    assert world.call("DELETE", f"assets/{asset['id']}").status_code == 204
    problem(world.call("GET", f"/d/{asset['key']}", None), 410, "withdrawn")
    for unknown in ("/d/nothing", "/d/nothing/thumb-256"):
        problem(world.call("GET", unknown, None), 404, "not_found")


def test_lost_bytes_are_said_and_not_sent(world: World, path: str) -> None:
    for each in (world.folder / "objects" / "objects").rglob(sha256(DATA)):
        each.unlink()
    problem(world.call("GET", path), 404, "object_missing")
