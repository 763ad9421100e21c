"""``make bench-web``: make the library, open it in a Chromium, measure, print one table.

``python -m tests.bench.web.run [NAME…]``. As with ``make bench``, figures are shown, not judged.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import run
from tests.bench.row import Row, folder
from tests.bench.web import grid
from tests.bench.web.grid import Visitor
from tests.commands.test_up import Service
from tests.web.chromium import arguments, chromium
from tests.web.library import main as make_library

ASSETS = int(os.environ.get("BENCH_ASSETS", "20000"))

BENCHES: Mapping[str, Callable[[Visitor], list[Row]]] = {
    "cold": grid.cold,
    "facet": grid.facet,
    "scroll": grid.scroll,
}


def main(names: Sequence[str]) -> int:
    """Measure and print; returns the exit code."""
    if chromium() is None:
        print("No Chromium was found; Debian's package is `chromium`.", file=sys.stderr)
        return 1
    with folder() as place, tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        print(f"Making a library of {ASSETS} assets.", flush=True)
        make_library(str(place / "home"), str(ASSETS))
        service = Service(place / "home")
        try:
            with playwright.chromium.launch(executable_path=chromium(), args=arguments()) as browser:
                visitor = Visitor(browser, service, Path(state) / "state.json")
                return run.show(names, {name: _bound(measure, visitor) for name, measure in BENCHES.items()})
        finally:
            service.close()


def _bound(measure: Callable[[Visitor], list[Row]], visitor: Visitor) -> Callable[[], list[Row]]:
    return lambda: measure(visitor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
