"""Files in: streamed with flat memory, bounded in every direction, and gone without a trace when refused."""

import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dam.api.incoming import MAX_FIELD, MAX_PARTS
from dam.domain import filenames
from dam.domain.errors import Invalid, StorageFull, Unavailable
from dam.ports.objects import ObjectSink
from tests.api.conftest import MAX_UPLOAD
from tests.api.world import World, form, png, problem, sha256

BOUNDARY = "frontier"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, data: bytes, filename: str | None = None, head: bytes = b"") -> bytes:
    """One part as it goes over the wire, its names unescaped."""
    said = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"--{BOUNDARY}\r\nContent-Disposition: {said}\r\n".encode() + head + b"\r\n" + data + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def send(world: World, body: bytes, content_type: str = TYPE, **kwargs: Any) -> Any:
    return world.call("POST", "assets", data=body, content_type=content_type, **kwargs)


def stream(world: World, body: object, length: int) -> Any:
    """A body as it comes from a socket."""
    overrides = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": TYPE}
    return world.call("POST", "assets", environ_overrides=overrides)


def test_a_new_asset_has_its_file_and_its_description(world: World) -> None:
    data = png()
    more: dict[str, Any] = {"title": " Zoe\u0308 ", "description": "d", "tag": ["b", "a", "b"], "campaign": ["spring"]}
    answer = world.upload(data, "häro.png", fields='{"alt": "t"}', **more)
    assert answer.status_code == 201
    found = answer.json or {}
    assert answer.headers["Location"] == f"/api/v1/assets/{found['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (found["title"], found["description"], found["campaigns"]) == ("Zoë", "d", ["spring"])
    assert sorted(found["tags"]) == ["a", "b"]
    assert found["fields"] == {"alt": "t"}
    assert (found["latest"]["number"], found["latest"]["sha256"], found["approved"]) == (1, sha256(data), None)
    version = world.get(f"assets/{found['id']}/versions/1")
    assert (version["filename"], version["size"], version["media_type"]) == ("häro.png", len(data), "image/png")
    assert world.get("campaigns")["data"][0]["name"] == "spring"


def test_empty_broken_and_unknown_files_are_assets_too(world: World) -> None:
    for data in (b"", b"no picture at all", png()[:40], b"\x89PNG\r\n\x1a\n", b"\r\n", b"\n--frontie"):
        answer = send(world, part("file", data, "a.png") + END)
        assert answer.status_code == 201, answer.text
        assert answer.json["latest"]["sha256"] == sha256(data)


def test_fields_may_come_after_the_file(world: World) -> None:
    answer = send(world, part("file", b"x", "a.png") + part("title", b"late") + END)
    assert (answer.status_code, answer.json["title"]) == (201, "late")


def test_a_version_keeps_what_belongs_to_the_asset(world: World) -> None:
    asset = world.asset(title="t", tag=["a"])
    version = world.version(asset["id"], png(shade=3), "new.png", "contributor")
    assert (version["number"], version["rationale"], version["status"]) == (2, "why", "draft")
    assert version["created_by"] == world.people["contributor"].principal_id
    again = world.get(f"assets/{asset['id']}")
    assert (again["title"], again["tags"], again["latest"]["number"]) == ("t", ["a"], 2)


HOSTILE = (
    *("../x.png", "..", ".", "a/b.png", "a\\b.png", "C:\\a.png", "", " "),
    *("a\x00.png", "a\x07.png", "a\x7f.png", "a\x85.png"),
    *("exe.\u202egnp", "a\u2066b.png", "a\u200fb", "a\u2028b"),
    *("ä" * 128, "x" * 256),
)


def test_hostile_names_are_refused_and_leave_nothing(world: World) -> None:
    before = world.state()
    for name in HOSTILE:
        escaped = name.replace("\\", "\\\\")
        problem(send(world, part("file", b"bytes", escaped) + END), 422, "invalid_filename")
        assert world.state() == before, ascii(name)


