"""A stage: the real operations on a real store, one asset with three versions, one placement at a destination in
memory, and time that moves only when told.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import text

from dam.domain import proof, states
from dam.domain.assets import Seen
from dam.domain.placements import ABSENT, Attempt, Standing
from dam.domain.principals import SYSTEM_ID
from dam.domain.principals import Actor as Who
from dam.objects.local import LocalObjects
from dam.operations import decide, deliver, observe, place, reconcile, uploads
from dam.operations.channels import Setup, add
from dam.operations.place import Where
from dam.operations.uploads import Details, Incoming
from dam.ports.channel import Timing
from dam.ports.services import Rules, Services
from dam.store.engine import options
from dam.store.places import metadata
from dam.store.work import SqlStore, SqlUnitOfWork, open_store
from tests.harness.actors import Actor, pause
from tests.harness.remote import HeldChannel, OneChannel, Remote

REMOTE = "hero.bin"
BYTES = {1: b"one", 2: b"two two", 3: b"three three three"}
DIGESTS = {number: hashlib.sha256(data).hexdigest() for number, data in BYTES.items()}
BOSS = Who(SYSTEM_ID, "boss", "admin")
PERMIT_S, LATENESS_S, LEASE_S = 10, 5, 20
START_S = 1000.0


class Time:
    """The database's clock and the workers', one and the same."""

    def __init__(self) -> None:
        self.seconds = START_S

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)


class StoppingStore:
    """The real store; an actor stops before each of its transactions."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def writing(self) -> SqlUnitOfWork:
        pause("writing")
        return self._store.writing()

    def reading(self) -> SqlUnitOfWork:
        pause("reading")
        return self._store.reading()


class Moved(NamedTuple):
    """A delivery, as far as the assertions go."""

    id: str
    rollout: int
    state: str


@dataclass(frozen=True)
class Snapshot:
    """``alive``: attempts that hold a permit and may still write."""

    standing: Standing
    state: states.State
    deliveries: list[Moved]
    alive: list[Attempt]


@dataclass(frozen=True)
class Ids:
    asset: str
    placement: str


