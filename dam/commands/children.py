"""Child processes of the service: forked, watched, started again, and ended together.

Rule: no child outlives the supervisor, also not when that is killed. A child that crashes is started again, ever more
slowly. Stopping is asked for first, and enforced after a bounded time. Must not: know what a child does.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

Body = Callable[[], int]
"""What a child does; returns its exit code."""

GRACE_S = 5.0
"""How much longer a child may take to stop than it allows itself."""

_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_SETTLED_S = 60.0  # one that ran so long has not crashed from its start
_WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class _Child:
    name: str
    body: Body
    pid: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    crashes: int = 0


class Children:
    """The children by name. ``run`` returns when SIGTERM or SIGINT came and all of them have ended."""

    def __init__(self, bodies: Mapping[str, Body], stop_seconds: float) -> None:
        self._children = [_Child(name, body) for name, body in bodies.items()]
        self._stop_seconds = stop_seconds
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def run(self) -> bool:
        """Start them, watch them, stop them; returns whether all of them ended by themselves when they were asked."""
        for number in _WATCHED:
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._writer)
        try:
            while not self._asked_to_stop():
                self._reap()
                self._start_due()
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
                child.pid = fork(child.body)
                log.debug("started", child=child.name, pid=child.pid)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid and (status := _ended(child.pid)) is not None:
                self._note_end(child, status)

    def _note_end(self, child: _Child, status: int) -> None:
        now = time.monotonic()
        child.pid = 0
        child.crashes = 0 if now - child.started_at > _SETTLED_S else child.crashes
        pause = _BACKOFF_S[min(child.crashes, len(_BACKOFF_S) - 1)]
        child.crashes += 1
        child.start_at = now + pause
        log.error("ended unexpectedly", child=child.name, status=status, again_in_s=pause)

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
            log.error("killed, for it did not stop", child=child.name)
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        return not rest

    def _collect(self) -> None:
        for child in self._running():
            if _ended(child.pid) is not None:
                child.pid = 0

    def _running(self) -> list[_Child]:
        return [child for child in self._children if child.pid]


def fork(body: Body) -> int:
    """Run ``body`` in a child that dies with this process; returns its id."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _begin(parent)
        code = body()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        log.exception("child failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent ends. Without that (not on Linux) the worker looks at its
    parent each second, and gunicorn's does too.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended before the system knew


def _begin(parent: int) -> None:
    signal.set_wakeup_fd(-1)
    for number in _WATCHED:
        signal.signal(number, signal.SIG_DFL)
    # A Ctrl-C of the terminal is for the supervisor, which stops its children in order.
    os.setpgid(0, 0)
    die_with(parent)


def _ended(pid: int) -> int | None:
    """The exit status of a child that has ended; minus the signal if one killed it."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _noted(number: int, frame: FrameType | None) -> None:
    """The signal's number is in the pipe."""
