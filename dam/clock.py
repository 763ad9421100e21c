"""The machine's own clock.

Belongs here: the one adapter of ``dam.ports.clock.Clock``. Must not: be used for leases, whose time is the database's.
"""

import time

# BOOTTIME goes on while the machine sleeps, so a permit that ran out during a suspend is seen as over.
SCALE = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """Seconds since boot; the same scale in every process of this machine, ``dam.channels.step`` included."""

    def monotonic(self) -> float:
        return time.clock_gettime(SCALE)
