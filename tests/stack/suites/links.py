"""Originals that clients fetch from the bucket's server itself: what a link gives on real servers, and what not."""

import hashlib
import json
import select
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from dam.objects.bucket import Bucket
from dam.objects.s3 import LINK_S, S3Objects
from tests.api.world import png
from tests.commands.test_up import LONG, Service
from tests.contracts.object_store import put
from tests.stack.suites.buckets import Server

DATA = bytes(range(256)) * 1000
SAVED = "attachment; filename=\"h_ro.svg\"; filename*=UTF-8''h%C3%A4ro.svg"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Whoever asks wants to see where it leads."""


def ask(url: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    """One request, by somebody who knows nothing but the address; no redirect is followed."""
    request = urllib.request.Request(url, method=method, headers={n.replace("_", "-"): v for n, v in headers.items()})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=LONG) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()


@pytest.fixture
def linked(bucket: Bucket) -> S3Objects:
    return S3Objects(bucket, linked=True)


@pytest.fixture
def link(linked: S3Objects) -> str:
    found = linked.link(put(linked, DATA).sha256, "image/svg+xml", SAVED)
    assert found is not None
    return found


def test_it_gives_the_bytes_to_be_saved(link: str) -> None:
    status, headers, data = ask(link)
    assert (status, data) == (200, DATA)
    assert headers["Content-Disposition"] == SAVED
    assert headers["Content-Type"] == "image/svg+xml"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(DATA))


def test_it_gives_ranges(link: str) -> None:
    status, headers, data = ask(link, Range="bytes=1000-1009")
    assert (status, data) == (206, DATA[1000:1010])
    assert headers["Content-Range"] == f"bytes 1000-1009/{len(DATA)}"


def test_it_is_for_this_answer_of_this_object_alone(linked: S3Objects, link: str) -> None:
    other = put(linked, b"another").sha256
    digest = hashlib.sha256(DATA).hexdigest()
    altered = [
        link.replace(f"{digest[:2]}/{digest[2:4]}/{digest}", f"{other[:2]}/{other[2:4]}/{other}"),
        link.replace("attachment", "inline"),
        link.replace("image%2Fsvg%2Bxml", "text%2Fhtml"),
        link.replace(f"X-Amz-Expires={LINK_S}", "X-Amz-Expires=86400"),
    ]
    assert all(each != link for each in altered)
    assert [ask(each)[0] for each in altered] == [403] * 4
    assert ask(link, "PUT")[0] == ask(link, "DELETE")[0] == 403
    assert ask(link)[2] == DATA


def test_it_ends(bucket: Bucket, linked: S3Objects) -> None:
    """A link of which one second is left: asked until it is refused."""
    digest = put(linked, DATA).sha256
    short = bucket.url(f"objects/{digest[:2]}/{digest[2:4]}/{digest}", 1, {})
    end = time.monotonic() + LONG
    while ask(short)[0] != 403:
        assert time.monotonic() < end, "it is good for longer than it says"
        select.select([], [], [], 0.05)


def test_bytes_that_are_not_there_are_the_server_s_to_tell(linked: S3Objects) -> None:
    linked.find("0" * 64)  # so that there is a bucket
    found = linked.link("0" * 64, "image/png", SAVED)
    assert found is not None
    assert ask(found)[0] == 404


def test_it_leads_to_where_clients_are(server: Server) -> None:
    public = f"http://localhost:{server.address.endpoint.rpartition(':')[2]}"
    store = S3Objects(Bucket(replace(server.address, public=public)), linked=True)
    found = store.link(put(store, DATA).sha256, "image/png", SAVED)
    assert found is not None
    assert found.startswith(f"{public}/{server.address.bucket}/objects/")
    assert ask(found)[2] == DATA


@pytest.fixture
def service(server: Server, tmp_path: Path) -> Iterator[Service]:
    """As it is started."""
    made = Service(tmp_path / "home", DAM_OBJECTS_URL=server.url, DAM_PRESIGNED_READS="true", DAM_LOG_LEVEL="debug")
    yield made
    made.close()


def test_the_service_checks_and_sends_on(service: Service, server: Server) -> None:
    """Whatever was sent before, the next request is checked; what a link allows is in no log."""
    token = f"Bearer {(service.home / 'token').read_text().strip()}"
    data = png(30, 20) + DATA
    asset = service.upload(data)
    path = f"{service.said['address']}/api/v1/assets/{asset['id']}"
    assert ask(f"{path}/approved/content", Authorization=token)[0] == 404
    assert ask(f"{path}/versions/1/content")[0] == 401
    approving = {"sha256": asset["latest"]["sha256"], "expected_head": None}
    assert post(f"{path}/versions/1/approve", token, approving) == 202
    assert post(f"{path}/publish", token) == 200
    for where in (f"{path}/approved/content", f"{service.said['address']}/d/{asset['key']}"):
        status, headers, body = ask(where, Authorization=token)
        assert (status, body, headers["Cache-Control"]) == (307, b"", "private, no-store")
        assert headers["Location"].startswith(f"http://{server.address.endpoint}/{server.address.bucket}/objects/")
        assert ask(headers["Location"])[2] == data
        assert ask(where, "HEAD", Authorization=token)[1]["ETag"] == f'"{asset["latest"]["sha256"]}"'
        assert ask(where, Authorization=token, Range="bytes=5-", If_Range='"another"')[::2] == (200, data)
        signature = headers["Location"].partition("X-Amz-Signature=")[2]
    assert post(f"{path}/withdraw", token, {}) == 202
    assert ask(f"{service.said['address']}/d/{asset['key']}")[0] == 410
    assert ask(f"{path}/approved/content", Authorization=token)[0] == 404
    service.process.terminate()
    assert service.process.stderr is not None
    said = service.process.stderr.read()
    assert f"/d/{asset['key']}" in said
    assert signature
    assert signature not in said


def test_dam_get_follows_and_verifies(service: Service, server: Server, tmp_path: Path) -> None:
    asset = service.upload(DATA)
    where = tmp_path / "fetched.bin"
    getting = service.run("get", asset["id"], "-o", str(where), "--json")
    said, errors = getting.communicate(timeout=LONG)
    assert getting.returncode == 0, errors
    assert json.loads(said)["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert where.read_bytes() == DATA
    digest = asset["latest"]["sha256"]
    server.root.remove_object(server.address.bucket, f"objects/{digest[:2]}/{digest[2:4]}/{digest}")
    getting = service.run("get", asset["id"], "-o", str(where))
    _, errors = getting.communicate(timeout=LONG)
    assert getting.returncode == 1
    assert "404" in errors
    assert "X-Amz" not in errors
    assert where.read_bytes() == DATA


def post(url: str, token: str, body: object = None) -> int:
    """The status."""
    headers = {"Authorization": token, "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else b""
    request = urllib.request.Request(url, data, headers, method="POST")
    with urllib.request.urlopen(request, timeout=LONG) as answer:
        return int(answer.status)
