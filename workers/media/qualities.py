"""Which qualities of a film are tried until it has no more bytes than it may, when each try takes minutes.

Rule: the quality asked for first; then the one at which it should fit, by how far the one before came, for 20 less are
about half the bytes; where there is much room left then, one between the two. ``MOST_ENCODINGS`` in all, the last at
the least quality if none has fitted. Must not: encode.
"""

import math
from dataclasses import dataclass

from workers.media.plan import LEAST_QUALITY

MOST_ENCODINGS = 4

_HALVES = 20
_MARGIN = 2  # it is looked for a little lower, since one more encoding costs minutes
_FULL = 0.75  # of the bytes: the rest is worth no more minutes


@dataclass(frozen=True, slots=True)
class _Tried:
    """``times``: of the bytes allowed, by halvings: 1 is twice as many, -1 half."""

    quality: int
    times: float


class Search:
    """Of one film. Ask for the ``next`` quality, and ``tell`` what came of it."""

    def __init__(self, quality: int) -> None:
        self._asked = quality
        self._tries = 0
        self._over: _Tried | None = None
        self._fits: _Tried | None = None

    @property
    def done(self) -> float:
        """Of the work, before the next one (0–1): each may be the last."""
        return 1 - 0.5**self._tries

    def tell(self, quality: int, *, fits: bool, times: float | None) -> None:
        """``times`` as many bytes as are allowed; of what does not fit None where nobody knows."""
        self._tries += 1
        if fits:
            self._fits = _Tried(quality, math.log2(times or 1.0))
        else:
            self._over = _Tried(quality, math.log2(max(times or 4.0, 1.0)))

    def next(self) -> int | None:
        """None where no other one is worth its time, or none is left."""
        if self._over is None:
            return self._asked if self._fits is None else None
        if self._tries == MOST_ENCODINGS:
            return None
        if self._fits is not None:
            return self._between(self._over, self._fits)
        if self._over.quality <= LEAST_QUALITY:
            return None
        if self._tries == MOST_ENCODINGS - 1:
            return LEAST_QUALITY
        less = math.ceil(_HALVES * self._over.times) + _MARGIN
        return max(LEAST_QUALITY, self._over.quality - less)

    def _between(self, over: _Tried, fits: _Tried) -> int | None:
        if fits.times >= math.log2(_FULL) or over.quality - fits.quality <= _MARGIN:
            return None
        step = (over.quality - fits.quality) * -fits.times / (over.times - fits.times)
        return min(over.quality - 1, fits.quality + max(1, math.floor(step) - _MARGIN))
