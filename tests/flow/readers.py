"""Visitors of a folder who read one file again and again, by its name. Run as ``python -m tests.flow.readers FILE
COUNT``; says when it has begun, reads so often at least and until the other side hangs up, and says what it saw. The
first read that is not whole is the last.

Rule: each byte of a version is the same, and no two versions have it in common; so half of one and half of another
can't look whole. Every byte of the file is read, into the same memory, and compared.
"""

import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SIZE = 8 << 20
PIECE = 128 << 10
"""In pieces, as a web server reads, so that a replacement falls between two of them. They fit into a core's cache."""

ROOT = Path(__file__).parents[2]
Reader = subprocess.Popen[str]


@dataclass
class Saw:
    """``whole``: how often each version was seen; ``changes``: how often another one than by the read before;
    ``overtaken``: reads at whose end another file had the name.
    """

    whole: Counter[int] = field(default_factory=Counter)
    torn: int = 0
    changes: int = 0
    overtaken: int = 0


def content(number: int) -> bytes:
    """All bytes of a version."""
    return bytes([number]) * SIZE


@contextmanager
def reading(file: Path, readers: int, count: int) -> Iterator[list[Reader]]:
    """The visitors, who have begun to read; gone at the end."""
    line = [sys.executable, "-m", "tests.flow.readers", str(file), str(count)]
    pipe = subprocess.PIPE
    with ExitStack() as stack:
        processes = []
        for _ in range(readers):
            process = stack.enter_context(subprocess.Popen(line, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
            stack.callback(process.kill)
            processes.append(process)
        for process in processes:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == "begun"
        yield processes


def hang_up(process: Reader) -> None:
    """So often is enough."""
    assert process.stdin is not None
    process.stdin.close()


def seen(process: Reader) -> Saw:
    """What a visitor who has ended says."""
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    return Saw(**{**told, "whole": Counter({int(number): times for number, times in told["whole"].items()})})


def read(file: Path, count: int) -> None:
    """Read the file so often at least, and say what was there."""
    saw, buffer, last = Saw(), bytearray(PIECE), 0
    pieces = {number: bytes([number]) * PIECE for number in range(256)}
    _say("begun")
    while saw.whole.total() < count or not _hung_up():
        opened = os.open(file, os.O_RDONLY)
        try:
            number = _whole(opened, buffer, pieces)
            saw.overtaken += not os.path.samestat(os.fstat(opened), file.stat())
        finally:
            os.close(opened)
        if number is None:
            saw.torn += 1
            break
        saw.whole[number] += 1
        saw.changes += number != last
        last = number
    _say(vars(saw))


def _whole(opened: int, buffer: bytearray, pieces: dict[int, bytes]) -> int | None:
    """The version that all bytes are of; None if they are not of one, or not as many as it has."""
    size = os.readv(opened, [buffer])
    number = buffer[0]
    while size < SIZE and buffer == pieces[number] and (done := os.readv(opened, [buffer])):
        size += done
    ended = not os.readv(opened, [bytearray(1)])
    return number if size == SIZE and ended and buffer == pieces[number] else None


def _hung_up() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    read(Path(sys.argv[1]), int(sys.argv[2]))
