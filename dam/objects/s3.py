"""The object store in an S3 bucket: ``objects/ab/cd/<sha256>`` as in the local folder, ``incoming/`` for what is being
received, and ``marks/`` for uploads in parts that have begun.

Rule: bytes are hashed by us on their way into quarantine, and get their name by a copy within the server, which happens
only if they are still what we sent. A copy may overwrite: that is harmless, since under one digest there are only equal
bytes. No key is the begin of another. The bytes of an object are never deleted here.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO, cast

from urllib3.response import BaseHTTPResponse

from dam.domain.errors import NotFound
from dam.objects import marks
from dam.objects.bucket import Bucket, Found
from dam.objects.naming import COPIED_AT_ONCE, Naming
from dam.objects.reading import Reading
from dam.objects.s3_parts import S3Parts
from dam.objects.sending import LONGEST_S, QUARANTINE, Sending
from dam.ports.objects import StoredObject

LEFTOVER_S = 2 * LONGEST_S
"""A stream ends after half of it, so that the machines' clocks may differ by the other half."""

LINK_S = 60
"""Whoever was sent on has so long to begin: a withdrawal takes effect no later than this."""

_OBJECTS = "objects/"
_KEY = re.compile(rf"{_OBJECTS}([0-9a-f]{{2}})/([0-9a-f]{{2}})/(\1\2[0-9a-f]{{60}})", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class S3Objects:
    """``ObjectStore`` in a bucket, which is made when it is missing. Opens no connection before its first use.

    Several processes and machines may use one bucket. ``linked``: clients may fetch from its server itself.
    ``copied_at_once``: what is larger is copied in parts.
    """

    def __init__(
        self,
        bucket: Bucket,
        *,
        linked: bool = False,
        copied_at_once: int = COPIED_AT_ONCE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bucket = bucket
        self._linked = linked
        self._copied_at_once = copied_at_once
        self._now = now

    def parts(self) -> S3Parts:
        """The part store in the same bucket."""
        return S3Parts(self._bucket, self.name)

    def receive(self) -> Sending:
        """Begin to take a stream; nothing is asked of the server yet."""
        return Sending(self._bucket, self.name)

    def find(self, sha256: str) -> StoredObject | None:
        """The object's name and size, or None; what is no digest names nothing. Raises Unavailable."""
        if not _DIGEST.fullmatch(sha256):
            return None
        found = self._bucket.head(_key(sha256))
        return StoredObject(sha256, found.size) if found else None

    def open(self, sha256: str) -> BinaryIO:
        """A stream without a descriptor. Raises NotFound (``object_missing``), Unavailable, also while it is read."""
        found = self.find(sha256)
        if found is None:
            raise _missing()
        return cast(BinaryIO, Reading(partial(self._bytes, sha256), found.size))

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        """A presigned address of the bucket's server, where clients are to ask there. Raises Unavailable."""
        if not self._linked:
            return None
        headers = {"content-type": media_type, "content-disposition": disposition, "cache-control": "no-store"}
        return self._bucket.url(_key(sha256), LINK_S, headers)

    def list(self) -> Iterator[StoredObject]:
        """Every object, ordered by digest; holds a page of names at a time. Raises Unavailable."""
        for found in self._bucket.objects(_OBJECTS):
            if name := _KEY.fullmatch(found.key):
                yield StoredObject(name[3], found.size)

    def sweep(self) -> int:
        """Remove a bounded part of what dead processes left half received two days ago; returns how many there were.
        What a live process sends stays: no stream takes so long. Raises Unavailable."""
        return marks.sweep(self._bucket, QUARANTINE, self._now() - timedelta(seconds=LEFTOVER_S))

    def name(self, sent: Found, stored: StoredObject) -> Naming:
        """How what lies elsewhere in the bucket gets its name."""
        return Naming(self._bucket, _key(stored.sha256), sent, stored, self._copied_at_once)

    def _bytes(self, sha256: str, start: int) -> BaseHTTPResponse:
        answer = self._bucket.get(_key(sha256), start)
        if answer is None:
            raise _missing()
        return answer


def _key(sha256: str) -> str:
    return f"{_OBJECTS}{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _missing() -> NotFound:
    return NotFound("object_missing", "No bytes are stored under this digest.")
