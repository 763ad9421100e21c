"""What dead processes leave in a bucket, and who finds it: the sweep of the S3 object store, on real servers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from dam.domain.errors import Unavailable
from dam.objects.bucket import Bucket
from dam.objects.marks import Mark
from dam.objects.s3 import S3Objects
from dam.objects.sending import LONGEST_S, Sending
from tests.contracts.object_store import put
from tests.stack.suites.buckets import Server
from tests.stack.suites.objects import PART, data_of


@pytest.fixture
def later() -> Callable[[], datetime]:
    """A clock that says what time it will be in three days."""
    return lambda: datetime.now(UTC) + timedelta(days=3)


@pytest.fixture
def dead(s3: S3Objects) -> Sending:
    """A stream in parts whose process is never heard of again."""
    sink = s3.receive()
    sink.write(data_of(2 * PART + 1))
    return sink


def test_an_upload_in_parts_is_swept(
    server: Server, bucket: Bucket, dead: Sending, later: Callable[[], datetime]
) -> None:
    assert server.unfinished(dead._key) == 1
    assert S3Objects(bucket, now=later).sweep() == 1
    assert server.unfinished(dead._key) == 0
    assert server.held() == []


def test_what_was_sealed_is_swept(s3: S3Objects, server: Server, bucket: Bucket, later: Callable[[], datetime]) -> None:
    for data in (b"short", data_of(PART + 1)):
        sink = s3.receive()
        sink.write(data)
        sink.seal()
    S3Objects(bucket, now=later).sweep()
    assert server.held() == []


def test_a_copy_in_parts_that_was_left_is_swept_and_the_object_stays(
    s3: S3Objects, server: Server, bucket: Bucket, later: Callable[[], datetime]
) -> None:
    stored = put(s3, b"bytes")
    (key,) = server.held()
    Mark.put(bucket, key)
    bucket.begin(key)
    S3Objects(bucket, now=later).sweep()
    assert server.unfinished(key) == 0
    assert list(s3.list()) == [stored]
    assert server.held() == [key]


def test_what_lives_is_left_alone(s3: S3Objects, dead: Sending) -> None:
    assert s3.sweep() == 0
    assert dead.finish().size == 2 * PART + 1


def test_a_stream_ends_before_anybody_would_sweep_it(s3: S3Objects, bucket: Bucket) -> None:
    times = iter([0.0, LONGEST_S + 1])
    sink = Sending(bucket, s3.name, clock=lambda: next(times))
    with sink, pytest.raises(Unavailable) as refused:
        sink.seal()
    assert refused.value.code == "stream_too_old"
