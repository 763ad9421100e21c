"""Pictures to seek a film by: its key frames, small, side by side on one sheet.

Belongs here: which frames, and where they stand. Only key frames are decoded, one for each moment, as the poster is.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from workers.media import films
from workers.media.plan import SPRITE_COLUMNS, SPRITE_TILES, MediaFailure

_METHOD = 2  # of WebP, as for stills


def make(source: BinaryIO, format_: str, box: int, quality: int, sink: BinaryIO) -> dict[str, object]:
    """Write the sheet (WebP), each tile at most ``box`` px; return the fields of ``sprite_index.Sprite``.

    Raises MediaFailure, MemoryError.
    """
    with films.opened(format_, source) as (film, stream):
        stream.codec_context.skip_frame = "NONKEY"
        seconds = films.seconds_of(film, stream) or films.measured(film, stream)
        if not seconds:
            raise MediaFailure("no_length", "neither its head nor its packets say how long it is")
        tiles = [(at, films.shown(frame, stream, box)[1]) for at, frame in _moments(film, stream, seconds)]
    if not tiles:
        raise MediaFailure("broken_file", "no key frame could be decoded")
    sheet = _sheet([picture for _, picture in tiles])
    sheet.save(sink, "WEBP", quality=quality, method=_METHOD, icc_profile=b"", exif=b"", xmp=b"")
    width, height = tiles[0][1].size
    begins = [0.0, *(round(at, 3) for at, _ in tiles[1:])]
    return {"seconds": max(0.001, round(seconds, 3)), "width": width, "height": height, "begins": begins}


def _moments(film: Any, stream: VideoStream, seconds: float) -> Iterator[tuple[float, VideoFrame]]:
    """From when on which key frame stands for the film: that before the middle of each part, once only."""
    count = min(SPRITE_TILES, max(1, int(seconds)))
    part = seconds / count
    last = None
    for number in range(count):
        with contextlib.suppress(av.FFmpegError):  # what can't be searched, or decoded, costs this moment only
            films.go_to(film, (number + 0.5) * part)
            packet = _key_packet(film, stream)
            if packet is None or packet.pts == last:
                continue
            for frame in _decoded(packet):
                last = packet.pts
                yield number * part, frame


def _key_packet(film: Any, stream: VideoStream) -> Any:
    for count, packet in enumerate(film.demux(stream)):
        if packet.is_keyframe and packet.size:
            return packet
        if count > films.MOST_PACKETS:
            break
    return None


def _decoded(packet: Any) -> list[VideoFrame]:
    """The one frame; a decoder that waits for what comes after it is told that nothing does."""
    frames: list[VideoFrame] = packet.decode()
    return (frames or packet.stream.codec_context.decode(None))[:1]


def _sheet(tiles: list[Image.Image]) -> Image.Image:
    """Row by row. A film whose frames change their size has tiles of the first one's."""
    width, height = tiles[0].size
    columns = min(len(tiles), SPRITE_COLUMNS)
    sheet = Image.new("RGB", (columns * width, -(-len(tiles) // columns) * height))
    for number, tile in enumerate(tiles):
        there = number % columns * width, number // columns * height
        sheet.paste(tile if tile.size == (width, height) else tile.resize((width, height)), there)
    return sheet
