"""Numbers, sizes of files and lengths of films as people write them.

Rule: pure. ``kb``, ``mb``, ``gb`` and ``tb`` are thousands, as shops and systems count them; ``kib`` … are 1024.
"""

import re
from decimal import Decimal

LARGEST = 2**63 - 1

EXPECTED_NUMBER = "a whole number such as 1600"
EXPECTED_SIZE = "a size such as 500kb, 1.5mb or 2gb"
EXPECTED_DURATION = "a length such as 90, 1.5s, 2m, 1h or 1:30"
EXPECTED_RATE = "frames a second such as 25 or 29.97"

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([kmgt]?i?b)?", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smh]?)", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,5}):)?(\d{1,5}):([0-5]\d)(\.\d{1,3})?", re.ASCII)
_RATE = re.compile(r"\d{1,6}(?:\.\d{1,3})?", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


def number(text: str) -> int:
    """Raises ValueError for what is no whole number."""
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(EXPECTED_NUMBER)
    return int(text)


def size(text: str) -> int:
    """Bytes; a fraction of a byte is dropped. Raises ValueError for what is no size."""
    found = _SIZE.fullmatch(text)
    unit = (found[2] or "b").lower() if found else "ib"
    if found is None or unit == "ib":
        raise ValueError(EXPECTED_SIZE)
    thousand = 1024 if "i" in unit else 1000
    return min(int(Decimal(found[1]) * thousand ** _POWERS.get(unit[0], 0)), LARGEST)


def duration(text: str) -> int:
    """Milliseconds, of seconds (``90``, ``1.5s``), minutes (``2m``), hours, or as a clock shows it (``1:30``,
    ``1:02:03``). Raises ValueError for what is no length of time."""
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
        return (hours * 3600 + minutes * 60 + seconds) * 1000 + int(Decimal(found[4] or 0) * 1000)
    if found := _DURATION.fullmatch(text):
        return int(Decimal(found[1]) * 1000 * _SECONDS[found[2].lower()])
    raise ValueError(EXPECTED_DURATION)


def rate(text: str) -> int:
    """Thousandths of a frame a second. Raises ValueError for what is no rate."""
    if _RATE.fullmatch(text) is None:
        raise ValueError(EXPECTED_RATE)
    return int(Decimal(text) * 1000)
