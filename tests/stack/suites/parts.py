"""The part store in a bucket, on real servers: the contract, by the links that clients get, and what only a server can
get wrong.
"""

import functools
import hashlib
import http.client
import json
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dam.client.parts import THRESHOLD
from dam.domain.errors import Conflict, Unavailable
from dam.domain.uploads import Upload
from dam.objects.bucket import Bucket
from dam.objects.s3 import S3Objects
from dam.objects.s3_parts import S3Parts
from dam.ports.objects import ObjectStore
from dam.ports.parts import PartLink, PartStore
from tests.commands.test_up import LONG, Service
from tests.contracts.part_store import PartStoreContract, Send, Sizes, upload_of
from tests.stack.suites.buckets import Server
from tests.stack.suites.objects import PART, data_of


def send_to(link: PartLink, data: bytes) -> int:
    """As a client does it: the link, and nothing else. 0: the server broke off, as it may where it refuses."""
    parts = urlsplit(link.url)
    assert parts.netloc
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(link.method, f"{parts.path}?{parts.query}", data, dict(link.headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (BrokenPipeError, ConnectionResetError):
        return 0
    finally:
        connection.close()


@pytest.fixture
def parts(s3: S3Objects) -> S3Parts:
    return s3.parts()


class TestContract(PartStoreContract):
    @pytest.fixture
    def store(self, parts: S3Parts) -> PartStore:
        return parts

    @pytest.fixture
    def objects(self, s3: S3Objects) -> ObjectStore:
        return s3

    @pytest.fixture
    def sizes(self) -> Sizes:
        return Sizes(PART)

    @pytest.fixture
    def send(self) -> Send:
        return send_to


@pytest.fixture
def upload(parts: S3Parts) -> Upload:
    made = upload_of(2 * PART, PART)
    return replace(made, handle=parts.begin(made.id))


DATA = data_of(2 * PART)


def send_all(parts: S3Parts, upload: Upload) -> str:
    for number in (1, 2):
        assert send_to(parts.link(upload, number), DATA[(number - 1) * PART : number * PART]) == 200
    return parts.close(upload)


def test_nothing_but_the_object_is_left(parts: S3Parts, upload: Upload, server: Server) -> None:
    with parts.assemble(upload, send_all(parts, upload)) as assembled:
        stored = assembled.finish()
    parts.discard(upload.id)
    assert server.held() == [f"objects/{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"]
    assert server.unfinished(f"uploads/{upload.id}") == 0


def test_what_is_large_is_only_completed_at_the_end(
    bucket: Bucket, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = S3Objects(bucket, copied_at_once=PART).parts()
    with parts.assemble(upload, send_all(parts, upload)) as assembled:
        stored = assembled.seal()
        for long in ("put", "copy", "put_part", "copy_part", "get"):
            monkeypatch.delattr(Bucket, long)
        assert assembled.finish() == stored
    assert stored.sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_part_of_another_size_does_not_count(parts: S3Parts, upload: Upload) -> None:
    """A presigned link says no length, so that the server takes any."""
    send_to(parts.link(upload, 1), DATA[:PART])
    send_to(parts.link(upload, 2), DATA[: PART - 1])
    with pytest.raises(Conflict) as refused:
        parts.close(upload)
    assert refused.value.extra["missing"] == [2]


def test_a_page_may_send_a_part(parts: S3Parts, upload: Upload) -> None:
    """The bucket was made by us, with the rule that browsers ask for before they send."""
    link = urlsplit(parts.link(upload, 1).url)
    assert f"{link.scheme}://{link.netloc}" == parts.origin
    asking = {"Origin": "https://dam.example.org", "Access-Control-Request-Method": "PUT"}
    connection = http.client.HTTPConnection(link.netloc, timeout=60)
    connection.request("OPTIONS", f"{link.path}?{link.query}", headers=asking)
    answer = connection.getresponse()
    assert answer.status in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://dam.example.org")
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    answer.read()
    connection.request("PUT", f"{link.path}?{link.query}", DATA[:PART], {"Origin": "https://dam.example.org"})
    assert connection.getresponse().headers["Access-Control-Allow-Origin"] in ("*", "https://dam.example.org")
    connection.close()


def test_a_link_is_for_one_part_of_one_upload(parts: S3Parts, upload: Upload) -> None:
    link = parts.link(upload, 1)
    for altered in (
        link.url.replace("partNumber=1", "partNumber=2"),
        link.url.replace(upload.id, upload_of(1, PART).id),
        link.url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
    ):
        assert altered != link.url
        assert send_to(replace(link, url=altered), DATA[:PART]) in (0, 403)
    assert parts.received(upload) == []


def test_many_parts_are_listed_page_by_page(
    parts: S3Parts, upload: Upload, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_all(parts, upload)
    listed = functools.partial(bucket._ask._list_parts, max_parts=1)
    monkeypatch.setattr(bucket._ask, "_list_parts", listed)
    assert [part.number for part in parts.received(upload)] == [1, 2]


def test_links_lead_to_where_clients_are(server: Server, upload: Upload) -> None:
    """The server is asked at its own address; clients have another one."""
    public = f"http://localhost:{server.address.endpoint.rpartition(':')[2]}"
    parts = S3Objects(Bucket(replace(server.address, public=public))).parts()
    link = parts.link(upload, 1)
    assert link.url.startswith(f"{public}/{server.address.bucket}/uploads/{upload.id}?")
    assert send_to(link, DATA[:PART]) == 200
    assert [part.number for part in parts.received(upload)] == [1]


def test_a_hash_that_breaks_off_is_no_digest(
    parts: S3Parts, upload: Upload, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = send_all(parts, upload)
    whole = bucket.get
    monkeypatch.setattr(bucket, "get", lambda key, start, etag=None: whole(key, 10, etag))
    with parts.assemble(upload, accepted) as assembled, pytest.raises(Unavailable):
        assembled.seal()


def test_what_another_wrote_under_its_key_is_not_taken(parts: S3Parts, upload: Upload, bucket: Bucket) -> None:
    """Between the completion and the copy, by whoever has the service's own key."""
    with parts.assemble(upload, send_all(parts, upload)) as assembled:
        assembled.seal()
        bucket.put(f"uploads/{upload.id}", b"something else!")
        with pytest.raises(Unavailable):
            assembled.finish()


@pytest.mark.timeout(300)
def test_dam_upload_sends_past_the_service(server: Server, tmp_path: Path) -> None:
    """As it is started, with a file that is big enough."""
    data = data_of(THRESHOLD + 5)
    (tmp_path / "big.bin").write_bytes(data)
    service = Service(tmp_path / "home", DAM_OBJECTS_URL=server.url, XDG_STATE_HOME=str(tmp_path / "state"))
    try:
        sending = service.run("upload", str(tmp_path / "big.bin"), "--json")
        said, errors = sending.communicate(timeout=LONG * 4)
        assert sending.returncode == 0, errors
        assert "through the service" not in errors
        digest = json.loads(said)["latest"]["sha256"]
        assert digest == hashlib.sha256(data).hexdigest()
        (upload_id,) = uploads_of(tmp_path / "home")
        until_cleared(server, f"uploads/{upload_id}")
        assert f"objects/{digest[:2]}/{digest[2:4]}/{digest}" in server.held()
        assert service.end(signal.SIGTERM) == 0
    finally:
        service.close()


def uploads_of(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "dam.sqlite")) as database:
        return [str(row[0]) for row in database.execute("SELECT id FROM uploads WHERE state = 'complete'")]


def until_cleared(server: Server, key: str) -> None:
    end = time.monotonic() + LONG
    while key in server.held():
        assert time.monotonic() < end, "The parts are still there."
        time.sleep(0.05)
