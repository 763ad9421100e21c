"""What is read of the subtitles inside of a film, by the confined child; and that it costs a film nothing else."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.corpus.hostile import subtitled as hostile
from tests.corpus.subtitled import ENGLISH, GERMAN, SAID, SUBRIP, Track, event, subtitled, timed
from workers.media import cues, films, metadata, programs, spoken
from workers.media.plan import LONGEST_TEXT, MOST_LANGUAGES, Spec
from workers.media.studio import Studio

FORCED, DEFAULT = 0x40, 0x1


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with Studio(find=programs.none) as one:
        yield one


def told(studio: Studio, data: bytes, format_: str = "MKV") -> tuple[object, object]:
    """The languages, and what is said."""
    with studio.render(io.BytesIO(data), format_, [Spec("small", 96)]) as made:
        return made.properties.details.get("subtitles"), made.properties.metadata.get("text")


def heard(data: bytes, format_: str = "MKV", time: float | None = None) -> str:
    """In this process, with the film's poster."""
    decoded = films.decode(format_, io.BytesIO(data), 64, 0, time)
    assert decoded.image.width == 64
    return decoded.text


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_is_told_of_each_way_to_say_it(studio: Studio, name: str) -> None:
    container, tracks, said = SAID[name]
    format_ = "MOV" if container in ("mp4", "mov") else "MKV"
    assert told(studio, subtitled(container, *tracks), format_) == ([track.language for track in tracks], said)


def test_of_an_mp4_in_fragments_too(studio: Studio) -> None:
    fragments = (("movflags", "empty_moov"), ("frag_duration", "500000"))
    _, said = told(studio, subtitled("mp4", ENGLISH, options=fragments), "MOV")
    assert said == "The tulips are here and another"


def test_a_film_without_any_says_nothing_of_them(studio: Studio) -> None:
    assert told(studio, subtitled("mp4"), "MOV") == (None, None)


def test_of_a_certain_moment_nothing_is_read() -> None:
    data = subtitled("mp4", ENGLISH)
    assert (heard(data, "MOV", 1.0), heard(data, "MOV")) == ("", "The tulips are here and another")


LONG = tuple((10 * number, f"{number} ".encode() + b"tulips " * 10) for number in range(300))


def test_languages_share_what_there_is_room_for(studio: Studio) -> None:
    german = replace(SUBRIP, cues=tuple((at, said.replace(b"tulips", b"Tulpen")) for at, said in LONG), language="deu")
    languages, said = told(studio, subtitled("matroska", replace(SUBRIP, cues=LONG), german))
    assert languages == ["eng", "deu"]
    assert isinstance(said, str)
    assert LONGEST_TEXT - 10 <= len(said) <= LONGEST_TEXT
    assert abs(said.count("tulips") - said.count("Tulpen")) <= 1


def said_by(word: str, language: str = "eng", disposition: int = 0) -> Track:
    return Track("subrip", ((500, word.encode()),), language, disposition)


@pytest.mark.parametrize(
    ("tracks", "said"),
    [
        ((said_by("one"), said_by("two")), "one"),
        ((said_by("one"), said_by("two", disposition=DEFAULT)), "two"),
        ((said_by("one", disposition=FORCED), said_by("two")), "two"),
        ((said_by("one", disposition=FORCED), said_by("two", "deu")), "one two"),
        (tuple(said_by(each, f"qa{each}") for each in "abcdef"), "a b c d"),
        ((said_by("a", "qaa", FORCED), *(said_by(each, f"qa{each}") for each in "bcdef")), "b c d e"),
    ],
    ids=["the first", "the default", "not the forced", "the only one", "four languages", "four with much to say"],
)
def test_of_each_language_one_stream_is_read(tracks: tuple[Track, ...], said: str) -> None:
    assert heard(subtitled("matroska", *tracks)) == said


def test_no_more_languages_are_told_than_there_is_room_for(studio: Studio) -> None:
    many = [replace(SUBRIP, language=each) for each in hostile.languages(MOST_LANGUAGES + 1)]
    languages, _ = told(studio, subtitled("matroska", *many))
    assert languages == hostile.languages(MOST_LANGUAGES)


