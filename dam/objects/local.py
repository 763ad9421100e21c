"""The object store in a local folder: ``objects/ab/cd/<sha256>``, and ``incoming/`` for what is being received.

Rule: an object appears under its name in one step, after its bytes are durable, and is never written again. The order
is: fsync of the file, hard link to the name (which can't overwrite), fsync of the folders. Both folders must be in one
file system that has hard links.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dam import temporary
from dam.domain.errors import NotFound, Unavailable
from dam.objects.incoming import PREFIX, Incoming, reported
from dam.objects.local_parts import LocalParts
from dam.ports.objects import StoredObject

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PAIR = re.compile(r"[0-9a-f]{2}", re.ASCII)
_LEFTOVER_S = 3600.0  # a living stream is locked; where locks don't exist, it is written to more often


class LocalObjects:
    """``ObjectStore`` in the folder ``root``, which is made when it is missing.

    Several processes may use one root. What dead ones left half received is removed at the start. Raises
    Unavailable (``objects_unavailable``) or StorageFull.
    """

    def __init__(self, root: Path, key: Path | None = None) -> None:
        """``key``: the file with which links to parts are signed; without one it is in ``root``."""
        self._root = root
        self._key = key or root / "parts.key"
        self._objects = root / "objects"
        self._incoming = root / "incoming"
        with reported():
            for folder in (self._objects, self._incoming):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (root, root.absolute().parent):
                _sync_folder(folder)
        self.sweep_incoming(older_than=0)

    def parts(self) -> LocalParts:
        """The part store in the same folder."""
        return LocalParts(self._root, self._key, self.receive)

    def receive(self) -> Incoming:
        """Begin to take a stream. Raises StorageFull, Unavailable."""
        with reported():
            return Incoming(self._incoming, self._keep)

    def find(self, sha256: str) -> StoredObject | None:
        """The object's name and size, or None; what is no digest names nothing. Raises Unavailable."""
        if not _DIGEST.fullmatch(sha256):
            return None
        with reported():
            try:
                return StoredObject(sha256, _size(self._path(sha256)))
            except FileNotFoundError:
                return None

    def open(self, sha256: str) -> BinaryIO:
        """An unbuffered stream, fit for ``sendfile``. Raises NotFound (``object_missing``), Unavailable."""
        if not _DIGEST.fullmatch(sha256):
            raise NotFound("object_missing", "Nothing is stored under what is no digest.")
        with reported():
            try:
                return os.fdopen(_open_plainly(self._path(sha256)), "rb", buffering=0)
            except FileNotFoundError:
                raise NotFound("object_missing", f"No bytes are stored under {sha256}.") from None

    def link(self, sha256: str, media_type: str, disposition: str) -> None:
        """The bytes of a folder go through the service."""

    def list(self) -> Iterator[StoredObject]:
        """Every object, ordered by digest; holds the names of one folder at a time. Raises Unavailable."""
        for first in _names(self._objects, _PAIR):
            for second in _names(self._objects / first, _PAIR):
                for name in _names(self._objects / first / second, _DIGEST):
                    if name.startswith(first + second) and (found := self.find(name)):
                        yield found

    def sweep_incoming(self, older_than: float) -> int:
        """Remove what dead processes left half received, untouched for ``older_than`` seconds; returns how many.

        What a live process writes stays, whatever its age. Raises Unavailable.
        """
        with reported():
            folder = os.open(self._incoming, os.O_RDONLY | os.O_DIRECTORY)
            try:
                return temporary.sweep(folder, PREFIX, older_than=older_than)
            finally:
                os.close(folder)

    def sweep(self) -> int:
        """The same for a store at work, after an hour. Raises Unavailable."""
        return self.sweep_incoming(older_than=_LEFTOVER_S)

    def _path(self, sha256: str) -> Path:
        return self._objects / sha256[:2] / sha256[2:4] / sha256

    def _keep(self, received: Path, stored: StoredObject) -> None:
        """Give durable bytes their name. Bytes that are there stay: equal digest, equal bytes. Raises OSError,
        Unavailable."""
        path = self._path(stored.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.hardlink_to(received)
        except FileExistsError:
            self._must_be_whole(path, stored)
        # Also when all of it was there: whoever made it may not have come as far as its own fsync yet.
        for folder in (path.parent, path.parent.parent, self._objects):
            _sync_folder(folder)

    def _must_be_whole(self, path: Path, stored: StoredObject) -> None:
        if (size := _size(path)) != stored.size:
            detail = f"Stored as {stored.sha256} are {size} bytes instead of {stored.size}; restore it from a backup."
            raise Unavailable("object_damaged", detail)


def _size(path: Path) -> int:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise Unavailable("object_damaged", f"Under {path.name} there is something that is not a file.")
    return found.st_size


def _open_plainly(path: Path) -> int:
    """Never through a link, never waiting for a pipe's other end."""
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def _names(folder: Path, shape: re.Pattern[str]) -> list[str]:
    with reported():
        try:
            return sorted(entry.name for entry in folder.iterdir() if shape.fullmatch(entry.name))
        except (FileNotFoundError, NotADirectoryError):
            return []


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
