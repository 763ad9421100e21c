"""A channel's folder and what is below it, reached by descriptors only.

Rule: below the root no link is followed and no name is looked up twice. Each folder is opened by its name within the
one above it, so that swapping a folder for a link leads nowhere. The root itself may be reached through links. A root
is opened together with its marker: without the marker it is not this channel's root, perhaps only the empty place
where a disk is mounted otherwise, and nothing is read or written there.

Must not: write files other than the marker.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from dam import temporary
from dam.channels.names import RESERVED
from dam.ports.channel import InvalidRemote, Unreachable

_FOLDER = os.O_RDONLY | os.O_DIRECTORY
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait for its other end


class Tree:
    """The folder at ``path`` for one channel. ``home`` says which folder is the service's own; it is never entered."""

    def __init__(self, channel_id: UUID, path: Path, home: os.stat_result) -> None:
        self.path = path
        self._marker = f"{RESERVED}channel-{channel_id}"
        self._content = f"{channel_id}\n".encode()
        self._home = home

    @contextmanager
    def bare(self) -> Iterator[int]:
        """The root's descriptor, whatever folder it is. Raises OSError."""
        root = os.open(self.path, _FOLDER)
        try:
            yield root
        finally:
            os.close(root)

    @contextmanager
    def root(self) -> Iterator[int]:
        """The descriptor of the root that carries the marker. Raises Unreachable (``root_vanished``), OSError."""
        try:
            root = os.open(self.path, _FOLDER)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Unreachable("root_vanished", f"The folder {self.path} is not there any more.") from error
        try:
            if not self.is_marked(root):
                detail = f"The folder {self.path} doesn't carry this channel's marker {self._marker}."
                raise Unreachable("root_vanished", detail)
            yield root
        finally:
            os.close(root)

    def is_marked(self, root: int) -> bool:
        """Whether the marker is there with this channel's id. Raises OSError."""
        try:
            with open_file(root, self._marker) as marker:
                return marker.read(len(self._content) + 1) == self._content
        except (FileNotFoundError, NotAFile):
            return False

    def mark(self, root: int) -> None:
        """Put the marker there, whole and durable. Raises OSError."""
        file, name = temporary.create(root, RESERVED, 0o644)
        try:
            os.write(file, self._content)
            os.fsync(file)
            os.rename(name, self._marker, src_dir_fd=root, dst_dir_fd=root)
            os.fsync(root)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=root)
            os.close(file)

    @contextmanager
    def folder(self, parts: Sequence[str], *, make: bool = False) -> Iterator[int]:
        """The descriptor of the folder ``parts`` below the marked root. ``make``: make what is missing, durably.

        Raises Unreachable, InvalidRemote (``inside_home``), OSError.
        """
        with self.root() as root:
            folder = os.dup(root)
            try:
                for name in parts:
                    below = self._enter(folder, name, make=make)
                    os.close(folder)
                    folder = below
                yield folder
            finally:
                os.close(folder)

    def _enter(self, folder: int, name: str, *, make: bool) -> int:
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
            # Also when it was there: whoever made it may have died before this.
            os.fsync(folder)
        below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        if os.path.samestat(os.fstat(below), self._home):
            os.close(below)
            raise InvalidRemote("inside_home", "This is the service's own folder.", permanent=True)
        return below


class NotAFile(OSError):
    """What is there is a folder, a link, a pipe or a device."""


def open_file(folder: int, name: str) -> BinaryIO:
    """An unbuffered stream of a regular file; the caller closes it. Raises NotAFile, OSError."""
    # Looked at before it is opened, since opening a device can do something; and after, since it may have been swapped.
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise NotAFile(name)
    file = os.open(name, _PLAIN, dir_fd=folder)
    if stat.S_ISREG(os.fstat(file).st_mode):
        return os.fdopen(file, "rb", buffering=0)
    os.close(file)
    raise NotAFile(name)
