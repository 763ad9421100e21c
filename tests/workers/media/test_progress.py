"""How far the FFmpeg program is: what is read of what it says."""

import os

import pytest

from workers.media.progress import Progress

REPORT = b"frame=%d\nout_time_us=%d\nout_time=00:00:01.000000\nprogress=continue\n"


@pytest.mark.parametrize(
    ("seconds", "said", "told"),
    [
        (10.0, b"", []),
        (10.0, REPORT % (1, 2_500_000), [0.25]),
        (10.0, REPORT % (1, 1) * 100 + REPORT % (9, 5_000_000), [0.5]),
        (10.0, REPORT % (1, 25_000_000), [1.0]),
        (10.0, b"out_time_us=N/A\n", []),
        (10.0, b"out_time_us=99999999999999999999\n", []),
        (10.0, b"xout_time_us=500\n", []),
        (None, REPORT % (1, 2_500_000), []),
        (0, REPORT % (1, 2_500_000), []),
        ("10", REPORT % (1, 2_500_000), []),
    ],
)
def test_the_last_word_counts(seconds: object, said: bytes, told: list[float]) -> None:
    heard: list[float] = []
    with Progress(seconds, heard.append) as progress:
        os.write(progress.fileno(), said)
        progress.look()
    assert heard == told
