"""Films of a few seconds, by FFmpeg's encoders: black at first, then the picture, so that a poster is known."""

import functools
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from PIL import Image

from tests.corpus.cases import QUARTERS, Bad, Good, half, picture
from tests.workers.media import generate
from tests.workers.media.generate import RGB

MP4, MOV, MKV = "video/mp4", "video/quicktime", "video/matroska"
SIZE = (320, 240)
RATE, SECONDS, BLACK = 10, 4, 3


@dataclass(frozen=True)
class Film:
    """``turn`` in degrees to the left, ``ratio`` of a pixel's sides, ``matrix`` and ``transfer`` by ITU-T H.273."""

    container: str = "mp4"
    codec: str = "libx264"
    size: tuple[int, int] = SIZE
    turn: int = 0
    ratio: Fraction = Fraction(1)
    matrix: int = 5
    transfer: int = 1
    sound: bool = False
    first: RGB = (0, 0, 0)
    options: tuple[tuple[str, str], ...] = ()


PLAIN = Film()


@functools.cache
def film(of: Film = PLAIN) -> bytes:
    """``BLACK`` frames of its first colour, then the picture."""
    file = io.BytesIO()
    with av.open(file, "w", format=of.container, options=dict(of.options)) as out:
        stream = _stream(out, of)
        voice: Any = out.add_stream("aac", rate=48000) if of.sound else None
        for number in range(RATE * SECONDS):
            image = Image.new("RGB", of.size, of.first) if number < BLACK else picture(of.size)
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            out.mux(stream.encode(frame.reformat(format=stream.pix_fmt, dst_colorspace=of.matrix)))
        out.mux(stream.encode())
        if voice is not None:
            _silence(out, voice)
    return file.getvalue()


