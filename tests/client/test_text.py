"""Hostile text on the terminal."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.client.text import clean, print_json, size, table, when

HOSTILE = "\x1b[31m\x00\r\x9b\u202e\u2066\u2028\ufeff"


def test_what_is_not_shown_as_itself_is_written_out() -> None:
    assert clean("a\x1b[2Jb\u202ec\nd") == "a\\x1b[2Jb\\u202ec\\x0ad"


@given(st.text())
def test_clean_text_is_one_line_that_controls_nothing(text: str) -> None:
    shown = clean(text).replace("\u200c", "").replace("\u200d", "")
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(clean(text).splitlines()) <= 1


def test_words_of_every_language_stay_readable() -> None:
    assert clean("Größe 画像 صورة 👩\u200d🎨") == "Größe 画像 صورة 👩\u200d🎨"


def test_json_means_the_same_and_controls_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": HOSTILE + "ü"})
    said = capsys.readouterr().out
    assert json.loads(said) == {"title": HOSTILE + "ü"}
    assert "ü" in said
    assert not set(HOSTILE) & set(said) - set("[31m")


def test_a_table_is_aligned_and_cuts_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "state"), [("画像\x1b", "current"), ("x" * 200, None)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("画像\\x1b")
    assert lines[2] == "x" * 200 + "  -"


def test_times_and_sizes() -> None:
    assert when("2026-11-22T13:05:06.789+01:00") == "2026-11-22 12:05:06Z"
    assert when(None) == ""
    assert [size(each) for each in (0, 1023, 1024, 5 << 30)] == ["0 B", "1023 B", "1.0 KiB", "5.0 GiB"]
