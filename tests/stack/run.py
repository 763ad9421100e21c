"""``make test-stack``: find or install the servers, start them, run the suites on them, stop what was started.

``python -m tests.stack.run [SUITE…]``; without a name, every suite. It fails if a test fails, if one is skipped, or if
a server was started and no test ran on it. ``TEST_STACK_CACHE`` and ``TEST_STACK_APT`` are told in ``cache``.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.stack.cache import CannotInstall
from tests.stack.orphans import supervised
from tests.stack.place import DidNotStart
from tests.stack.servers import SERVERS, variable

ROOT = Path(__file__).resolve().parents[2]
REPORT = "STACK_REPORT"


@dataclass(frozen=True)
class Suite:
    """What to run (files, or folders with pytest's options), and the servers that have to be there for it."""

    tests: tuple[str, ...]
    servers: tuple[str, ...]


SUITES: Mapping[str, Suite] = {
    "servers": Suite(("tests/stack/suites/answers.py",), tuple(SERVERS)),
    "objects": Suite(
        ("tests/stack/suites/objects.py", "tests/stack/suites/leftovers.py", "tests/stack/suites/links.py"),
        ("minio", "versitygw"),
    ),
    "operations": Suite(("tests/stack/suites/operations.py",), ("postgresql", "minio", "elasticsearch")),
    "channels": Suite(("tests/stack/suites/channels.py", "tests/stack/suites/deliveries.py"), ("minio", "versitygw")),
    "store": Suite(("tests/stack/suites/store.py",), ("postgresql",)),
    "queue": Suite(("tests/stack/suites/queue.py",), ("postgresql", "rabbitmq", "redis")),
    "losses": Suite(("tests/stack/suites/losses.py",), ("postgresql", "rabbitmq", "redis")),
    "faults": Suite(
        ("tests/stack/suites/faults.py", "tests/stack/suites/faults_beside.py"),
        ("postgresql", "minio", "elasticsearch", "rabbitmq"),
    ),
    "canary": Suite(("tests/stack/suites/canary.py",), ("postgresql", "minio", "elasticsearch", "rabbitmq")),
    "search": Suite(("tests/stack/suites/search.py", "tests/stack/suites/engine.py"), ("elasticsearch",)),
    "away": Suite(("tests/stack/suites/away.py",), ("elasticsearch",)),
    "browser": Suite(("tests/stack/suites/browser.py",), ("postgresql", "minio", "elasticsearch", "rabbitmq")),
    "parts": Suite(("tests/stack/suites/parts.py",), ("minio", "versitygw")),
    "pages": Suite(("tests/stack/suites/pages.py",), ("minio", "versitygw")),
    "compose": Suite(("tests/stack/suites/compose.py",), ("postgresql", "minio", "rabbitmq")),
    "flow": Suite(("tests/stack/suites/flow.py",), ("postgresql", "minio", "versitygw")),
}


def main(names: Sequence[str]) -> int:
    """The exit code."""
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"There is no suite {unknown[0]}; there are: {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    suites = [SUITES[name] for name in names or SUITES]
    wanted = [name for name in SERVERS if any(name in suite.servers for suite in suites)]
    try:
        versions = {name: _found(name) for name in wanted}
        with ExitStack() as started:
            addresses = {variable(name): started.enter_context(SERVERS[name].running()) for name in wanted}
            return _judge(_test(suites, addresses), versions)
    except (CannotInstall, DidNotStart) as error:
        print(error, file=sys.stderr)
        return 1


def _found(name: str) -> str:
    """A server's version. One after the other, and before any test: builds would only take each other's time."""
    began = time.monotonic()
    version = SERVERS[name].version()
    print(f"{name} {version}: found after {time.monotonic() - began:.0f} s", flush=True)
    return version


@dataclass(frozen=True)
class Outcome:
    """What pytest's end and the suites' report say. ``ran``: of each server, how many tests asked for it. ``figures``:
    how long what takes long has taken."""

    exit_code: int
    ran: Mapping[str, int]
    skipped: Sequence[str]
    figures: Sequence[str] = ()


def _test(suites: Sequence[Suite], addresses: Mapping[str, str]) -> Outcome:
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        tests = dict.fromkeys(test for suite in suites for test in suite.tests)
        # A service refuses settings that it does not know, so that none of ours may look like one.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
        code = supervised([sys.executable, "-m", "pytest", *tests], {**kept, **addresses}, {REPORT: str(report)})
        told = json.loads(report.read_text()) if report.exists() else {"ran": {}, "skipped": []}
        return Outcome(code, **told)


def _judge(outcome: Outcome, versions: Mapping[str, str]) -> int:
    print("", *outcome.figures, sep="\n")
    print(f"\n{'server':<14} {'version':<30} {'tests':>6}")
    for name, version in versions.items():
        print(f"{name:<14} {version:<30} {outcome.ran.get(name, 0):>6}", flush=True)
    wrong = [f"skipped: {each}" for each in outcome.skipped]
    wrong += [f"no test ran on {name}" for name in versions if not outcome.ran.get(name)]
    wrong += [f"pytest ended with {outcome.exit_code}"] if outcome.exit_code else []
    for each in wrong:
        print(f"make test-stack: {each}", file=sys.stderr)
    if not wrong:
        print("\nmake test-stack: every test has passed, and none was skipped.", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    # As after Ctrl-C, what was started is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
