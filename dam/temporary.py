"""Named temporary files that can be told from those of a dead process.

Rule: a temporary is locked (``flock``) by whoever writes it, from its making to its end. The system drops the lock when
the process dies, so a file that nobody locks is a leftover. Names are random and never used twice: a name that a
stalled process still holds can't come to mean somebody else's bytes.

Belongs here: making such files and sweeping leftovers, in a folder given by its descriptor. Must not: know what the
files are for.
"""

import fcntl
import os
import secrets
import stat
import time
from contextlib import suppress
from itertools import islice

SUFFIX = ".tmp"


def create(folder: int, prefix: str, mode: int) -> tuple[int, str]:
    """Make an empty file in ``folder``, locked; returns its descriptor (read and write) and name. Raises OSError."""
    while True:
        name = f"{prefix}{secrets.token_hex(16)}{SUFFIX}"
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=folder)
        try:
            if _lock(file) and os.fstat(file).st_nlink:
                return file, name
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # a sweep came between making and locking; it removes the file


def sweep(folder: int, prefix: str, *, older_than: float, limit: int = 10_000) -> int:
    """Remove leftovers that were last written more than ``older_than`` seconds ago; returns how many.

    Looks at no more than ``limit`` entries, so that a huge folder costs a bounded time. Raises OSError.
    """
    with os.scandir(folder) as entries:
        names = [e.name for e in islice(entries, limit) if e.name.startswith(prefix) and e.name.endswith(SUFFIX)]
    return sum(_sweep_one(folder, name, older_than) for name in names)


def _sweep_one(folder: int, name: str, older_than: float) -> bool:
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return False  # gone, a link, or not ours to open: nothing that a sweep may decide about
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or time.time() - found.st_mtime < older_than or not _lock(file):
            return False
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        return True
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    """Whether nobody else holds the file. Where locks don't exist the age alone decides."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
