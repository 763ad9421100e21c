"""Names from outside: kept as they are, or refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.domain.errors import Invalid
from dam.domain.filenames import MAX_BYTES, clean


@pytest.mark.parametrize(
    "name",
    ["hero.jpg", ".hidden", "no ending", "Größe – 50 %.png", "日本.webp", "a" * MAX_BYTES, "=1+1.csv", "<b>.png", "…"],
)
def test_a_name_is_kept(name: str) -> None:
    assert clean(name) == name


def test_a_name_is_kept_in_one_spelling() -> None:
    assert clean("e\u0301.png") == "\u00e9.png"


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "\u3000", ".", "..", "a/b", "/etc/passwd", "..\\x", "a\0b", "a\nb", "\x1b[2J", "a\x7fb",
        "\u202egpj.exe",
        "a\u2066b", "\u200f", "a\u2028b", "a\u2029b", "a\ud800b", "a" * (MAX_BYTES + 1), "é" * 128, "\x85",
    ],
)  # fmt: skip
def test_a_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean(name)
    assert refusal.value.code == "invalid_filename"
    assert [each.field for each in refusal.value.errors] == ["file"]


@given(st.text(max_size=300))
def test_what_is_kept_is_visible_short_and_no_path(name: str) -> None:
    try:
        kept = clean(name)
    except Invalid:
        return
    assert kept == unicodedata.normalize("NFC", name)
    assert clean(kept) == kept
    assert 0 < len(kept.encode()) <= MAX_BYTES
    assert not set(kept) & set("/\\\0\n\r\u202e")
