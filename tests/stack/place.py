"""Where one server runs: a throw-away folder, a user without rights, ports of the loopback, and its process.

Rule: a process is ended by the id that was noted when it was started, with the group that it leads, and nothing else
is. When we are root, servers run as nobody. What a server says is in its folder's log, and is shown if it fails.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PR_SET_PDEATHSIG = 1
_STOP_S = 30
_POLL_S = 0.05
_FIRST_PORT = 10_000
_FEWEST_PORTS = 1000
_GIVEN_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_found: set[int] = set()  # nobody listens at them yet, but somebody is about to


class DidNotStart(Exception):
    """A server ended, or does not answer; the text has the end of its log."""


class Place:
    """A context manager; at its end the processes that were started here have ended, and the folder is gone."""

    def __init__(self, name: str) -> None:
        # Below /tmp: the user without rights must get there, and the path of a socket must be short.
        self.folder = Path(tempfile.mkdtemp(prefix=f"dam-{name}-", dir="/tmp"))
        self._as = unprivileged()
        self._processes: list[subprocess.Popen[bytes]] = []
        self.own(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            _end(process)
        shutil.rmtree(self.folder)

    def make(self, name: str) -> Path:
        """A folder for the server."""
        path = self.folder / name
        path.mkdir(parents=True)
        self.own(path)
        return path

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file for the server, which nobody else reads."""
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text)
        self.own(path)
        path.chmod(mode)
        return path

    def bring(self, program: Path) -> Path:
        """A program that the server's user may run: a copy, if it would not reach the original."""
        if not self._as:
            return program
        return Path(shutil.copy(program, self.folder / program.name))

    def start(
        self, command: Sequence[str | Path], environment: Mapping[str, str], answers: Callable[[], bool], seconds: float
    ) -> "subprocess.Popen[bytes]":
        """Start a server and wait until it answers. Raises DidNotStart."""
        process = self._begin(command, environment)
        deadline = time.monotonic() + seconds
        while not answers():
            if process.poll() is not None:
                raise DidNotStart(f"{command[0]} ended:\n{self.log()}")
            if time.monotonic() > deadline:
                raise DidNotStart(f"{command[0]} does not answer:\n{self.log()}")
            time.sleep(_POLL_S)
        return process

    def stop(self, process: "subprocess.Popen[bytes]", *, kill: bool = False) -> None:
        """End one that was started here, before the rest; ``kill``: as when the power fails."""
        if kill and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        _end(process)

    def log(self) -> str:
        """The end of what was said here."""
        return (self.folder / "log").read_text(errors="replace")[-5000:]

    def _begin(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder), "TMPDIR": str(self.folder), **environment},
                start_new_session=True,
                # A run that is killed leaves no server behind.
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only asks the kernel for one signal
                **self._as,
            )
        self._processes.append(process)
        return process

    def own(self, path: Path) -> None:
        """Give something to the server's user."""
        if self._as:
            os.chown(path, self._as["user"], self._as["group"])


def unprivileged() -> dict[str, Any]:
    """Arguments for a child process: none of these servers is run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def free_port() -> int:
    """A port of the loopback on which nobody listens, and which the kernel gives to nobody.

    A server is started and restarted at it later. Of the ports that the kernel gives away, one may be somebody's by
    then: even its own client's, who dials it while it is away and is connected to itself.
    """
    ours = _ports_of_nobody(*map(int, _GIVEN_PORTS.read_text().split()))
    while True:
        port = secrets.choice(ours)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            if port not in _found:
                _found.add(port)
                return port


def _ports_of_nobody(first_given: int, last_given: int) -> range:
    """What the kernel does not give away: below it, or above it where that is too little."""
    below, above = range(_FIRST_PORT, first_given), range(last_given + 1, 65_536)
    return next((each for each in (below, above) if len(each) >= _FEWEST_PORTS), range(_FIRST_PORT, 65_536))


def secret() -> str:
    """A credential that is good everywhere: letters and digits only."""
    return secrets.token_hex(16)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask, wait, and insist."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                continue
    process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
