"""How fast the folder channel places files, against a bare loop of write, fsync, rename, folder fsync, read, hash."""

import hashlib
import io
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from dam.channels import KINDS
from dam.channels.hand import Hands
from dam.channels.kind import Surroundings
from dam.clock import SystemClock
from dam.ports.channel import Channel

_CONTENT = os.urandom(64 << 10)


def measure(files: int = 300, rounds: int = 3) -> Mapping[str, float]:
    """Seconds of each way for ``files`` files of 64 KiB (the best of ``rounds``), and their ratio."""
    clock = SystemClock()
    hands = Hands(clock)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "home").mkdir()
        bare, channel = [], []
        for number in range(rounds):
            bare.append(_bare(_made(folder, f"bare{number}"), files))
            root = _made(folder, f"channel{number}")
            surroundings = Surroundings(home=Path(folder) / "home", hands=hands)
            destination = KINDS["folder"].build(UUID(int=1), {"path": str(root)}, surroundings)
            destination.establish()
            channel.append(_channel(destination, clock, files))
    hands.close()
    return {"bare_s": min(bare), "channel_s": min(channel), "ratio": min(channel) / min(bare)}


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def _bare(root: Path, files: int) -> float:
    folder = os.open(root, os.O_RDONLY)
    began = time.perf_counter()
    for number in range(files):
        temporary, target = root / f"t{number}", root / f"f{number}"
        with temporary.open("xb", buffering=0) as file:
            file.write(_CONTENT)
            os.fsync(file.fileno())
        temporary.rename(target)
        os.fsync(folder)
        hashlib.sha256(target.read_bytes()).hexdigest()
    took = time.perf_counter() - began
    os.close(folder)
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


if __name__ == "__main__":
    print(measure())
