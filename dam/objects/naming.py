"""How what lies in quarantine gets its name, in two steps: first what takes long, then what makes it visible.

Rule: the second step is short, whatever the size, since it is done within a transaction of the database. So what is
large is copied in parts beforehand, and only completed then. A copy happens only if the source is still what we sent.
"""

from contextlib import suppress

from dam.domain.errors import Unavailable
from dam.objects.bucket import Bucket, Found
from dam.objects.parts import Upload
from dam.ports.objects import StoredObject

COPIED_AT_ONCE = 64 << 20


class Naming:
    """``key`` is where the bytes belong. ``discard`` has to be called, whatever has happened."""

    def __init__(self, bucket: Bucket, key: str, sent: Found, stored: StoredObject, at_once: int) -> None:
        self._bucket = bucket
        self._key = key
        self._sent = sent
        self._stored = stored
        self._at_once = at_once
        self._upload: Upload | None = None

    def prepare(self) -> None:
        """The long step; nothing is visible yet. Raises StorageFull, Unavailable."""
        if self._sent.size <= self._at_once or self._bucket.head(self._key):
            return
        self._upload = Upload(self._bucket, self._key)
        for start in range(0, self._sent.size, self._at_once):
            self._upload.copy(self._sent, start, min(self._at_once, self._sent.size - start))

    def finish(self) -> None:
        """The short step. Bytes that are there stay: equal digest, equal bytes. Raises StorageFull, Unavailable
        (``object_damaged`` if what is there has another size)."""
        there = self._bucket.head(self._key)
        if there is None:
            there = self._visible()
        if there is None or there.size != self._stored.size:
            size, name = there.size if there else 0, self._stored.sha256
            detail = f"Stored as {name} are {size} bytes instead of {self._stored.size}; restore it from a backup."
            raise Unavailable("object_damaged", detail)

    def discard(self) -> None:
        """Let go of what was prepared; what is visible stays."""
        upload, self._upload = self._upload, None
        # What can't be removed now is a leftover, which a sweep finds.
        with suppress(Unavailable):
            if upload is not None:
                upload.end()

    def _visible(self) -> Found | None:
        if self._upload is not None:
            return self._upload.complete(self._sent.size)
        self._bucket.copy(self._sent, self._key)
        return self._bucket.head(self._key)
