"""Bytes beside their target, durable and not visible under its name; and what dead attempts left of that.

Rule: a live attempt's temporary is never removed by another one: it is locked, and younger than an hour.
Must not: touch the target.
"""

import io
import os
import stat
import threading
import time
from contextlib import suppress
from typing import BinaryIO

from dam import temporary
from dam.channels.names import RESERVED
from dam.ports.channel import NotApplied

_LEFTOVER_S = 3600.0  # locks may not reach across machines that share the folder; an attempt never takes so long
_PIECE = 1 << 20
_copy_file_range = getattr(os, "copy_file_range", None)


class Staged:
    """The bytes beside the target under a temporary name, durable; the lock on it says that this attempt is alive."""

    def __init__(self, folder: int, target: str, source: BinaryIO, size: int) -> None:
        self.folder = os.dup(folder)
        try:
            self._file, self.name = temporary.create(folder, RESERVED, 0o666)
        except BaseException:
            os.close(self.folder)
            raise
        try:
            _copy(source, self._file, size)
            _keep_mode(folder, target, self._file)
            os.fsync(self._file)
        except BaseException:
            self.discard()
            raise

    def is_in(self, folder: int) -> bool:
        return os.path.samestat(os.fstat(folder), os.fstat(self.folder))

    def discard(self) -> None:
        """Take the temporary name away, if it is there still."""
        # What can't be removed now is a leftover, which a later attempt sweeps.
        with suppress(OSError):
            os.unlink(self.name, dir_fd=self.folder)
        os.close(self._file)
        os.close(self.folder)


def _copy(source: BinaryIO, file: int, size: int) -> None:
    """Copy exactly ``size`` bytes. Raises NotApplied (``source_differs``) if there are fewer or more, OSError."""
    left = size
    if _copy_file_range is not None and isinstance(source, io.FileIO):
        left = _copy_within_kernel(source.fileno(), file, size)
    while left and (piece := source.read(min(left, _PIECE))):
        left -= len(piece)
        _write_all(file, piece)
    if left or source.read(1):
        raise NotApplied("source_differs", f"The bytes to deliver are not the {size} that were announced.")


def _copy_within_kernel(source: int, file: int, left: int) -> int:
    """Copy without a way through this process; returns how many bytes are left for the ordinary way."""
    try:
        while left and (done := os.copy_file_range(source, file, min(left, 1 << 30))):
            left -= done
    except OSError:
        pass  # not between these file systems; what is really wrong shows again in the ordinary way
    return left


def _write_all(file: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def _keep_mode(folder: int, target: str, file: int) -> None:
    """Give the new file the permissions of the one that it replaces; otherwise it has those of the umask."""
    with suppress(FileNotFoundError):
        mode = os.stat(target, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode):
            os.fchmod(file, mode & 0o777)


class Sweeps:
    """When each folder was last swept; once an hour is enough, since leftovers need a crash."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[tuple[int, int], float] = {}

    def sweep(self, folder: int) -> None:
        found = os.fstat(folder)
        place, now = (found.st_dev, found.st_ino), time.monotonic()
        with self._lock:
            if now - self._last.get(place, -_LEFTOVER_S) < _LEFTOVER_S:
                return
            self._last[place] = now
        temporary.sweep(folder, RESERVED, older_than=_LEFTOVER_S)
