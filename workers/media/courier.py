"""The worker's side of one template process: start it, hand it a request, wait for the verdict, end it.

Rule: every wait has an end, and every descriptor an owner. Must not: know what a rendition is, or believe a report.
"""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.media.confine import Sandbox
from workers.media.plan import MediaUnavailable

_ROOT = Path(__file__).resolve().parents[2]
# macOS has no SEQPACKET; a datagram pair keeps messages apart as well, and the lifeline tells of our end.
_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
# One arena, so that memory limits mean what they say; no threads in a process that forks (NumPy's are of OpenBLAS).
_SINGLE = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# A child touches a hundred megabytes once and ends: in pages of 2 MiB the kernel hands them out in half the time (24 MP
# JPEG: 50 → 22 ms of 520 on the processor). A C library or a kernel without them goes on as it did.
_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
_START_SECONDS = 60.0
_SEND_SECONDS = 10.0
_LONGEST_MESSAGE = 65536
_MEANWHILE_SECONDS = 1.0

Meanwhile = Callable[[], None]
"""What is done once a second while a child works."""


def _nothing() -> None:
    """For who only waits."""


class TemplateDied(Exception):
    """The template process ended before it gave its verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a child ended. ``status``: exit code, or minus the signal; ``peak`` in bytes; ``report``: what the child
    wrote, which nobody may believe."""

    status: int
    overdue: bool
    peak: int
    report: bytes


class Template:
    """One running template process. ``exchange`` may be called from several threads at once."""

    def __init__(self) -> None:
        """Start it and wait until it is warm. Raises MediaUnavailable."""
        # Requests it was borrowed for, those under way, and when the last one ended: ``studio`` keeps them by its lock.
        self.served = 0
        self.active = 0
        self.idle_since = time.monotonic()
        self._sending = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, _KIND)
        lifeline, ours = os.pipe()
        self._lifeline = open(ours, "wb", buffering=0)  # noqa: SIM115, PTH123 closed by _drop
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "workers.media.template", str(theirs.fileno()), str(lifeline)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), lifeline),
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C is for the worker, which then stops in order
            )
        except OSError as error:
            self._drop()
            raise MediaUnavailable(f"the media template can't be started: {error}") from error
        finally:
            theirs.close()
            os.close(lifeline)
        self.sandbox = self._greeting()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _greeting(self) -> Sandbox:
        self._control.settimeout(_START_SECONDS)
        try:
            hello = json.loads(self._control.recv(_LONGEST_MESSAGE) or b"null")
            self._control.settimeout(_SEND_SECONDS)
            return Sandbox(hello["landlock"], hello["seccomp"], tuple(hello["missing"]))
        except (OSError, ValueError, TypeError) as error:
            self.kill()
            raise MediaUnavailable("the media template did not start; its standard error says why") from error

    def exchange(
        self, request: dict[str, Any], descriptors: Sequence[int], seconds: float, meanwhile: Meanwhile = _nothing
    ) -> Verdict:
        """Have a child forked for ``request`` with ``descriptors`` (source, then outputs); wait at most ``seconds``,
        and call ``meanwhile`` each second.

        Raises TemplateDied, MediaUnavailable.
        """
        verdict, theirs = os.pipe()
        report, child = os.pipe()
        try:
            try:
                self._send(request, [theirs, descriptors[0], child, *descriptors[1:]])
            finally:
                os.close(theirs)
                os.close(child)
            return _verdict(_await(verdict, seconds, meanwhile), report)
        finally:
            os.close(verdict)
            os.close(report)

    def _send(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        try:
            with self._sending:
                socket.send_fds(self._control, [_message(request)], descriptors)
        except TimeoutError as error:
            raise MediaUnavailable("the media template takes no requests") from error
        except OSError as error:
            raise TemplateDied from error

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it now, and its children with it; once more does no harm."""
        self._process.kill()
        self._process.wait()
        self._drop()

    def _drop(self) -> None:
        with self._sending:  # a descriptor closed under a sender could be somebody else's by then
            self._control.close()
            self._lifeline.close()


def _message(request: dict[str, Any]) -> bytes:
    """No character as an escape of twelve bytes: texts of emoji would be longer than what the other side takes."""
    return json.dumps(request, ensure_ascii=False).encode(errors="surrogatepass")


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code is."""
    return {"PYTHONPATH": str(_ROOT), **_SINGLE, **_LARGE_PAGES, "LC_ALL": "C.UTF-8"}


def _await(descriptor: int, seconds: float, meanwhile: Meanwhile) -> bytes:
    """One message. Raises TemplateDied at the end of file, MediaUnavailable when the time is over."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    end = time.monotonic() + seconds
    while not poll.poll(1000 * max(0.0, min(_MEANWHILE_SECONDS, end - time.monotonic()))):
        if time.monotonic() >= end:
            raise MediaUnavailable("the media template gave no verdict in time")
        meanwhile()
    message = os.read(descriptor, _LONGEST_MESSAGE)
    if not message:
        raise TemplateDied
    return message


def _verdict(message: bytes, report: int) -> Verdict:
    said = json.loads(message)
    os.set_blocking(report, False)  # the child is dead: what it wrote is there, whoever still holds the other end
    try:
        written = os.read(report, _LONGEST_MESSAGE)
    except BlockingIOError:
        written = b""
    return Verdict(said["status"], said["overdue"], said["peak"], written)
