"""How fast the local object store takes a stream, against a bare loop of hash, write and fsync."""

import hashlib
import os
import time
from pathlib import Path

from dam.objects.local import LocalObjects
from tests.bench.row import Row, folder, in_turns

_MIB = 1 << 20
_PIECE = 64 << 10  # what the multipart parser hands over


def measure(mib: int = 512, rounds: int = 3) -> list[Row]:
    """Their ratio."""
    block = os.urandom(_MIB)
    with folder() as place:
        turns = in_turns(rounds, lambda: _bare(place, block, mib), lambda: _store(place, block, mib))
    how = f"{mib} MiB in {turns.median(1):.2f} s; a loop of hash, write, fsync {turns.median(0):.2f} s"
    return [Row("objects: a stream into the store", turns.ratio(1, 0), "×", how)]


def _bare(place: Path, block: bytes, mib: int) -> float:
    path = place / "bare"
    began = time.perf_counter()
    digest = hashlib.sha256()
    with path.open("wb", buffering=0) as file:
        for _ in range(mib):
            digest.update(block)
            file.write(block)
        os.fsync(file.fileno())
    took = time.perf_counter() - began
    path.unlink()
    return took


def _store(place: Path, block: bytes, mib: int) -> float:
    pieces = [block[i : i + _PIECE] for i in range(0, _MIB, _PIECE)]
    objects = LocalObjects(place / "store")
    began = time.perf_counter()
    with objects.receive() as sink:
        for _ in range(mib):
            for piece in pieces:
                sink.write(piece)
        stored = sink.finish()
    took = time.perf_counter() - began
    next((place / "store" / "objects").rglob(stored.sha256)).unlink()
    return took
