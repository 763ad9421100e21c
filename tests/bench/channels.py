"""How fast the folder channel places files, against a bare loop of write, fsync, rename, folder fsync, read, hash."""

import hashlib
import io
import os
import time
from pathlib import Path
from uuid import UUID

from dam.channels import KINDS
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.ports.channel import Channel
from tests.bench.row import Row, Turns, folder

_CONTENT = os.urandom(64 << 10)


def measure(files: int = 300, rounds: int = 3) -> list[Row]:
    """The ratio for ``files`` files of 64 KiB."""
    clock = SystemClock()
    hands = Hands(clock)
    with folder() as place:
        (place / "home").mkdir()
        bare, channel = [], []
        for number in range(rounds):
            bare.append(_bare(_made(place, f"bare{number}"), files))
            root = _made(place, f"channel{number}")
            surroundings = Surroundings(home=place / "home", hands=hands)
            destination = KINDS["folder"].build(UUID(int=1), {"path": str(root)}, surroundings)
            destination.establish()
            channel.append(_channel(destination, clock, files))
    hands.close()
    turns = Turns([bare, channel])
    floor = f"write, fsync, rename, folder fsync, read, hash {turns.median(0):.2f} s"
    how = f"{files} files of 64 KiB: {turns.median(1):.2f} s; {floor}"
    return [Row("channels: files into a folder", turns.ratio(1, 0), "×", how)]


def _made(place: Path, name: str) -> Path:
    path = place / name
    path.mkdir()
    return path


def _bare(root: Path, files: int) -> float:
    descriptor = os.open(root, os.O_RDONLY)
    began = time.perf_counter()
    for number in range(files):
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


def _channel(channel: Channel, clock: SystemClock, files: int) -> float:
    began = time.perf_counter()
    for number in range(files):
        remote = f"f{number}"
        with channel.stage_put(remote, io.BytesIO(_CONTENT), len(_CONTENT)) as change:
            change.apply(clock.monotonic() + channel.timing.permit, exclusive=True)
        seen = channel.read(remote)
        assert seen is not None
        with seen:
            hashlib.sha256(seen.read()).hexdigest()
    return time.perf_counter() - began
