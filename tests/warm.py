"""``dam up`` from a warm process: what a start loads is loaded once, and each service is a fork of it.

Rule: for tests of what a service does, and not of how it starts; those use ``tests.commands.test_up.Service``. A fork
runs the command itself, in an environment of its own; only the preparation is a fork too, and no new program, and the
database may have been migrated beforehand. Must not: open anything before a fork, or hold a thread.

Run as a module with a socket's descriptor, it answers requests until the other end is closed; see ``Warm``.
"""

import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from config.settings import Settings
from dam import wiring

ROOT = Path(__file__).parents[1]
_LOADED = (
    "dam.cli", "dam.commands.service", "dam.commands.up", "dam.commands.prepare", "dam.commands.web",
    "dam.commands.work", "dam.store.migrate",
)  # fmt: skip
_MOST = 1 << 20


class Forked:
    """A service's process, with as much of ``subprocess.Popen`` as ``Service`` needs."""

    def __init__(self, warm: "Warm", pid: int, stdout: IO[str], stderr: IO[str]) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self._warm = warm
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._ended(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended; ``timeout`` in seconds is for the socket. Raises TimeoutError."""
        code = self._ended(0, timeout)
        assert code is not None
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _ended(self, options: int, timeout: float | None = None) -> int | None:
        if self._code is None:
            self._code = self._warm.ask({"ended": self.pid, "options": options}, within_s=timeout)
        return self._code


class Warm:
    """The warm process, as its owner sees it."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            command = [sys.executable, "-m", __name__, str(other.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[other.fileno()])

    def start(self, environment: Mapping[str, str], *arguments: str) -> Forked:
        """The program ``dam`` with these arguments, in this environment alone."""
        (out, stdout), (err, stderr) = os.pipe(), os.pipe()
        try:
            pid = self.ask({"environment": dict(environment), "arguments": arguments}, [stdout, stderr])
        finally:
            os.close(stdout)
            os.close(stderr)
        return Forked(self, pid, os.fdopen(out), os.fdopen(err))

    def ask(self, request: Mapping[str, Any], descriptors: Sequence[int] = (), within_s: float | None = None) -> Any:
        """The answer to a request, which may bring descriptors along. Raises TimeoutError."""
        self._socket.settimeout(within_s)
        socket.send_fds(self._socket, [json.dumps(request).encode()], list(descriptors))
        answer = self._socket.recv(_MOST)
        assert answer, "The warm process has ended."
        return json.loads(answer)

    def close(self) -> None:
        self._socket.close()
        self._process.wait(60)


def serve(asking: socket.socket) -> None:
    """Answer requests. What still runs at the end is killed: nobody could end it any more."""
    living: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(asking, _MOST, 2)
        if not data:
            break
        request = json.loads(data)
        if "ended" in request:
            answer = _ended(request["ended"], request["options"], living)
        else:
            answer = _fork(partial(_be, request, descriptors, asking))
            living.add(answer)
            for each in descriptors:
                os.close(each)
        asking.send(json.dumps(answer).encode())
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _ended(pid: int, options: int, living: set[int]) -> int | None:
    found, status = os.waitpid(pid, options)
    if not found:
        return None
    living.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _be(request: Mapping[str, Any], descriptors: Sequence[int], asking: socket.socket) -> None:
    """The program ``dam``, as a person starts it."""
    asking.close()
    for number, each in enumerate(descriptors, start=1):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(request["environment"])
    importlib.import_module("dam.commands.apart").running = _preparing  # type: ignore[attr-defined]
    importlib.import_module("dam.cli").main(request["arguments"])


class _Preparing:
    """The preparation, in a fork."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        self._pid = _fork(lambda: importlib.import_module("dam.commands.prepare").main(arguments))

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


@contextmanager
def _preparing(*arguments: str, lock: object = None) -> Iterator[_Preparing]:
    """Stands for ``dam.commands.apart.running``. The lock is the fork's too."""
    yield _Preparing(arguments)


def _fork(body: Callable[[], object]) -> int:
    """The id of a child that does this and ends."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        body()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def migrated(home: Path, database: Path) -> None:
    """A home whose database is a copy of this one, which nobody has used yet."""
    home.mkdir(mode=0o700, exist_ok=True)
    if not (home / "dam.sqlite").exists():
        shutil.copy(database, home / "dam.sqlite")


def main(descriptor: str) -> None:
    """Load what a start with the default settings loads, and serve."""
    for each in _LOADED:
        importlib.import_module(each)
    wiring.choose(Settings())
    gc.collect()
    gc.freeze()  # what is there now stays, so that a fork need not copy it
    os.set_inheritable(int(descriptor), False)
    with socket.socket(fileno=int(descriptor)) as asking:
        serve(asking)


if __name__ == "__main__":
    main(sys.argv[1])
