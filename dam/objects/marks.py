"""Marks of uploads in parts, so that those of dead processes can be found: servers differ in how they list unfinished
uploads, and one of them lists those of a whole key only.

Rule: the mark is there before its upload begins, and goes after it; whatever is old and still there is a leftover.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Self

from dam.objects.bucket import Bucket, Found

MARKS = "marks/"
_AT_ONCE = 1000


class Mark:
    """An empty object whose name says to which key there is an upload: ``marks/RANDOM.incoming.…``."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket = bucket
        self._key = key

    @classmethod
    def put(cls, bucket: Bucket, target: str) -> Self:
        """Note that an upload to ``target`` is about to begin. Raises StorageFull, Unavailable."""
        found = bucket.put(f"{MARKS}{secrets.token_hex(16)}.{target.replace('/', '.')}", b"")
        return cls(bucket, found.key)

    def delete(self) -> None:
        """The upload has ended. Raises Unavailable."""
        self._bucket.delete(self._key)

    def target(self) -> str:
        """The key that the upload is for: its parts have no dots."""
        return self._key.partition(".")[2].replace(".", "/")


def sweep(bucket: Bucket, quarantine: str, before: datetime) -> int:
    """Remove what was begun before that moment and never ended: uploads, and objects of the quarantine. A bounded part
    at a time; returns how many there were. Raises Unavailable."""
    marks = _old(bucket.objects(MARKS), before)
    for found in marks:
        mark = Mark(bucket, found.key)
        # Another process may be storing the same bytes right now: only uploads that are old themselves are given up.
        for upload in bucket.unfinished(mark.target()):
            if upload.begun < before:
                bucket.abort(mark.target(), upload.id)
        mark.delete()
    objects = _old(bucket.objects(quarantine), before)
    for found in objects:
        bucket.delete(found.key)
    return len(marks) + len(objects)


def _old(found: Iterator[Found], before: datetime) -> list[Found]:
    return list(islice((each for each in found if each.modified < before), _AT_ONCE))
