"""How fast the local object store takes a stream, against a bare loop of hash, write and fsync."""

import hashlib
import os
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from dam.objects.local import LocalObjects

_MIB = 1 << 20
_PIECE = 64 << 10  # what the multipart parser hands over


def measure(mib: int = 1024, rounds: int = 3) -> Mapping[str, float]:
    """Seconds of each way (the best of ``rounds``), their ratio, and how much memory the stream took (MiB)."""
    block = os.urandom(_MIB)
    with tempfile.TemporaryDirectory() as folder:
        before = _peak_mib()
        store, bare = [], []
        for _ in range(rounds):
            bare.append(_bare(Path(folder), block, mib))
            store.append(_store(Path(folder), block, mib))
    return {
        "bare_s": min(bare),
        "store_s": min(store),
        "ratio": min(bare) / min(store),
        "memory_mib": _peak_mib() - before,
    }


def _bare(folder: Path, block: bytes, mib: int) -> float:
    path = folder / "bare"
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


def _store(folder: Path, block: bytes, mib: int) -> float:
    pieces = [block[i : i + _PIECE] for i in range(0, _MIB, _PIECE)]
    objects = LocalObjects(folder / "store")
    began = time.perf_counter()
    with objects.receive() as sink:
        for _ in range(mib):
            for piece in pieces:
                sink.write(piece)
        stored = sink.finish()
    took = time.perf_counter() - began
    next((folder / "store" / "objects").rglob(stored.sha256)).unlink()
    return took


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(measure())
