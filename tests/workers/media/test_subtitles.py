"""What is read of subtitles: when something is said, and what; as text, and nothing else."""

import io

import pytest

from tests.corpus.words import SUBRIP, WEBVTT, crlf
from workers.media import metadata, subtitles

SAID = [("00:00:01", "The tulips are here"), ("00:01:05", "one and another"), ("01:00:00", "12")]


def test_a_cue_has_its_time_and_its_words_without_marks() -> None:
    assert list(subtitles.cues(SUBRIP)) == SAID
    assert list(subtitles.cues(SUBRIP.replace("\n", "\r\n"))) == SAID
    assert list(subtitles.cues(WEBVTT)) == [("00:01", "The tulips are here & there"), ("01:00:00", "the end")]


@pytest.mark.parametrize("data", [SUBRIP.encode(), crlf()])
def test_what_is_said_is_found_and_nothing_of_when(data: bytes) -> None:
    found = subtitles.decode(io.BytesIO(data), 64, 0)
    assert metadata.worded(found.text) == {"text": "The tulips are here one and another 12"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("WEBVTT", []),
        ("00:00.000 --> 00:01.000", []),
        ("00:00.000 --> 00:01.000\n\na", []),
        ("00:00.000 --> 00:01.000\na\n\nb", [("00:00", "a")]),
        ("00:00.000 --> 00:01.000\n<img src='http://x'>a < b", [("00:00", "a < b")]),
        ("00:00.000 --> 00:01.000\n&amp;lt;", [("00:00", "&lt;")]),
        ("0:0:0 --> 1\na", []),
        ("00:00.000 --> x\na", []),
    ],
)
def test_what_is_no_cue_is_not_said(written: str, said: list[tuple[str, str]]) -> None:
    assert list(subtitles.cues(written)) == said
