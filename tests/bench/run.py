"""``make bench``: what the service costs, as one table. ``python -m tests.bench.run [NAME…]`` measures some of it.

Rule: figures are shown, not judged: the exit code is 0 whether targets are met or not, and 1 only if something broke.
"""

import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from tests.bench import (
    atrest,
    channels,
    films,
    formats,
    imports,
    latency,
    media,
    objects,
    parts,
    peers,
    poll,
    render,
    retrieval,
    rollout,
    search,
    store,
    upload,
)
from tests.bench.row import Row

WHOLE: Mapping[str, Callable[[], list[Row]]] = {
    "render": render.measure,
    "films": films.measure,
    "formats": formats.measure,
    "imports": imports.measure,
    "peers": peers.measure,
    "upload": upload.measure,
    "parts": parts.measure,
    "rollout": rollout.measure,
    "retrieval": retrieval.measure,
    "latency": latency.measure,
    "poll": poll.measure,
    "atrest": atrest.measure,
}
"""What a person notices, with its targets."""

PARTS: Mapping[str, Callable[[], list[Row]]] = {
    "media": media.measure,
    "objects": objects.measure,
    "channels": channels.measure,
    "store": store.measure,
    "search": search.measure,
}
"""What it is made of, to tell where the time goes."""

BENCHES = {**WHOLE, **PARTS}
_WIDTH = 150
_WORDS = {True: "yes", False: "NO", None: ""}


def main(names: Sequence[str]) -> int:
    """Measure and print; returns the exit code."""
    return show(names, BENCHES)


def show(names: Sequence[str], benches: Mapping[str, Callable[[], list[Row]]]) -> int:
    """Measure those of ``benches`` that are named, or all, and print; returns the exit code."""
    unknown = set(names) - set(benches)
    if unknown:
        print(f"There is no bench {', '.join(sorted(unknown))}. There are: {', '.join(benches)}.", file=sys.stderr)
        return 2
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(_machine("at the begin"))
    found, broken = _measured(names or list(benches), benches)
    console.print(_table(found))
    console.print(_machine("at the end"))
    rows = [row for row in found if row.met is not None]
    console.print(f"{sum(row.met is True for row in rows)} of {len(rows)} targets met.")
    for name in broken:
        console.print(f"{name} broke; its error is above.")
    return 1 if broken else 0


def _measured(names: Sequence[str], benches: Mapping[str, Callable[[], list[Row]]]) -> tuple[list[Row], list[str]]:
    """Rows, and the names of those that broke: one that breaks must not cost the others' figures."""
    rows: list[Row] = []
    broken: list[str] = []
    for name in names:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        try:
            rows += benches[name]()
        except Exception:
            traceback.print_exc()
            broken.append(name)
    return rows, broken


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("what", no_wrap=True)
    for title in ("measured", "target"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("met")
    table.add_column("how")
    for row in rows:
        table.add_row(row.name, f"{row.figure:.3g} {row.unit}", row.target, _WORDS[row.met], row.how)
    return table


def _machine(when: str) -> str:
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d %H:%M')} · {os.cpu_count()} cores · {python} · load {when} {load}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
