"""What the whole service costs when nobody asks anything: memory, CPU, and how soon it answers after its start.

Rule: measures ``dam up`` as a person starts it, from outside, by what Linux says of its processes. It has worked before
it rests: a service that never did anything has not loaded what it needs.
"""

import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.bench.render import photograph, through
from tests.bench.row import Row, folder
from tests.bench.service import Service, cpu_s, environment, pss_mib, stop

_PATIENCE_S = 60.0


def measure(starts: int = 3, settle_s: float = 95.0, watch_s: float = 20.0) -> list[Row]:
    """Start in a new home, ``starts`` times in the same one; then render, index and find a picture, wait ``settle_s``
    (a quiet minute and two of the worker's half-minute rests), and watch for ``watch_s``."""
    with folder() as place:
        home, port = place / "home", _free_port()
        with _started(home, port) as (_, first):
            pass
        later = []
        for _ in range(starts):
            with _started(home, port) as (_, seconds):
                later.append(seconds)
        with _started(home, port) as (pid, _):
            _work(Service(pid, port, (home / "token").read_text().strip()))
            warm = pss_mib(pid)
            time.sleep(settle_s)
            before = cpu_s(pid)
            time.sleep(watch_s)
            used, held = cpu_s(pid) - before, pss_mib(pid)
    return [
        Row("right after a rendition: memory", warm, "MiB", "PSS of all processes together"),
        Row("at rest: memory", held, "MiB", f"the same, {settle_s + watch_s:g} s later", most=120),
        Row("at rest: CPU", 100 * used / watch_s, "%", f"of one core, over {watch_s:g} s", most=0.5),
        Row("first answer", statistics.median(later), "s", "from the start of the process to /readyz", most=1.5),
        Row("first answer in a new home", first, "s", "the same, with the database to be made", most=1.5),
    ]


def _work(ours: Service) -> None:
    """A picture, its renditions, and a search that finds it."""
    through(ours, photograph((3000, 2000)))
    end = time.monotonic() + _PATIENCE_S
    while not ours.ask("GET", "/assets?q=photo")["total"]:
        if time.monotonic() > end:
            raise RuntimeError("the picture is not found")
        time.sleep(0.05)


@contextmanager
def _started(home: Path, port: int) -> Iterator[tuple[int, float]]:
    """The service's process, and the seconds until it answered."""
    begun = time.monotonic()
    program = [sys.executable, str(Path(sys.executable).with_name("dam")), "up"]
    process = subprocess.Popen(program, env=environment(home, port), stdout=subprocess.DEVNULL)
    try:
        while not _ready(port):
            if process.poll() is not None or time.monotonic() - begun > _PATIENCE_S:
                raise RuntimeError("the service did not start")
            time.sleep(0.01)
        yield process.pid, time.monotonic() - begun
    finally:
        stop(process)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=_PATIENCE_S) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])
