"""The S3 object store on real servers: the contract, and what only a server can get wrong."""

import hashlib
import tracemalloc
from dataclasses import replace

import pytest

from dam.domain.errors import NotFound, StorageFull, Unavailable
from dam.objects.bucket import Bucket
from dam.objects.marks import MARKS
from dam.objects.s3 import S3Objects
from dam.objects.sending import QUARANTINE
from dam.ports.objects import ObjectStore
from tests.contracts.object_store import ObjectStoreContract, contents, put
from tests.stack.suites.buckets import Server, server_of
from tests.stack.suites.conftest import Stack

PART = 5 << 20


class TestContract(ObjectStoreContract):
    @pytest.fixture
    def store(self, s3: S3Objects) -> ObjectStore:
        return s3


def data_of(size: int) -> bytes:
    return (hashlib.sha256(b"seed").digest() * (size // 32 + 1))[:size]


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 3])
def test_parts_come_together(s3: S3Objects, server: Server, size: int) -> None:
    data = data_of(size)
    stored = put(s3, data[:7], data[7:PART], data[PART:])
    assert contents(s3, stored.sha256) == data
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert server.held() == [f"objects/{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"]


def test_memory_stays_flat(s3: S3Objects) -> None:
    s3.find("0" * 64)
    piece = bytes(64 << 10)
    tracemalloc.start()
    try:
        with s3.receive() as sink:
            for _ in range(960):
                sink.write(piece)
            stored = sink.finish()
        with s3.open(stored.sha256) as stream:
            while stream.read(1 << 20):
                pass
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


