"""A file on its way to a child: a descriptor of its own, by which the original can't be touched.

Must not: look at a byte of it.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from stat import S_ISREG
from typing import BinaryIO

from workers.media.plan import MIB, MediaUnavailable


@contextlib.contextmanager
def read_only(source: BinaryIO) -> Iterator[int]:
    """A descriptor of its own for the child: it can neither move the caller's position nor write to the original."""
    descriptor = _reopened(source)
    if descriptor is None:
        descriptor = _copied(source)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _reopened(source: BinaryIO) -> int | None:
    """None where ``source`` is no regular file, or can't be opened once more."""
    try:
        original = source.fileno()
        if sys.platform == "linux" and S_ISREG(os.fstat(original).st_mode):
            return os.open(f"/proc/self/fd/{original}", os.O_RDONLY | os.O_CLOEXEC)
    except (AttributeError, OSError):  # not a file, or not ours to open again: a copy does as well
        return None
    return None


def _copied(source: BinaryIO) -> int:
    """Raises MediaUnavailable."""
    try:
        with tempfile.NamedTemporaryFile() as copy:
            shutil.copyfileobj(source, copy, MIB)
            copy.flush()
            return os.open(copy.name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise MediaUnavailable(f"the file could not be brought to the decoder: {error}") from error
