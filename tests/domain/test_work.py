"""Waiting between tries."""

import pytest

from dam.domain.work import MAX_TRIES, backoff


@pytest.mark.parametrize(("tries", "seconds"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 120), (99, 120)])
def test_backoff(tries: int, seconds: int) -> None:
    assert backoff(tries) == seconds


def test_a_job_is_set_aside_after_a_few_tries() -> None:
    assert sum(backoff(tries) for tries in range(1, MAX_TRIES)) < 5 * 60
