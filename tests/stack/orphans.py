"""Run a program and leave nothing behind of what it has started, however it ends.

Rule: asked to end, the program is asked in turn, and has time for its own cleaning. What is left then is known by a
variable that every process inherits from it, whatever session or parent it has by now; nothing else is touched.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLEANING_S = 60.0
_ENDING_S = 5.0
_POLL_S = 0.02
_ROOT = Path(__file__).resolve().parents[2]


def supervised(command: Sequence[str], environment: Mapping[str, str], mark: Mapping[str, str]) -> int:
    """The program's exit code. ``mark``: variables with a value that no other process has."""
    process = subprocess.Popen(
        command,
        cwd=_ROOT,
        env={**environment, **mark},
        start_new_session=True,  # Ctrl-C is for us alone, who pass it on
        preexec_fn=_interrupted_with_parent,  # noqa: PLW1509 - it only asks the kernel for one signal
    )
    try:
        return process.wait()
    finally:
        with _undisturbed():
            _end(process)
            for told in _end_marked(mark):
                print(f"was left running, and is ended: {told}", file=sys.stderr)


def marked(mark: Mapping[str, str]) -> dict[int, str]:
    """Ids and commands of the processes that carry it."""
    wanted = {f"{name}={value}".encode() for name, value in mark.items()}
    found = {}
    for each in Path("/proc").iterdir():
        # It may end while it is looked at; those of others can't be read, and are not ours.
        with suppress(OSError):
            if each.name.isdigit() and wanted <= set((each / "environ").read_bytes().split(b"\0")):
                found[int(each.name)] = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Who asks again to end is heard when the cleaning is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """As after Ctrl-C; by force if it takes too long."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_CLEANING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_marked(mark: Mapping[str, str]) -> list[str]:
    """Kill what is left; returns the commands. What is about to end by itself has a moment for it."""
    began = time.monotonic()
    told: dict[int, str] = {}
    while (left := marked(mark)) and time.monotonic() < began + 2 * _ENDING_S:
        if time.monotonic() > began + _ENDING_S:
            told |= left
            for pid in left:
                _kill(pid, mark)
        time.sleep(_POLL_S)
    return list(told.values())


def _kill(pid: int, mark: Mapping[str, str]) -> None:
    """Kill the process if it is still the one that carries the mark: an id may be given anew."""
    with suppress(ProcessLookupError):
        held = os.pidfd_open(pid)
        try:
            if pid in marked(mark):
                signal.pidfd_send_signal(held, signal.SIGKILL)
        finally:
            os.close(held)


def _interrupted_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
