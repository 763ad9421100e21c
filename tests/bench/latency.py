"""How long from a commit to the start of its task, with a real worker in a process of its own.

Rule: measures and returns figures; what is good enough is for whoever asks.
"""

import os
import signal
import statistics
import struct
import time
from collections.abc import Sequence
from pathlib import Path

from dam.domain.work import Job
from dam.store import migrate
from dam.store.work import SqlStore, open_store
from tests.bench.row import Row, folder
from tests.workers.world import enqueue
from workers import relay
from workers.relay import Lane
from workers.tasks import LANES, RENDER
from workers.wakeup import Receiver, Sender

_ROUND = struct.Struct("=d")


def measure(count: int = 300, pause_s: float = 0.01) -> list[Row]:
    """From the return of the commit to the task's first line in the worker's thread: ``count`` commits, one after the
    other, ``pause_s`` apart."""
    with folder() as home:
        url = f"sqlite:///{home / 'dam.sqlite'}"
        migrate.upgrade(url)
        reader, writer = os.pipe()
        worker = os.fork()
        if worker == 0:
            _work(url, home, writer)
        os.close(writer)
        try:
            found = _commit(url, home, reader, count, pause_s)
        finally:
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
            os.close(reader)
    cuts = statistics.quantiles(found, n=100)
    how = f"{count} commits, {1000 * pause_s:g} ms apart, a worker in its own process"
    return [
        Row("commit → task started, p50", cuts[49], "ms", how, most=5),
        Row("commit → task started, p99", cuts[98], "ms", f"the worst: {max(found):.1f} ms", most=50),
    ]


def _commit(url: str, home: Path, reader: int, count: int, pause_s: float) -> list[float]:
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
    return found


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
