"""Analysis: tables of what becomes of a text, and what holds for any text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis
from search.analysis import fold, fragments, keyword, needle, parts, shape, words

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café", "cafe"),
        ("CAFE\u0301", "cafe"),
        ("Straße", "strasse"),
        ("ØRSTED Łódź", "orsted lodz"),
        ("ﬁle ２０", "file 20"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ελλάδα Σίσυφος", "ελλαδα σισυφοσ"),
        ("がか", "がか"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t-_.,!?/\\", []),
        ("Hero banner, v2!", ["hero", "banner", "v2"]),
        ("Spring_Hero-Banner.v2.JPG", ["spring", "hero", "banner", "v2", "jpg"]),
        ("don't", ["don", "t"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("\u202egpj.exe", ["gpj", "exe"]),
        ("bell\x07rings\0twice", ["bell", "rings", "twice"]),
        ("lone\ud800surrogate", ["lonesurrogate"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"]),
        ("photo東京2", ["photo", "東京", "京", "2"]),
        ("서울", ["서울", "울"]),
        ("🎄❤️ 5€", ["🎄", "❤", "5", "€"]),
        ("x" * 100, ["x" * 64]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("heroBanner.jpg", ["hero", "banner", "jpg"]),
        ("HeroBanner2026v2", ["hero", "banner", "2026", "v", "2"]),
        ("HTMLPage", ["html", "page"]),
        ("iPhone_photo", ["i", "phone", "photo"]),
        ("ÜberGröße", ["uber", "grosse"]),
        ("DSC01234", ["dsc", "01234"]),
        ("plain", ["plain"]),
    ],
)
def test_parts(name: str, expected: list[str]) -> None:
    assert parts(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Spring_Hero  Banner-v2.jpg", "spring_hero_banner_v2_jpg"), ("..x..", "x"), ("", ""), ("a" * 300, "a" * 255)],
)
def test_shape(text: str, expected: str) -> None:
    assert shape(text) == expected


def test_fragments_of_both_spellings() -> None:
    assert fragments("aBcd") == [["abc", "bcd"], ["a_b", "_bc", "bcd"]]
    assert fragments("ab") == []


@pytest.mark.parametrize(
    ("text", "tokens", "unspaced"),
    [
        ("hero_ban", ("hero", "ban"), False),
        ("東", ("東",), True),
        ("東京", ("東京",), True),
        ("東京タ", ("東京", "京タ"), True),
        ("東京 x", ("東京", "京", "x"), False),
        ("&", (), False),
    ],
)
def test_needle(text: str, tokens: tuple[str, ...], unspaced: bool) -> None:
    assert (needle(text).tokens, needle(text).unspaced) == (tokens, unspaced)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  Spring \n SALE ", "spring sale"), ("a\0b", "a b"), ("\u202eCafé\ud800", "cafe"), ("x" * 300, "x" * 200)],
)
def test_keyword(text: str, expected: str) -> None:
    assert keyword(text) == expected


@given(ANY_TEXT)
def test_any_text_gives_tokens_that_can_be_stored(text: str) -> None:
    grams = [gram for line in fragments(text) for gram in line]
    for token in (*words(text), *parts(text), *grams, *needle(text).tokens, *needle(text).grams):
        assert token
        assert token.split() == [token]
        assert len(token) <= analysis.MAX_WORD
        token.encode()
    keyword(text).encode()
    analysis.encodable(text).encode()


@given(st.text(st.characters(codec="ascii")) | st.text(st.sampled_from("abAB1_$.- \t\x01\x1c")))
def test_plain_text_takes_a_shorter_way_to_the_same_words(text: str) -> None:
    for few in (text, 30 * text):
        assert words(few) == analysis._any_words(few)
        assert parts(few) == analysis._any_parts(few)
    assert analysis._ascii_shapes(text[:200]) == analysis._any_shapes(text[:200])
    assert keyword(text).split() == analysis._any_shown(text).split()


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert keyword(keyword(text)) == keyword(text)


@given(ANY_TEXT)
def test_a_word_of_a_document_is_what_a_query_looks_for(text: str) -> None:
    looked_for, stored = list(needle(text).tokens), words(text)
    assert stored[: len(looked_for)] == looked_for


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20))
def test_case_of_a_query_does_not_matter(text: str) -> None:
    assert needle(text.upper().lower()) == needle(text.upper())


@given(st.text(st.sampled_from("aB_-.2é京 "), max_size=12), st.data())
def test_any_part_of_a_spelling_is_a_run_of_its_fragments(name: str, data: st.DataObject) -> None:
    spelling = shape(name)
    start = data.draw(st.integers(0, len(spelling)))
    wanted = needle(spelling[start : data.draw(st.integers(start, len(spelling)))]).grams
    lines = fragments(name)
    assert not wanted or any(tuple(line[i : i + len(wanted)]) == wanted for line in lines for i in range(len(line)))


@pytest.mark.parametrize("char", ["x", "\u0301", "京", "\ufdfa", "🎄", "aB2", " ", "\0", "\ud800", "\u202e"])
def test_a_megabyte_is_bounded_and_quick(char: str) -> None:
    text = char * (1_000_000 // len(char))
    began = time.process_time()
    assert len(words(text)) <= analysis.MAX_WORDS
    assert len(parts(text)) <= analysis.MAX_WORDS
    assert sum(len(line) for line in fragments(text)) <= 2 * analysis.MAX_NAME
    assert len(keyword(text)) <= analysis.MAX_KEYWORD
    assert time.process_time() - began < 5
