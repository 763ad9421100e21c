"""What a kill leaves, as something that can be compared: which files there are, and which bytes they have.

Rule: two moments are the same only if no file came, went, or was written between them. What is written anew has another
inode, length or time. Left out is what a process rebuilds from the rest when it opens it.
"""

import os
from pathlib import Path

_REBUILT, _LOG = "-shm", "-wal"
"""SQLite's index of its log, and the log, which says nothing while it is empty."""

State = frozenset[tuple[str, int, int, int]]


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
