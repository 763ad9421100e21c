"""A visitor of a folder who reads one file again and again, by its name. Run as ``python -m tests.flow.readers FILE
COUNT``; says when it has begun, and at the end what it saw.

Rule: each byte of a version is the same, and no two versions have it in common; so half of one and half of another
can't look whole.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 8 << 20
ROOT = Path(__file__).parents[2]


def content(number: int) -> bytes:
    """All bytes of a version."""
    return bytes([number]) * SIZE


@contextmanager
def reading(file: Path, count: int) -> Iterator["subprocess.Popen[str]"]:
    """The visitor, who has begun to read; gone at the end."""
    line = [sys.executable, "-m", "tests.flow.readers", str(file), str(count)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == "begun"
            yield process
        finally:
            process.kill()


def read(file: Path, count: int) -> None:
    """``whole``: how often each version was seen; ``torn``: how often something else was."""
    known: dict[int, bytes] = {}
    whole, torn = Counter[int](), 0
    buffer = bytearray(SIZE + 1)
    for turn in range(count):
        size = _open_and_read(file, buffer)
        if turn == 0:
            _say("begun")
        first = buffer[0]
        if first not in known:
            known[first] = content(first)
        if size == SIZE and buffer.startswith(known[first]):
            whole[first] += 1
        else:
            torn += 1
    _say({"whole": whole, "torn": torn})


def _open_and_read(file: Path, buffer: bytearray) -> int:
    """How much there was. In pieces, as a web server would, so that a replacement can fall between two of them."""
    opened, size, room = os.open(file, os.O_RDONLY), 0, memoryview(buffer)
    try:
        while done := os.readv(opened, [room[size : size + (1 << 20)]]):
            size += done
        return size
    finally:
        os.close(opened)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    read(Path(sys.argv[1]), int(sys.argv[2]))
