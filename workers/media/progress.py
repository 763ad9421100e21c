"""How far the FFmpeg program is, from what it writes of itself into a file that both sides have (its ``-progress``).

Belongs here: reading it. Nothing of it is believed but that it is a number; who is told decides what becomes of it.
"""

import os
import re
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self, cast

Told = Callable[[float], None]
"""Is told how much is done: 0–1."""

_TAIL = 4096  # bytes: one report of the program has some 250
_AT = re.compile(rb"^out_time_us=([0-9]{1,15})$", re.MULTILINE)


class Progress:
    """Of one film. A context manager: leaving it closes the file."""

    def __init__(self, seconds: object, told: Told) -> None:
        """``seconds``: how long the film is; whatever is no such number, and nobody is told anything. ``share``: what
        was told last (0–1)."""
        self._seconds = seconds if isinstance(seconds, float) and seconds > 0 else None
        self._told = told
        self.share: float | None = None
        self._file = scratch()

    def fileno(self) -> int:
        """Where the program writes."""
        return self._file.fileno()

    def look(self) -> None:
        """Tell how far it is by now."""
        if self._seconds is None:
            return
        size = os.fstat(self.fileno()).st_size
        found = _AT.findall(os.pread(self.fileno(), _TAIL, max(0, size - _TAIL)))
        if found:
            self.share = min(1.0, int(found[-1]) / 1_000_000 / self._seconds)
            self._told(self.share)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def scratch() -> BinaryIO:
    """A nameless file for what is small, in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        return cast(BinaryIO, os.fdopen(os.memfd_create("rendition"), "rb"))
    return cast(BinaryIO, tempfile.TemporaryFile())
