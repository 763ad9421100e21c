"""Telling the worker that there is work, across processes: a datagram to a socket in the home folder.

Rule: a hint and no more. What it says is in the database already; one that is lost costs a second, the worker's own
poll. Sending never waits and never fails a commit. Must not: carry data.

Where the database is a server, it tells of commits itself, on every machine: the receiver hears both.
"""

import hashlib
import os
import select
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

_NAME = "wake.sock"
_MOST_BYTES = 100  # sun_path has 104 to 108, the ending zero included
_BURST = 4096


def address(home: Path) -> str:
    """Where the worker of this home listens; a path that is too long for a socket becomes a short one that is made of
    its digest, below the system's folder of temporary files.
    """
    path = str(home.absolute() / _NAME)
    if len(os.fsencode(path)) <= _MOST_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
    return str(Path(tempfile.gettempdir()) / f"dam-{os.getuid()}-{digest}.sock")


class Listening(Protocol):
    """A second source of wake-ups, see ``dam.store.notify``."""

    def fileno(self) -> int | None:
        """What becomes readable; None while the source is not there."""
        ...

    def drain(self) -> None: ...

    def close(self) -> None: ...


class Sender:
    """Wakes the worker. Thread-safe, and may cross a fork: a datagram is sent whole or not at all."""

    def __init__(self, home: Path) -> None:
        self._address = address(home)
        self._socket = _socket()

    def __call__(self) -> None:
        # Nobody there, or a queue that is full of wake-ups: either way the worker looks without this one.
        with suppress(OSError):
            self._socket.sendto(b"w", self._address)

    def close(self) -> None:
        self._socket.close()


class Receiver:
    """The worker's end. One a home: a later one takes the address over. ``also``: hears more, and ends with it."""

    def __init__(self, home: Path, also: Listening | None = None) -> None:
        """Raises OSError."""
        self._also = also
        self._address = address(home)
        self._socket = _socket()
        with suppress(FileNotFoundError):
            Path(self._address).unlink()  # of a worker that was killed; the worker's lock says that none runs
        before = os.umask(0o177)
        try:
            self._socket.bind(self._address)
        finally:
            os.umask(before)

    def wait(self, seconds: float) -> bool:
        """Sleep until woken, at most so long; returns whether somebody woke it. All wake-ups so far count as one."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        heard = self._also.fileno() if self._also is not None else None
        if heard is not None:
            poll.register(heard, select.POLLIN)
        ready = poll.poll(max(0.0, seconds) * 1000)
        if ready:
            self.forget()
        return bool(ready)

    def forget(self) -> None:
        """All wake-ups so far are taken: the caller looks now."""
        if self._also is not None:
            self._also.drain()
        with suppress(BlockingIOError):
            for _ in range(_BURST):
                self._socket.recv(1)

    def close(self) -> None:
        self._socket.close()
        if self._also is not None:
            self._also.close()
        with suppress(FileNotFoundError):
            Path(self._address).unlink()


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made
