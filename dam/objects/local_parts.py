"""Parts of uploads in a local folder: ``uploads/<upload>/<number>``, and a file ``closed`` once no more are taken.

Rule: a part is durable before it has its name, and gets it in one step, in place of an earlier one of this number. Who
names a part holds the folder's lock shared, and who closes it holds it alone: so none is named after the closing. What
is closed is copied into the object store's own incoming stream, which hashes it; the parts stay until the upload's row
says that it has ended.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from dam import temporary
from dam.domain import uploads
from dam.domain.errors import Conflict, Invalid, NotFound
from dam.domain.media_types import HEAD_SIZE
from dam.domain.uploads import Upload
from dam.objects.incoming import begin_write_back, reported
from dam.objects.signing import Signing
from dam.ports.objects import ObjectSink, StoredObject
from dam.ports.parts import PartLink, ReceivedPart

LINK_S = 3600
"""How long a link is good."""

CLOSED = "closed"
_PREFIX = "in-"
_PIECE = 1 << 20
_WRITE_BACK = 8 << 20


class LocalParts:
    """``PartStore`` below ``root``. ``key``: the file that links are signed with; ``incoming`` begins a stream of the
    object store. Several processes may use one root. Opens nothing before its first use.
    """

    def __init__(
        self,
        root: Path,
        key: Path,
        incoming: Callable[[], ObjectSink],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._root = root / "uploads"
        self._signing = Signing(key)
        self._incoming = incoming
        self._clock = clock

    @property
    def origin(self) -> str:
        """This service."""
        return ""

    def begin(self, upload_id: str) -> str:
        """Make the upload's folder; the handle is its name. Raises StorageFull, Unavailable."""
        with reported():
            self._folder(upload_id).mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self._root, self._root.parent):
                with _opened(folder) as descriptor:
                    os.fsync(descriptor)
        return upload_id

    def link(self, upload: Upload, number: int) -> PartLink:
        """An address of this service. Raises Unavailable."""
        size, expires = upload.size_of(number), int(self._clock()) + LINK_S
        signature = self._signing.sign(upload.id, number, size, expires)
        url = f"/api/v1/uploads/{upload.id}/parts/{number}?size={size}&expires={expires}&signature={signature}"
        return PartLink(number, "PUT", url, {}, datetime.fromtimestamp(expires, UTC))

    def receive(self, upload_id: str, number: int, size: int, expires: int, signature: str) -> "Receiving":
        """Begin to take a part. Raises Forbidden, NotFound ``parts_lost``, Conflict ``upload_not_open``,
        StorageFull, Unavailable."""
        self._signing.check(upload_id, number, size, expires, signature, self._clock())
        with reported():
            return Receiving(self._folder(upload_id), number, size)

    def received(self, upload: Upload) -> list[ReceivedPart]:
        """Those that have their names. Raises Unavailable, NotFound ``parts_lost``."""
        with reported(), _opened(self._folder(upload.id)) as folder:
            return _listed(folder)

    def close(self, upload: Upload) -> str:
        """Take no part any more, if all are there. Raises Conflict ``parts_missing``, Unavailable, NotFound."""
        with reported(), _opened(self._folder(upload.id)) as folder:
            fcntl.flock(folder, fcntl.LOCK_EX)
            uploads.require_parts(upload, ((part.number, part.size) for part in _listed(folder)))
            _close(folder)
        return ""

    def assemble(self, upload: Upload, accepted: str) -> "Assembling":
        """Nothing is opened yet."""
        return Assembling(self, upload, self._incoming)

    def discard(self, upload_id: str) -> None:
        """Take no part any more, and remove all that there is. Raises Unavailable."""
        path = self._folder(upload_id)
        with reported(), suppress(FileNotFoundError):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                _close(descriptor)
                # What is being written loses its name, and can't get another one.
                shutil.rmtree(path)
            finally:
                os.close(descriptor)

    def pieces(self, upload: Upload) -> Iterator[bytes]:
        """All bytes in their order. Raises NotFound ``parts_lost``, Unavailable."""
        with _opened(self._folder(upload.id)) as folder:
            for number in range(1, upload.part_count + 1):
                with os.fdopen(os.open(str(number), os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb", 0) as part:
                    while piece := part.read(_PIECE):
                        yield piece

    def _folder(self, upload_id: str) -> Path:
        return self._root / upload_id


class Receiving:
    """``PartSink`` into a temporary file of the upload's folder. Making it raises OSError, NotFound, Conflict."""

    def __init__(self, folder: Path, number: int, size: int) -> None:
        self._number = number
        self._size = size
        self._written = 0
        self._asked = 0
        self._path = folder
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise _gone() from None
        try:
            with self._still_open():
                self._file, self._name = temporary.create(self._folder, _PREFIX, 0o600)
        except BaseException:
            os.close(self._folder)
            raise
        self._open = True

    def write(self, data: bytes, /) -> int:
        """Take the next bytes. Raises StorageFull, Unavailable, Invalid ``part_size_differs``."""
        if self._written + len(data) > self._size:
            raise _wrong_size(self._size)
        with reported(), memoryview(data) as rest:
            at = 0
            while at < len(rest):
                at += os.write(self._file, rest[at:])
            self._written += at
            if self._written - self._asked >= _WRITE_BACK:
                begin_write_back(self._file, self._asked, self._written - self._asked)
                self._asked = self._written
        return len(data)

    def finish(self) -> None:
        """Make the bytes durable, then give them their name. Raises StorageFull, Unavailable, Invalid, Conflict."""
        if self._written != self._size:
            raise _wrong_size(self._size)
        with reported():
            os.fsync(self._file)
            with self._still_open():
                os.rename(self._name, str(self._number), src_dir_fd=self._folder, dst_dir_fd=self._folder)
                os.fsync(self._folder)
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if not self._open:
            return
        self._open = False
        # What can't be removed now goes with the folder.
        with suppress(OSError):
            if self._name:
                os.unlink(self._name, dir_fd=self._folder)
        os.close(self._file)
        os.close(self._folder)

    @contextmanager
    def _still_open(self) -> Iterator[None]:
        """Nobody closes the folder meanwhile. A lock of its own: two threads share nothing but the folder."""
        with _opened(self._path) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            if _is_closed(lock):
                raise Conflict("upload_not_open", "The upload takes no part any more.")
            if not _is_at(self._path, lock):
                raise _gone()
            yield


class Assembling:
    """``Assembled`` by a stream of the object store."""

    def __init__(self, parts: LocalParts, upload: Upload, incoming: Callable[[], ObjectSink]) -> None:
        self._parts = parts
        self._upload = upload
        self._sink = incoming()
        self._sealed: StoredObject | None = None
        self._head = b""

    def seal(self) -> StoredObject:
        """Raises StorageFull, Unavailable, NotFound ``parts_lost``, Conflict ``parts_missing``."""
        if self._sealed is None:
            # Closed by the request already, unless the machine has lost that since.
            self._parts.close(self._upload)
            with reported():
                for piece in self._parts.pieces(self._upload):
                    if len(self._head) < HEAD_SIZE:
                        self._head = (self._head + piece[:HEAD_SIZE])[:HEAD_SIZE]
                    self._sink.write(piece)
            self._sealed = self._sink.seal()
        return self._sealed

    @property
    def head(self) -> bytes:
        return self._head

    def finish(self) -> StoredObject:
        """Raises StorageFull, Unavailable."""
        self.seal()
        return self._sink.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._sink.__exit__(*exc)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise _gone() from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _listed(folder: int) -> list[ReceivedPart]:
    with os.scandir(folder) as entries:
        found = [
            ReceivedPart(int(each.name), each.stat(follow_symlinks=False).st_size)
            for each in entries
            if each.name.isascii() and each.name.isdigit() and each.is_file(follow_symlinks=False)
        ]
    return sorted(found, key=lambda part: part.number)


def _close(folder: int) -> None:
    """Durable, so that a machine that starts again still knows."""
    os.close(os.open(CLOSED, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600, dir_fd=folder))
    os.fsync(folder)


def _is_closed(folder: int) -> bool:
    try:
        os.stat(CLOSED, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_at(path: Path, folder: int) -> bool:
    """Is it this folder that lies there, or was it removed while we waited?"""
    try:
        return os.path.samestat(path.lstat(), os.fstat(folder))
    except FileNotFoundError:
        return False


def _gone() -> NotFound:
    return NotFound("parts_lost", "The parts of this upload are not there.")


def _wrong_size(size: int) -> Invalid:
    return Invalid("part_size_differs", f"This part has {size} bytes.")
