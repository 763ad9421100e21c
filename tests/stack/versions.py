"""Which version of which server: ``versions.toml``, the one table of them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("versions.toml")


def of(server: str) -> Mapping[str, str]:
    """What is written of one server; ``version`` is always there, and ``image`` where compose runs it."""
    return {name: value for name, value in _table()[server].items() if isinstance(value, str)}


def settings(server: str) -> Mapping[str, str]:
    """With what it is started, natively and by compose."""
    given = _table()[server].get("settings", {})
    return given if isinstance(given, dict) else {}


def at_least(found: str, least: str) -> bool:
    """Compare versions that are made of numbers and dots; what follows the numbers does not count."""
    return _numbers(found) >= _numbers(least)


def _table() -> dict[str, dict[str, str | dict[str, str]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def _numbers(version: str) -> list[int]:
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return numbers
