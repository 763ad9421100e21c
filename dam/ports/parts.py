"""Parts of uploads on their way in: where they are sent to, which ones are there, and how they become one object.

Rule: what the store lists is the truth about parts. Nothing here is visible under a digest before ``finish``. Every
method may be repeated after a kill; whatever it had done by then does no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from dam.domain.uploads import Upload
from dam.ports.objects import StoredObject


@dataclass(frozen=True, slots=True)
class ReceivedPart:
    """A part that is there: counted from 1, ``size`` in bytes."""

    number: int
    size: int


@dataclass(frozen=True, slots=True)
class PartLink:
    """Where one part is sent to, by whoever has this, until then. ``url`` without a host is one of this service."""

    number: int
    method: str
    url: str
    headers: Mapping[str, str]
    expires_at: datetime


class PartSink(Protocol):
    """Where the bytes of one part go. A context manager: leaving it without ``finish`` leaves nothing behind, and a
    part that was there before stays as it was.
    """

    def write(self, data: bytes, /) -> int:
        """Take the next bytes. Raises StorageFull, Unavailable, Invalid ``part_size_differs`` for one too many."""
        ...

    def finish(self) -> None:
        """Make the part durable, in place of an earlier one of this number. Raises StorageFull, Unavailable, Invalid
        ``part_size_differs`` if bytes are missing, Conflict ``upload_not_open`` if no part is taken any more."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Assembled(Protocol):
    """All parts as one. A context manager: leaving it without ``finish`` leaves nothing visible."""

    def seal(self) -> StoredObject:
        """Read the bytes once: all of them durable and hashed, but not visible yet. Idempotent. Raises StorageFull,
        Unavailable, Conflict ``parts_changed`` if they are not those that were accepted."""
        ...

    @property
    def head(self) -> bytes:
        """The first bytes, after ``seal``; ``media_types.HEAD_SIZE`` of them, or all that there are."""
        ...

    def finish(self) -> StoredObject:
        """Make the bytes visible under their digest. Raises StorageFull, Unavailable, as ``ObjectSink.finish``."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class PartStore(Protocol):
    """Where uploads in parts are kept until they are objects."""

    @property
    def origin(self) -> str:
        """Where links lead, as ``https://HOST``; empty: to this service."""
        ...

    def begin(self, upload_id: str) -> str:
        """Make room; returns the store's handle. Raises StorageFull, Unavailable."""
        ...

    def link(self, upload: Upload, number: int) -> PartLink:
        """Where part ``number`` is to be sent; asks nobody."""
        ...

    def receive(self, upload_id: str, number: int, size: int, expires: int, signature: str) -> PartSink:
        """Begin to take the part that a link of ours names. Raises Forbidden ``link_invalid``, ``link_expired``;
        NotFound ``parts_lost``; Conflict ``upload_not_open``; StorageFull, Unavailable."""
        ...

    def received(self, upload: Upload) -> list[ReceivedPart]:
        """The parts that are there, in their order. Raises Unavailable, NotFound ``parts_lost``."""
        ...

    def close(self, upload: Upload) -> str:
        """Say which parts are accepted, if each is there in its size; what comes later changes nothing of it, or is
        noticed by ``seal``. Raises Conflict ``parts_missing`` (with ``missing``: their numbers), Unavailable, NotFound
        ``parts_lost``."""
        ...

    def assemble(self, upload: Upload, accepted: str) -> Assembled:
        """Put together what was accepted; nothing is read yet. Raises StorageFull, Unavailable."""
        ...

    def discard(self, upload_id: str) -> None:
        """Remove every part, also of uploads whose handle was lost; objects stay. It is no error if there is none.
        Raises Unavailable."""
        ...
