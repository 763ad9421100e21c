"""One stream on its way into an S3 bucket: hashed and sent in parts while it arrives, into quarantine.

Rule: memory stays flat (two parts of a stream: 10 MiB up to 5 GB, more only for what is larger). The server checks each
part against the digest that it is sent with. A stream ends after a day, so that whatever is two days old is nobody's
any more and can be swept. Must not: know where objects live; it is told by ``name``.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from dam.domain.errors import Unavailable
from dam.objects.bucket import Bucket, Found
from dam.objects.naming import Naming
from dam.objects.parts import Upload
from dam.ports.objects import StoredObject

QUARANTINE = "incoming/"
LONGEST_S = 24 * 3600.0
_PART = 5 << 20  # the least that S3 takes for a part, but for the last one
_STEP = 1000  # so many parts of one length; the next ones are longer

Name = Callable[[Found, StoredObject], Naming]
"""How what lies in quarantine is to get its name."""


def part_size(number: int) -> int:
    """The length of a part, counted from 1; so many parts as there may be hold 268 GiB."""
    return _PART * (1 + (number - 1) // _STEP)


class Sending:
    """``ObjectSink`` into an object of the quarantine. Not thread-safe: one stream, one writer. Making it asks nothing
    of the server.
    """

    def __init__(self, bucket: Bucket, name: Name, clock: Callable[[], float] = time.monotonic) -> None:
        self._bucket = bucket
        self._name = name
        self._clock = clock
        self._until = clock() + LONGEST_S
        self._key = QUARANTINE + secrets.token_hex(16)
        self._hash = hashlib.sha256()
        self._size = 0
        self._rest = bytearray()
        self._upload: Upload | None = None
        self._sent: Found | None = None
        self._naming: Naming | None = None
        self._sealed: StoredObject | None = None
        self._open = True

    def write(self, data: bytes, /) -> int:
        """Take the next bytes. Raises StorageFull, Unavailable."""
        self._must_be_open()
        if self._sealed:
            raise ValueError("This stream is sealed.")
        self._hash.update(data)
        self._size += len(data)
        with memoryview(data) as rest:
            while rest:
                rest = rest[self._gather(rest) :]
        return len(data)

    def seal(self) -> StoredObject:
        """Bring the rest, know the digest, and prepare the name. Idempotent. Raises StorageFull, Unavailable; then the
        stream is closed."""
        self._must_be_open()
        if self._sealed is None:
            try:
                self._must_be_young()
                self._sent = self._end()
                stored = StoredObject(self._hash.hexdigest(), self._size)
                self._naming = self._name(self._sent, stored)
                self._naming.prepare()
                self._sealed = stored
            except BaseException:
                self._discard()
                raise
        return self._sealed

    def finish(self) -> StoredObject:
        """Seal, and give the bytes their name. Raises StorageFull, Unavailable (``object_damaged`` if other bytes are
        there under this name); then nothing is visible. The stream is closed in any case."""
        stored = self.seal()
        try:
            self._must_be_young()
            assert self._naming is not None
            self._naming.finish()
            return stored
        finally:
            self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._discard()

    def _must_be_open(self) -> None:
        if not self._open:
            raise ValueError("This stream is closed.")

    def _must_be_young(self) -> None:
        if self._clock() > self._until:
            raise Unavailable("stream_too_old", "The stream has taken more than a day; send it again.")

    def _gather(self, data: memoryview) -> int:
        """Take up to what fits into the part that is being filled; a full one is sent when more comes."""
        room = self._room()
        if not room:
            self._send_part()
            room = self._room()
        self._rest += data[:room]
        return min(room, len(data))

    def _room(self) -> int:
        return part_size(self._upload.next_number if self._upload else 1) - len(self._rest)

    def _send_part(self) -> None:
        self._must_be_young()
        if self._upload is None:
            self._upload = Upload(self._bucket, self._key)
        part, self._rest = bytes(self._rest), bytearray()
        self._upload.send(part)

    def _end(self) -> Found:
        if self._upload is None:
            return self._bucket.put(self._key, bytes(self._rest))
        self._send_part()
        return self._upload.complete(self._size)

    def _discard(self) -> None:
        """Take away what lies in quarantine; what was kept has its own name by now."""
        if not self._open:
            return
        self._open = False
        self._rest.clear()
        if self._naming is not None:
            self._naming.discard()
        # What can't be removed now is a leftover, which a sweep finds.
        with suppress(Unavailable):
            if self._sent is not None or self._upload is not None:
                self._bucket.delete(self._key)
            if self._upload is not None:
                self._upload.end()
