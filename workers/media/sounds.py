"""Sound, by FFmpeg's libraries in this process (PyAV): the cover that was put into the file, or else its waveform, and
what is known of it.

Belongs here: a picture of a sound. The demuxer is the one that the type asks for and no other, as for films.
"""

import contextlib
import io
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import av
from PIL import Image, ImageDraw

from workers.media import stills, tagged
from workers.media.decoded import Decoded, Decoder
from workers.media.encoding import SOUNDS
from workers.media.films import refuse, seconds_of
from workers.media.plan import MediaFailure

_SIZE = (1600, 400)
_PAPER, _WAVE = (24, 27, 33), (122, 176, 255)
RATE, BLOCK = 8000, 400  # enough for loudness; a twentieth of a second is the finest that is kept
_LOUDEST = 1 << 15
_FASTEST, _MOST_CHANNELS = 768_000, 64  # beyond that nobody records; a filter for it takes all memory
_COVERS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG"}

Peaks = list[tuple[int, int]]
"""The lowest and the highest sample of each block."""


def decode(format_: str, source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the picture. ``details``: ``duration`` in seconds, ``audio_codec``,
    ``sample_rate`` in Hz, ``channels``."""
    with opened(format_, source) as (sound, details):
        cover, written = _cover(sound, box, data), tagged.read(sound.metadata)
        if cover is not None:
            return Decoded(cover.image, cover.size, cover.mode, cover.profile, details, written=written)
        picture = drawn(peaks_of(sound))
    return Decoded(picture, picture.size, "RGB", None, details, written=written)


DECODERS: dict[str, Decoder] = {format_: partial(decode, format_) for format_ in SOUNDS}


@contextlib.contextmanager
def opened(format_: str, source: BinaryIO) -> Iterator[tuple[Any, dict[str, object]]]:
    """A sound, and what is known of it; what goes wrong with it while it is open is MediaFailure."""
    try:
        with av.open(source, format=SOUNDS[format_], io_open=refuse, metadata_errors="replace") as sound:
            if not sound.streams.audio:
                raise MediaFailure("no_sound", "no audio stream")
            yield sound, _details(sound)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise MediaFailure("truncated" if isinstance(error, EOFError) else "broken_file", repr(error)) from error


def _details(sound: Any) -> dict[str, object]:
    stream = sound.streams.audio[0]
    context = stream.codec_context
    if context is None:
        raise MediaFailure("unsupported_variant", "no decoder")
    if not (0 < context.sample_rate <= _FASTEST and 0 < context.channels <= _MOST_CHANNELS):
        raise MediaFailure("unsupported_variant", f"{context.sample_rate} Hz, {context.channels} channels")
    found: dict[str, object] = {
        "audio_codec": context.name,
        "sample_rate": context.sample_rate,
        "channels": context.channels,
    }
    if seconds := seconds_of(sound, stream):
        found["duration"] = round(seconds, 3)
    return found


def _cover(sound: Any, box: int, data: int) -> Decoded | None:
    """The first picture that was put into the file and can be read; its packets come before all others."""
    covers = [each for each in sound.streams.video if each.disposition & av.stream.Disposition.attached_pic]
    if not covers:
        return None
    packet = next(sound.demux(covers[0]), None)
    whole = b"" if packet is None else bytes(packet)
    for begin, format_ in _COVERS.items():
        if whole.startswith(begin):
            try:
                return stills.DECODERS[format_](io.BytesIO(whole), box, data)
            except MediaFailure:
                return None  # the sound can be seen all the same
    return None


def peaks_of(sound: Any) -> Peaks:
    """Of the whole sound, mixed to one channel. Raises MediaFailure if nothing could be decoded."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with contextlib.suppress(av.FFmpegError):  # what can't be searched is read from where it stands
        sound.seek(0)
    peaks: Peaks = []
    rest = b""
    for frame in _frames(sound):
        for each in resampler.resample(frame):
            rest += bytes(each.planes[0])[: each.samples * 2]
        whole = len(rest) - len(rest) % (BLOCK * 2)
        samples = memoryview(rest[:whole]).cast("h")
        peaks += [_extremes(samples[at : at + BLOCK]) for at in range(0, len(samples), BLOCK)]
        rest = rest[whole:]
    if rest:
        peaks.append(_extremes(memoryview(rest).cast("h")))
    if not peaks:
        raise MediaFailure("broken_file", "no sound could be decoded")
    return peaks


def _frames(sound: Any) -> Iterator[Any]:
    for packet in sound.demux(sound.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue  # a broken packet; the next may be whole


def _extremes(samples: "memoryview[int]") -> tuple[int, int]:
    return min(samples), max(samples)


def drawn(peaks: Peaks) -> Image.Image:
    """From left to right in time; the middle is silence, and the full height the loudest that there can be."""
    width, height = _SIZE
    image = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    for x in range(width):
        begin = x * len(peaks) // width
        part = peaks[begin : max(begin + 1, (x + 1) * len(peaks) // width)]
        low, high = min(each[0] for each in part), max(each[1] for each in part)
        top, bottom = (round((1 - value / _LOUDEST) * (height - 1) / 2) for value in (high, low))
        pen.line(((x, top), (x, bottom)), fill=_WAVE)
    return image
