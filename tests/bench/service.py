"""The real service, and the same web server around next to nothing, each in processes of its own; and what Linux says
of those.

Rule: started as a person starts them, seen from outside, ended by their own process.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.bench.row import ROOT

API = "/api/v1"
_PATIENCE_S = 60.0
_TICK = os.sysconf("SC_CLK_TCK")
_RESET_PEAK = "5"  # proc(5), clear_refs


@dataclass(frozen=True, slots=True)
class Service:
    """A service that answers. ``pid``: of its supervisor; ``token``: an administrator's."""

    pid: int
    port: int
    token: str

    @property
    def authorization(self) -> str:
        """What a request says of itself."""
        return f"Bearer {self.token}"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON that one request is answered with. Raises RuntimeError unless it went well."""
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            connection.request(method, API + path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{method} {path}: {answer.status} {said!r}")
            return json.loads(said)
        finally:
            connection.close()


@contextmanager
def service(home: Path, **settings: str) -> Iterator[Service]:
    """``dam up`` on a free port; ``home`` is used as it is, or made. ``settings``: what is not the default."""
    program = [str(Path(sys.executable).with_name("dam")), "up", "--json"]
    with running(program, home, **settings) as (pid, said):
        port = int(said["address"].rpartition(":")[2])
        yield Service(pid, port, (home / "token").read_text().strip())


@contextmanager
def bare_server(folder: Path) -> Iterator[int]:
    """The web server of ``tests.bench.bare``, with ``folder``'s files; yields its port."""
    with running([sys.executable, "-m", "tests.bench.bare", str(folder)], folder) as (_, said):
        yield int(said["port"])


@contextmanager
def running(program: Sequence[str], home: Path, **settings: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """A program that says one line of JSON when it is ready: its process's id, and what it said."""
    process = subprocess.Popen(program, env={**environment(home, 0), **settings}, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise RuntimeError(f"{program} did not start")
        yield process.pid, json.loads(said)
    finally:
        stop(process)


def environment(home: Path, port: int) -> dict[str, str]:
    """This one without settings of its own, so that the defaults are measured; the program is of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
    return {**kept, "DAM_HOME": str(home), "PORT": str(port), "PYTHONPATH": str(ROOT)}


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, and wait for that."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=_PATIENCE_S)


def family(root: int) -> list[int]:
    """A process and all below it."""
    children = [
        int(child)
        for thread in Path(f"/proc/{root}/task").iterdir()
        for child in (thread / "children").read_text().split()
    ]
    return [root, *(pid for child in children for pid in family(child))]


def pss_mib(root: int) -> float:
    """Memory of a process and all below it; what they share counts once."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in family(root)]
    return sum(int(found[1]) for text in texts if (found := re.search(r"Pss:\s+(\d+)", text))) / 1024


def cpu_s(root: int) -> float:
    """Seconds of CPU that a process and all below it have used, with those of them that have ended."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family(root)]
    return sum(int(spent) for each in fields for spent in each[11:15]) / _TICK


def forget_peaks(root: int) -> dict[int, float]:
    """Let each process's peak begin anew; returns the MiB that it has in memory now."""
    for pid in family(root):
        Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)
    return {pid: _status_mib(pid, "VmRSS") for pid in family(root)}


def most_grown_mib(before: dict[int, float]) -> float:
    """How far the process that grew most came above what it had."""
    return max(_status_mib(pid, "VmHWM") - mib for pid, mib in before.items())


def moved_mib(root: int) -> float:
    """What a process and all below it have read and written so far, wherever from and to."""
    texts = [Path(f"/proc/{pid}/io").read_text() for pid in family(root)]
    return sum(int(found) for text in texts for found in re.findall(r"[rw]char: (\d+)", text)) / (1 << 20)


def _status_mib(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
