"""How long a person waits for the previews of what others were timed with.

Rule: seconds of ours beside seconds that others took, when they were tried on a machine like this one; another day and
another load, so that there is no target, and only the order of magnitude says something.
"""

import io
import os
import struct

from PIL import Image

from tests.bench import formats
from tests.bench.render import photograph, uploaded
from tests.bench.row import Row, folder, in_turns
from tests.bench.service import Service, service

_PEERS = {
    "24 MP JPEG": "ResourceSpace 2.1 s, Zou 9.4 s",
    "12 MP TIFF of 16 bits": "ResourceSpace 10.7 s",
    "12 MP HEIC": "ResourceSpace 5.0 s",
    "12 MP PNG with alpha": "ResourceSpace 5.3 s",
}


def measure(rounds: int = 5) -> list[Row]:
    """From an upload's first byte to the last of its three previews fetched, in seconds."""
    files = {"24 MP JPEG": photograph((6000, 4000))} | {name: data for name, _, data in formats.files()}
    with folder() as place, service(place / "home") as ours:
        return [_row(ours, name, files[name], said, rounds) for name, said in _PEERS.items()]


def _row(ours: Service, name: str, data: bytes, said: str, rounds: int) -> Row:
    def once() -> float:
        return uploaded(ours, data + _other())

    once()
    turns = in_turns(rounds, once)
    with Image.open(io.BytesIO(data)) as picture:
        size = f"{picture.width} × {picture.height} px, {len(data) / (1 << 20):.1f} MiB"
    return Row(f"upload → previews: {name}", turns.median(0), "s", f"{size}; {said}")


def _other() -> bytes:
    """What no decoder looks at, after the file's end: a free box (ISO/IEC 14496-12, 8.1.2), for those that walk
    them."""
    return struct.pack(">I4s", 16, b"free") + os.urandom(8)
