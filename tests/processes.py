"""What runs below a process, and that it ends.

Rule: a process may end at any moment, also while it is looked at; that is never an error here. A pid is turned into a
descriptor before anything is done to it, because the system gives a free pid to somebody else.
"""

import os
import select
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_GONE = (FileNotFoundError, ProcessLookupError)


def descendants(pid: int) -> list[int]:
    """The children, and theirs. Zombies are not among them."""
    below: dict[int, list[int]] = {}
    for child, parent in _living():
        below.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:  # it grows on the way
        found += below.get(each, [])
    return found[1:]


def command_line(pid: int) -> str:
    """With its arguments; empty if it has ended."""
    with suppress(*_GONE):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


class Watched:
    """Processes of which somebody wants to know that they end; those that have ended already are not held."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._descriptors: list[int] = []
        for pid in pids:
            with suppress(ProcessLookupError):
                self._descriptors.append(os.pidfd_open(pid))

    def kill(self) -> None:
        """Those that still run."""
        for descriptor in self._descriptors:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)

    def ended(self, within_s: float) -> bool:
        """Whether all have ended; to be asked once."""
        ends = []
        for descriptor in self._descriptors:
            ends.append(bool(select.select([descriptor], [], [], within_s)[0]))
            os.close(descriptor)
        self._descriptors = []
        return all(ends)


def _living() -> list[tuple[int, int]]:
    """Each process and its parent, see proc(5): what follows the name in parentheses is the state, then the parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(*_GONE):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    found.append((int(entry.name), int(parent)))
    return found