class TestLarge:
    """What is large is copied in parts before it is finished, so that the transaction around that is short."""

    DATA = data_of(2 * PART + 5)

    @pytest.fixture
    def s3(self, bucket: Bucket) -> S3Objects:
        return S3Objects(bucket, copied_at_once=PART)

    def test_it_is_only_completed_at_the_end(
        self, s3: S3Objects, server: Server, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with s3.receive() as sink:
            sink.write(self.DATA)
            stored = sink.seal()
            assert list(s3.list()) == []
            for long in ("put", "copy", "put_part", "copy_part"):
                monkeypatch.delattr(Bucket, long)
            assert sink.finish() == stored
        assert contents(s3, stored.sha256) == self.DATA
        assert len(server.held()) == 1

    def test_what_is_there_is_not_copied_again(self, s3: S3Objects, monkeypatch: pytest.MonkeyPatch) -> None:
        first = put(s3, self.DATA)
        for copying in ("copy", "copy_part"):
            monkeypatch.delattr(Bucket, copying)
        assert put(s3, self.DATA) == first

    def test_two_at_once_store_it_once(self, s3: S3Objects, server: Server) -> None:
        with s3.receive() as one, s3.receive() as other:
            for sink in (one, other):
                sink.write(self.DATA)
                sink.seal()
            assert one.finish() == other.finish()
        (key,) = server.held()
        assert server.unfinished(key) == 0

    def test_a_refused_one_leaves_nothing(self, s3: S3Objects, server: Server) -> None:
        with s3.receive() as sink:
            sink.write(self.DATA)
            digest = sink.seal().sha256
        assert server.held() == []
        assert server.unfinished(f"objects/{digest[:2]}/{digest[2:4]}/{digest}") == 0


@pytest.mark.parametrize("size", [10, PART + 10])
def test_what_is_left_without_finish_is_gone(s3: S3Objects, server: Server, size: int) -> None:
    for seal in (False, True):
        with s3.receive() as sink:
            sink.write(data_of(size))
            if seal:
                sink.seal()
    assert server.root.bucket_exists(server.address.bucket) is True
    assert server.held() == []


def test_what_was_altered_in_quarantine_gets_no_name(s3: S3Objects, server: Server) -> None:
    with s3.receive() as sink:
        sink.write(b"what was hashed")
        stored = sink.seal()
        (key,) = server.held()
        Bucket(server.address).put(key, b"something else!")
        with pytest.raises(Unavailable):
            sink.finish()
    assert s3.find(stored.sha256) is None
    assert server.held() == []


def test_other_bytes_under_a_digest_are_told_and_not_touched(s3: S3Objects, bucket: Bucket, server: Server) -> None:
    digest = hashlib.sha256(b"bytes").hexdigest()
    key = f"objects/{digest[:2]}/{digest[2:4]}/{digest}"
    bucket.put(key, b"byt")
    with pytest.raises(Unavailable) as refused:
        put(s3, b"bytes")
    assert refused.value.code == "object_damaged"
    assert server.held() == [key]
    assert contents(s3, digest) == b"byt"


def test_other_keys_are_not_listed(s3: S3Objects, bucket: Bucket) -> None:
    stored = put(s3, b"bytes")
    for key in ("objects/notes.txt", f"objects/00/11/{'f' * 64}", f"{MARKS}x", f"{QUARANTINE}y"):
        bucket.put(key, b"x")
    assert list(s3.list()) == [stored]


class TestReading:
    def test_from_anywhere_and_more_than_once(self, s3: S3Objects) -> None:
        data = data_of(3 << 20)
        with s3.open(put(s3, data).sha256) as stream:
            assert stream.seek(-5, 2) == len(data) - 5
            assert stream.read() == data[-5:]
            assert stream.read(1) == b""
            stream.seek(1000)
            assert (stream.read(10), stream.tell()) == (data[1000:1010], 1010)
            stream.seek(-10, 1)
            assert stream.read() == data[1000:]
            assert stream.seekable()
            assert stream.readable()

    def test_nothing_is_past_the_end(self, s3: S3Objects) -> None:
        with s3.open(put(s3, b"short").sha256) as stream:
            stream.seek(100)
            assert stream.read() == b""
            with pytest.raises(ValueError, match="before"):
                stream.seek(-1)

    def test_it_has_no_descriptor(self, s3: S3Objects) -> None:
        with s3.open(put(s3, b"bytes").sha256) as stream, pytest.raises(OSError, match="fileno"):
            stream.fileno()

    def test_what_was_taken_away_meanwhile_is_told(self, s3: S3Objects, server: Server) -> None:
        with s3.open(put(s3, b"bytes").sha256) as stream:
            server.root.remove_object(server.address.bucket, server.held()[0])
            with pytest.raises(NotFound) as missing:
                stream.read()
        assert missing.value.code == "object_missing"


class TestErrors:
    def test_a_wrong_secret(self, server: Server) -> None:
        address = replace(server.address, secret="wrong" * 8)
        with pytest.raises(Unavailable) as refused:
            S3Objects(Bucket(address)).find("0" * 64)
        assert refused.value.code == "objects_unavailable"
        assert "wrong" not in refused.value.detail

    def test_a_bucket_that_vanished_is_not_an_empty_one(self, s3: S3Objects, server: Server) -> None:
        put(s3, b"bytes")
        server.root.remove_object(server.address.bucket, server.held()[0])
        server.root.remove_bucket(server.address.bucket)
        with pytest.raises(Unavailable):
            list(s3.list())
        with pytest.raises(Unavailable):
            put(s3, b"bytes")

    def test_many_make_the_bucket_at_once(self, server: Server) -> None:
        stored = [put(S3Objects(Bucket(server.address)), b"bytes") for _ in range(3)]
        assert len(set(stored)) == 1

    def test_an_upload_that_is_gone_is_told(self, s3: S3Objects, server: Server) -> None:
        with s3.receive() as sink:
            sink.write(data_of(PART + 1))
            upload = sink._upload
            assert upload is not None
            server.root._abort_multipart_upload(server.address.bucket, sink._key, upload._id)
            with pytest.raises(Unavailable):
                sink.finish()
        assert server.held() == []


class TestOnMinio:
    """What only MinIO can be told to do."""

    @pytest.fixture
    def server(self, stack: Stack) -> Server:
        return server_of("minio", stack.url("minio"))

    def test_a_bucket_with_a_quota_is_full(self, s3: S3Objects, server: Server) -> None:
        put(s3, b"bytes")
        server.admin.bucket_quota_set(server.address.bucket, 1 << 20)
        with pytest.raises(StorageFull) as refused:
            put(s3, data_of(2 << 20))
        assert refused.value.code == "storage_full"
        server.admin.bucket_quota_clear(server.address.bucket)
        assert put(s3, data_of(2 << 20)).size == 2 << 20

    def test_the_key_deletes_no_original_and_sees_no_other_bucket(self, s3: S3Objects, server: Server) -> None:
        stored = put(s3, b"bytes")
        (key,) = server.held()
        with pytest.raises(Unavailable, match="AccessDenied"):
            Bucket(server.address).delete(key)
        other = f"{server.address.bucket}-other"
        server.root.make_bucket(other)
        with pytest.raises(Unavailable, match="AccessDenied"):
            list(Bucket(replace(server.address, bucket=other)).objects(""))
        assert contents(s3, stored.sha256) == b"bytes"
