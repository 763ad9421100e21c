"""What is written into a copy: read back by our own reader and by Pillow, whatever the text is."""

import io
from typing import Any, cast

import pytest
from PIL import Image

from tests.workers.media import generate
from workers.media import images, metadata, packet, sizes
from workers.media.plan import LONGEST_WORD, WORDS, MediaFailure, Spec, check_request
from workers.media.studio import Studio

MEMORY = 512 * 1024 * 1024
WORDS_SAID = {
    "title": "Hills & <snow>",
    "alt_text": "Hills in “snow”",
    "rights": "© Ann",
    "creator": "Ann",
    "credit": "A]]>",
}
HOSTILE = ("</rdf:li><x/>", "&lt;", "<!ENTITY a 'b'>", "?>x", "\x07a\u202eb", "{0}{x}", "a\nb", "\"'")


def written(format_: str, words: dict[str, str], source: bytes | None = None) -> bytes:
    sink = io.BytesIO()
    spec = Spec("a", 60, format_, 80, background="#ffffff", words=words)
    picture = source or generate.encoded(Image.new("RGB", (60, 40), (9, 99, 200)), "PNG")
    kind = "JPEG" if picture.startswith(b"\xff\xd8") else "PNG"
    images.render(io.BytesIO(picture), kind, [spec], [sink], MEMORY)
    return sink.getvalue()


def read(file: bytes, format_: str) -> dict[str, str]:
    found = cast("dict[str, Any]", metadata.read(io.BytesIO(file), format_))
    return {name: each["value"] for name, each in found.get("fields", {}).items()}


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_what_is_written_is_read_again(format_: str) -> None:
    file = written(format_, WORDS_SAID)
    assert read(file, format_) == {name: text for name, text in WORDS_SAID.items() if name != "title"}
    assert packet.packet(WORDS_SAID) in file
    assert sizes.WRITTEN[format_][1](file[: sizes.HEAD]) == (60, 40)
    assert Image.open(io.BytesIO(file)).size == (60, 40)
    assert file == written(format_, WORDS_SAID)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_who_says_nothing_has_nothing_written(format_: str) -> None:
    for words in ({}, {"title": " \x07 "}):
        assert b"xmp" not in written(format_, words).lower()
        assert written(format_, words) == written(format_, {})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_a_text(text: str) -> None:
    said = read(written("JPEG", {"credit": text, "rights": "mine"}), "JPEG")
    assert said["rights"] == "mine"
    assert said["credit"] == text.replace("\x07", " ").replace("\u202e", " ").replace("\n", " ").strip()


def test_the_longest_texts_fit_into_each_format() -> None:
    words = dict.fromkeys(WORDS, "&" * LONGEST_WORD)
    for format_ in ("JPEG", "PNG", "WEBP", "AVIF"):
        file = written(format_, words)
        assert sizes.WRITTEN[format_][1](file[: sizes.HEAD]) == (60, 40)


@pytest.mark.parametrize("character", ["\U0001f600", "\x01", '"', "\ud83d"])
def test_the_longest_texts_reach_the_child_whatever_they_are_made_of(character: str) -> None:
    """Two texts of emoji more, and the template was asked for what it could not read, and ended."""
    words = dict.fromkeys(WORDS, character * LONGEST_WORD)
    picture = io.BytesIO(generate.encoded(Image.new("RGB", (60, 40)), "PNG"))
    with Studio() as studio, studio.render(picture, "PNG", [Spec("a", 32, words=words)]) as made:
        assert made.files["a"].width == 32


def test_where_the_original_was_taken_is_not_in_a_copy_that_says_something() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)}
    exif[0x010E] = "secret place"
    original = generate.encoded(Image.new("RGB", (60, 40)), "JPEG", exif=exif.tobytes(), xmp=b"<x>secret place</x>")
    file = written("JPEG", WORDS_SAID, original)
    assert b"secret" not in file
    assert b"Exif" not in file
    assert "location" not in metadata.read(io.BytesIO(file), "JPEG")


@pytest.mark.parametrize("wrong", [{"words": {"place": "x"}}, {"words": {"title": "x" * 2001}}, {"focal": (0.5, 1.1)}])
def test_what_nobody_may_ask_for_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, MediaFailure)):
        check_request("PNG", [Spec("a", 60, **wrong)])
