"""Processes that race on one service: people who act at random, a worker and a courier who deliver. Run as
``python -m tests.flow.racers``; each says ``ready``, waits for a line, and says what was acknowledged.

Rule: what a test does in another process is here, so that the process is a fresh interpreter, not a fork of the tests.
"""

import itertools
import json
import random
import select
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings
from dam.domain.assets import Seen
from dam.domain.errors import Conflict
from dam.domain.media_types import HEAD_SIZE
from dam.domain.principals import SYSTEM_ID, Actor
from dam.operations import channels, decide, deliver, observe, place, reconcile, uploads
from dam.operations.place import Where
from dam.operations.uploads import Incoming
from dam.ports.services import Services
from dam.wiring import build
from tests.flow.house import PNG, Encoder, sha256
from workers.drain import drain

ROOT = Path(__file__).parents[2]
BOSS = Actor(SYSTEM_ID, "boss", "admin")
REMOTES = [f"{number}.bin" for number in range(5)]

SWEEP_EVERY = 10
"""Each sweep starts every fan-out again that is not over."""

EXPECTED = {"head_moved", "already_approved", "never_approved", "nothing_approved", "target_taken", "withdrawn"}
"""What people who race are told; anything else is a bug."""


def start(verb: str, home: Path, database_url: str, *given: object) -> "subprocess.Popen[str]":
    """One of the verbs below; ``home`` is where the objects are."""
    line = [sys.executable, "-m", "tests.flow.racers", verb, str(home), database_url, *map(str, given)]
    return subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def services_of(home: Path, database_url: str) -> Services:
    return build(Settings(home=home, database_url=database_url), wake=lambda: None)


class Person:
    """Somebody who looks, and then acts on what there was. ``did`` and ``refused`` are theirs alone."""

    def __init__(self, services: Services, seed: str) -> None:
        self.services, self.random = services, random.Random(seed)
        self.did: list[list[object]] = []
        self.refused: Counter[str] = Counter()
        with services.store.reading() as work:
            self.assets = [asset.id for asset in work.assets.page(None, 100)]
            self.channels = [channel.id for channel in work.placements.channels(None, 100)]

    def act(self, count: int) -> None:
        verbs: list[Callable[[str], list[object]]] = [self.upload, self.approve, self.approve, self.roll_back]
        verbs += [self.withdraw, self.place, self.place, self.take_away, self.audit]
        for _ in range(count):
            try:
                self.did.append(self.random.choice(verbs)(self.random.choice(self.assets)))
            except Conflict as refusal:
                self.refused[refusal.code] += 1

    def upload(self, asset: str) -> list[object]:
        data = PNG + self.random.randbytes(self.random.choice([10, 5_000, 200_000]))
        with self.services.objects.receive() as sink:
            sink.write(data)
            incoming = Incoming(sink, "a.png", data[:HEAD_SIZE])
            number = uploads.add_version(self.services, BOSS, asset, incoming, "why")
        return ["version", asset, number, sha256(data)]

    def approve(self, asset: str) -> list[object]:
        number, seen = self.look(asset)
        decide.approve(self.services, BOSS, asset, number, seen)
        return ["approve", asset, number, seen.sha256]

    def roll_back(self, asset: str) -> list[object]:
        number, seen = self.look(asset)
        decide.rollback(self.services, BOSS, asset, number, seen)
        return ["rollback", asset, number, seen.sha256]

    def withdraw(self, asset: str) -> list[object]:
        decide.withdraw(self.services, BOSS, asset)
        return ["withdraw", asset]

    def place(self, asset: str) -> list[object]:
        where = Where(self.random.choice(self.channels), self.random.choice(REMOTES))
        return ["place", place.place(self.services, BOSS, asset, where)]

    def take_away(self, asset: str) -> list[object]:
        with self.services.store.reading() as work:
            there = [standing.placement.id for standing in work.placements.standings(asset_id=asset)]
        if not there:
            return ["nothing"]
        gone = self.random.choice(there)
        place.withdraw(self.services, BOSS, gone)
        return ["take away", gone]

    def audit(self, asset: str) -> list[object]:
        channel = self.random.choice(self.channels)
        channels.audit(self.services, BOSS, channel)
        return ["audit", channel]

    def look(self, asset: str) -> tuple[int, Seen]:
        """A version, and what somebody sees who looks now."""
        with self.services.store.reading() as work:
            found = work.assets.get(asset)
            assert found is not None
            version = work.assets.version(asset, self.random.randint(1, found.latest))
        assert version is not None
        return version.number, Seen(version.sha256, found.head)


def people(services: Services, seed: str, threads: str, count: str) -> None:
    """So many people in this process, each of whom does so many things."""
    all_ = [Person(services, f"{seed}-{number}") for number in range(int(threads))]
    running = [threading.Thread(target=person.act, args=(int(count),)) for person in all_]
    ready()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    for person in all_:
        say({"did": person.did, "refused": person.refused})


def worker(services: Services) -> None:
    """All that a worker does, until the other side hangs up."""
    ready()
    while not hung_up():
        drain(services, Encoder())


def courier(services: Services) -> None:
    """A second worker that only delivers, looks and sweeps."""
    ready()
    for turn in itertools.count():
        if hung_up():
            return
        while deliver.run_due(services, 4):
            pass
        observe.look_due(services, 4)
        reconcile.reconcile(services, None)
        if turn % SWEEP_EVERY == 0:
            reconcile.unfinished(services)


def ready() -> None:
    say("ready")
    sys.stdin.readline()


def hung_up() -> bool:
    return bool(select.select([sys.stdin], [], [], 0.002)[0])


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


VERBS: dict[str, Callable[..., None]] = {"people": people, "worker": worker, "courier": courier}

if __name__ == "__main__":
    VERBS[sys.argv[1]](services_of(Path(sys.argv[2]), sys.argv[3]), *sys.argv[4:])
