"""A large upload over HTTP, against the slower of its two halves: parsing the body, and keeping the bytes.

Rule: the real service; the same bytes on the same connection for the bare server. Content is stored once however often
it is sent, so each round's begins with bytes of its own.
"""

import functools
import hashlib
import os
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row, Turns, folder, in_turns, seconds
from tests.bench.service import API, bare_server, forget_peaks, most_grown_mib, service
from tests.bench.wire import Line

_MIB = 1 << 20
_BLOCK = os.urandom(_MIB)


def measure(mib: int = 1024, rounds: int = 3) -> list[Row]:
    """The time of ``mib`` MiB, and how much memory they take."""
    with folder() as place, service(place / "home") as ours, bare_server(place) as bare:
        send(ours.port, f"{API}/assets", 1, ours.authorization)  # what is made once is made
        before = forget_peaks(ours.pid)
        turns = in_turns(
            rounds,
            lambda: send(bare, "/", mib),
            lambda: _keep(place, mib),
            lambda: send(ours.port, f"{API}/assets", mib, ours.authorization),
        )
        grown = most_grown_mib(before)
    return [_speed(turns, mib), _memory(grown, mib)]


def _speed(turns: Turns, mib: int) -> Row:
    parsed, kept, ours = turns.ways
    share = statistics.median(100 * max(one, two) / three for one, two, three in zip(parsed, kept, ours, strict=True))
    how = (
        f"{mib} MiB in {turns.median(2):.2f} s; the same server that parses and discards {turns.median(0):.2f} s, "
        f"a loop of hash, write, fsync {turns.median(1):.2f} s"
    )
    return Row("upload: speed of the slower half", share, "%", how, least=80)


def _memory(grown: float, mib: int) -> Row:
    how = f"the peak above rest of whichever process grew most, while {mib} MiB came in, several times"
    return Row("upload: memory", grown, "MiB", how, most=32)


def content(mib: int) -> Iterator[bytes]:
    """So many MiB that nobody has sent before."""
    yield os.urandom(8) + _BLOCK[8:]
    for _ in range(mib - 1):
        yield _BLOCK


def send(port: int, path: str, mib: int, authorization: str = "") -> float:
    """Seconds until a form with so many MiB is answered."""
    with Line(port) as line:
        pieces = content(mib)
        return seconds(functools.partial(line.post_file, path, "large.bin", pieces, mib * _MIB, authorization))


def _keep(place: Path, mib: int) -> float:
    path = place / "kept"
    taken = seconds(lambda: _written(path, mib))
    path.unlink()
    return taken


def _written(path: Path, mib: int) -> None:
    digest = hashlib.sha256()
    with path.open("wb", buffering=0) as file:
        for piece in content(mib):
            digest.update(piece)
            file.write(piece)
        os.fsync(file.fileno())
