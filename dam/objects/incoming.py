"""One stream on its way into the local object store: hashed and written while it arrives.

Rule: memory stays flat (at most 8 MiB a stream, whatever its length); nothing is named before its bytes are durable.
A long stream is hashed and written by a thread of its own, since hashing and writing both leave the interpreter to the
caller, who parses the next bytes meanwhile. The disk is kept busy from early on, so that the last fsync is short.

Must not: know where objects live; it is told by ``keep``.
"""

import ctypes
import errno
import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from dam import temporary
from dam.domain.errors import StorageFull, Unavailable
from dam.ports.objects import StoredObject

PREFIX = "in-"
BATCH = 1 << 20  # what one hand-over carries; a stream that is shorter needs no thread
_SMALL = 16 << 10  # shorter pieces are gathered, so that a batch never has too many parts for one writev
_WAITING = 4  # batches in the queue; with one being written and one being gathered: 6 MiB
_WRITE_BACK = 32 << 20  # how much is written before the disk is asked to begin with it
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def reported() -> Iterator[None]:
    """Turn the system's errors into StorageFull or Unavailable (``objects_unavailable``)."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull("storage_full", "There is no room for these bytes.") from error
        raise Unavailable("objects_unavailable", f"The object store failed: {error.strerror}.") from error


class Incoming:
    """``ObjectSink`` into a temporary file of ``folder``. ``keep(path, stored)`` names the durable bytes.

    Not thread-safe: one stream, one writer. Making it raises OSError.
    """

    def __init__(self, folder: Path, keep: Callable[[Path, StoredObject], None]) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._file, name = temporary.create(descriptor, PREFIX, 0o600)
        finally:
            os.close(descriptor)
        self._path = folder / name
        self._keep = keep
        self._writer = _Writer(self._file)
        self._batch: list[bytes] = []
        self._small = bytearray()
        self._gathered = 0
        self._sealed: StoredObject | None = None
        self._open = True

    def write(self, data: bytes, /) -> int:
        """Take the next bytes; ``bytes`` are not copied. Raises StorageFull, Unavailable; an error may be that of an
        earlier write."""
        self._must_be_open()
        if self._sealed:
            raise ValueError("This stream is sealed.")
        if len(data) < _SMALL:
            self._small += data
        else:
            self._gather()
            self._batch.append(bytes(data))  # the same object, unless the caller may change it later
        self._gathered += len(data)
        if len(self._small) >= _SMALL:
            self._gather()
        if self._gathered >= BATCH:
            self._hand_over()
        return len(data)

    def seal(self) -> StoredObject:
        """Make the bytes durable and know their digest; they have no name yet. Idempotent; nothing is written after it.
        Raises StorageFull, Unavailable; then the stream is closed."""
        self._must_be_open()
        if self._sealed is None:
            try:
                with reported():
                    self._sealed = self._end()
            except BaseException:
                self._discard()
                raise
        return self._sealed

    def finish(self) -> StoredObject:
        """Seal, and give the bytes their name. Raises StorageFull, Unavailable (``object_damaged`` if other bytes are
        there under this name); then nothing is visible. The stream is closed in any case."""
        stored = self.seal()
        try:
            with reported():
                self._keep(self._path, stored)
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

    def _end(self) -> StoredObject:
        self._gather()
        stored = self._writer.end(self._batch)
        os.fchmod(self._file, 0o440)
        os.fsync(self._file)
        return stored

    def _gather(self) -> None:
        if self._small:
            self._batch.append(bytes(self._small))
            self._small.clear()

    def _hand_over(self) -> None:
        self._gather()
        batch, self._batch, self._gathered = self._batch, [], 0
        with reported():
            self._writer.take(batch)

    def _discard(self) -> None:
        """Let go of the temporary name; what was kept has its own name by now."""
        if not self._open:
            return
        self._open = False
        self._writer.stop()
        # A temporary that can't be removed now is a leftover, which the next start sweeps.
        with suppress(OSError):
            self._path.unlink()
        os.close(self._file)


class _Writer:
    """Hashes and writes batches in order, in a thread from the first ``take`` on."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        self._asked = 0
        self._queue: queue.Queue[list[bytes] | None] = queue.Queue(_WAITING)
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None
        self._stopped = False

    def take(self, batch: list[bytes]) -> None:
        """Hand over; waits while too much is waiting. Raises what an earlier batch failed with."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="object-writer", daemon=True)
            self._thread.start()
        self._raise()
        self._queue.put(batch)
        if sum(map(len, batch)) > 2 * BATCH:
            self._queue.join()  # the caller hands over huge pieces: don't let several wait
            self._raise()

    def end(self, rest: list[bytes]) -> StoredObject:
        """Take the rest and wait for all of it. Raises OSError."""
        self._join()
        self._raise()
        self._put(rest)
        return StoredObject(self._hash.hexdigest(), self._size)

    def stop(self) -> None:
        """Give up what waits; afterwards nothing is written any more."""
        self._stopped = True
        self._join()

    def _join(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (batch := self._queue.get()) is not None:
            try:
                # After a failure the queue is still emptied, so that nobody waits for room in it.
                if self._failure is None and not self._stopped:
                    self._put(batch)
            except Exception as error:  # surfaces in the caller's thread, at the next call
                self._failure = error
            finally:
                self._queue.task_done()

    def _put(self, batch: list[bytes]) -> None:
        for piece in batch:
            self._hash.update(piece)
        _write_all(self._file, batch)
        self._size += sum(map(len, batch))
        if self._size - self._asked >= _WRITE_BACK:
            begin_write_back(self._file, self._asked, self._size - self._asked)
            self._asked = self._size


def _write_all(file: int, batch: list[bytes]) -> None:
    if not batch:
        return
    done = os.writev(file, batch)
    if done < sum(map(len, batch)):
        rest = memoryview(b"".join(batch))[done:]
        while rest:
            rest = rest[os.write(file, rest) :]


_SYNC_FILE_RANGE_WRITE = 2  # linux/fs.h: start writing out dirty pages of the range, without waiting
_sync_file_range = getattr(ctypes.CDLL(None), "sync_file_range", None)


def begin_write_back(file: int, offset: int, length: int) -> None:
    """Ask the disk to begin. Only a hint: the fsync in ``finish`` is what makes bytes durable and reports errors."""
    if _sync_file_range is not None:
        _sync_file_range(file, ctypes.c_int64(offset), ctypes.c_int64(length), _SYNC_FILE_RANGE_WRITE)
