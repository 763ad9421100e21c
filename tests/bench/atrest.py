"""What the whole service costs when nobody asks anything: memory, CPU, and how soon it answers after its start.

Rule: measures ``dam up`` as a person starts it, from outside, by what Linux says of its processes.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class AtRest:
    """``pss_mib``: all processes together. ``cpu``: percent of one core. Seconds from the start of the process to the
    first 200 of ``/readyz``: in a new home, and in one that was used before."""

    pss_mib: float
    cpu: float
    first_start_s: float
    start_s: float


def measure(settle_s: float = 3.0, watch_s: float = 10.0) -> AtRest:
    """Start in a new home, stop, start again, wait ``settle_s``, and watch for ``watch_s``."""
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder) / "home", _free_port()
        process, first = _start(home, port)
        _stop(process)
        process, again = _start(home, port)
        try:
            time.sleep(settle_s)
            before = cpu_s(process.pid)
            time.sleep(watch_s)
            used = cpu_s(process.pid) - before
            return AtRest(
                round(pss_mib(process.pid), 1), round(100 * used / watch_s, 2), round(first, 2), round(again, 2)
            )
        finally:
            _stop(process)


def pss_mib(root: int) -> float:
    """Memory of a process and all below it; what they share counts once."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in family(root)]
    return sum(int(found[1]) for text in texts if (found := re.search(r"Pss:\s+(\d+)", text))) / 1024


def cpu_s(root: int) -> float:
    """Seconds of CPU that a process and all below it have used."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family(root)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / _TICK


def family(root: int) -> list[int]:
    """A process and all below it."""
    children = [
        int(child)
        for thread in Path(f"/proc/{root}/task").iterdir()
        for child in (thread / "children").read_text().split()
    ]
    return [root, *(pid for child in children for pid in family(child))]


def _start(home: Path, port: int) -> tuple["subprocess.Popen[bytes]", float]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
    environment |= {"DAM_HOME": str(home), "PORT": str(port)}
    begun = time.monotonic()
    program = [sys.executable, str(Path(sys.executable).with_name("dam")), "up"]
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
    while not _ready(port):
        if process.poll() is not None or time.monotonic() - begun > _PATIENCE_S:
            raise RuntimeError("the service did not start")
        time.sleep(0.01)
    return process, time.monotonic() - begun


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=_PATIENCE_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(_PATIENCE_S)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    print(measure())
