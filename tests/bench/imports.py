"""Many photographs over HTTP until each has its renditions, against a bare loop of decode, resize and encode on all
cores.

Rule: the real service, from the first byte sent to the last photograph that is ready. Both sides are warm. Each
photograph has bytes of its own, since content is stored, and rendered, once.
"""

import functools
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from tests.bench.render import another, bare, photograph, through
from tests.bench.row import Row, folder, in_turns, seconds
from tests.bench.service import API, Service, service
from tests.bench.wire import Line

_SIDES = (1600, 1250)
_LINES = 2
_POLL_S = 0.1  # asking more often would take from the rendering what it measures
_PATIENCE_S = 600.0


def measure(count: int = 1000, rounds: int = 1) -> list[Row]:
    """The bare loop's time, as a share of ours."""
    photo, cores = photograph(_SIDES), len(os.sched_getaffinity(0))
    with (
        folder() as place,
        service(place / "home") as ours,
        ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool,
    ):
        through(ours, photo)
        loop = functools.partial(_loop, pool, photo)
        loop(2 * cores)
        turns = in_turns(rounds, lambda: loop(count), lambda: _import(ours, photo, count))
    how = (
        f"{count} JPEGs of 2 MP in {turns.median(1):.1f} s; decode, resize, encode in {cores} bare processes "
        f"{turns.median(0):.1f} s"
    )
    return [Row("import: speed of the bare loop", 100 * turns.ratio(0, 1), "%", how, least=60)]


def _loop(pool: ProcessPoolExecutor, photo: bytes, count: int) -> float:
    return seconds(lambda: list(pool.map(bare, [photo] * count, chunksize=4)))


def _import(ours: Service, photo: bytes, count: int) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(_LINES) as threads:
        shares = [len(range(line, count, _LINES)) for line in range(_LINES)]
        sent = list(threads.map(functools.partial(_send, ours, photo), shares))
    for asset_id in (each for share in sent for each in share):
        _wait(ours, asset_id, began + _PATIENCE_S)
    return time.perf_counter() - began


def _send(ours: Service, photo: bytes, count: int) -> list[str]:
    """The ids of so many new assets, one after the other on one connection."""
    ids = []
    with Line(ours.port) as line:
        for number in range(count):
            content = another(photo)
            said = line.post_file(f"{API}/assets", f"{number}.jpg", [content], len(content), ours.authorization)
            ids.append(json.loads(said)["id"])
    return ids


def _wait(ours: Service, asset_id: str, end: float) -> None:
    """Until all that is made of it is made. Raises RuntimeError."""
    while True:
        found = ours.ask("GET", f"/assets/{asset_id}/versions/1")["renditions"]
        states = {each["state"] for each in found}
        if states == {"ready"}:
            return
        if states - {"ready", "pending"} or time.perf_counter() > end:
            raise RuntimeError(f"{asset_id}: {states}")
        time.sleep(_POLL_S)
