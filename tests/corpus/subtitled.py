"""Films with subtitles inside: timed text in MP4 and QuickTime, SubRip, WebVTT and SubStation Alpha in Matroska and
WebM, and some that are pictures. What is said in each is known.

Belongs here: makers of bytes, honest ones. Must not: use the code under test.
"""

import functools
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from PIL import Image

from tests.corpus.cases import Good, picture
from tests.corpus.films import BLACK, MKV, MOV, MP4, RATE, SECONDS, SIZE, Film, _stream

WEBM = "video/webm"
# What an encoder of subtitles wants to know of styles, and Matroska keeps of SubStation Alpha.
SCRIPT = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_TICKS = Fraction(1, 1000)


@dataclass(frozen=True)
class Track:
    """``cues``: when each begins (ms), and its bytes as the container has them; each lasts until the next."""

    codec: str
    cues: tuple[tuple[int, bytes], ...]
    language: str = "eng"
    disposition: int = 0


def timed(said: str, *, wide: bool = False, length: int | None = None) -> bytes:
    """A sample of timed text (3GPP TS 26.245): its length, the words, and a style behind them."""
    words = b"\xfe\xff" + said.encode("utf-16-be") if wide else said.encode()
    style = struct.pack(">I4sHHHHBB4B", 22, b"styl", 1, 0, 3, 1, 1, 12, 255, 255, 255, 255)
    return struct.pack(">H", (len(words) if length is None else length) & 0xFFFF) + words + style


def event(said: str, number: int = 0) -> bytes:
    """One of SubStation Alpha, as Matroska has it."""
    return f"{number},0,Default,,0,0,0,,{said}".encode()


ENGLISH = Track("mov_text", ((500, timed("The tulips are here")), (2000, timed("and another", wide=True))))
GERMAN = Track("mov_text", ((500, timed("Die Tulpen sind da")),), "deu")
SUBRIP = Track("subrip", ((500, b"The <i>tulips</i>\r\nare {\\an8}here"), (2000, b"and another &amp; more")))
WEBVTT = Track("webvtt", ((500, b"<v Ann>The tulips</v>\nare here"), (2000, b"and another")))
ALPHA = Track(
    "ass",
    (
        (500, event(r"{\an8\i1}The tulips{\i0}\Nare here, all")),
        (1000, event(r"{\pos(1,2)\p1}m 0 0 l 9 9{\p0} drawn", 1)),
        (1500, event(r"{\k20}of {a note}{\k30}them", 2)),
        (2000, event(r"{\k20}of {a note}{\k30}them", 3)),
    ),
)
PICTURES = Track("dvdsub", ((500, b"\0\4\0\4"),), "fre")


@functools.cache
def subtitled(container: str, *tracks: Track, options: tuple[tuple[str, str], ...] = (), heavy: bool = False) -> bytes:
    """A film as ``films`` has them, with these beside its pictures; ``heavy``: of which each has a megabyte of nothing
    behind it."""
    of, file = Film(container, "libvpx-vp9" if container == "webm" else "libx264"), io.BytesIO()
    with av.open(file, "w", format=container, options=dict(options)) as out:
        stream = _stream(out, of)
        beside = [_track(out, track) for track in tracks]
        packets = [(0, _weighed(packet) if heavy else packet) for packet in _pictures(stream, of)]
        for number, (track, into) in enumerate(zip(tracks, beside, strict=True), start=1):
            packets += [(number, packet) for packet in _cues(track, into)]
        for _, packet in sorted(packets, key=lambda each: (each[1].dts * each[1].time_base, each[0])):
            out.mux(packet)
    return file.getvalue()


def _track(out: Any, track: Track) -> Any:
    into = out.add_stream(track.codec)
    into.time_base = _TICKS
    if track.codec != PICTURES.codec:
        into.codec_context.subtitle_header = SCRIPT
    if track.codec == ALPHA.codec:
        into.codec_context.extradata = SCRIPT
    into.metadata["language"] = track.language
    into.disposition = track.disposition
    return into


def _pictures(stream: Any, of: Film) -> Iterator[Any]:
    for number in range(RATE * SECONDS):
        image = Image.new("RGB", of.size, of.first) if number < BLACK else picture(of.size)
        frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
        yield from stream.encode(frame.reformat(format=stream.pix_fmt, dst_colorspace=of.matrix))
    yield from stream.encode()


def _weighed(packet: Any) -> Any:
    """With filler behind it (ITU-T H.264, 7.3.2.7)."""
    more = av.Packet(bytes(packet) + b"\0\0\0\1\x0c" + b"\xff" * 1_000_000 + b"\x80")
    more.stream, more.time_base, more.pts, more.dts = packet.stream, packet.time_base, packet.pts, packet.dts
    more.duration, more.is_keyframe = packet.duration, packet.is_keyframe
    return more


def _cues(track: Track, into: Any) -> Iterator[Any]:
    ends = [*(at for at, _ in track.cues), SECONDS * 1000][1:]
    for (at, data), end in zip(track.cues, ends, strict=True):
        packet = av.Packet(data)
        packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = into, _TICKS, at, at, end - at
        yield packet


SAID: dict[str, tuple[str, tuple[Track, ...], str]] = {
    "MP4": ("mp4", (ENGLISH, GERMAN), "The tulips are here and another Die Tulpen sind da"),
    "QuickTime": ("mov", (ENGLISH,), "The tulips are here and another"),
    "SubRip": ("matroska", (SUBRIP,), "The tulips are here and another & more"),
    "WebVTT in Matroska": ("matroska", (WEBVTT,), "The tulips are here and another"),
    "WebVTT": ("webm", (WEBVTT,), "The tulips are here and another"),
    "SubStation Alpha": ("matroska", (ALPHA,), "The tulips are here, all drawn of them"),
    "pictures": ("matroska", (PICTURES, SUBRIP), "The tulips are here and another & more"),
}
"""Container, tracks, and what is said."""


def good() -> Iterator[Good]:
    """A film for each way to write them."""
    for name, (container, tracks, _) in SAID.items():
        ending, kind = {"mp4": ("mp4", MP4), "mov": ("mov", MOV), "webm": ("webm", WEBM), "matroska": ("mkv", MKV)}[
            container
        ]
        codec = "vp9" if container == "webm" else "h264"
        known = {"video_codec": codec, "frame_rate": float(RATE), "duration": float(SECONDS)}
        languages = [track.language for track in tracks]
        yield Good(
            f"Film with subtitles: {name}",
            f"s.{ending}",
            functools.partial(subtitled, container, *tracks),
            kind,
            SIZE,
            within=4.0,
            properties={**known, "subtitles": languages},
        )
