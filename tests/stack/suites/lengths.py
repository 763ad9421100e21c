"""How long the campaigns of the suites are: short in ``make test-stack``, in full in ``make torture``.

Rule: what takes long is left out of the short run, or played with less, and never skipped: a skipped test fails it. How
long something took is judged by the long run only, which has the machine for itself.
"""

import os

TORTURE = bool(os.environ.get("TORTURE"))
FIGURES: list[str] = []
"""What was told; the program prints it at the end, where pytest would keep it to itself."""


def only_long(*cases: object) -> list[object]:
    """These belong to the long run only."""
    return list(cases) if TORTURE else []


def told(what: str, seconds: float, most: float) -> None:
    """Say how long it took; in the long run it may not have taken longer than ``most``."""
    FIGURES.append(f"{what}: {seconds:.1f} s (at most {most:g})")
    assert not TORTURE or seconds <= most
