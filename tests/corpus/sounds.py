"""Sounds of a second: silent at first, as loud as can be from the middle on, so that a waveform is known."""

import array
import functools
import io
import math
from collections.abc import Iterator
from typing import Any

import av

from tests.corpus.cases import QUARTERS, Bad, Good, half
from tests.workers.media import generate

RATE = 48000
PAPER, WAVE = (24, 27, 33), (122, 176, 255)
HALVES = (PAPER, WAVE, PAPER, WAVE)
DRAWN, COVER = (1600, 400), (120, 120)


@functools.cache
def sound(container: str, codec: str) -> bytes:
    """A second of a tone, whose first half is silent."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=RATE)
        stream.codec_context.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=RATE)
        tone = [0] * (RATE // 2) + [round(32000 * math.sin(n * 0.03)) for n in range(RATE // 2)]
        frame.planes[0].update(array.array("h", tone).tobytes())
        frame.sample_rate, frame.pts = RATE, 0
        resampler = av.AudioResampler(
            stream.codec_context.format, "mono", RATE, stream.codec_context.frame_size or 4096
        )
        for each in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(each))
        out.mux(stream.encode())
    return file.getvalue()


@functools.cache
def covered(picture: bytes) -> bytes:
    """An MP3 with this picture as its cover (ID3v2.3, 4.15)."""
    text = b"\0image/jpeg\0\3\0" + picture
    frame = b"APIC" + len(text).to_bytes(4, "big") + b"\0\0" + text
    length = len(frame)
    size = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + frame + sound("mp3", "libmp3lame")


def cover() -> bytes:
    """Of four colours."""
    return generate.encoded(generate.corners(COVER, list(QUARTERS)), "JPEG", quality=95)


def good() -> Iterator[Good]:
    """Each container, and a cover."""
    yield _good("WAVE", "a.wav", "audio/vnd.wave", "wav", "pcm_s16le")
    yield _good("AIFF", "a.aiff", "audio/aiff", "aiff", "pcm_s16be")
    yield _good("FLAC", "a.flac", "audio/flac", "flac", "flac")
    yield _good("Ogg Opus", "a.opus", "audio/ogg", "ogg", "libopus", audio_codec="opus", duration=1.006)
    yield _good("MP3", "a.mp3", "audio/mpeg", "mp3", "libmp3lame", audio_codec="mp3float")
    yield _good("MPEG-4 sound", "a.m4a", "audio/mp4", "ipod", "aac")
    known = {"audio_codec": "mp3float", "duration": 1.0, "sample_rate": RATE, "channels": 1}
    yield Good("MP3 with a cover", "b.mp3", lambda: covered(cover()), "audio/mpeg", COVER, QUARTERS, 6.0, known)
    broken = functools.partial(covered, b"\xff\xd8\xff no picture")
    yield Good("MP3 with a broken cover", "c.mp3", broken, "audio/mpeg", DRAWN, HALVES, 4.0, known)


def _good(name: str, filename: str, media_type: str, container: str, codec: str, **more: object) -> Good:
    known = {"audio_codec": codec, "duration": 1.0, "sample_rate": RATE, "channels": 1, **more}
    return Good(name, filename, lambda: sound(container, codec), media_type, DRAWN, HALVES, 4.0, known)


_BROKEN = "broken_file|truncated"


def bad() -> Iterator[Bad]:
    """Broken, cut, and those that want to read elsewhere."""
    yield Bad("half a FLAC", "a.flac", lambda: half(sound("flac", "flac")), "audio/flac", "")  # half of it is heard
    yield Bad("a FLAC of its head", "b.flac", lambda: b"fLaC" + bytes(40), "audio/flac", _BROKEN)
    yield Bad("a WAVE of its head", "a.wav", lambda: sound("wav", "pcm_s16le")[:20], "audio/vnd.wave", "broken_file")
    vast = sound("wav", "pcm_s16le")[:24] + b"\xff\xff\xff\x7f" + sound("wav", "pcm_s16le")[28:]
    yield Bad("a WAVE of 2^31 samples a second", "b.wav", lambda: vast, "audio/vnd.wave", "unsupported_variant")
    playlist = b"ID3\3\0\0\0\0\0\0#EXTM3U\nhttp://127.0.0.1:9/a.mp3\n"
    yield Bad("a playlist as MP3", "a.mp3", lambda: playlist, "audio/mpeg", _BROKEN)
    yield Bad(
        "an Ogg of noise", "a.ogg", lambda: b"OggS" + bytes(range(256)) * 20, "audio/ogg", "broken_file|truncated"
    )
