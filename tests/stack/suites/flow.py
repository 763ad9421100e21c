"""The whole story with the bytes in a bucket: upload, previews, fetching, rollouts into folders, and the check of it
all. As it is started, on PostgreSQL too; the rest of the service is the embedded one.
"""

import hashlib
import json
import secrets
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from dam.objects.bucket import Bucket
from dam.objects.s3 import S3Objects
from dam.operations import fsck
from tests.api.world import png
from tests.commands.test_up import LONG, Service, until_rendered
from tests.flow.house import PNG, House, Street, files, sha256
from tests.stack.suites.buckets import Server
from tests.stack.suites.channels import restricted
from tests.stack.suites.conftest import Stack


@pytest.fixture
def house(server: Server, migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    """Like the one of ``tests.flow``, but for its bytes."""
    street = Street(tmp_path, migrated_file)
    with street.house() as built:
        built.services = replace(built.services, objects=S3Objects(Bucket(server.address)))
        yield built
    street.store.dispose()


def test_a_new_version_replaces_the_old_one_everywhere(house: House, server: Server) -> None:
    first, second = PNG + b"one" * 1000, PNG + b"two" * 3_000_000
    asset = house.upload(first, "hero.png")
    house.drain()
    house.approve(asset, 1)
    channel = house.channel()
    placement = house.place(asset, channel, "img/hero.png")
    house.drain()
    assert (house.word(placement), files(house.outside / "shop")) == ("current", {"img/hero.png": first})

    house.add(asset, second, filename="hero.png")
    house.drain()
    house.approve(asset, 2)
    house.drain()
    assert (house.word(placement), files(house.outside / "shop")) == ("current", {"img/hero.png": second})
    assert house.stored(sha256(first)) == first

    report = fsck.check(house.services, full=True)
    assert report.findings == []
    assert report.checked["objects"] == len(server.held())


def test_foreign_bytes_are_kept_in_the_bucket(house: House) -> None:
    asset = house.upload(PNG, "hero.png")
    house.drain()
    house.approve(asset, 1)
    channel = house.channel()
    (house.outside / "shop" / "hero.png").write_bytes(b"foreign")
    placement = house.place(asset, channel, "hero.png", adopt=True)
    house.drain()
    assert house.word(placement) == "current"
    assert house.stored(sha256(b"foreign")) == b"foreign"


def test_what_was_altered_or_lost_in_the_bucket_is_found(house: House, server: Server) -> None:
    for data in (b"altered", b"lost"):
        house.upload(data)
    house.drain()
    keys = {key.rpartition("/")[2]: key for key in server.held()}
    Bucket(server.address).put(keys[sha256(b"altered")], b"ALTERED")
    server.root.remove_object(server.address.bucket, keys[sha256(b"lost")])
    found = {(each.code, each.subject) for each in fsck.check(house.services, full=True).findings}
    assert found == {
        ("bytes_altered", f"object:{sha256(b'altered')}"),
        ("bytes_missing", f"content:{sha256(b'lost')}"),
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, stack: Stack) -> dict[str, str]:
    """The settings of an empty database of each kind."""
    if request.param == "sqlite":
        return {}
    url, name = stack.url("postgresql"), f"test_{secrets.token_hex(8)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return {"DAM_DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}


def test_the_service_as_it_is_started(server: Server, database: dict[str, str], tmp_path: Path) -> None:
    service = Service(tmp_path / "home", DAM_OBJECTS_URL=server.url, **database)
    try:
        service.until_ready()
        picture, large = service.upload(png(40, 30))["id"], png() + bytes(range(256)) * 30_000
        until_rendered(service, picture)
        asset = service.upload(large)["id"]
        path = f"/api/v1/assets/{asset}/versions/1/content"
        assert hashlib.sha256(fetch(service, path)).digest() == hashlib.sha256(large).digest()
        assert fetch(service, path, "bytes=5000000-5999999") == large[5_000_000:6_000_000]
        assert fetch(service, path, "bytes=-5") == large[-5:]
        assert not (tmp_path / "home" / "objects").exists()
        assert service.end(signal.SIGTERM) == 0
        assert service.process.stderr is not None
        assert "Traceback" not in service.process.stderr.read()
    finally:
        service.close()


@pytest.fixture
def shop(request: pytest.FixtureRequest, server: Server) -> Server:
    """Another bucket on the same server, with a channel's key."""
    made = replace(server, address=replace(server.address, bucket=f"{server.address.bucket}-shop"))
    server.root.make_bucket(made.address.bucket)
    return restricted(made, "img") if request.node.callspec.params["server"] == "minio" else made


def test_the_demo_replaces_an_object_in_a_bucket(
    server: Server, shop: Server, database: dict[str, str], tmp_path: Path
) -> None:
    """With everything on servers: the database, the originals in one bucket, and the channel in another one. The demo
    reads the bucket itself; so does this test. The channel's secret is seen nowhere."""
    settings = {"DAM_CHANNEL_NETWORKS": "127.0.0.0/8", "DAM_SECRET_KEY": secrets.token_hex(32)}
    service = Service(tmp_path / "home", DAM_OBJECTS_URL=server.url, **settings, **database)
    try:
        proofs = json.loads(demo(service, shop, tmp_path))
        assert len(proofs) == 6
        assert all(each["holds"] and each["version"] == 2 for each in proofs)
        held = {key: key.partition("/.dam-channel-") for key in shop.held()}
        (prefix,) = (before for before, found, _ in held.values() if found)
        placed = {f"{prefix}/{each['placement']}": each for each in proofs}
        assert {key for key, (_, found, _) in held.items() if not found} == set(placed)
        for key, proof in placed.items():
            with shop.root.get_object(shop.address.bucket, key) as answer:
                assert hashlib.sha256(answer.read()).hexdigest() == proof["digest_read"] == proof["digest_expected"]
        answers = [service.get(f"/api/v1/{path}") for path in ("channels", "events?limit=200")]
        assert service.end(signal.SIGTERM) == 0
        said = [json.dumps(answers), rest_of(service.process.stdout), rest_of(service.process.stderr)]
        assert shop.address.secret not in "".join(said)
        files = [file for file in service.home.rglob("*") if file.is_file()]
        assert not any(shop.address.secret.encode() in file.read_bytes() for file in files)
    finally:
        service.close()


def demo(service: Service, shop: Server, folder: Path) -> str:
    """What the demo prints that places into this bucket too; its secret is on no command line."""
    where = shop.address
    (folder / "secret").write_text(f"{where.secret}\n")
    config = {
        "endpoint": where.endpoint, "bucket": where.bucket, "prefix": "img", "secure": "false", "key": where.key,
        "secret": f"@{folder / 'secret'}",
    }  # fmt: skip
    given = [each for name, value in config.items() for each in ("--s3", f"{name}={value}")]
    process = service.run("demo", "--json", "--folder", str(folder / "shop"), *given)
    out, errors = process.communicate(timeout=2 * LONG)
    assert process.returncode == 0, errors
    assert where.secret not in out + errors
    return out


def rest_of(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.read()


def fetch(service: Service, path: str, part: str | None = None) -> bytes:
    request = urllib.request.Request(service.said["address"] + path, headers={"Range": part} if part else {})
    request.add_header("authorization", f"Bearer {(service.home / 'token').read_text().strip()}")
    with urllib.request.urlopen(request, timeout=LONG) as answer:
        read: bytes = answer.read()
        return read
