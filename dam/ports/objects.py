"""The object store: immutable bytes, named by their SHA-256.

Rule: whatever is named here has been hashed by us on its way in; nothing is ever overwritten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, Self


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Bytes that are durable: ``sha256`` in lower-case hex, ``size`` in bytes."""

    sha256: str
    size: int


class ObjectSink(Protocol):
    """Where one incoming stream goes. A context manager: leaving it without ``finish`` leaves nothing behind."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes. Raises StorageFull or Unavailable, which may be the failure of an earlier write."""
        ...

    def seal(self) -> StoredObject:
        """End the stream: all bytes durable and hashed, but not visible yet. Idempotent; nothing is written after it.

        The caller can now check what it has to check, inside its transaction, before it calls ``finish``: a refused
        request then leaves no bytes behind. Raises StorageFull, Unavailable.
        """
        ...

    def finish(self) -> StoredObject:
        """Seal, then make the bytes visible under their digest and return it; bytes that are already there are kept.

        Raises StorageFull or Unavailable (``object_damaged``: what is there under this digest has another size);
        then nothing new is visible.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class ObjectStore(Protocol):
    """Content-addressed, write-once."""

    def receive(self) -> ObjectSink:
        """Begin to take a stream whose digest is not known yet. Raises StorageFull, Unavailable."""
        ...

    def find(self, sha256: str) -> StoredObject | None:
        """The object's name and size, or None; None for what is no digest. Raises Unavailable."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """An unbuffered, seekable stream of the bytes; the caller closes it. Only where the bytes are a file of this
        machine it has a descriptor. Raises NotFound (``object_missing``), Unavailable; so may the reading."""
        ...

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        """Where whoever has this may fetch the bytes for a minute, past the service, with these two headers; None where
        bytes go through the service. Asks nobody whether they are there. Raises Unavailable."""
        ...

    def list(self) -> Iterator[StoredObject]:
        """Every object, ordered by digest, without loading them all. Raises Unavailable."""
        ...

    def sweep(self) -> int:
        """Remove a bounded part of what dead processes left half received; returns how many there were. What a live
        process sends stays. Raises Unavailable."""
        ...
