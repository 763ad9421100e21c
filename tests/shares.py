"""In which order tests run, so that several processes end together: what takes long comes first in each one's share.

Rule: nothing is told of the order but that; within the long ones, and within the others, it stays as it was shuffled.
xdist cuts the list into even shares, one after the other, and a process that is through takes over half of what the
busiest has left: had that a long test at its end, the others would wait for it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import TypeVar

Item = TypeVar("Item")

LONG: Mapping[str, float] = {
    "tests/flow/kills/": 5,
    "tests/flow/test_canary.py": 1,
    "tests/flow/test_killed_upload.py": 8,
    "tests/flow/test_protocol.py": 7,
    "tests/flow/test_races.py": 9,
    "tests/flow/test_readme.py": 20,
    "tests/flow/test_torn_reads.py": 15,
    "tests/api/test_schema_conformance.py": 12,
    "tests/backups/": 1,
    "tests/commands/test_backup.py": 5,
    "tests/commands/test_up.py": 4,
    "tests/samples/": 0.5,
    "tests/search/engines/test_equals_model.py": 4,
    "tests/search/engines/test_processes.py": 3,
    "tests/stack/": 0.5,
    "tests/store/test_concurrency.py": 1,
    "tests/web/": 4,
    "tests/workers/media/test_hostile.py": 3,
    "tests/workers/media/test_programs.py": 1,
    "tests/workers/test_broker.py": 2,
}
"""Where tests are that take long, and how many seconds one of them takes, roughly."""


def long_ones_first(items: Sequence[Item], name: Callable[[Item], str], processes: int) -> list[Item]:
    """The same items, in an order whose even shares begin with about as many seconds of long ones each. ``name``: of an
    item, its id.
    """
    long = [each for each in items if seconds(name(each))]
    short = iter([each for each in items if not seconds(name(each))])
    ordered = list[Item]()
    for first, share in zip(_dealt(long, name, processes), _cut(items, processes), strict=True):
        ordered += [*first, *islice(short, max(0, len(share) - len(first)))]
    return [*ordered, *short]


def seconds(name: str) -> float:
    """How long a test is known to take; 0 for most."""
    return next((each for where, each in LONG.items() if name.startswith(where)), 0)


def _dealt(long: Sequence[Item], name: Callable[[Item], str], processes: int) -> Iterator[Sequence[Item]]:
    """The long ones in as many parts, one after the other, of about the same time."""
    ends = list(accumulate(seconds(name(each)) for each in long))
    begin = 0
    for part in range(1, processes + 1):
        end = bisect_right(ends, ends[-1] * part / processes) if ends and part < processes else len(long)
        yield long[begin:end]
        begin = end


def _cut(items: Sequence[Item], processes: int) -> Iterator[Sequence[Item]]:
    """As xdist cuts them: what can't be divided goes to the last."""
    begin = 0
    for left in range(processes, 0, -1):
        end = begin + (len(items) - begin) // left
        yield items[begin:end]
        begin = end
