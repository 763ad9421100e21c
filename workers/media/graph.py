"""The FFmpeg program's command line, built by ffmpeg-python.

Belongs here: what is decoded, how it is scaled, what is written. Read by the template, used by the child that becomes
the program. Every input is named by its descriptor, its demuxer and codecs are said beforehand, and ``fd`` is the only
protocol: a film that refers to others finds nobody who would open them.
"""

from typing import Any

import ffmpeg

from workers.media.encoding import CODECS, Encoding
from workers.media.hdr import BRIGHTEST, PEAK

_CURVES = {"pq": "smpte2084", "hlg": "arib-std-b67"}
_LINEAR = {"t": "linear", "npl": BRIGHTEST}  # 1 is the brightest there is
_TONED = f"st(0,val/65535*{PEAK:.6f});65535*ld(0)/(1+ld(0))*(1+1/{PEAK:.6f})"


def arguments(encoding: Encoding, program: str, source: int, output: int, progress: int) -> list[str]:
    """argv. ``source``, ``output`` and ``progress`` (where it says how far it is) are descriptors; what has been
    written is read again by descriptor 0, to bring the index to the front."""
    film = ffmpeg.input(
        "fd:",
        fd=source,
        f=encoding.demuxer,
        protocol_whitelist="fd",
        format_whitelist=encoding.demuxer,
        codec_whitelist=",".join(sorted(CODECS)),
        threads=2,
    )
    streams = [_picture(film["V:0"], encoding)] if encoding.picture else []
    if encoding.sound:
        streams.append(film["a:0"])
    how: dict[str, object] = {**_FILM, "crf": encoding.quality} if encoding.picture else {"b:a": f"{encoding.quality}k"}
    if encoding.tags == {}:
        how["fflags"] = "+bitexact"  # else it is written in there which FFmpeg wrote it
    written = ffmpeg.output(*streams, "fd:", fd=output, f="mp4", **{**_AS_WRITTEN, **how})
    found: list[str] = ffmpeg.compile(written, cmd=[program, *_QUIETLY, *_TELLING, f"pipe:{progress}"])
    # One option many times is more than ffmpeg-python knows of; who writes has the last word, the address.
    said = [part for name, text in (encoding.tags or {}).items() for part in ("-metadata", f"{name}={text}")]
    return [*found[:-1], *said, found[-1]]


_QUIETLY = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-filter_complex_threads", "1")
_TELLING = ("-stats_period", "1", "-progress")
_FILM: dict[str, object] = {
    "c:v": "libx264",
    "preset": "veryfast",
    "profile:v": "high",
    "g": 60,  # a person who seeks waits for no more than this many frames
    "fps_mode": "vfr",
    "b:a": "96k",
}
_AS_WRITTEN: dict[str, object] = {
    "c:a": "aac",
    "ac": 2,
    "ar": 48000,
    "threads": 2,
    "map_metadata": -1,
    "map_chapters": -1,
    "movflags": "+faststart",
}


def _picture(film: Any, encoding: Encoding) -> Any:
    """Small first, so that all that follows is cheap; upright it is already (the program turns it itself)."""
    scaled = film.filter("scale", encoding.width, encoding.height, flags="bicubic").filter("setsar", 1)
    if encoding.frame is not None and encoding.background is None:
        scaled = scaled.filter("crop", *encoding.frame)
    if encoding.hdr is not None:
        scaled = _pressed(scaled, _CURVES[encoding.hdr])
    scaled = scaled.filter("format", "yuv420p")
    if encoding.frame is None or encoding.background is None:
        return scaled
    return scaled.filter("pad", *encoding.frame, color=encoding.background.replace("#", "0x"))


def _pressed(film: Any, curve: str) -> Any:
    """From an HDR curve into the range of a screen, as ``hdr`` does it for the poster. Numbers of 16 bits can be no
    more than 1 and no less than 0: there it is cut off. FFmpeg's own ``tonemap`` would lessen the three together."""
    said = film.filter("setparams", color_primaries="bt2020", colorspace="bt2020nc", color_trc=curve, range="tv")
    linear = said.filter("zscale", **_LINEAR).filter("format", "gbrp16le")
    there = linear.filter("zscale", p="709").filter("format", "gbrp16le")
    toned = there.filter("lutrgb", **dict.fromkeys("rgb", _TONED))
    return toned.filter("zscale", t="iec61966-2-1", m="709", r="limited", p="709")
