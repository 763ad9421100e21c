"""The first page of a text: what is read, how it is broken into lines, and that nothing in it does anything."""

import io
import json
import unicodedata

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.corpus import words
from workers.media import faces, metadata, texts

INK = texts.INK


@pytest.fixture(autouse=True)
def _one_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are there on every machine."""
    monkeypatch.setattr(texts, "_FACES", faces.Faces(faces.brought(texts.SIZE)))


def decoded(written: bytes) -> tuple[Image.Image, dict[str, object]]:
    found = texts.decode(io.BytesIO(written), 2048, 0)
    return found.image, found.details


def inked(image: Image.Image) -> list[bool]:
    """Of each line, whether anything is on it."""
    place = range(texts.MARGIN, texts.PAGE[1] - texts.MARGIN - texts.LINE, texts.LINE)
    return [len(image.crop((0, top, texts.PAGE[0], top + texts.LINE)).getcolors(99999) or ()) > 1 for top in place]


def lines(text: str) -> list[str]:
    return list(texts.page_of(text))


def test_each_line_is_drawn_at_its_place_in_every_encoding() -> None:
    wanted = [True, False, True, True, True] + [False] * 36
    pages = [decoded(case.make())[0] for case in words.good()][:5]
    assert inked(pages[0]) == wanted
    assert all(ImageChops.difference(pages[0], page).getbbox() is None for page in pages)
    left, top, _, _ = ImageChops.difference(pages[0], Image.new("RGB", texts.PAGE, texts.PAPER)).getbbox() or (0,) * 4
    assert texts.MARGIN <= left < texts.MARGIN + 10
    assert texts.MARGIN <= top < texts.MARGIN + texts.LINE


def test_it_says_which_letters_none_of_its_faces_has() -> None:
    assert decoded((words.LINES + words.TURNING + "Gr\u00fc\u00dfe, \u03b1\u03b2\u03b3 e\u0301").encode())[1] == {}
    page, details = decoded("\u6f22 a\u05d0".encode())
    assert details == {"text_missing": True}
    assert inked(page)[0]


def test_what_stands_for_letters_that_no_face_has_leaves_the_blanks() -> None:
    missing, asked = decoded("\u6f22\u6f22 \u6f22 a".encode())[0], decoded(b"?? ? a")[0]
    assert ImageChops.difference(missing, asked).getbbox() is None


def test_a_letter_without_a_face_is_its_plain_one() -> None:
    accented, plain = decoded("\u01f9a\u1e2fve".encode())[0], decoded(b"naive")[0]
    assert ImageChops.difference(accented, plain).getbbox() is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"\xef\xbb\xbfa", "a"),
        (b"\xff\xfea\0\x3d\xd8", "a\ufffd"),
        ("\u00e4".encode() * 3000, "\u00e4" * 3000),
        (b"x" + "\u00e4".encode() * 2047 + b"\xc3", "x" + "\u00e4" * 2047 + "\ufffd"),
        (b"x" * 5000 + b"\xfc", "x" * 5000 + "\ufffd"),
        (b"gr\xfc\xdfe \x93a\x94", "gr\u00fc\u00dfe \u201ca\u201d"),
    ],
)
def test_the_encoding(written: bytes, read: str) -> None:
    assert texts.words(written) == read


def test_lines_are_broken_at_blanks_and_long_words_anywhere() -> None:
    prose = "word " * 40
    broken = lines(prose)
    assert len(broken) > 1
    assert " ".join(broken).split() == prose.split()
    endless = lines("x" * 500)
    assert len(endless) > 1
    assert "".join(endless) == "x" * 500
    assert lines("a\n\n  b\tc\r\nd") == ["a", "", "  b c", "d"]


def test_the_page_ends_where_it_is_full_or_says_so_and_no_more_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(lines("a\n" * 1000)) == len(lines("x" * 100_000)) == len(inked(decoded(b"a")[0]))
    assert lines("\fa\nb\fc") == ["a", "b"]
    looked: list[str] = []

    def look(line: str) -> str:
        looked.append(line)
        return line

    monkeypatch.setattr(faces, "inert", look)
    assert lines("a\n" * 1000)[-1] == "a"
    assert len(looked) < 50
    file = io.BytesIO(b"a" * 10_000_000)
    texts.decode(file, 2048, 0)
    assert file.tell() < 100_000


def test_what_would_turn_hide_or_overwrite_others_is_seen_and_does_nothing() -> None:
    (line,) = lines(words.TURNING.replace("\u0085", ""))
    assert line == "a\ufffdb\ufffd\ufffd\ufffdc"
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200)]))
    shown = faces.inert(everything)
    assert all(each.isprintable() or each in "\u200c\u200d" for each in shown)
    assert {unicodedata.bidirectional(each) for each in shown}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )


def test_what_is_written_from_right_to_left_ends_at_the_right_margin() -> None:
    page, _ = decoded("\u05d0\u05d1(ab)".encode())
    box = ImageChops.difference(page, Image.new("RGB", texts.PAGE, texts.PAPER)).getbbox()
    assert box is not None
    assert box[0] > texts.PAGE[0] / 2
    assert texts.PAGE[0] - texts.MARGIN - 10 < box[2] <= texts.PAGE[0] - texts.MARGIN


def test_its_words_are_told_to_be_searched() -> None:
    found = texts.decode(io.BytesIO(words.LINES.encode("utf-8-sig")), 2048, 0)
    assert metadata.worded(found.text) == {"text": "# A title Of \u201ctulips\u201d\u2026 and more\u2122 - one - two"}
    assert metadata.worded("\n \0") == {}
    assert metadata.worded("a" * 9999) == {"text": "a" * 4000}
    assert len(json.dumps(metadata.worded("\U0001f600" * 9999))) < 16_100


def test_a_face_that_has_a_letter_draws_it() -> None:
    first, second = faces.brought(30)[0], faces.brought(60)[0]
    both = faces.Faces((first, second))
    both._known["b"] = second
    image = Image.new("RGB", (200, 100), "white")
    both.draw(ImageDraw.Draw(image), (10, 80), "a b", INK)
    alone = Image.new("RGB", (200, 100), "white")
    pen = ImageDraw.Draw(alone)
    pen.text((10, 80), "a ", INK, first, anchor="ls")
    pen.text((10 + first.getlength("a "), 80), "b", INK, second, anchor="ls")
    assert ImageChops.difference(image, alone).getbbox() is None
