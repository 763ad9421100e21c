"""Giving memory back to the system.

Rule: only asks; what happens depends on the C library. Must not: drop anything that somebody may want (the owner of a
thing lets it go, this returns what is free already).
"""

import ctypes
import sys
from collections.abc import Callable


def _trim() -> Callable[[], object]:
    """glibc keeps the pages that other threads have freed until somebody asks for them; other libraries return them
    by themselves."""
    if sys.platform != "linux":
        return lambda: None
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return (lambda: trim(0)) if trim else (lambda: None)


give_back = _trim()
"""Return free memory to the system. Takes some milliseconds, in which other threads can't allocate."""
