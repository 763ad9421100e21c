"""Child processes of the service: watched, started again, and ended together.

Rule: a child that crashes is started again, ever more slowly. Stopping is asked for first, and enforced after a bounded
time. Loads little, because the process that does this does nothing else for as long as the service runs. Must not: know
what a child does, or what it takes to start one.
"""

import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

Start = Callable[[str], int]
"""Starts the child of that name afresh; returns its id."""

Say = Callable[..., None]
"""Logs an error: what happened, and what else is known of it, by name."""

GRACE_S = 5.0
"""How much longer a child may take to stop than it allows itself."""

WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
"""The signals that mean something here."""

_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_SETTLED_S = 60.0  # one that ran so long has not crashed from its start


@dataclass(slots=True)
class Child:
    """One that runs (``pid``), or is to be started again at ``start_at``. Times are monotonic, in seconds."""

    name: str
    pid: int
    started_at: float
    start_at: float = 0.0
    crashes: int = 0


class Children:
    """The children by name. ``run`` returns when SIGTERM or SIGINT came and all of them have ended."""

    def __init__(self, pids: Mapping[str, int], start: Start, stop_seconds: float, say: Say) -> None:
        """``pids``: of those that run already."""
        self._children = [Child(name, pid, time.monotonic()) for name, pid in pids.items()]
        self._start = start
        self._stop_seconds = stop_seconds
        self._say = say
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def run(self) -> bool:
        """Watch them, stop them; returns whether all of them ended by themselves when they were asked."""
        for number in WATCHED:
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._writer)
        # Whatever came since the first of them was started has waited for this.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        try:
            while True:
                self._reap()
                self._start_due()
                if self._asked_to_stop():
                    return self._stop()
        finally:
            signal.set_wakeup_fd(-1)
            os.close(self._reader)
            os.close(self._writer)

    def _asked_to_stop(self) -> bool:
        """Sleep until a signal comes or a child is to be started."""
        waiting = [child.start_at for child in self._children if not child.pid]
        pause = max(0.0, min(waiting) - time.monotonic()) if waiting else None
        select.select([self._reader], [], [], pause)
        with suppress(BlockingIOError):
            return any(number in (signal.SIGTERM, signal.SIGINT) for number in os.read(self._reader, 4096))
        return False

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if not child.pid and child.start_at <= now:
                child.started_at = now
                child.pid = self._start(child.name)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid and (status := _ended(child.pid)) is not None:
                self._note_end(child, status)

    def _note_end(self, child: Child, status: int) -> None:
        now = time.monotonic()
        child.pid = 0
        child.crashes = 0 if now - child.started_at > _SETTLED_S else child.crashes
        pause = _BACKOFF_S[min(child.crashes, len(_BACKOFF_S) - 1)]
        child.crashes += 1
        child.start_at = now + pause
        self._say("ended unexpectedly", child=child.name, status=status, again_in_s=pause)

    def _stop(self) -> bool:
        for child in self._running():
            os.kill(child.pid, signal.SIGTERM)
        end = time.monotonic() + self._stop_seconds
        while self._running() and (left := end - time.monotonic()) > 0:
            # A signal that came between the look and the sleep has left its byte in the pipe.
            select.select([self._reader], [], [], left)
            with suppress(BlockingIOError):
                os.read(self._reader, 4096)
            self._collect()
        return self._kill_rest()

    def _kill_rest(self) -> bool:
        rest = self._running()
        for child in rest:
            self._say("killed, for it did not stop", child=child.name)
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        return not rest

    def _collect(self) -> None:
        for child in self._running():
            if _ended(child.pid) is not None:
                child.pid = 0

    def _running(self) -> list[Child]:
        return [child for child in self._children if child.pid]


def _ended(pid: int) -> int | None:
    """The exit status of a child that has ended; minus the signal if one killed it."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _noted(number: int, frame: FrameType | None) -> None:
    """The signal's number is in the pipe."""
