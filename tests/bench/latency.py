"""How long from a commit to the start of its task, with a real worker in a process of its own.

Rule: measures and returns figures; what is good enough is for whoever asks.
"""

import os
import signal
import statistics
import struct
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.domain.work import Job
from dam.store import migrate
from dam.store.work import SqlStore, open_store
from tests.workers.world import enqueue
from workers import relay
from workers.relay import Lane
from workers.tasks import LANES, RENDER
from workers.wakeup import Receiver, Sender

_ROUND = struct.Struct("=d")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the return of the commit to the task's first line, in the worker's thread."""

    p50: float
    p99: float
    worst: float
    count: int


def measure(count: int = 300, pause_s: float = 0.01) -> Latency:
    """``count`` commits, one after the other, ``pause_s`` apart."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'dam.sqlite'}"
        migrate.upgrade(url)
        reader, writer = os.pipe()
        worker = os.fork()
        if worker == 0:
            _work(url, home, writer)
        os.close(writer)
        try:
            return _commit(url, home, reader, count, pause_s)
        finally:
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
            os.close(reader)


def _commit(url: str, home: Path, reader: int, count: int, pause_s: float) -> Latency:
    os.read(reader, 1)  # the worker listens
    wake = Sender(home)
    store = open_store(url, wake=wake)
    found = []
    for _ in range(count):
        enqueue(store, "render")
        committed = time.monotonic()
        (started,) = _ROUND.unpack(os.read(reader, _ROUND.size))
        found.append(max(0.0, started - committed) * 1000)
        time.sleep(pause_s)
    store.dispose()
    wake.close()
    cuts = statistics.quantiles(found, n=100)
    return Latency(round(cuts[49], 2), round(cuts[98], 2), round(max(found), 2), count)


def _work(url: str, home: Path, writer: int) -> None:
    """The worker's loop, with the one task that says when it began."""
    receiver, wake = Receiver(home), Sender(home)
    store: SqlStore = open_store(url, wake=wake)

    def send(lane: Lane, jobs: Sequence[Job]) -> None:
        os.write(writer, _ROUND.pack(time.monotonic()))
        with store.writing() as work:
            for job in jobs:
                work.jobs.done(job)
            work.commit()

    os.write(writer, b".")
    while True:
        step = relay.step(store, {lane: int(lane == RENDER) for lane in LANES}, send)
        receiver.wait(0 if step.full else 1)


if __name__ == "__main__":
    print(measure())
