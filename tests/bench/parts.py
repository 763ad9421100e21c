"""A large upload in parts over HTTP, until its last part is acknowledged, against the slower of its two halves: taking
the same bytes from the same server, and keeping them.

Rule: the real service, as ``dam upload`` uses it: as many parts at once, each thread on a connection of its own. What
the worker does afterwards, reading and hashing, is shown apart.
"""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlsplit

from tests.bench import upload
from tests.bench.row import Row, Turns, folder, in_turns, seconds
from tests.bench.service import Service, bare_server, forget_peaks, most_grown_mib, service

_MIB = 1 << 20
AT_ONCE = 4
_LINKS = 1000
_PATIENCE_S = 120.0


def measure(mib: int = 1024, rounds: int = 3) -> list[Row]:
    """The time of ``mib`` MiB in parts, how long their completion takes, and how much memory all of it."""
    completions: list[float] = []
    with folder() as place, service(place / "home") as ours, bare_server(place) as bare:
        completed(ours, sent(ours, 1)[1])  # what is made once is made
        before = forget_peaks(ours.pid)

        def in_parts() -> float:
            taken, upload_id = sent(ours, mib)
            completions.append(completed(ours, upload_id))
            return taken

        turns = in_turns(rounds, lambda: upload.send(bare, "/", mib), lambda: _keep(place, mib), in_parts)
        grown = most_grown_mib(before)
    return [_speed(turns, mib), completion(completions, mib), _memory(grown, mib)]


def _speed(turns: Turns, mib: int) -> Row:
    parsed, kept, ours = turns.ways
    share = statistics.median(100 * max(one, two) / three for one, two, three in zip(parsed, kept, ours, strict=True))
    how = (
        f"{mib} MiB, {AT_ONCE} parts at once, to the last acknowledgement {turns.median(2):.2f} s; the same server "
        f"that parses and discards {turns.median(0):.2f} s, a loop of write, fsync {turns.median(1):.2f} s"
    )
    return Row("parts: speed of the slower half", share, "%", how, least=80)


def completion(taken: list[float], mib: int) -> Row:
    """What the worker takes afterwards."""
    how = f"from the request to the version: {mib} MiB are read, hashed and copied by the worker"
    return Row("parts: completion", statistics.median(taken), "s", how)


def _memory(grown: float, mib: int) -> Row:
    how = f"the peak above rest of whichever process grew most, while {mib} MiB came in and were completed"
    return Row("parts: memory", grown, "MiB", how, most=32)


def sent(ours: Service, mib: int) -> tuple[float, str]:
    """Seconds until all parts are acknowledged, and the upload's id."""
    began = time.perf_counter()
    made = ours.ask("POST", "/uploads", {"filename": "large.bin", "size": mib * _MIB})
    numbers = list(range(1, made["part_count"] + 1))
    links = []
    for at in range(0, len(numbers), _LINKS):
        links += ours.ask("POST", f"/uploads/{made['id']}/parts", {"numbers": numbers[at : at + _LINKS]})
    first, part = os.urandom(made["part_size"]), bytes(os.urandom(_MIB)) * (made["part_size"] // _MIB)
    lines = local()

    def put(link: dict[str, Any]) -> None:
        size = min(made["part_size"], mib * _MIB - (link["number"] - 1) * made["part_size"])
        address = urlsplit(link["url"])
        if not hasattr(lines, "connection"):
            lines.connection = HTTPConnection(address.netloc, timeout=_PATIENCE_S)
        body = memoryview(first if link["number"] == 1 else part)[:size]
        lines.connection.request("PUT", f"{address.path}?{address.query}", body, {"Content-Length": str(size)})
        answer = lines.connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"part {link['number']}: {answer.status} {said!r}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(put, links))
    return time.perf_counter() - began, made["id"]


def completed(ours: Service, upload_id: str) -> float:
    """Seconds from the request until the version is there."""
    began = time.perf_counter()
    ours.ask("POST", f"/uploads/{upload_id}/complete", {})
    while (found := ours.ask("GET", f"/uploads/{upload_id}"))["state"] == "completing":
        if time.perf_counter() - began > _PATIENCE_S:
            break
        time.sleep(0.02)
    if found["state"] != "complete":
        raise RuntimeError(f"The upload is {found['state']}: {found['reason']}")
    return time.perf_counter() - began


def _keep(place: Path, mib: int) -> float:
    path = place / "kept"
    taken = seconds(lambda: _written(path, mib))
    path.unlink()
    return taken


def _written(path: Path, mib: int) -> None:
    with path.open("wb", buffering=0) as file:
        for piece in upload.content(mib):
            file.write(piece)
        os.fsync(file.fileno())
