"""A delivery in a worker's hands, and what became of it. Plain values between ``deliver``, ``push`` and ``settle``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Need, Placement
from dam.domain.proof import alive_until


@dataclass(frozen=True, slots=True)
class Claimed:
    """``placement`` and ``delivery`` as they are after the claim; ``size``: bytes to be sent, at most."""

    delivery: Delivery
    placement: Placement
    channel: ConfiguredChannel
    attempt: Attempt
    size: int = 0

    @property
    def digest(self) -> str:
        """What is to be there: a digest, or ABSENT."""
        return self.attempt.digest


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the visible step. ``outcome`` none: nothing was changed, for ``reason``; ``person``: and nothing
    will be, until somebody acts.
    """

    outcome: Literal["none", "applied", "unknown"]
    reason: Need | None = None
    receipt: Mapping[str, object] | None = None
    person: bool = False
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """What the database said when a read began. ``attempts``: those that had not ended with a known outcome."""

    fence: int
    epoch: int
    at: datetime
    attempts: tuple[Attempt, ...]
    lateness: timedelta

    def alive_until(self, *, acknowledged: int | None = None) -> datetime | None:
        """Until when something could still write at that moment; None: nothing could. The attempt of the fence
        ``acknowledged`` is no danger: its write was answered before the read began.
        """
        others = [attempt for attempt in self.attempts if attempt.fence != acknowledged]
        return alive_until(others, self.fence, self.lateness, self.at)


@dataclass(frozen=True, slots=True)
class Look:
    """What a read found: a digest or ABSENT; or None and why nothing could be seen."""

    digest: str | None
    reason: Need | None = None
