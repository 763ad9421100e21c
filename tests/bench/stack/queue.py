"""How long from a commit to the start of its task, by the relay, RabbitMQ and a Celery worker, each in its process.

Rule: measures and returns figures; what is good enough is for whoever asks.
"""

import socket
import statistics
import struct
import time
from collections.abc import Mapping

from tests.bench.row import Row, folder
from tests.stack.suites.crew import Crew, crew, empty_database

ADDRESS = "BENCH_QUEUE_ADDRESS"
BEGUN = struct.Struct("=d")
_LONG_S = 120.0


def measure(urls: Mapping[str, str], count: int = 300, pause_s: float = 0.02) -> list[Row]:
    """From the return of the commit to the task's first line in a process of the pool: ``count`` commits, one after the
    other, ``pause_s`` apart. Everything is as it is run, but for the task, which only says when it began.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, folder() as home:
        where = home / "told"
        told.bind(str(where))
        told.settimeout(_LONG_S)
        with crew(home, empty_database(urls["postgresql"]), urls["rabbitmq"]) as house:
            house.service.environment[ADDRESS] = str(where)
            house.start("-Q", "media", processes=1, app="tests.bench.stack.worker")
            found = _commit(house, told, count, pause_s)
    cuts = statistics.quantiles(found, n=100)
    how = f"{count} commits, {1000 * pause_s:g} ms apart; relay, RabbitMQ, Celery worker"
    return [
        Row("commit → task started by Celery, p50", cuts[49], "ms", how, most=50),
        Row("commit → task started by Celery, p99", cuts[98], "ms", f"the worst: {max(found):.0f} ms", most=500),
    ]


def _commit(house: Crew, told: socket.socket, count: int, pause_s: float) -> list[float]:
    found = []
    for number in range(count + 10):
        house.enqueue("render", {"sha256": "0" * 64})
        committed = time.monotonic()
        (begun,) = BEGUN.unpack(told.recv(BEGUN.size))
        if number >= 10:  # the first ones wait for the worker's start
            found.append(max(0.0, begun - committed) * 1000)
        time.sleep(pause_s)
    return found
