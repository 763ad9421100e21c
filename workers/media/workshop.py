"""The folder in which a program works on one document: made for it alone, and thrown away with all that is in it.

Rule: what a program left there is as hostile as the document. It is opened without following anything, and only as a
plain file. Must not: start a program (``studio`` has a child do that).
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from workers.media.confine import NOBODY
from workers.media.plan import MIB, MediaFailure, MediaUnavailable
from workers.media.programs import LARGEST, MADE, SOURCE


@contextlib.contextmanager
def opened(source: int) -> Iterator[Path]:
    """A folder with a copy of what the descriptor ``source`` holds. Raises MediaFailure ``too_large``,
    MediaUnavailable."""
    if os.fstat(source).st_size > LARGEST:
        raise MediaFailure("too_large", f"a document of {os.fstat(source).st_size} bytes")
    try:
        folder = Path(tempfile.mkdtemp(prefix="dam-document-"))
    except OSError as error:
        raise MediaUnavailable(f"there is no room to work on a document: {error}") from error
    try:
        _furnish(folder, source)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(folder: Path, source: int) -> None:
    try:
        with (folder / SOURCE).open("wb") as copy:
            at = 0
            while piece := os.pread(source, MIB, at):
                copy.write(piece)
                at += len(piece)
        (folder / SOURCE).chmod(0o444)
        if os.geteuid() == 0:  # the child will be nobody
            os.chown(folder, NOBODY, NOBODY)
    except OSError as error:
        raise MediaUnavailable(f"the document could not be brought to its program: {error}") from error


def made(folder: Path) -> int | None:
    """A descriptor of what the program has made, to be read; None if it made nothing that can be."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Without waiting: a pipe that nobody writes to would keep us for ever.
        found = os.open(MADE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=place)
    except OSError:
        return None
    finally:
        os.close(place)
    if S_ISREG(os.fstat(found).st_mode) and os.fstat(found).st_size > 0:
        return found
    os.close(found)
    return None
