"""An upload in parts to one key of a bucket, from its begin to its end.

Rule: it is marked before it begins, so that a sweep can find it, and the mark goes last. Nothing is visible under the
key before ``complete``.
"""

from dam.domain.errors import StorageFull
from dam.objects.bucket import Bucket, Found
from dam.objects.marks import Mark

_MOST_PARTS = 10_000


class Upload:
    """Not thread-safe. ``end`` has to be called, whatever has happened. Every method raises Unavailable."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        """Raises StorageFull too."""
        self._bucket = bucket
        self._key = key
        self._mark = Mark.put(bucket, key)
        self._id = bucket.begin(key)
        self._etags: list[str] = []

    @property
    def next_number(self) -> int:
        """Of the part that comes next, counted from 1."""
        return len(self._etags) + 1

    def send(self, part: bytes) -> None:
        """Raises StorageFull if there are as many parts as S3 takes, or no room."""
        if self.next_number > _MOST_PARTS:
            raise StorageFull("storage_full", "The object store does not take files of this size.")
        self._etags.append(self._bucket.put_part(self._key, self._id, self.next_number, part))

    def copy(self, source: Found, start: int, length: int) -> None:
        """The next part is a stretch of another object, copied within the server. Raises StorageFull."""
        etag = self._bucket.copy_part(source, start, length, self._key, self._id, self.next_number)
        self._etags.append(etag)

    def complete(self, size: int) -> Found:
        """Make the object, of this size, of the parts. Raises StorageFull."""
        return self._bucket.complete(self._key, self._id, self._etags, size)

    def end(self) -> None:
        """Whether it was completed or not, nothing but the object is left."""
        self._bucket.abort(self._key, self._id)
        self._mark.delete()