@given(st.text(max_size=300))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_name_is_kept_in_nfc_or_refused(name: str) -> None:
    try:
        cleaned = filenames.clean(name)
    except Invalid:
        return
    assert filenames.clean(cleaned) == cleaned
    assert len(cleaned.encode()) <= 255
    assert not set(cleaned) & set("/\\\x00\n\r\u202e")


REFUSED: list[tuple[str, bytes, str, int, str]] = [
    ("no file", part("title", b"x") + END, TYPE, 422, "file_missing"),
    ("a field named file", part("file", b"x") + END, TYPE, 422, "invalid_request"),
    ("two files", part("file", b"x", "a") + part("file", b"y", "b") + END, TYPE, 422, "too_many_files"),
    ("another name", part("picture", b"x", "a") + END, TYPE, 422, "too_many_files"),
    ("no end", part("file", b"x", "a"), TYPE, 422, "invalid_multipart"),
    ("torn", part("file", b"x" * 5000, "a")[:-3], TYPE, 422, "invalid_multipart"),
    ("nothing", b"\r\n", TYPE, 422, "invalid_multipart"),
    ("no boundary", part("file", b"x", "a") + END, "multipart/form-data", 422, "invalid_multipart"),
    ("long boundary", b"x", f"multipart/form-data; boundary={'x' * 201}", 422, "invalid_multipart"),
    ("no name", b"--frontier\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END, TYPE, 422, "invalid_multipart"),
    ("no head", b"--frontier\r\n\r\nx\r\n" + END, TYPE, 422, "invalid_multipart"),
    ("no text", part("title", b"\xff\xfe") + part("file", b"x", "a") + END, TYPE, 422, "invalid_request"),
    ("NUL", part("title", b"a\x00b") + part("file", b"x", "a") + END, TYPE, 422, "invalid_request"),
    ("unknown field", part("file", b"x", "a") + part("colour", b"x") + END, TYPE, 422, "invalid_request"),
    ("twice", part("file", b"x", "a") + part("title", b"x") * 2 + END, TYPE, 422, "invalid_request"),
    ("long title", part("file", b"x", "a") + part("title", b"x" * 501) + END, TYPE, 422, "invalid_request"),
    ("fields no JSON", part("file", b"x", "a") + part("fields", b"{") + END, TYPE, 422, "invalid_request"),
    ("fields no texts", part("file", b"x", "a") + part("fields", b'{"a": 1}') + END, TYPE, 422, "invalid_request"),
    ("deep", part("file", b"x", "a") + part("fields", b"[" * 100_000) + END, TYPE, 422, "invalid_request"),
    ("large file", part("file", b"x" * (MAX_UPLOAD + 1), "a") + END, TYPE, 413, "too_large"),
    ("large field", part("file", b"x", "a") + part("title", b"x" * (MAX_FIELD + 1)) + END, TYPE, 413, "too_large"),
    ("many parts", part("file", b"x", "a") + part("tag", b"x") * MAX_PARTS + END, TYPE, 413, "too_large"),
    ("endless head", b"--frontier\r\n" + b"x" * (2 << 20), TYPE, 413, "too_large"),
    ("JSON", b"{}", "application/json", 415, "unsupported_media_type"),
    ("a form", b"a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
]


def test_what_is_refused_leaves_rows_and_bytes_as_they_were(world: World) -> None:
    before = world.state()
    for why, body, content_type, status, code in REFUSED:
        problem(send(world, body, content_type), status, code)
        assert world.state() == before, why


def test_the_second_way_in_refuses_the_same(world: World) -> None:
    """A version's file goes through the same checks as an asset's."""
    path = f"assets/{world.asset()['id']}/versions"
    before = world.state()
    for why, body, content_type, status, code in REFUSED:
        if b'"title"' not in body:
            problem(world.call("POST", path, data=body, content_type=content_type), status, code)
            assert world.state() == before, why
    for name in HOSTILE:
        body = part("file", b"bytes", name.replace("\\", "\\\\")) + END
        problem(world.call("POST", path, data=body, content_type=TYPE), 422, "invalid_filename")
    assert world.state() == before


def test_the_largest_file_is_taken(world: World) -> None:
    data = bytes(MAX_UPLOAD)
    assert world.asset(data)["latest"]["sha256"] == sha256(data)


def test_a_body_over_the_limit_is_refused_by_its_length(world: World) -> None:
    """Before a byte of it is read."""

    class Unread:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("The body was read.")

    before = world.state()
    answer = stream(world, Unread(), MAX_UPLOAD + (100 << 20))
    problem(answer, 413, "too_large")
    assert world.state() == before


class Dropped:
    """A client that goes away in the middle: fewer bytes than were announced."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


def test_a_client_that_goes_away_leaves_nothing(world: World) -> None:
    before = world.state()
    body = part("file", b"x" * 200_000, "a.png")
    answer = stream(world, Dropped(body), len(body) + 1000)
    problem(answer, 400, "bad_request")
    assert world.state() == before


def test_a_refusal_after_the_bytes_leaves_neither_rows_nor_bytes(world: World) -> None:
    """The operation refuses when everything had been received: the asset is in the trash."""
    asset = world.asset()
    assert world.call("DELETE", f"assets/{asset['id']}").status_code == 204
    before = world.state()
    answer = world.call("POST", f"assets/{asset['id']}/versions", data=form(png(shade=9), "b.png"))
    problem(answer, 409, "trashed")
    assert world.state() == before


@pytest.mark.parametrize(
    ("error", "status"), [(StorageFull("storage_full", "x"), 507), (Unavailable("objects_unavailable", "x"), 503)]
)
def test_a_full_or_broken_store_is_said_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    receive = world.services.objects.receive

    class Failing:
        def __init__(self) -> None:
            self.sink = receive()

        def __enter__(self) -> "Failing":
            return self

        def __exit__(self, *exc: object) -> None:
            self.sink.__exit__(*exc)

        def write(self, data: bytes) -> int:
            raise error

        def seal(self) -> object:
            return self.sink.seal()

        def finish(self) -> object:
            return self.sink.finish()

    before = world.state()
    monkeypatch.setattr(type(world.services.objects), "receive", lambda _: Failing())
    problem(world.upload(), status, getattr(error, "code", ""))
    monkeypatch.undo()
    assert world.state() == before


class Stream:
    """A long body that is nowhere as a whole."""

    def __init__(self, *chunks: tuple[bytes, int]) -> None:
        self.length = sum(len(chunk) * count for chunk, count in chunks)
        self._chunks = (chunk for chunk, count in chunks for _ in range(count))
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        self._rest = self._rest or next(self._chunks, b"")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


class CountingSink:
    """Counts, and is full at the end."""

    size = 0

    def write(self, data: bytes) -> int:
        CountingSink.size += len(data)
        return len(data)

    def __enter__(self) -> "CountingSink":
        return self

    def __exit__(self, *exc: object) -> None: ...

    def seal(self) -> None:
        raise StorageFull("storage_full", "enough")


def test_memory_stays_flat_whatever_is_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """32 MiB go through with less than 3 MiB at once: the parser, not the store, which is measured where it is."""
    chunk, count = b"x" * (64 << 10), 512
    monkeypatch.setattr(type(world.services.objects), "receive", lambda _: CountingSink())
    object.__setattr__(world.services.rules, "max_upload", 64 << 20)
    body = Stream((part("file", b"", "a.png")[:-2], 1), (chunk, count), (b"\r\n" + END, 1))
    tracemalloc.start()
    answer = stream(world, body, body.length)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    problem(answer, 507, "storage_full")
    assert CountingSink.size == len(chunk) * count
    assert peak < 3 << 20


def test_only_the_operation_makes_bytes_visible(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation that never ran: the form was fine, the sink was let go, and nothing is there."""
    before = world.state()
    taken: list[ObjectSink] = []

    def create_asset(services: object, actor: object, incoming: Any, details: object) -> str:
        taken.append(incoming.sink)
        raise Invalid("no", "No.")

    monkeypatch.setattr("dam.operations.uploads.create_asset", create_asset)
    problem(world.upload(), 422, "no")
    assert taken
    assert world.state() == before
