"""What may be asked of the FFmpeg program, its bounds, and what is believed of its answer.

Belongs here: values, tables and checks, for both sides of the sandbox. Must not: run anything.
"""

import os
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from workers.media.plan import MIB, Limits, MediaFailure

DEMUXERS: Mapping[str, str] = MappingProxyType(
    {
        "MOV": "mov",
        "MKV": "matroska",
        "AVI": "avi",
        "MPEG": "mpeg",
        "MPEGTS": "mpegts",
        "MXF": "mxf",
        "ASF": "asf",
        "FLV": "flv",
    }
)
"""The one demuxer that may look at a file, by the decoder's name in ``plan``."""

SOUNDS: Mapping[str, str] = MappingProxyType(
    {"WAV": "wav", "AIFF": "aiff", "FLAC": "flac", "OGG": "ogg", "MP3": "mp3", "M4A": "mov"}
)
"""The same of what is only heard."""

LIMITS = Limits(seconds=20 * 60.0, output=2048 * MIB, cores=4)
"""A film of an hour in HD takes a quarter of it; the program has threads of its own."""

_NO_ROOM = re.compile(rb"malloc of size \d+ failed")  # as x264 says it

NOT_EXECUTED = 73  # the exit code of a child that could not become the program

CODECS: frozenset[str] = frozenset(
    """
    h264 hevc av1 libdav1d vp8 vp9 vp6 vp6f mpeg4 mpeg1video mpeg2video mpegvideo msmpeg4v1 msmpeg4v2 msmpeg4 h263 flv
    vc1 wmv1 wmv2 wmv3 theora prores dnxhd cfhd mjpeg dvvideo ffv1 huffyuv ffvhuff utvideo qtrle rawvideo v210 png svq1
    svq3 cinepak jpeg2000
    aac aac_latm mp1 mp1float mp2 mp2float mp3 mp3float ac3 eac3 dca flac alac opus libopus vorbis wmav1 wmav2 wmapro
    wmalossless amrnb amrwb truehd speex adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_swf pcm_alaw pcm_mulaw pcm_u8 pcm_s8
    pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le pcm_f64be pcm_bluray
    pcm_dvd
    """.split()  # noqa: SIM905 a word a line would fill two pages
)
"""FFmpeg has hundreds of decoders; these are what films and recordings are made of."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What can be played in a browser: H.264 and AAC in MP4, its index in front. ``demuxer``: one of DEMUXERS' or
    SOUNDS' names; the sides in px that the whole is scaled to, 0 of what is only heard; ``quality``: x264's rate
    factor, of a sound kbit/s; ``hdr``: ``pq`` or ``hlg`` for a film on such a curve; ``sound``: whether there is any.

    ``frame``: width, height, left and top in px of what is kept of it, or with a ``background`` (``#rrggbb``) of where
    it is put into. ``tags``: of a film for a place, what is written into it, by FFmpeg's names; where there is none,
    nothing at all.
    """

    demuxer: str
    width: int
    height: int
    quality: float
    hdr: str | None
    sound: bool
    frame: tuple[int, int, int, int] | None = None
    background: str | None = None
    tags: Mapping[str, str] | None = None

    @property
    def sides(self) -> tuple[int, int]:
        """In px, as it is seen."""
        return (self.width, self.height) if self.frame is None else (self.frame[0], self.frame[1])

    @property
    def picture(self) -> bool:
        """Whether there is something to be seen."""
        return self.width > 0


def planned(format_: str, size: tuple[int, int], details: Mapping[str, object], box: int, quality: int) -> Encoding:
    """How a film of this size (px, as it is shown) and with these ``details`` (``results.Properties``) is encoded, its
    longest side at most ``box``. Raises MediaFailure for codecs that are not decoded outside of the strict child.
    """
    if format_ in SOUNDS:
        _require_decoders(format_, details)
        return Encoding(SOUNDS[format_], 0, 0, quality, None, sound=True)
    factor = min(1.0, box / max(size))
    width, height = (max(2, round(side * factor / 2) * 2) for side in size)  # colour has half as many pixels
    return scaled_to(format_, (width, height), details, quality)


def scaled_to(format_: str, size: tuple[int, int], details: Mapping[str, object], quality: float) -> Encoding:
    """The whole of a film at this size. Raises as ``planned``."""
    _require_decoders(format_, details)
    hdr = details.get("hdr")
    sound = "audio_codec" in details
    return Encoding(DEMUXERS[format_], *size, quality, hdr if isinstance(hdr, str) else None, sound)


def _require_decoders(format_: str, details: Mapping[str, object]) -> None:
    codecs = [details[name] for name in ("video_codec", "audio_codec") if name in details]
    if format_ not in {**DEMUXERS, **SOUNDS} or not codecs or not CODECS.issuperset(codecs):
        raise MediaFailure("unsupported_variant", f"{format_}: {codecs}")


def failure(status: int, said: bytes, written: int, limits: Limits = LIMITS) -> MediaFailure:
    """Why the program ended with this status, from what it ``said`` and has ``written``."""
    diagnostic = f"status {status}: {said[-500:].decode(errors='replace')!a}"
    if written >= limits.output:
        return MediaFailure("too_long", diagnostic)
    if b"Cannot allocate memory" in said or _NO_ROOM.search(said):
        return MediaFailure("out_of_memory", diagnostic)
    return MediaFailure("broken_file", diagnostic)


def check_film(output: BinaryIO) -> int:
    """The size in bytes of an MP4 that begins with its index, so that it plays while it loads. Raises MediaFailure
    (``crashed``) for anything else: its boxes are walked (ISO/IEC 14496-12, 4.2), and none is believed.
    """
    size = os.fstat(output.fileno()).st_size
    kinds = list(_boxes(output, size))
    output.seek(0)
    if kinds[:1] != [b"ftyp"] or not _in_order(kinds, (b"moov", b"mdat")):
        raise MediaFailure("crashed", f"the program wrote no film: {kinds[:5]}")
    return size


def _boxes(output: BinaryIO, size: int) -> Iterator[bytes]:
    at = 0
    while at < size:
        output.seek(at)
        head = output.read(16)
        if len(head) < 8:
            raise MediaFailure("crashed", "a box without a head")
        length = struct.unpack(">I", head[:4])[0]
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        if length < 8 or at + length > size:
            raise MediaFailure("crashed", "a box that does not end")
        yield head[4:8]
        at += length


def _in_order(kinds: Sequence[bytes], wanted: Sequence[bytes]) -> bool:
    return [each for each in kinds if each in wanted] == list(wanted)
