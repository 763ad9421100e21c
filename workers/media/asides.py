"""What is made of a file beside its pictures, as files: the child's numbers are checked, and texts are written by us.

Belongs here: the worker's side of ``plan.ASIDE``. Must not: decode.
"""

import io
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from workers.media import sizes, sprite_index
from workers.media.plan import MOVING_FRAMES, MOVING_MS, Aside, MediaFailure
from workers.media.results import RenderedFile
from workers.media.studio import Studio

Files = dict[str, RenderedFile]
"""By media type; the caller's to close."""


def made(studio: Studio, source: BinaryIO, format_: str, asked: Aside, name: str) -> Files:
    """All that is made by it. ``name``: under which it will be found, for what refers to it.

    Raises MediaFailure for what is wrong with the file, MediaUnavailable.
    """
    said, output = studio.aside(source, format_, asked)
    try:
        return _FILES[asked.makes](said, output, asked, name)
    except BaseException:
        output.close()
        raise


def _sprite(said: Mapping[str, Any], output: BinaryIO, asked: Aside, name: str) -> Files:
    sprite = sprite_index.checked(said, asked.box)
    sheet = _webp(output)
    if (sheet.width, sheet.height) != sprite.sheet:
        raise MediaFailure("crashed", "the child's sheet has other sides than it says")
    return {sheet.media_type: sheet, "text/vtt": _text(sprite_index.written(sprite, name), "text/vtt")}


def _peaks(said: Mapping[str, Any], output: BinaryIO, asked: Aside, name: str) -> Files:
    """In the form of BBC's audiowaveform (version 2 of its JSON), which players of waveforms read."""
    del name
    output.seek(0)
    data = output.read(2 * asked.box + 1)
    told = set(said) == {"rate", "samples"} and all(type(each) is int and 1 <= each < 2**31 for each in said.values())
    if not told or not 2 <= len(data) <= 2 * asked.box or len(data) % 2:
        raise MediaFailure("crashed", "the child's peaks can't be right")
    output.close()
    text = {
        "version": 2,
        "channels": 1,
        "sample_rate": said["rate"],
        "samples_per_pixel": said["samples"],
        "bits": 8,
        "length": len(data) // 2,
        "data": list(memoryview(data).cast("b")),
    }
    return {"application/json": _text(json.dumps(text, separators=(",", ":")).encode(), "application/json")}


def _animation(said: Mapping[str, Any], output: BinaryIO, asked: Aside, name: str) -> Files:
    del name
    moving = _webp(output)
    frames, shown = said.get("frames"), said.get("milliseconds")
    told = len(said) == 2 and type(frames) is int and type(shown) is int
    bounded = told and 2 <= frames <= MOVING_FRAMES and 1 <= shown <= MOVING_MS  # type: ignore[operator]
    if not bounded or max(moving.width or 0, moving.height or 0) > asked.box:
        raise MediaFailure("crashed", "the child's animation can't be right")
    return {moving.media_type: moving}


def _webp(output: BinaryIO) -> RenderedFile:
    """As large as it says. Raises MediaFailure."""
    size = os.fstat(output.fileno()).st_size
    output.seek(0)
    head = output.read(sizes.HEAD)
    output.seek(0)
    width, height = sizes.webp(head)
    if not sizes.is_whole_webp(head, size):
        raise MediaFailure("crashed", "the child's picture does not end")
    return RenderedFile(output, "image/webp", width, height, size)


def _text(text: bytes, media_type: str) -> RenderedFile:
    return RenderedFile(io.BytesIO(text), media_type, None, None, len(text))


_FILES: Mapping[str, Callable[[Mapping[str, Any], BinaryIO, Aside, str], Files]] = {
    "sprite": _sprite,
    "peaks": _peaks,
    "animation": _animation,
}
