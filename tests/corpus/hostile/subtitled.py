"""Subtitles inside of films: too many, too long, lying about where they are, and words that would turn, draw, or be
followed. The film is shown all the same."""

import struct
from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.hostile.case import SHOWN, Canary, Hostile
from tests.corpus.hostile.films import playlist
from tests.corpus.subtitled import ALPHA, ENGLISH, SUBRIP, Track, event, subtitled, timed

_MATROSKA = "matroska"
_LIVE = (("live", "1"),)  # a segment without an end, which more can be put behind
_BROKEN = f"{SHOWN}|broken_file|truncated|out_of_memory"


def cases(canary: Canary) -> Iterator[Hostile]:
    """Shown, each of them, but where the lie is about the pictures too."""
    for name, data in (*_many(), *_long(), *_odd(canary)):
        yield Hostile("subtitles", name, data, SHOWN)
    for name, data in _tables():
        yield Hostile("subtitles", name, data, _BROKEN)


def cluster(block: bytes, count: int, at: int = 4000) -> bytes:
    """More of a Matroska film: so many times this cue, of the second track, at this time in ms (RFC 9559, 10.2)."""
    simple = element(b"\xa3", b"\x82\0\0\x80" + block)
    return element(b"\x1f\x43\xb6\x75", element(b"\xe7", struct.pack(">H", at)) + simple * count)


def element(name: bytes, data: bytes) -> bytes:
    """Of EBML (RFC 8794), its length in eight bytes."""
    return name + struct.pack(">Q", len(data) | 1 << 56) + data


def behind(block: bytes, count: int = 1, track: Track = SUBRIP) -> bytes:
    """A film that goes on with so many of these cues, and shows nothing any more."""
    return subtitled(_MATROSKA, replace(track, cues=()), options=_LIVE) + cluster(block, count)


def of_text(block: bytes, codec: str = "subrip") -> bytes:
    """A film that says this."""
    return subtitled("mp4" if codec == "mov_text" else _MATROSKA, Track(codec, ((500, block),)))


def samples(count: int) -> bytes:
    """An MP4 whose subtitles are so many samples of a byte, by tables of a few bytes (ISO/IEC 14496-12, 8.7)."""
    data = bytearray(subtitled("mp4", replace(ENGLISH, cues=((0, b"\0\0"), (500, b"\0\0")))))
    for box, at, values in (("stsz", 8, (1, count)), ("stts", 8, (1, count, 1)), ("stsc", 8, (1, 1, count, 1))):
        place = data.rindex(box.encode())
        struct.pack_into(f">{len(values)}I", data, place + at, *values)
    return bytes(data)


def _many() -> Iterator[tuple[str, bytes]]:
    yield "Matroska: a million cues", behind(b"a", 1_000_000)
    yield "Matroska: 200,000 cues of nothing", behind(b"<b>", 200_000)
    nowhere = behind(b"said by nobody", 200_000).replace(b"\x82\0\0\x80said", b"\x85\0\0\x80said")
    yield "Matroska: 200,000 cues of no track", nowhere
    yield "MP4: ten million samples", samples(10_000_000)
    yield "Matroska: 120 languages", subtitled(_MATROSKA, *(replace(SUBRIP, language=each) for each in languages(120)))


def languages(count: int) -> list[str]:
    """Those that are for nobody's use (ISO 639-2, qaa to qtz)."""
    return [f"q{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(count)]


def _long() -> Iterator[tuple[str, bytes]]:
    for name, block in (("letters", b"a"), ("brackets", b"<"), ("braces", b"{"), ("ampersands", b"&amp;")):
        yield f"Matroska: a cue of 8 MB of {name}", of_text(block * (8_000_000 // len(block)))
    yield "Matroska: overrides without end", of_text(event(r"{\p1" * 1_000_000), "ass")
    yield "Matroska: commas and nothing else", of_text(b"," * 4_000_000, "ass")
    yield "MP4: a sample of 8 MB", of_text(timed("a" * 8_000_000), "mov_text")
    yield "MP4: a sample that says it is longer", of_text(timed("a", length=65_535), "mov_text")
    yield "MP4: a sample of half a length", of_text(b"\1", "mov_text")


def _odd(canary: Canary) -> Iterator[tuple[str, bytes]]:
    there = canary.references("canary.png")
    marks = "".join(f"<img src='{each}'><script src='{each}'></script><font face='{each}'>" for each in there.values())
    yield "Matroska: marks that refer to others", of_text(marks.encode())
    yield "Matroska: a playlist", of_text(playlist(canary))
    yield "Matroska: a script of files", of_text(event(f"{{\\fn{there['an absolute path']}}}a", 0), "ass")
    turning = "\u202e\u2066\u2067\u200f\x1b[2J\x07\x9b2J\ufeff exe.gpj\U000e0041"
    yield "Matroska: words that turn and ring", of_text(turning.encode())
    yield "MP4: words that turn and ring", of_text(timed(turning, wide=True), "mov_text")
    yield "MP4: halves of characters", of_text(b"\0\x08\xfe\xff\xd8\0\xd8\0\xdc", "mov_text")
    yield "Matroska: words in no encoding", of_text(bytes(range(1, 256)))
    for language in ("\x1b[2", "\0\0\0", "<b>", "zz", "a" * 64):
        name = ascii(language)
        yield f"Matroska: a language of {name}", subtitled(_MATROSKA, SUBRIP).replace(b"eng", language.encode()[:3])
    yield "Matroska: a script without a head", subtitled(_MATROSKA, ALPHA).replace(b"[Script Info]", b"[Script\0nfo]")


def _tables() -> Iterator[tuple[str, bytes]]:
    plain = subtitled("mp4", ENGLISH)
    for box, at, value in (
        ("stco", 12, 2**32 - 1),
        ("stsz", 12, 2**31 - 1),
        ("stsz", 8, 2**31 - 1),
        ("stts", 12, 2**32 - 1),
        ("stsc", 16, 2**32 - 1),
        ("mdhd", 16, 0),
        ("mdhd", 16, 2**32 - 1),
    ):
        data = bytearray(plain)
        struct.pack_into(">I", data, data.rindex(box.encode()) + at, value)
        yield f"MP4: {value} at {at} of {box} of the subtitles", bytes(data)
    yield "MP4: 2^30 samples", samples(2**30)
    vast = b"\x1f\x43\xb6\x75\1" + b"\xff" * 7 + b"\xa3" + struct.pack(">Q", 300_000_000 | 1 << 56) + b"\x82\0\0\x80"
    yield "Matroska: a cue of 300 MB that is not there", behind(b"") + vast
    cut = subtitled(_MATROSKA, SUBRIP)
    yield "Matroska: cut within a cue", cut[: cut.rindex(b"another")]
