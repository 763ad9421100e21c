"""Which qualities are tried, when each try takes minutes."""

import math
from collections.abc import Callable

import pytest

from workers.media.qualities import MOST_ENCODINGS, Search

Times = Callable[[int], float]
"""How many times the bytes allowed a film has at a quality."""


def tried(asked: int, times: Times, *, known: bool = True) -> list[int]:
    search, found, done = Search(asked), [], -1.0
    while (quality := search.next()) is not None:
        assert done < search.done < 1, "who waits is never told that less is done"
        done = search.done
        found.append(quality)
        fits = times(quality) <= 1
        search.tell(quality, fits=fits, times=times(quality) if fits or known else None)
    return found


def halving(at: int, every: float = 20) -> Times:
    """A film that has the bytes allowed at this quality."""
    return lambda quality: 2 ** ((quality - at) / every)


@pytest.mark.parametrize("at", [80, 90])
def test_what_fits_is_encoded_once(at: int) -> None:
    assert tried(80, halving(at)) == [80]


@pytest.mark.parametrize("at", [75, 60, 40, 15])
def test_of_a_film_as_most_are_the_second_fits_and_is_nearly_as_good_as_can_be(at: int) -> None:
    found = tried(80, halving(at))
    assert len(found) == 2
    assert at - 3 <= found[-1] <= at


@pytest.mark.parametrize("every", [8, 12, 30, 45])
def test_of_others_it_is_found_in_four_and_uses_most_of_the_bytes(every: float) -> None:
    times = halving(50, every)
    fits = [each for each in tried(80, times) if times(each) <= 1]
    assert fits
    assert max(times(each) for each in fits) >= 0.5


@pytest.mark.parametrize("times", [lambda quality: 100.0, lambda quality: 1.01, halving(9), halving(-300)])
def test_the_last_is_at_the_least_quality_before_it_is_said_that_none_fits(times: Times) -> None:
    for known in (True, False):
        found = tried(80, times, known=known)
        assert found[-1] == 10
        assert len(found) <= MOST_ENCODINGS
        assert len(set(found)) == len(found)


def test_less_than_the_least_is_tried_where_it_is_asked_for_and_nothing_else() -> None:
    assert tried(5, lambda quality: 2.0) == [5]
    assert tried(5, lambda quality: 0.5) == [5]


def test_every_film_ends_in_four_and_never_above_what_was_asked_for() -> None:
    for asked in (1, 10, 11, 13, 50, 100):
        for at in range(-20, 110, 7):
            for every in (0.5, 3, 20, 200):
                times = halving(at, every)
                found = tried(asked, times)
                assert 1 <= len(found) <= MOST_ENCODINGS
                assert all(1 <= each <= asked for each in found)
                assert found[0] == asked
                fits = any(times(each) <= 1 for each in found)
                assert fits or found[-1] <= 10 or math.isclose(times(10), 1)
