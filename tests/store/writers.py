"""Processes that write to a store, for tests that kill them or let them race. Run as ``python -m tests.store.writers``.

Rule: what a test does in another process is here, so that the process is a fresh interpreter, not a fork of the tests.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from dam.domain.events import event
from dam.store.work import SqlStore, open_store
from tests.contracts.facts import AT, asset

ROOT = Path(__file__).parents[2]


def start(verb: str, url: str, *given: object) -> "subprocess.Popen[bytes]":
    """A process that does one of the verbs below."""
    line = [sys.executable, "-m", "tests.store.writers", verb, url, *map(str, given)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE)


def write(store: SqlStore, name: str, count: str) -> None:
    """Commit ``count`` assets with an event each, in transactions that read before they write."""
    for number in range(int(count)):
        with store.writing() as work:
            assert work.assets.get(f"{name}-{number}") is None
            work.add(asset(f"{name}-{number}"))
            work.record(event("asset.created", name, AT, f"{name}-{number}", {}))
            work.commit()


def relay(store: SqlStore, until: str) -> None:
    """Number events until there are so many."""
    done = 0
    while done < int(until):
        with store.writing() as work:
            if work.jobs.relay({"asset.created": ("index",)}, 7):
                work.commit()
        with store.reading() as work:
            done = work.jobs.last_number()


def die(store: SqlStore, name: str) -> None:
    """Be killed in the middle of a transaction, after its statements and before its commit."""
    with store.writing() as work:
        work.add(asset(name))
        work.record(event("asset.created", name, AT, name, {}))
        work.jobs.enqueue("index", {"asset_id": name})
        os.kill(os.getpid(), signal.SIGKILL)


def acknowledge(store: SqlStore, name: str) -> None:
    """Commit assets for ever, and say each number when its commit has returned."""
    number = 0
    while True:
        with store.writing() as work:
            work.add(asset(f"{name}-{number}"))
            work.commit()
        os.write(1, f"{number}\n".encode())
        number += 1


VERBS: dict[str, Callable[..., None]] = {"write": write, "relay": relay, "die": die, "acknowledge": acknowledge}

if __name__ == "__main__":
    opened = open_store(sys.argv[2])
    VERBS[sys.argv[1]](opened, *sys.argv[3:])
    opened.dispose()