@functools.cache
def seconds(colours: tuple[RGB, ...], container: str = "mp4", *, told: bool = True) -> bytes:
    """A key frame of another colour at each second, and white in between; ``told``: its head says how long it is."""
    of, file = Film(container), io.BytesIO()
    with av.open(file, "w", format=container, options={} if told else {"live": "1"}) as out:
        stream = _stream(out, of)
        stream.codec_context.gop_size = RATE
        stream.codec_context.options = {"crf": "4", "preset": "ultrafast", "x264-params": "scenecut=0"}
        for number in range(RATE * len(colours)):
            colour = (255, 255, 255) if number % RATE else colours[number // RATE]
            frame = av.VideoFrame.from_image(Image.new("RGB", of.size, colour))  # type: ignore[no-untyped-call]
            out.mux(stream.encode(frame.reformat(format=stream.pix_fmt, dst_colorspace=of.matrix)))
        out.mux(stream.encode())
    return file.getvalue()


def _stream(out: Any, of: Film) -> Any:
    stream = out.add_stream(of.codec, rate=RATE)
    stream.width, stream.height = of.size
    stream.pix_fmt = "yuv422p10le" if of.codec == "prores_ks" else "yuv420p"
    context = stream.codec_context
    context.gop_size = 2
    context.sample_aspect_ratio, context.colorspace, context.color_trc = of.ratio, of.matrix, of.transfer
    if of.codec == "libx264":
        context.options = {"crf": "4", "preset": "ultrafast"}
    else:
        context.bit_rate = 8_000_000
    if of.turn:
        stream.set_display_rotation(of.turn)
    return stream


def _silence(out: Any, voice: Any) -> None:
    for _ in range(20):
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 48000
        out.mux(voice.encode(frame))
    out.mux(voice.encode())


def song() -> bytes:
    """Sound in a file that looks like a film's."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        _silence(out, out.add_stream("aac", rate=48000))
    return file.getvalue()


def good() -> Iterator[Good]:
    """Containers, codecs, turned, anamorphic, wide."""
    yield _good("MP4", "a.mp4", MP4, PLAIN)
    yield _good("MP4 with sound", "c.mp4", MP4, Film(sound=True), audio_codec="aac")
    fragmented = Film(options=(("movflags", "frag_keyframe+empty_moov"),))
    yield _good("MP4 in fragments", "d.mp4", MP4, fragmented)
    yield _good("MP4 by MPEG-4", "e.mp4", MP4, Film(codec="mpeg4"), video_codec="mpeg4")
    yield _good("QuickTime", "a.mov", MOV, Film("mov"))
    yield _good("QuickTime ProRes", "b.mov", MOV, Film("mov", "prores_ks"), video_codec="prores")
    yield _good("Matroska", "a.mkv", MKV, Film("matroska"))
    yield _good("WebM", "a.webm", "video/webm", Film("webm", "libvpx-vp9"), video_codec="vp9")
    yield _good("AVI", "a.avi", "video/x-msvideo", Film("avi", "mpeg4"), video_codec="mpeg4")
    yield _good("MPEG transport stream", "a.ts", "video/mp2t", Film("mpegts"))
    yield _good("Film of HD", "f.mp4", MP4, Film(size=(1280, 720), matrix=1), size=(1280, 720))
    yield _good("Film of pixels that are wide", "g.mp4", MP4, Film(ratio=Fraction(4, 3)), size=(427, 240))
    for turn, order in ((90, (1, 3, 0, 2)), (180, (3, 2, 1, 0)), (270, (2, 0, 3, 1))):
        colours = tuple(QUARTERS[index] for index in order)
        shape = SIZE if turn == 180 else SIZE[::-1]
        yield _good(f"Film turned {turn}", "h.mov", MOV, Film("mov", turn=turn), size=shape, colours=colours)
    yield _good("Film that begins with white", "i.mp4", MP4, Film(first=(255, 255, 255)))
    for curve, transfer, seen in HDR:
        of = Film(matrix=9, transfer=transfer)
        yield _good(f"Film of HDR, {curve}", "j.mp4", MP4, of, colours=seen, hdr=curve, within=6.0)


HDR: tuple[tuple[str, int, tuple[RGB, ...]], ...] = (
    ("pq", 16, ((255, 0, 0), (0, 212, 0), (0, 82, 248), (255, 255, 255))),
    ("hlg", 18, ((232, 0, 12), (0, 163, 68), (0, 96, 196), (235, 227, 216))),
)
"""What the numbers of the quarters mean by each curve: light in BT.2020's colours, cut off at 1,000 cd/m², in BT.709's,
by Reinhard's curve and sRGB's."""


def _good(
    name: str,
    filename: str,
    kind: str,
    of: Film,
    *,
    size: tuple[int, int] = SIZE,
    colours: tuple[RGB, ...] = QUARTERS,
    within: float = 4.0,
    **more: object,
) -> Good:
    known = {"video_codec": "h264", "frame_rate": float(RATE), "duration": float(SECONDS), **more}
    return Good(name, filename, lambda: film(of), kind, size, colours, within, known)


def bad() -> Iterator[Bad]:
    """Broken, disguised, silent ones, and those that want to read elsewhere."""
    yield Bad("half an MP4", "a.mp4", lambda: half(film()), MP4, "broken_file|truncated")
    yield Bad("an MP4 of its first box", "b.mp4", lambda: film()[:40], MP4, "broken_file|truncated")
    yield Bad("half a Matroska", "a.mkv", lambda: half(film(Film("matroska"))), MKV, "")
    yield Bad("a Matroska of its head", "b.mkv", lambda: film(Film("matroska"))[:300], MKV, "broken_file|truncated")
    yield Bad("sound as a film", "c.mp4", song, MP4, "no_picture")
    yield Bad("an MP4 with noise", "d.mp4", noisy, MP4, "broken_file|")
    playlist = _HEAD + b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"
    yield Bad("a playlist as MP4", "e.mp4", lambda: playlist, MP4, "broken_file|truncated")
    files = _HEAD + b"ffconcat version 1.0\nfile /etc/passwd\n"
    yield Bad("a list of files as MP4", "f.mp4", lambda: files, MP4, "broken_file|truncated")
    yield Bad("a film whose pictures are elsewhere", "g.mov", elsewhere, MOV, "broken_file|truncated")
    yield Bad("an MP4 that says it is vast", "h.mp4", vast, MP4, "")  # the pictures know better
    yield Bad("a film of bombs", "i.mov", bombs, MOV, "too_large|broken_file")


_HEAD = b"\0\0\0\x14ftypisom\0\0\0\0isom"


def noisy() -> bytes:
    """With frames that are none."""
    data = film()
    middle = data.index(b"mdat") + 40
    return data[:middle] + b"\x5a" * 4000 + data[middle + 4000 :]


def vast() -> bytes:
    """An MP4 whose description says 65,000 by 65,000."""
    data = bytearray(film(Film(codec="mpeg4")))
    struct.pack_into(">HH", data, data.index(b"mp4v") + 28, 65_000, 65_000)
    return bytes(data)


def bombs() -> bytes:
    """QuickTime with frames of 536 megapixels, 6 MB each."""
    file = io.BytesIO()
    with av.open(file, "w", format="mov") as out:
        stream: Any = out.add_stream("mjpeg", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        for number in range(3):
            packet = av.Packet(generate.flat_jpeg(65_500, 8_190))
            packet.stream, packet.time_base, packet.pts, packet.dts = stream, Fraction(1, RATE), number, number
            out.mux(packet)
    return file.getvalue()


def elsewhere() -> bytes:
    """A QuickTime film whose pictures are said to be in another file: ``dref`` without the flag for this one."""
    data = bytearray(film(Film("mov")))
    entry = data.index(b"dref") + 12
    data[entry + 8 : entry + 12] = b"\0\0\0\0"
    place = data.index(b"mdat")
    data[place + 4 :] = data[place + 4 :].replace(b"\0\0\1", b"\0\0\2")  # what is here is not to be shown
    return bytes(data)
