"""Numbers and sizes of files as people write them.

Rule: pure. ``kb``, ``mb``, ``gb`` and ``tb`` are thousands, as shops and systems count them; ``kib`` … are 1024.
"""

import re
from decimal import Decimal

LARGEST = 2**63 - 1

EXPECTED_NUMBER = "a whole number such as 1600"
EXPECTED_SIZE = "a size such as 500kb, 1.5mb or 2gb"

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([kmgt]?i?b)?", re.ASCII | re.IGNORECASE)
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
