"""A delivery in a worker's hands, and what became of it. Plain values between ``deliver``, ``push`` and ``settle``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Need, Placement


@dataclass(frozen=True, slots=True)
class Claimed:
    """``placement`` and ``delivery`` as they are after the claim; ``last`` is why the try before this one failed."""

    delivery: Delivery
    placement: Placement
    channel: ConfiguredChannel
    attempt: Attempt
    last: Need | None = None

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
    """What the database said when a read began. ``dead_at``: None if nothing (other than an acknowledged write of
    one's own) could still write, else when that will be so.
    """

    fence: int
    epoch: int
    at: datetime
    dead_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What a read found: a digest or ABSENT; or None and why nothing could be seen."""

    digest: str | None
    reason: Need | None = None
