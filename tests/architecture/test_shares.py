"""The order of the tests: each once, the long ones at the front of every process's share."""

from pathlib import Path

import pytest

from tests.shares import LONG, long_ones_first

SLOWEST = max(LONG, key=LONG.__getitem__)
LONG_ONES = [f"{SLOWEST}::test_{number}" for number in range(7)]
SHORT_ONES = [f"tests/domain/test_states.py::test_{number}" for number in range(13)]


@pytest.mark.parametrize("processes", [1, 2, 3, 8, 40])
def test_each_comes_once_and_both_kinds_keep_their_order(processes: int) -> None:
    mixed = [each for pair in zip(SHORT_ONES, LONG_ONES, strict=False) for each in pair] + SHORT_ONES[len(LONG_ONES) :]
    ordered = long_ones_first(mixed, str, processes)
    assert [each for each in ordered if each in LONG_ONES] == LONG_ONES
    assert [each for each in ordered if each in SHORT_ONES] == SHORT_ONES


def test_each_share_begins_with_long_ones() -> None:
    ordered = long_ones_first(SHORT_ONES + LONG_ONES, str, 3)
    assert [ordered[begin] in LONG_ONES for begin in (0, 6, 13)] == [True] * 3
    assert [each in LONG_ONES for each in ordered[13:]] == [True] * 3 + [False] * 4


def test_shares_are_of_time_and_not_of_number() -> None:
    little = min(LONG, key=LONG.__getitem__)
    times = int(LONG[SLOWEST] / LONG[little])
    long = [LONG_ONES[0], *(f"{little}::test_{number}" for number in range(times))]
    ordered = long_ones_first(SHORT_ONES * (2 * times) + long, str, 2)
    middle = len(ordered) // 2
    assert [ordered.index(long[0]), ordered.index(long[1])] == [0, middle]


def test_what_is_called_long_is_there() -> None:
    root = Path(__file__).parents[2]
    assert [each for each in LONG if not (root / each).exists()] == []
