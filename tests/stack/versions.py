"""Which version of which server: ``versions.toml``, the one table of them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("versions.toml")


def of(server: str) -> Mapping[str, str]:
    """What is written of one server; ``version`` is always there."""
    table: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return table[server]


def at_least(found: str, least: str) -> bool:
    """Compare versions that are made of numbers and dots; what follows the numbers does not count."""
    return _numbers(found) >= _numbers(least)


def _numbers(version: str) -> list[int]:
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return numbers
