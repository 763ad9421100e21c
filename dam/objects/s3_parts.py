"""Parts of uploads in an S3 bucket: an upload in parts to ``uploads/<upload>``, which clients fill by presigned links.

Rule: their bytes bypass us, so nothing of them is believed: which parts there are, the server lists; what is accepted
are those that were there when completion was asked for, by their etags; and the bytes are hashed when the server has
put them together, where no link reaches any more. They get their name by a copy within the server, as everything else.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Self

from dam.domain import uploads
from dam.domain.errors import Conflict, NotFound, Unavailable
from dam.domain.media_types import HEAD_SIZE
from dam.domain.uploads import Upload
from dam.objects.bucket import Bucket, Found, Sent
from dam.objects.bucket_errors import reported
from dam.objects.naming import Naming
from dam.objects.sending import Name
from dam.ports.objects import StoredObject
from dam.ports.parts import PartLink, PartSink, ReceivedPart

UPLOADS = "uploads/"
LINK_S = 3600
_PIECE = 1 << 20


class S3Parts:
    """``PartStore`` in a bucket; ``name`` says how bytes become an object of it."""

    def __init__(self, bucket: Bucket, name: Name) -> None:
        self._bucket = bucket
        self._name = name

    @property
    def origin(self) -> str:
        """The bucket's server, where clients see it."""
        return self._bucket.origin

    def begin(self, upload_id: str) -> str:
        """Raises StorageFull, Unavailable."""
        return self._bucket.begin(_key(upload_id))

    def link(self, upload: Upload, number: int) -> PartLink:
        """A presigned address of the bucket's server. Raises Unavailable."""
        expires = datetime.now(UTC) + timedelta(seconds=LINK_S)
        url = self._bucket.part_url(_key(upload.id), upload.handle or "", number, LINK_S)
        return PartLink(number, "PUT", url, {}, expires)

    def receive(self, upload_id: str, number: int, size: int, expires: int, signature: str) -> PartSink:
        """No link of ours leads here. Raises NotFound ``upload_not_found``."""
        raise NotFound("upload_not_found", "Parts are sent to the object store itself; ask for their links.")

    def received(self, upload: Upload) -> list[ReceivedPart]:
        """Raises Unavailable, NotFound ``parts_lost``."""
        return [ReceivedPart(each.number, each.size) for each in self._sent(upload)]

    def close(self, upload: Upload) -> str:
        """Nothing is closed by this; but what comes later is another part, and is noticed. Raises Conflict
        ``parts_missing``, Unavailable, NotFound ``parts_lost``."""
        sent = self._sent(upload)
        uploads.require_parts(upload, ((each.number, each.size) for each in sent))
        return _accepted(upload, sent)

    def assemble(self, upload: Upload, accepted: str) -> "Assembling":
        """Nothing is asked yet."""
        return Assembling(self._bucket, upload, accepted, self._name)

    def discard(self, upload_id: str) -> None:
        """Raises Unavailable."""
        key = _key(upload_id)
        # All to this key: one whose id was lost before it was written down is among them.
        for unfinished in self._bucket.unfinished(key):
            self._bucket.abort(key, unfinished.id)
        self._bucket.delete(key)

    def _sent(self, upload: Upload) -> list[Sent]:
        found = self._bucket.parts(_key(upload.id), upload.handle or "")
        if found is None:
            raise _lost()
        return found


class Assembling:
    """``Assembled``: completed by the server, hashed by us, copied by the server."""

    def __init__(self, bucket: Bucket, upload: Upload, accepted: str, name: Name) -> None:
        self._bucket = bucket
        self._upload = upload
        self._accepted = accepted
        self._name = name
        self._key = _key(upload.id)
        self._naming: Naming | None = None
        self._sealed: StoredObject | None = None
        self._head = b""

    def seal(self) -> StoredObject:
        """Raises StorageFull, Unavailable, NotFound ``parts_lost``, Conflict ``parts_changed``."""
        if self._sealed is None:
            completed = self._completed()
            stored = self._hashed(completed)
            self._naming = self._name(completed, stored)
            self._naming.prepare()
            self._sealed = stored
        return self._sealed

    @property
    def head(self) -> bytes:
        return self._head

    def finish(self) -> StoredObject:
        """Raises StorageFull, Unavailable."""
        stored = self.seal()
        assert self._naming is not None
        self._naming.finish()
        return stored

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._naming is not None:
            self._naming.discard()

    def _completed(self) -> Found:
        """What lies under the key can only be our own completion, of an earlier try."""
        sent = self._bucket.parts(self._key, self._upload.handle or "")
        if sent is None:
            found = self._bucket.head(self._key)
            if found is None:
                raise _lost()
            return found
        if _accepted(self._upload, sent) != self._accepted:
            detail = "A part was sent again after completion had been asked for; begin the upload anew."
            raise Conflict("parts_changed", detail)
        etags = [each.etag for each in sent[: self._upload.part_count]]
        return self._bucket.complete(self._key, self._upload.handle or "", etags, self._upload.size)

    def _hashed(self, found: Found) -> StoredObject:
        digest, size = hashlib.sha256(), 0
        answer = self._bucket.get(self._key, 0, found.etag)
        if answer is None:
            raise _lost()
        try:
            with reported():
                while piece := answer.read(_PIECE):
                    if len(self._head) < HEAD_SIZE:
                        self._head = (self._head + piece[:HEAD_SIZE])[:HEAD_SIZE]
                    digest.update(piece)
                    size += len(piece)
        finally:
            answer.close()
            answer.release_conn()
        if size != found.size:
            raise Unavailable("objects_unavailable", "The object store broke off.")
        return StoredObject(digest.hexdigest(), size)


def _key(upload_id: str) -> str:
    return f"{UPLOADS}{upload_id}"


def _accepted(upload: Upload, sent: list[Sent]) -> str:
    """A digest of the parts that the upload consists of: of equal ones only it is the same."""
    said = "".join(f"{each.number} {each.size} {each.etag}\n" for each in sent if each.number <= upload.part_count)
    return hashlib.sha256(said.encode()).hexdigest()


def _lost() -> NotFound:
    return NotFound("parts_lost", "The object store has lost the parts of this upload.")
