"""A reader in another process sees the old file whole or the new file whole, through hundreds of replacements."""

import subprocess
import sys
from pathlib import Path

from dam.ports.channel import Channel
from tests.contracts.channel import put

SIZE = 64 << 10

READER = """
import os, select, sys
path, size, reads, torn = sys.argv[1], int(sys.argv[2]), 0, 0
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    with open(path, "rb", buffering=0) as file:
        data = b"".join(iter(lambda: file.read(16384), b""))
    torn += len(data) != size or data != data[:1] * size
    reads += 1
print(reads, torn)
"""


def test_no_read_is_torn(channel: Channel, site: Path) -> None:
    put(channel, "a", bytes(SIZE))
    command = [sys.executable, "-c", READER, str(site / "a"), str(SIZE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        for number in range(500):
            put(channel, "a", bytes([number % 256]) * SIZE)
        answer, _ = reader.communicate("stop\n", timeout=30)
    reads, torn = map(int, answer.split())
    assert torn == 0
    assert reads > 50
