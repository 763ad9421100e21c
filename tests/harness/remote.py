"""A destination in memory that can hold writes in flight, and the channel that leads to it.

It stands in for what no real destination does on demand: take a request, not answer, and apply it later. The channel's
contract suite holds it to what every channel does.
"""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Self

from dam.channels.names import split
from dam.domain.placements import ConfiguredChannel
from dam.ports.channel import (
    Change,
    Channel,
    NotApplied,
    OutcomeUnknown,
    Receipt,
    TargetOccupied,
    Timing,
    Unreachable,
)
from dam.ports.clock import Clock
from dam.ports.services import Kind
from tests.harness.actors import pause


@dataclass
class InFlight:
    """A write that was sent and not answered. It can land until ``lands_by`` and never after."""

    remote: str
    data: bytes | None
    exclusive: bool
    lands_by: float
    fence: int | None


@dataclass(frozen=True)
class Write:
    """A visible step that took effect: under which fence, None if no permit was out for it."""

    remote: str
    fence: int | None


@dataclass
class Remote:
    """``files`` by remote name. ``lie``: what it shows instead of what was put; ``keeps_old``: it takes a put and
    changes nothing. ``permitted`` tells under which fence a digest may be written now.
    """

    clock: Clock
    files: dict[str, bytes] = field(default_factory=dict)
    flight: list[InFlight] = field(default_factory=list)
    mark: str | None = None
    lie: bytes | None = None
    keeps_old: bool = False
    foreign_at: float | None = None
    permitted: Callable[[str | None], int | None] = lambda _: None
    writes: list[Write] = field(default_factory=list)

    def write(self, remote: str, data: bytes | None, fence: int | None) -> None:
        self.writes.append(Write(remote, fence))
        if self.keeps_old:
            return
        if data is None:
            self.files.pop(remote, None)
        else:
            self.files[remote] = data if self.lie is None else self.lie

    def land(self, number: int) -> bool:
        """A held write arrives; False if it is too late for that."""
        held = self.flight.pop(number)
        if self.clock.monotonic() > held.lands_by or (held.exclusive and held.remote in self.files):
            return False
        self.write(held.remote, held.data, held.fence)
        return True

    def edit(self, remote: str, data: bytes) -> None:
        """Somebody else changes a file."""
        self.files[remote] = data
        self.foreign_at = self.clock.monotonic()

    def digest(self, remote: str) -> str | None:
        data = self.files.get(remote)
        return None if data is None else hashlib.sha256(data).hexdigest()


class HeldChange:
    """``Change``: stops before its visible step; what it is told there decides the outcome."""

    def __init__(self, channel: "HeldChannel", remote: str, data: bytes | None) -> None:
        self._channel, self._remote, self._data = channel, remote, data
        self._applied = False

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        if self._applied:
            raise ValueError("A change is applied once.")
        self._applied = True
        say = pause("apply")
        remote, clock = self._channel.remote, self._channel.clock
        self._channel.check()
        if say == "refuse":
            raise NotApplied("busy", "The destination is busy.")
        if clock.monotonic() >= deadline and say != "zombie":
            raise NotApplied("too_late", "The time for this step is over.")
        if say == "hold":
            until = deadline + self._channel.timing.lateness
            remote.flight.append(InFlight(self._remote, self._data, exclusive, until, self._fence()))
            pause("held")
            raise OutcomeUnknown("no_answer", "The destination did not answer.")
        if exclusive and self._remote in remote.files:
            raise TargetOccupied("target_occupied", "Something is there already.")
        remote.write(self._remote, self._data, self._fence())
        pause("applied")
        return Receipt({})

    def _fence(self) -> int | None:
        return self._channel.remote.permitted(None if self._data is None else hashlib.sha256(self._data).hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._applied = True


class HeldChannel:
    """``Channel`` to a ``Remote``."""

    def __init__(self, remote: Remote, clock: Clock, timing: Timing, mark: str = "held") -> None:
        self.remote, self.clock, self._timing, self._mark = remote, clock, timing, mark

    @property
    def timing(self) -> Timing:
        return self._timing

    def establish(self) -> None:
        self.remote.mark = self._mark

    def check(self) -> None:
        if self.remote.mark != self._mark:
            raise Unreachable("root_vanished", "The destination is another one.")

    def canonical(self, remote: str) -> str:
        split(remote)
        self.check()
        return f"held://{self._mark}/{remote}"

    def stage_put(self, remote: str, source: BinaryIO, size: int) -> Change:
        split(remote)
        pause("stage")
        self.check()
        data = source.read()
        if len(data) != size:
            raise NotApplied("source_differs", "Other bytes than announced.")
        return HeldChange(self, remote, data)

    def stage_removal(self, remote: str) -> Change:
        split(remote)
        pause("stage")
        self.check()
        return HeldChange(self, remote, None)

    def read(self, remote: str) -> BinaryIO | None:
        split(remote)
        pause("read")
        self.check()
        data = self.remote.files.get(remote)
        pause("was read")
        return None if data is None else io.BytesIO(data)


class OneChannel:
    """``Channels`` with a single kind and a single destination. ``batch`` as for a kind."""

    def __init__(self, channel: Channel, batch: int = 16) -> None:
        self._channel, self._batch = channel, batch

    def kinds(self) -> dict[str, Kind]:
        return {"held": Kind("held", {}, "sha256", self._batch, frozenset())}

    def configured(self, channel: ConfiguredChannel, changes: Mapping[str, object]) -> ConfiguredChannel:
        return replace(channel, config=changes)

    def open(self, channel: ConfiguredChannel) -> Channel:
        assert channel.kind == "held"
        return self._channel
