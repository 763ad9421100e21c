"""``make bench-stack``: start the servers that the benches need, measure, stop them, print one table.

``python -m tests.bench.stack.run [NAME…]``. As with ``make bench``, figures are shown, not judged.
"""

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench import run
from tests.bench.row import Row
from tests.bench.stack import faults, indexing, parts, queue
from tests.stack.cache import CannotInstall
from tests.stack.place import DidNotStart
from tests.stack.servers import SERVERS

URLs = Mapping[str, str]


@dataclass(frozen=True)
class Bench:
    """``measure`` gets the URL of each of the ``servers`` by its name, all of them empty."""

    measure: Callable[[URLs], list[Row]]
    servers: tuple[str, ...]


BENCHES: Mapping[str, Bench] = {
    "queue": Bench(queue.measure, ("postgresql", "rabbitmq")),
    "indexing": Bench(indexing.measure, ("elasticsearch",)),
    "parts": Bench(parts.measure, ("minio",)),
    "faults": Bench(faults.measure, ("postgresql", "minio", "elasticsearch", "rabbitmq")),
}


def main(names: Sequence[str]) -> int:
    """Measure and print; returns the exit code."""
    wanted = {name: BENCHES[name] for name in names or BENCHES if name in BENCHES}
    needed = [name for name in SERVERS if any(name in bench.servers for bench in wanted.values())]
    try:
        with ExitStack() as started:
            urls = {name: started.enter_context(SERVERS[name].running()) for name in needed}
            return run.show(names, {name: _bound(bench, urls) for name, bench in BENCHES.items()})
    except (CannotInstall, DidNotStart) as error:
        print(error, file=sys.stderr)
        return 1


def _bound(bench: Bench, urls: URLs) -> Callable[[], list[Row]]:
    return lambda: bench.measure({name: urls[name] for name in bench.servers})


if __name__ == "__main__":
    # As after Ctrl-C, what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
