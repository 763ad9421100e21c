"""The S3 object store when the server or the way to it fails: each failure is one of ours, and none takes for ever.

What it does on real servers is in ``tests/stack/suites/objects.py``.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from dam.domain.errors import StorageFull, Unavailable
from dam.objects.address import Address
from dam.objects.bucket import Bucket, Found, Patience
from dam.objects.s3 import S3Objects
from dam.objects.sending import part_size
from dam.ports.objects import StoredObject
from tests.contracts.object_store import put
from tests.objects.scripted import XML, Answer, Script, error, serving

USUAL, SHORT = Patience(connect=60, read=60), Patience(connect=0.3, read=0.3)
ADDRESS = Address(endpoint="127.0.0.1:1", bucket="dam", key="key", secret="hunter2", secure=False)
DIGEST = "0" * 64
MODIFIED = {"Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT", "ETag": '"tag"'}


def bucket_at(endpoint: str, patience: Patience = USUAL) -> Bucket:
    return Bucket(replace(ADDRESS, endpoint=endpoint), questions=patience, transfers=patience)


@contextmanager
def store_of(script: Script) -> Iterator[S3Objects]:
    with serving(script) as (endpoint, _):
        yield S3Objects(bucket_at(endpoint))


def failed(store: S3Objects) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        store.find(DIGEST)
    assert refused.value.code == "objects_unavailable"
    assert "hunter2" not in str(refused.value)
    return refused.value


@contextmanager
def cut_off_after(status: str, headers: dict[str, str]) -> Iterator[str]:
    """A server whose answers end within their head; the bucket is there."""
    lines = [status, *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall("\r\n".join(lines).encode() + b"\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listening.getsockname()
        yield f"{host}:{port}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_nothing_is_asked_before_the_first_use() -> None:
    with serving(lambda *_: Answer()) as (endpoint, asked):
        S3Objects(bucket_at(endpoint)).receive()
        assert asked == []


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused = failed(S3Objects(bucket_at(f"127.0.0.1:{taken.getsockname()[1]}")))
    assert refused.detail == "The object store can't be reached, or broke off."


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        refused = failed(S3Objects(bucket_at(f"127.0.0.1:{silent.getsockname()[1]}", SHORT)))
    assert refused.detail == "The object store did not answer in time."
    assert time.monotonic() - began < 60


def test_tls_is_not_left_out_because_the_server_has_none() -> None:
    with serving(lambda *_: Answer()) as (endpoint, asked):
        secure = replace(ADDRESS, endpoint=endpoint, secure=True)
        refused = failed(S3Objects(Bucket(secure, questions=USUAL, transfers=USUAL)))
        assert asked == []
    assert refused.detail == "The object store speaks no TLS, or its certificate is not trusted."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error(503, "SlowDown"), "status 503"),
        (error(403, "AccessDenied"), "AccessDenied"),
        (Answer(307, headers={"Location": "http://127.0.0.1:1/"}), "Redirect"),
    ],
)
def test_what_a_server_refuses_is_told(answer: Answer, said: str) -> None:
    with store_of(lambda *_: answer) as store:
        assert said in failed(store).detail


def test_a_moment_of_trouble_is_not_noticed() -> None:
    answers = iter([error(503, "SlowDown"), Answer(), error(500, "InternalError"), Answer(headers=MODIFIED)])
    with store_of(lambda *_: next(answers)) as store:
        assert store.find(DIGEST) == StoredObject(DIGEST, 0)


@pytest.mark.parametrize("headers", [{}, {"ETag": '"tag"'}, {"Content-Length": "0"}])
def test_a_head_that_was_cut_off_is_no_empty_object(headers: dict[str, str]) -> None:
    with cut_off_after("HTTP/1.1 200 OK", headers) as endpoint:
        assert failed(S3Objects(bucket_at(endpoint))).detail == "The object store gave an answer that is not S3's."


@pytest.mark.parametrize("code", ["XMinioStorageFull", "QuotaExceeded", "WhateverItMayBe"])
def test_no_room(code: str) -> None:
    with store_of(lambda method, _: error(507, code) if method == "PUT" else Answer()) as store:
        with pytest.raises(StorageFull) as refused:
            put(store, b"bytes")
        assert refused.value.code == "storage_full"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html"}),
        Answer(200, b"not xml at all", {"Content-Type": XML}),
        Answer(404, b"<html>Not here</html>", {"Content-Type": "text/html"}),
        Answer(200, b"", {"Content-Type": XML}),
    ],
)
def test_an_answer_that_is_not_s3_s(answer: Answer) -> None:
    with store_of(lambda method, _: Answer() if method == "HEAD" else answer) as store:
        with pytest.raises(Unavailable) as refused:
            list(store.list())
        assert refused.value.code == "objects_unavailable"


def test_bytes_that_break_off_are_told_where_they_do() -> None:
    def script(method: str, _: str) -> Answer:
        return Answer(200, b"x" * 10, MODIFIED, announced=20)

    with store_of(script) as store, store.open(DIGEST) as stream:
        assert stream.read(10) == b"x" * 10
        with pytest.raises(Unavailable):
            stream.read(10)


def test_a_completion_whose_answer_is_lost_is_looked_at() -> None:
    def script(method: str, _: str) -> Answer:
        return Answer(lost=True) if method == "POST" else Answer(headers=MODIFIED, announced=7)

    with serving(script) as (endpoint, asked):
        found = bucket_at(endpoint).complete("key", "upload", ["one"], 7)
        assert (found.size, found.etag) == (7, "tag")
        with pytest.raises(Unavailable):
            bucket_at(endpoint).complete("key", "upload", ["one"], 8)
        assert sum(each.startswith("POST") for each in asked) == 2  # never sent again by itself


def test_a_copy_that_failed_late_is_no_copy() -> None:
    """A server that answers with 200 and an error has copied nothing."""
    found = Found("incoming/x", 7, "tag", None)  # type: ignore[arg-type]  # not looked at

    def script(method: str, _: str) -> Answer:
        return error(200, "InternalError") if method == "PUT" else Answer(headers=MODIFIED)

    with serving(script) as (endpoint, _), pytest.raises(Unavailable):
        bucket_at(endpoint).copy(found, "objects/x")


def test_parts_grow_so_that_there_are_never_too_many() -> None:
    sizes = [part_size(number) for number in range(1, 10_001)]
    assert sizes[0] == sizes[999] == 5 << 20
    assert sizes[1000] == 10 << 20
    assert sizes[-1] == 50 << 20
    assert sum(sizes) > 268 << 30