@pytest.mark.parametrize(
    ("read", "data", "said"),
    [
        (cues.timed, timed("a"), "a"),
        (cues.timed, timed("a", length=9000), "a"),
        (cues.timed, timed("ab", length=1), "a"),
        (cues.timed, b"", ""),
        (cues.timed, b"\1", ""),
        (cues.timed, timed("Ä\u4e2d", wide=True), "Ä\u4e2d"),
        (cues.timed, b"\0\6\xff\xfea\0b\0", "ab"),
        (cues.timed, timed("<i>a</i> & b"), "a & b"),
        (cues.marked, b"a < b\nc", "a < b\nc"),
        (cues.marked, "Zoë".encode("latin-1"), "Zoë"),
        (cues.marked, b"a\0b", "a"),
        (cues.marked, b"<c.red><00:01.000>a</c> {\\an8}&lt;b&gt;", "a <b>"),
        (cues.scripted, event(r"{\i1}a{\i0}\Nb\hc\nd, e"), "a b c d, e"),
        (cues.scripted, event(r"{\p1}m 0 0{\p0}a{\p2\i1}m 1 1{\i0}l 2 2{\r\p0}b"), "ab"),
        (cues.scripted, event(r"{\pos(3,4)\pbo9}a{never said}b"), "ab"),
        (cues.scripted, event(r"{\i1 a"), r"{\i1 a"),
        (cues.scripted, b"0,0,Default,,0,0,0", ""),
        (cues.scripted, b"", ""),
    ],
)
def test_the_words_of_a_cue(read: Callable[[bytes], str], data: bytes, said: str) -> None:
    assert read(data) == said


def test_nothing_of_it_turns_rings_or_ends_a_line(studio: Studio) -> None:
    turning = "\u202ea\u2066\x1b[2J\x07b\r\n\x85c\u2028d\u200b\U000e0041e"
    for data, format_ in (
        (hostile.of_text(turning.encode()), "MKV"),
        (hostile.of_text(timed(turning, wide=True), "mov_text"), "MOV"),
    ):
        assert told(studio, data, format_)[1] == "a [2J b c d e"


def test_a_language_that_is_none_is_told_as_such(studio: Studio) -> None:
    for language in (b"\x1b[2", b"\0\0\0", b"<b>", b"e e", b"123"):
        data = subtitled("matroska", SUBRIP).replace(b"eng", language)
        assert told(studio, data)[0] == ["und"]


@pytest.mark.parametrize("error", [MemoryError, ValueError, EOFError, OverflowError])
def test_what_fails_costs_the_words_and_not_the_poster(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> str:
        if b"Tulpen" in data:
            raise error
        return cues.timed(data)

    monkeypatch.setattr(spoken, "_READERS", {"MOV": {"mov_text": fail}})
    assert heard(subtitled("mp4", GERMAN), "MOV") == ""
    assert heard(subtitled("mp4", ENGLISH, replace(GERMAN, cues=((3000, timed("Tulpen")),))), "MOV").endswith("another")


class Reads(io.BytesIO):
    """Counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.count += len(found)
        return found


def test_of_an_mp4_only_what_is_said_is_read() -> None:
    """Its index says where that is: 40 MB of pictures are not read for it."""
    cues = tuple((1000 * number, timed(f"word {number}")) for number in range(3))
    source = Reads(subtitled("mp4", Track("mov_text", cues), heavy=True))
    assert len(source.getvalue()) > 40_000_000
    assert films.decode("MOV", source, 64, 0).text == "word 0 word 1 word 2"
    assert source.count < 8_000_000


def test_what_is_said_late_is_found_by_the_index_of_a_matroska_film(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "_BYTES", 16_000_000)
    late = Track("subrip", ((3500, b"late"),))
    data = subtitled("matroska", late, options=(("cluster_time_limit", "100"),), heavy=True)
    assert len(data) > 40_000_000
    assert heard(data) == "late"


def far(*, first: bytes = b"near") -> bytes:
    """A Matroska film with a megabyte of no track between two cues."""
    nothing = hostile.cluster(bytes(100_000), 10).replace(b"\x82\0\0\x80", b"\x85\0\0\x80")
    return hostile.behind(first) + nothing + hostile.cluster(b"far", 1, at=5000)


@pytest.mark.parametrize(
    ("bound", "value", "said"),
    [
        (None, None, "near far"),
        ("_BYTES", 500_000, "near"),
        ("_SECONDS", -1.0, ""),
        ("_MOST_CUES", 1, "near"),
        ("_MOST_STEPS", 1, ""),
        ("_LONGEST_CUE", 2, "ne fa"),
    ],
)
def test_each_bound_ends_it(bound: str | None, value: Any, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if bound is not None:
        monkeypatch.setattr(spoken, bound, value)
    assert heard(far()) == said


def test_what_is_worded_of_a_film_is_a_line(studio: Studio) -> None:
    assert metadata.worded(heard(far(first=b"a\nb"))) == {"text": "a b far"}
