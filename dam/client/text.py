"""Text on the terminal: cleaned, aligned, or as JSON.

Rule: everything that a server or a file name says goes through ``clean`` before it is printed. Names are hostile: an
escape sequence could rewrite what a person reads, a direction mark could turn a name round.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.cells import cell_len

_HOSTILE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # parts of words in Persian and Hindi, and of emoji; they move nothing
_JSON_HOSTILE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")

COLOURS: Mapping[str, str] = {
    "current": "green", "proven": "green",
    "matched": "cyan", "acknowledged": "cyan",
    "replacing": "blue", "verifying": "blue",
    "retrying": "yellow", "drifted": "yellow", "unreachable": "yellow",
    "failed": "red", "needs you": "red",
}  # fmt: skip
"""Green means proven and nothing else; red needs a person."""


def clean(text: object) -> str:
    """The text with every character that is not shown as itself written out: ``\\x1b``, ``\\u202e``."""
    return "".join(_shown(each) for each in str(text))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HOSTILE or character in _JOINERS:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def say(line: str = "") -> None:
    """One line to standard output. What is not ours in it has been cleaned by the caller."""
    click.echo(line)


def note(line: str) -> None:
    """One line beside the answer, to standard error."""
    click.echo(f"dam: {clean(line)}", err=True)


def print_json(value: Any) -> None:
    """One JSON document; characters that could control a terminal are escaped, which changes nothing for a parser."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(_JSON_HOSTILE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns without borders, nothing cut off: for eyes and for ``awk`` alike."""
    cells = [[str(each) for each in columns], *([clean(_or_dash(each)) for each in row] for row in rows)]
    widths = [max(cell_len(row[at]) for row in cells) for at in range(len(columns))]
    for index, row in enumerate(cells):
        line = "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        click.echo(click.style(line, bold=True) if index == 0 else _coloured(line, row))


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """``name  value`` lines; empty values are left out."""
    shown = [(name, value) for name, value in pairs if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        say(f"{name.ljust(width)}  {clean(value)}")


def when(text: str | None) -> str:
    """An RFC 3339 time in UTC, to the second; empty for none."""
    if not text:
        return ""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def size(count: int) -> str:
    """A number of bytes in binary units."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def _or_dash(value: object) -> object:
    return "-" if value in (None, "") else value


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - cell_len(cell))


def _coloured(line: str, row: Sequence[str]) -> str:
    """The state's word coloured; click takes colours away where no terminal is."""
    for cell in row:
        if colour := COLOURS.get(cell):
            return line.replace(f"  {cell}", "  " + click.style(cell, fg=colour), 1)
    return line
