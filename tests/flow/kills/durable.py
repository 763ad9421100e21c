"""What a kill leaves, as something that can be compared: which files there are, and which bytes they have.

Rule: two moments are the same only if no file came, went, or was written between them. What is written anew has another
inode, length or time. Left out is what a process rebuilds from the rest when it opens it.
"""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

_REBUILT, _LOG = "-shm", "-wal"
"""SQLite's index of its log, and the log, which says nothing while it is empty."""

State = frozenset[tuple[str, int, int, int]]

_MODIFY, _ATTRIB, _MOVED, _CREATED, _DELETED = 0x2, 0x4, 0xC0, 0x100, 0x200
"""See inotify(7)."""


class Seen:
    """The state of a folder at one moment after the other. Most are as the one before: the system says when a file was
    written, and only then all of them are looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._last = folder, State()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._events = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC) if sys.platform == "linux" else None

    def now(self) -> State:
        """As ``state``."""
        if self._changed() or not self._last:
            self._listen()
            self._last = state(self._folder)
        return self._last

    def close(self) -> None:
        if self._events is not None:
            os.close(self._events)

    def _changed(self) -> bool:
        """Whether the system has said so; where it says nothing, always."""
        if self._events is None:
            return True
        changed = False
        with suppress(BlockingIOError):
            while os.read(self._events, 1 << 16):
                changed = True
        return changed

    def _listen(self) -> None:
        """To every folder that is there now; to one that it listens to already it goes on."""
        if self._events is not None:
            for folder, _, _ in os.walk(self._folder):
                wanted = _MODIFY | _ATTRIB | _MOVED | _CREATED | _DELETED
                assert self._libc.inotify_add_watch(self._events, os.fsencode(folder), wanted) >= 0


def state(folder: Path) -> State:
    """Everything below ``folder``; folders by their names only."""
    return frozenset(_below(str(folder), ""))


def _below(folder: str, name: str) -> list[tuple[str, int, int, int]]:
    found = []
    with os.scandir(f"{folder}/{name}") as entries:
        for entry in entries:
            inner = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                found += [(inner, 0, 0, 0), *_below(folder, inner)]
            elif not entry.name.endswith(_REBUILT):
                found += _stat(entry, inner)
    return found


def _stat(entry: os.DirEntry[str], name: str) -> list[tuple[str, int, int, int]]:
    try:
        seen = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # the engine's own threads tidy up whenever they like
        return []
    if entry.name.endswith(_LOG) and not seen.st_size:
        return []
    return [(name, seen.st_ino, seen.st_size, seen.st_mtime_ns)]
