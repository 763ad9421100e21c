"""Films, by FFmpeg's libraries in this process (PyAV): a poster, and what is known of the film.

Belongs here: one frame of a film, a telling one or that of a moment, and how it is shown. The demuxer is the one that
the type asks for and no other, and what a film refers to outside of itself is refused, before the sandbox would. Sound
is not decoded.
"""

import contextlib
import importlib
import math
import pkgutil
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, NoReturn, cast

import av
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from workers.media import hdr, spoken, tagged
from workers.media.decoded import Decoded, Decoder, Size, fit
from workers.media.encoding import DEMUXERS
from workers.media.plan import PIXELS, MediaFailure

# Where in the film a poster is looked for: many begin with black, or with a slate.
_PLACES = (0.1, 0.3, 0.6, 0.0)
_DULL = 12.0  # the deviation of grey below which a frame is as good as empty
MOST_PACKETS = 2000
_ROUNDED = 0.001  # seconds
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_HD_LINES = 720  # from here on, what does not say its matrix has that of BT.709
_NOT_NEEDED = frozenset({"av.__main__", "av.about", "av.datasets", "av.device"})


def refuse(*_: object) -> NoReturn:
    raise PermissionError("a film may refer to nothing outside of itself")


def decode(format_: str, source: BinaryIO, box: int, data: int, time: float | None = None) -> Decoded:
    """As ``Decoder`` says, of what is seen at ``time`` (seconds from the begin; None: a moment that shows something).
    The size is that of a frame as it is shown, of which sRGB's curve is near enough. HDR is pressed into its range
    (``hdr``). ``details``: ``duration`` in seconds, ``frame_rate``, ``video_codec``, ``audio_codec``, ``hdr``,
    ``bit_depth``, ``subtitles``. What is said is told with the poster."""
    del data
    with opened(format_, source) as (film, stream):
        details, written = _details(film, stream), tagged.read(film.metadata)
        frame = _poster(film, stream) if time is None else _seen_at(film, stream, time)
        size, picture = shown(frame, stream, box)
        wordy = time is None and spoken.are_words(film, format_)
    said = _said(format_, source) if wordy else ""
    details["bit_depth"] = max(part.bits for part in frame.format.components)
    if frame.color_trc in hdr.CURVES:
        details["hdr"] = hdr.CURVES[ColorTrc(frame.color_trc)]
    return Decoded(picture, size, "RGB", None, details, said, written)


DECODERS: dict[str, Decoder] = {format_: partial(decode, format_) for format_ in DEMUXERS}


def _said(format_: str, source: BinaryIO) -> str:
    """The words of its subtitles, as far as they can be read. The film is opened anew: once pictures were looked for in
    it, not every one finds back to its begin."""
    source.seek(0)
    with (
        contextlib.suppress(MediaFailure, MemoryError),
        opened(format_, cast(BinaryIO, spoken.Metered(source))) as (film, _),
    ):
        return spoken.words(film, format_)
    return ""


def _load_all() -> None:
    """PyAV imports its parts when they are needed; a child could not."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in _NOT_NEEDED:
            importlib.import_module(module.name)
    av.logging.set_level(None)


_load_all()


@contextlib.contextmanager
def opened(format_: str, source: BinaryIO) -> Iterator[tuple[Any, VideoStream]]:
    """A film and its pictures; what goes wrong with it while it is open is MediaFailure."""
    try:
        with av.open(source, format=DEMUXERS[format_], io_open=refuse, metadata_errors="replace") as film:
            yield film, _pictures(film)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, EOFError) as error:  # what FFmpeg says of a file, and PyAV of its fields
        raise MediaFailure("truncated" if isinstance(error, EOFError) else "broken_file", repr(error)) from error


def _pictures(film: Any) -> VideoStream:
    """The stream that is the film: not the cover of a song. Raises MediaFailure."""
    streams = [each for each in film.streams.video if not each.disposition & av.stream.Disposition.attached_pic]
    if not streams:
        raise MediaFailure("no_picture", "no video stream")
    stream: VideoStream = streams[0]
    context = stream.codec_context
    if context is None:
        raise MediaFailure("unsupported_variant", "no decoder")
    if context.width * context.height > PIXELS["MOV"]:
        raise MediaFailure("too_large", f"{context.width} × {context.height}")
    context.thread_count = 1
    context.options = {"max_pixels": str(PIXELS["MOV"])}
    return stream


def _details(film: Any, stream: VideoStream) -> dict[str, object]:
    found: dict[str, object] = {"video_codec": stream.codec_context.name}
    if film.streams.audio and film.streams.audio[0].codec_context is not None:
        found["audio_codec"] = film.streams.audio[0].codec_context.name
    if seconds := seconds_of(film, stream):
        found["duration"] = round(seconds, 3)
    if languages := spoken.languages(film):
        found["subtitles"] = languages
    rate = stream.average_rate or stream.guessed_rate
    if rate and 0 < float(rate) < 10_000:
        found["frame_rate"] = round(float(rate), 3)
    return found


def seconds_of(film: Any, stream: VideoStream) -> float:
    """How long it is; 0 where nothing says so."""
    if film.duration and film.duration > 0:
        return float(film.duration / av.time_base)
    if stream.duration and stream.time_base and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return 0.0


def measured(film: Any, stream: VideoStream) -> float:
    """How long a film is that does not say it, as recordings of a browser do: its packets are read, and not decoded."""
    first, last = math.inf, -math.inf
    for packet in film.demux(stream):
        if packet.pts is not None and packet.size:
            first, last = min(first, packet.pts), max(last, packet.pts + (packet.duration or 0))
    return (last - first) * float(stream.time_base or 0) if last > first else 0.0


def _poster(film: Any, stream: VideoStream) -> VideoFrame:
    """The first of a few places where there is something to be seen; else the one with the most.

    Raises MediaFailure.
    """
    best: tuple[float, VideoFrame] | None = None
    seconds = seconds_of(film, stream)
    for place in _PLACES if seconds else (0.0,):
        frame = _frame_at(film, stream, seconds * place)
        if frame is None:
            continue
        seen = _liveliness(frame)
        if seen >= _DULL:
            return frame
        if best is None or seen > best[0]:
            best = seen, frame
    if best is None:
        raise MediaFailure("broken_file", "no frame could be decoded")
    return best[1]


def _frame_at(film: Any, stream: VideoStream, seconds: float) -> VideoFrame | None:
    """The key frame at or before that moment; None if there is none that can be decoded."""
    try:
        go_to(film, seconds)
    except av.FFmpegError:
        if seconds:
            return None  # what can't be searched is read from where it stands: once, not at every place
    with contextlib.suppress(_TooFarError):
        return next(_frames(film, stream), None)
    return None


def go_to(film: Any, seconds: float) -> None:
    """To the last key frame before that moment. Raises av.FFmpegError where that can't be searched."""
    start = (film.start_time or 0) / av.time_base
    film.seek(round((start + seconds) * av.time_base), backward=True, any_frame=False)


