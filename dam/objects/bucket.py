"""The S3 calls that the object store needs, of one bucket: each bounded in time, each error one of ours.

Rule: the only module that knows the SDK, beside ``bucket_errors``. It asks for nothing that servers do differently: no
listing of unfinished uploads but by a whole key, no condition on a copy's target. A call that may have worked before
its answer was lost is looked at again, not believed to have failed. Must not: know what keys mean.
"""

import logging
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import Part
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.response import BaseHTTPResponse

from dam.domain.errors import Unavailable
from dam.objects.address import Address
from dam.objects.bucket_errors import Missing, reported, unavailable

_log = logging.getLogger(__name__)
_CONNECTIONS = 64
_PAGES = (
    b'<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>*</AllowedOrigin>'
    b"<AllowedMethod>PUT</AllowedMethod><MaxAgeSeconds>3600</MaxAgeSeconds></CORSRule></CORSConfiguration>"
)

_Headers = dict[str, str | list[str] | tuple[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """An object: ``etag`` names its bytes for as long as nobody writes it again."""

    key: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload in parts that was begun and not ended."""

    id: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A part of such an upload."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``connect`` also bounds how long the sending of one body may take."""

    connect: float
    read: float


QUESTIONS = Patience(connect=5, read=20)
BYTES = Patience(connect=60, read=60)
"""Bodies on their way, and copies within the server, which are bounded too (see ``naming``)."""


class Bucket:
    """One bucket, made at the first call if it is missing. Thread-safe; opens no connection before its first call.

    Every method raises Unavailable, and those that bring bytes StorageFull.
    """

    def __init__(self, address: Address, *, questions: Patience = QUESTIONS, transfers: Patience = BYTES) -> None:
        self._address = address
        self.origin = address.seen_by_clients().origin
        """Where clients see its server."""
        self._name = address.bucket
        self._ask = _client(address, questions)
        self._move = _client(address, transfers)
        self._sign = _client(address.seen_by_clients(), questions)
        self._lock = threading.Lock()
        self._made = False

    def put(self, key: str, data: bytes) -> Found:
        """Store a whole object."""
        with self._there():
            result = self._move._put_object(self._name, key, data, _plain())  # noqa: SLF001
            return Found(key, len(data), result.etag or "", datetime.now(UTC))

    def head(self, key: str) -> Found | None:
        """What is there, or None."""
        try:
            with self._there():
                found = self._ask.stat_object(self._name, key)
                # An answer that was cut off in its head would pass for an empty object.
                if not found.etag or "content-length" not in (found.metadata or {}):
                    raise unavailable("gave an answer that is not S3's")
                return Found(key, found.size or 0, found.etag, found.last_modified or datetime.now(UTC))
        except Missing:
            return None

    def get(self, key: str, start: int, etag: str | None = None) -> BaseHTTPResponse | None:
        """The bytes from ``start`` on, as they come, if ``etag`` names them still; None if there is no such object. The
        caller closes it."""
        matching: _Headers | None = {"If-Match": f'"{etag}"'} if etag else None
        try:
            with self._there():
                return self._move.get_object(self._name, key, offset=start, request_headers=matching)
        except Missing:
            return None

    def url(self, key: str, seconds: int, headers: Mapping[str, str]) -> str:
        """Where whoever has this may fetch an object for so long, with these headers in the answer; asks nobody."""
        answered: _Headers = {f"response-{name}": value for name, value in headers.items()}
        with reported():
            return self._sign.get_presigned_url(
                "GET", self._name, key, expires=timedelta(seconds=seconds), response_headers=answered
            )

    def delete(self, key: str) -> None:
        """Take an object away; it is no error if it is not there."""
        try:
            with self._there():
                self._ask.remove_object(self._name, key)
        except Missing:
            return

    def objects(self, prefix: str) -> Iterator[Found]:
        """Every object under a prefix, ordered by key, a page at a time."""
        with self._there():
            for each in self._ask.list_objects(self._name, prefix, recursive=True):
                if each.object_name and each.last_modified and not each.is_dir:
                    yield Found(each.object_name, each.size or 0, each.etag or "", each.last_modified)

    def copy(self, source: Found, key: str) -> None:
        """Copy within the server, if the source is still what was found."""
        with self._there():
            self._move.copy_object(self._name, key, self._source(source))

    def begin(self, key: str) -> str:
        """Begin an upload in parts; returns its id."""
        with self._there():
            return self._ask._create_multipart_upload(self._name, key, _plain())  # noqa: SLF001

    def put_part(self, key: str, upload: str, number: int, data: bytes) -> str:
        """Store one part, counted from 1; returns its etag."""
        with self._there():
            return self._move._upload_part(self._name, key, data, None, upload, number)  # noqa: SLF001

    def copy_part(self, source: Found, start: int, length: int, key: str, upload: str, number: int) -> str:
        """Make one part of a stretch of another object, if that is still what was found; returns the part's etag."""
        with self._there():
            headers: _Headers = {**self._source(source).gen_copy_headers()}
            headers["x-amz-copy-source-range"] = f"bytes={start}-{start + length - 1}"
            etag, _ = self._move._upload_part_copy(self._name, key, upload, number, headers)  # noqa: SLF001
            return etag

    def complete(self, key: str, upload: str, etags: Sequence[str], size: int) -> Found:
        """Make an object of the parts. It counts as done if an object of this size is there, whatever was answered:
        an answer may be lost, and servers differ about a second attempt."""
        parts = [Part(number, etag) for number, etag in enumerate(etags, 1)]
        refused: Exception | None = None
        try:
            with self._there():
                self._move._complete_multipart_upload(self._name, key, upload, parts)  # noqa: SLF001
        except Unavailable as error:
            refused = error
        found = self.head(key)
        if found is None or found.size != size:
            raise unavailable("did not complete an upload") from refused
        return found

    def abort(self, key: str, upload: str) -> None:
        """Give an upload up; it is no error if it has ended already."""
        try:
            with self._there():
                self._ask._abort_multipart_upload(self._name, key, upload)  # noqa: SLF001
        except Missing:
            return

    def parts(self, key: str, upload: str) -> list[Sent] | None:
        """The parts that have come, in their order; None if there is no such upload (any more)."""
        found: list[Sent] = []
        marker = None
        try:
            with self._there():
                while True:
                    page = self._ask._list_parts(self._name, key, upload, part_number_marker=marker)  # noqa: SLF001
                    found += [Sent(each.part_number, each.size or 0, each.etag) for each in page.parts]
                    marker = page.next_part_number_marker
                    if not page.is_truncated or not marker:
                        return found
        except Missing:
            return None

    def part_url(self, key: str, upload: str, number: int, seconds: int) -> str:
        """Where whoever has this may send part ``number`` for so long; asks nobody."""
        query = {"uploadId": upload, "partNumber": str(number)}
        with reported():
            return self._sign.get_presigned_url(
                "PUT", self._name, key, expires=timedelta(seconds=seconds), extra_query_params={**query}
            )

    def unfinished(self, key: str) -> list[Unfinished]:
        """The uploads to exactly this key that were not completed."""
        with self._there():
            found = self._ask._list_multipart_uploads(self._name, prefix=key)  # noqa: SLF001
            return [
                Unfinished(each.upload_id, each.initiated_time)
                for each in found.uploads
                if each.object_name == key and each.upload_id and each.initiated_time
            ]

    def _source(self, source: Found) -> CopySource:
        return CopySource(self._name, source.key, match_etag=source.etag)

    @contextmanager
    def _there(self) -> Iterator[None]:
        """Errors are ours, and the bucket has been made."""
        with reported():
            if not self._made:
                self._make()
            yield

    def _make(self) -> None:
        with self._lock:
            if self._made:
                return
            if not self._ask.bucket_exists(self._name):
                try:
                    self._ask.make_bucket(self._name, location=self._address.region)
                    self._let_pages_send()
                except S3Error:  # another process may have been first
                    if not self._ask.bucket_exists(self._name):
                        raise
            self._made = True

    def _let_pages_send(self) -> None:
        """A page of any origin may send what it has a link for: the link says who may, and no cookie goes with it. A
        server that knows no such rule is told by whoever runs it, and the bucket is as good without."""
        try:
            self._ask._execute("PUT", self._name, body=_PAGES, headers=_checked(_PAGES), query_params={"cors": ""})  # noqa: SLF001
        except (S3Error, ServerError, InvalidResponseError) as error:
            said = error.code if isinstance(error, S3Error) else type(error).__name__
            _log.warning(
                "The object store takes no rule for pages that send parts (%s); operate.md says what to do.", said
            )


def _checked(body: bytes) -> _Headers:
    return {
        "Content-MD5": b64encode(md5(body, usedforsecurity=False).digest()).decode(),
        "Content-Type": "application/xml",
    }


def _plain() -> _Headers:
    """Headers of what we store: bytes, whatever they are. The SDK adds to them, so they are made each time."""
    return {"Content-Type": "application/octet-stream"}


def _client(address: Address, patience: Patience) -> Minio:
    return Minio(
        address.endpoint,
        access_key=address.key,
        secret_key=address.secret,
        secure=address.secure,
        region=address.region,
        http_client=urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=patience.connect, read=patience.read),
            maxsize=_CONNECTIONS,
            cert_reqs="CERT_REQUIRED",
            # A request that may have had an effect is sent again only where it does no harm (GET, PUT, DELETE).
            # The last answer comes back as it is, so that its code is seen.
            retries=urllib3.Retry(
                total=3,
                connect=1,
                read=1,
                status=2,
                other=0,
                redirect=False,
                backoff_factor=0.2,
                status_forcelist=[500, 502, 503, 504],
                raise_on_status=False,
            ),
        ),
    )
