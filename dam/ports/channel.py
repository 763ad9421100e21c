"""A channel: a place downstream where assets are shown.

Rule: a channel moves bytes and says what it saw. It knows nothing of placements, versions or proof, and never
decides whether something is right. The delivery protocol needs two properties of it: everything that a reader could
notice happens in one *visible step*, and that step is over by its deadline or its outcome is reported as unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol, Self


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. ``permit``: how long a visible step may take. ``lateness``: how long after its permit's end a write
    that was sent may still land (0 where the writer can be stopped for certain). ``rate``: bytes a second on which
    staging can count; a delivery's lease is long enough for that."""

    permit: float
    lateness: float
    rate: int = 4 << 20


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the destination answered to a write; kept with the attempt, never taken as proof."""

    details: Mapping[str, object]


class ChannelError(Exception):
    """Base of what a channel reports. ``code`` is stable, ``detail`` a sentence; ``permanent`` means that trying
    again without a person changes nothing."""

    def __init__(self, code: str, detail: str, *, permanent: bool = False) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.permanent = permanent


class Unreachable(ChannelError):
    """The destination can't be spoken to, or is not the one that it was (its marker is missing). Nothing was done."""


class NotApplied(ChannelError):
    """The visible step is known to have had no effect, and never will have one."""


class TargetOccupied(NotApplied):
    """An exclusive write found something at the target."""


class OutcomeUnknown(ChannelError):
    """The visible step may have happened, or may still happen until the permit's end plus the lateness."""


class InvalidRemote(ChannelError):
    """The remote name can't be used with this channel."""


class InvalidConfig(ChannelError):
    """The channel's configuration can't work; ``code`` and ``detail`` say why."""


class Change(Protocol):
    """A write or removal that is prepared and not yet visible. A context manager: leaving it takes away whatever
    was staged and not applied."""

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        """The visible step, once, durable on return. ``deadline`` is on ``Clock.monotonic``'s scale; past it the step
        must not happen (NotApplied, ``too_late``). ``exclusive``: only if nothing is there; not for removals.

        Raises NotApplied, TargetOccupied, OutcomeUnknown; Unreachable if the step could not even be begun; ValueError
        the second time.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Channel(Protocol):
    """One configured destination."""

    @property
    def timing(self) -> Timing: ...

    def establish(self) -> None:
        """Mark the destination as this channel's, so that ``check`` knows it again. Idempotent. Raises Unreachable,
        InvalidConfig."""
        ...

    def check(self) -> None:
        """Raise Unreachable unless the destination answers and is the one that was established."""
        ...

    def canonical(self, remote: str) -> str:
        """The one spelling of the real place that ``remote`` names: equal strings if and only if a write to one changes
        the other, across all channels of all kinds. Raises InvalidRemote, Unreachable."""
        ...

    def stage_put(self, remote: str, source: BinaryIO, size: int) -> Change:
        """Bring the ``size`` bytes of ``source``, from where it stands, to the destination, invisible and durable.
        Raises Unreachable, NotApplied (``source_differs``: fewer or more bytes), InvalidRemote."""
        ...

    def stage_removal(self, remote: str) -> Change:
        """Prepare to take away what is at ``remote``; nothing being there is success. Raises as ``stage_put``."""
        ...

    def read(self, remote: str) -> BinaryIO | None:
        """A fresh look by the remote name: a stream of the bytes there (the caller closes it), or None if nothing is
        there. Raises InvalidRemote, Unreachable (permanent where a person's work is in the way, such as
        ``target_not_a_file``). While it is read the stream may raise OSError, which means the same as Unreachable."""
        ...
