"""How fast an approval reaches 1,000 folder placements, proven, against a bare loop of what the disk must do.

Rule: the service's own operations on a real database, object store and channel; both ways in turn on one file system.
"""

import hashlib
import os
import tempfile
import threading
import time
from pathlib import Path

from dam.domain.assets import Seen
from dam.domain.principals import SYSTEM_ID, Actor
from dam.operations import decide, deliver, place, reconcile, uploads
from dam.operations.channels import Setup, add
from dam.ports.services import Services
from tests.bench.row import Row, folder
from tests.services import services_in

_CONTENT = os.urandom(256 << 10)
_BOSS = Actor(SYSTEM_ID, "boss", "admin")
_THREADS = 2


def measure(placements: int = 1000) -> list[Row]:
    """One approval; the bare loop before and after it."""
    with folder() as home, services_in(home) as services:
        asset = _prepare(services, home, placements)
        bare = _bare(home, placements)
        ours = _approve(services, asset, placements)
        again = _bare(home, placements)
    floor = (bare + again) / 2
    how = f"{placements} files of 256 KiB: {ours:.1f} s; write, fsync, rename, folder fsync, read, hash {floor:.1f} s"
    return [Row("approve → placements proven", ours / floor, "×", how, most=4)]


def _prepare(services: Services, home: Path, placements: int) -> str:
    root = home / "destination"
    root.mkdir()
    sink = services.objects.receive()
    sink.write(_CONTENT)
    asset = uploads.create_asset(services, _BOSS, uploads.Incoming(sink, "a.bin", _CONTENT[:64]), uploads.Details())
    channel = add(services, _BOSS, Setup("folder", "folder", {"path": str(root)}))
    for number in range(placements):
        place.place(services, _BOSS, asset, place.Where(channel, f"{number // 100}/{number}.bin"))
    return asset


def _approve(services: Services, asset: str, placements: int) -> float:
    digest = hashlib.sha256(_CONTENT).hexdigest()
    began = time.perf_counter()
    rollout = decide.approve(services, _BOSS, asset, 1, Seen(digest, None))
    reconcile.fan_out(services, rollout)
    threads = [threading.Thread(target=_deliver, args=(services,)) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    with services.store.reading() as work:
        assert work.rollouts.counts([rollout]) == {rollout: {"done": placements}}
    return took


def _deliver(services: Services) -> None:
    while deliver.run_due(services):
        pass


def _bare(home: Path, placements: int) -> float:
    root = Path(tempfile.mkdtemp(dir=home))
    descriptor = os.open(root, os.O_RDONLY)
    began = time.perf_counter()
    for number in range(placements):
        temporary, target = root / f"t{number}", root / f"f{number}"
        with temporary.open("xb", buffering=0) as file:
            file.write(_CONTENT)
            os.fsync(file.fileno())
        temporary.rename(target)
        os.fsync(descriptor)
        hashlib.sha256(target.read_bytes()).hexdigest()
    took = time.perf_counter() - began
    os.close(descriptor)
    return took