def _seen_at(film: Any, stream: VideoStream, time: float) -> VideoFrame:
    """What a player shows at that moment: the last frame that has begun by then. Raises MediaFailure."""
    seconds = seconds_of(film, stream) or measured(film, stream)
    if time > seconds:
        raise MediaFailure("no_such_time", f"{time} s of {seconds} s")
    with contextlib.suppress(av.FFmpegError):  # what can't be searched is read from where it stands
        go_to(film, time)
    found = None
    try:
        for frame in _frames(film, stream):
            if found is not None and _begin(film, frame) > time + _ROUNDED:
                break
            found = frame
    except _TooFarError as error:
        raise MediaFailure("no_such_time", f"{time} s is too far from a key frame") from error
    if found is None:
        raise MediaFailure("broken_file", "no frame could be decoded")
    return found


def _begin(film: Any, frame: VideoFrame) -> float:
    """Seconds from the film's begin; of a frame that does not say it, none."""
    return 0.0 if frame.pts is None else frame.time - (film.start_time or 0) / av.time_base


class _TooFarError(Exception):
    """Too many packets were read."""


def _frames(film: Any, stream: VideoStream) -> Iterator[VideoFrame]:
    """Those that come from here on, as far as they can be decoded. Raises _TooFarError after so many packets."""
    for count, packet in enumerate(film.demux(stream)):
        if count > MOST_PACKETS:
            raise _TooFarError
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue  # a broken packet; the next key frame may be whole


def _liveliness(frame: VideoFrame) -> float:
    small = _image(frame.reformat(64, 36, "rgb24", threads=1)).convert("L")
    return float(ImageStat.Stat(small).stddev[0])


def shown(frame: VideoFrame, stream: VideoStream, box: int) -> tuple[Size, Image.Image]:
    """Size and picture as a player shows them: square pixels, upright, in sRGB's range."""
    ratio = float(stream.sample_aspect_ratio or 1)
    ratio = ratio if 0.1 < ratio < 10 else 1.0
    size = (max(1, round(frame.width * ratio)), frame.height)
    target = fit(size, box)
    drawn = frame.reformat(
        *target, "rgb24", src_colorspace=_matrix(frame), interpolation=Interpolation.LANCZOS, threads=1
    )
    picture = _image(drawn)
    if frame.color_trc in hdr.CURVES:
        picture = hdr.pressed(picture, ColorTrc(frame.color_trc))
    turn = frame.rotation % 360
    if turn not in _TURNS:
        return size, picture
    return (size if turn == 180 else size[::-1]), picture.transpose(_TURNS[turn])


def _image(frame: VideoFrame) -> Image.Image:
    return cast(Image.Image, frame.to_image())  # type: ignore[no-untyped-call]


def _matrix(frame: VideoFrame) -> Colorspace:
    """By which brightness and colour were parted; many films do not say it (ITU-T H.273, table 4)."""
    with contextlib.suppress(ValueError):
        return Colorspace(frame.colorspace)
    return Colorspace.ITU709 if frame.height >= _HD_LINES else Colorspace.ITU601
