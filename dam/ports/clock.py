"""The worker's own clock, for measuring a stall before a visible step. Leases and deadlines use the database's time."""

from typing import Protocol


class Clock(Protocol):
    """Time that never goes back and, where the system offers it, goes on while the machine sleeps."""

    def monotonic(self) -> float:
        """Seconds since some point, the same scale in every process of this machine."""
        ...