class Theatre:
    """Where plays take place, one after the other: a prepared database in ``folder``, and one store, so that
    statements are compiled once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.time = folder, Time()
        self.ids = prepare(folder)
        (folder / "play").mkdir()
        self.store = open_store(f"sqlite:///{folder / 'play' / 'dam.db'}", now=self.time.now)

    @contextmanager
    def play(self, *, lateness: float = LATENESS_S, batch: int = 16) -> Iterator["Stage"]:
        """A stage on a fresh copy of what was prepared."""
        self.store.dispose()
        for old in (self.folder / "play").iterdir():
            old.unlink()
        for name in ("dam.db", "dam.db-wal"):
            if (self.folder / name).exists():
                shutil.copyfile(self.folder / name, self.folder / "play" / name)
        self.time.seconds = START_S
        with Stage(self, lateness=lateness, batch=batch) as stage:
            yield stage


class Stage:
    """One play. The object store is shared, since content never changes."""

    def __init__(self, theatre: Theatre, *, lateness: float, batch: int) -> None:
        self.ids, self.time, self.store, self.lateness = theatre.ids, theatre.time, theatre.store, lateness
        self.remote = Remote(self.time, mark="held", permitted=self._permitted)
        channel = HeldChannel(self.remote, self.time, Timing(PERMIT_S, lateness))
        objects = LocalObjects(theatre.folder / "objects")
        self.services = _services(StoppingStore(self.store), objects, OneChannel(channel, batch), self.time)
        self.actors: list[Actor] = []

    # What people do.

    def approve(self, number: int) -> int:
        """Approve, or roll back to, that version; returns the rollout."""
        with self.store.reading() as work:
            known = work.assets.status(self.ids.asset, number) == "approved"
        verb = decide.rollback if known else decide.approve
        return verb(self.services, BOSS, self.ids.asset, number, Seen(DIGESTS[number], self.head()))

    def head(self) -> int | None:
        """The number of the approved version."""
        with self.store.reading() as work:
            asset = work.assets.get(self.ids.asset)
        assert asset is not None
        return asset.head

    def release(self, number: int) -> int:
        """Approve, and fan out."""
        rollout = self.approve(number)
        reconcile.fan_out(self.services, rollout)
        return rollout

    # What processes do.

    def worker(self) -> Actor:
        return self._enter(lambda: deliver.run_due(self.services, 1))

    def auditor(self) -> Actor:
        return self._enter(lambda: observe.look(self.services, self.ids.placement))

    def tick(self, seconds: float) -> None:
        self.time.seconds += seconds

    def settle_down(self) -> None:
        """Everybody ends, whatever is due is done, and what waits for time gets it."""
        for actor in self.actors:
            actor.finish()
        for _ in range(12):
            with self.store.reading() as work:
                lost = [each.number for each in work.rollouts.unfinished(0, 100) if not each.fanned_out]
            for number in lost:
                reconcile.fan_out(self.services, number)
            reconcile.reconcile(self.services, None)
            while deliver.run_due(self.services):
                pass
            self.tick(max(PERMIT_S, LEASE_S) + LATENESS_S)
            observe.look_due(self.services)
            if self.standing().open_delivery is None and not lost:
                break
        observe.look(self.services, self.ids.placement)

    # What can be seen.

    def standing(self) -> Standing:
        return self.snapshot().standing

    def state(self) -> states.State:
        return states.state(self.standing())

    def shown(self) -> str | None:
        return self.remote.digest(REMOTE)

    def snapshot(self) -> Snapshot:
        """All that the assertions look at, from one transaction."""
        late = timedelta(seconds=self.lateness)
        with self.store.reading() as work:
            standing = work.placements.standing(self.ids.placement)
            assert standing is not None
            now, attempts = work.now(), work.rollouts.unfinished_attempts([self.ids.placement])[self.ids.placement]
        with self.store.engine.connect() as connection:
            rows = connection.execute(text("SELECT id, rollout, state FROM deliveries")).all()
        fence = standing.placement.fence
        permitted = [each for each in attempts if each.permit_until is not None]
        alive = [each for each in permitted if proof.alive_until([each], fence, late, now) is not None]
        return Snapshot(standing, states.state(standing), [Moved(*row) for row in rows], alive)

    def honest(self, seen: Snapshot) -> bool:
        """Not green, or green and right, or somebody else changed it since it was looked at."""
        if seen.state.word != "current" or self.shown() == seen.standing.desired.digest:
            return True
        begun = seen.standing.placement.proof_begun_at
        edited = self.remote.foreign_at
        return edited is not None and begun is not None and Time.now(_At(edited)) >= begun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for actor in self.actors:
            actor.kill()

    def _permitted(self, digest: str | None) -> int | None:
        """The fence of the attempt that may write this now."""
        with self.store.reading() as work:
            now, attempts = work.now(), work.rollouts.unfinished_attempts([self.ids.placement])[self.ids.placement]
        wanted = digest or ABSENT
        fences = [
            each.fence
            for each in attempts
            if each.digest == wanted and each.permit_until is not None and each.permit_until >= now
        ]
        return max(fences, default=None)

    def _enter(self, run: Any) -> Actor:
        actor = Actor(run)
        self.actors.append(actor)
        return actor


class _At(Time):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


def prepare(folder: Path) -> Ids:
    """A database and an object store in ``folder``: an asset with three drafts, and a placement that follows it."""
    store = open_store(f"sqlite:///{folder / 'dam.db'}")
    with store.engine.connect().execution_options(**options(store.engine, writing=True)) as connection:
        metadata.create_all(connection)
        connection.commit()
    time = Time()
    channel = HeldChannel(Remote(time), time, Timing(PERMIT_S, LATENESS_S))
    services = _services(store, LocalObjects(folder / "objects"), OneChannel(channel), time)
    asset = uploads.create_asset(services, BOSS, _incoming(services, 1), Details(title="Hero"))
    for number in (2, 3):
        uploads.add_version(services, BOSS, asset, _incoming(services, number), "why")
    place_id = place.place(services, BOSS, asset, Where(add(services, BOSS, Setup("held", "held", {})), REMOTE))
    store.dispose()
    return Ids(asset, place_id)


def _incoming(services: Services, number: int) -> Incoming:
    sink = services.objects.receive()
    sink.write(BYTES[number])
    return Incoming(sink, f"hero-{number}.bin", BYTES[number])


def _services(store: Any, objects: LocalObjects, channels: OneChannel, time: Time) -> Services:
    # Nothing on this stage searches or signs in.
    nobody = cast(Any, None)
    rules = Rules(lease=timedelta(seconds=LEASE_S))
    return Services(store, objects, nobody, channels, time, nobody, rules, nobody)
