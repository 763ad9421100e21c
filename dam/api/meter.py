"""How long requests took: counted in this process, by route, method and class of status.

Rule: the names are ours (a route's template, never an address that somebody asked for), so their number is bounded. A
request is measured up to its answer's first byte; how long a client takes to fetch it says nothing of the service.
"""

import threading
from collections import Counter, defaultdict

from flask import Request

from dam.domain.timing import bucket

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Key = tuple[str, str, str]
"""Route, method, class of status."""


class Meter:
    """For all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Key, Counter[int]] = defaultdict(Counter)
        self._seconds: Counter[Key] = Counter()

    def note(self, request: Request, status: int, seconds: float) -> None:
        """One request was answered."""
        route = request.url_rule.rule if request.url_rule is not None else "none"
        method = request.method if request.method in METHODS else "other"
        key = route, method, f"{status // 100}xx"
        with self._lock:
            self._counts[key][bucket(seconds)] += 1
            self._seconds[key] += seconds  # type: ignore[assignment]  # a counter of fractions

    def read(self) -> list[tuple[Key, dict[int, int], float]]:
        """For each key: how many by bucket, and the seconds that they took together."""
        with self._lock:
            return [(key, dict(counts), self._seconds[key]) for key, counts in sorted(self._counts.items())]
