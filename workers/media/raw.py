"""Cameras' raw pictures, by LibRaw: the preview that the camera put in, or a quick development where that is small.

Belongs here: raw files. The embedded preview is what the photographer saw on the camera, and is there at once.
"""

import errno
import io
from typing import BinaryIO

import rawpy
from PIL import Image

from workers.media import stills
from workers.media.decoded import Decoded, Decoder, Size, fit
from workers.media.plan import PIXELS, MediaFailure

_TURNS = {3: Image.Transpose.ROTATE_180, 5: Image.Transpose.ROTATE_90, 6: Image.Transpose.ROTATE_270}
"""LibRaw's word for how the camera was held."""


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the developed picture."""
    raw = rawpy.RawPy()
    try:
        raw.open_buffer(source)
        size = (raw.sizes.width, raw.sizes.height)
        flip = raw.sizes.flip
        upright = size[::-1] if flip in (5, 6) else size
        if size[0] * size[1] > PIXELS["RAW"]:
            raise MediaFailure("too_large", f"{size}")
        found = _embedded(raw, box, data, flip, upright)
        return found or _developed(raw, box, upright)
    except (rawpy.LibRawUnsufficientMemoryError, OSError) as error:
        out = isinstance(error, rawpy.LibRawUnsufficientMemoryError) or error.errno == errno.ENOMEM
        raise MediaFailure("out_of_memory" if out else "broken_file", repr(error)) from error
    except rawpy.LibRawError as error:
        raise MediaFailure("broken_file", repr(error)) from error


DECODERS: dict[str, Decoder] = {"RAW": decode}


def _embedded(raw: rawpy.RawPy, box: int, data: int, flip: int, upright: Size) -> Decoded | None:
    """The camera's preview, if it has the pixels that are needed."""
    try:
        thumb = raw.extract_thumb()
    except rawpy.LibRawError:
        return None
    if thumb.format is not rawpy.ThumbFormat.JPEG:
        return None
    try:
        seen = stills.DECODERS["JPEG"](io.BytesIO(bytes(thumb.data)), box, data)
    except MediaFailure:
        return None
    picture = seen.image
    if (picture.width > picture.height) != (upright[0] > upright[1]) and flip in _TURNS:
        picture = picture.transpose(_TURNS[flip])  # previews often do not say how the camera was held
    enough = max(picture.size) >= min(box, max(upright)) * 3 // 4
    return Decoded(picture, upright, "RGB", seen.profile) if enough else None


def _developed(raw: rawpy.RawPy, box: int, upright: Size) -> Decoded:
    """Half the size in both directions: one pixel from four of the sensor's, without interpolation."""
    half = max(upright) >= 2 * box
    pixels = raw.postprocess(half_size=half, use_camera_wb=True, output_bps=8)
    picture = Image.fromarray(pixels)
    return Decoded(picture.resize(fit(upright, box), Image.Resampling.LANCZOS), upright, "RGB")
