"""How a child of the supervisor begins and ends, forked from a process that has loaded everything or started afresh.

Rule: no child outlives the supervisor, also not when that is killed; and none hears its signals. Must not: know what a
child does.
"""

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

import structlog

from config.settings import Settings
from dam.commands import home, watch
from dam.commands.children import GRACE_S, WATCHED

log = structlog.get_logger(__name__)

Body = Callable[[], int]
"""What a child does; returns its exit code."""

_PR_SET_PDEATHSIG = 1


def supervise(settings: Settings, bodies: Mapping[str, Body], lock: home.Lock, bound: socket.socket) -> NoReturn:
    """Fork the children, and watch them until SIGTERM or SIGINT: this process goes on as another program."""
    watch.hold_signals()
    watch.become(
        watch.Plan(
            children={name: fork(body) for name, body in bodies.items()},
            listening=bound.fileno(),
            kept=[lock.fileno()],
            stop_seconds=settings.stop_seconds + GRACE_S,
            address=str(home.address_file(settings.home)),
        )
    )


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
        begin(parent)
        code = run(body)
    finally:
        os._exit(code)


def run(body: Body) -> int:
    """The exit code of a child's body, also where it failed, which is logged. All that it wrote is out."""
    try:
        return body()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:
        log.exception("child failed")
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def begin(parent: int) -> None:
    """Make this process a child as the supervisor wants it."""
    for number in WATCHED:
        signal.signal(number, signal.SIG_DFL)
    # A Ctrl-C of the terminal is for the supervisor, which stops its children in order.
    os.setpgid(0, 0)
    _die_with(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def _die_with(parent: int) -> None:
    """Have the system kill this process when its parent ends. Without that (not on Linux) the worker looks at its
    parent each second, and gunicorn's does too.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it ended before the system knew
