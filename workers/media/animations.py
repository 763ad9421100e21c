"""A picture that moves, as a small WebP that moves: its begin, in bounds that no file can stretch.

Belongs here: which frames, and for how long each; upright as the picture that stands still. Time, frames and pixels are
counted here, so that a picture that never ends ends all the same, and is shown as far as it was read.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from workers.media import colour, stills
from workers.media.decoded import fit
from workers.media.plan import MIB, MOVING_FRAMES, MOVING_MS, MediaFailure

_SHORTEST = 100  # ms of a frame that is written; what comes faster is left out
_UNSAID = 100  # ms of a frame that says less than _LEAST, as browsers have it
_LEAST = 11
_MOST_READ = 1000  # frames
_MOST_PIXELS = 150_000_000  # of all frames that are read: seconds, whatever their size
_LARGEST = 4 * MIB  # of the file; noise would have 14
_METHOD = 2

Frame = tuple[Image.Image, int]
"""A picture, and for how many ms it is seen."""


def make(source: BinaryIO, format_: str, box: int, quality: int, sink: BinaryIO) -> dict[str, object]:
    """Write a WebP that repeats for ever, its longest side at most ``box`` px; return ``frames`` and ``milliseconds``.

    Raises MediaFailure (``not_moving`` of what has one frame), MemoryError.
    """
    image = stills.opened(source, format_)
    if not getattr(image, "is_animated", False):
        raise MediaFailure("not_moving", f"{format_} of one frame")
    frames = list(_thinned(_frames(image, box)))
    if len(frames) < 2:
        raise MediaFailure("not_moving", "one frame that can be read")
    written = _written(frames, quality)
    while len(written) > _LARGEST and len(frames) > 2:
        frames = list(_halved(frames))
        written = _written(frames, quality)
    sink.write(written)
    return {"frames": len(frames), "milliseconds": sum(shown for _, shown in frames)}


def _written(frames: list[Frame], quality: int) -> memoryview:
    file = io.BytesIO()  # Pillow goes back in it
    frames[0][0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=[picture for picture, _ in frames[1:]],
        duration=[shown for _, shown in frames],
        loop=0,
        quality=quality,
        method=_METHOD,
        icc_profile=b"",
        exif=b"",
        xmp=b"",
    )
    return file.getbuffer()


def _halved(frames: list[Frame]) -> Iterator[Frame]:
    """Every second one, for the time of both."""
    for number in range(0, len(frames), 2):
        yield frames[number][0], sum(shown for _, shown in frames[number : number + 2])


def _frames(image: Image.Image, box: int) -> Iterator[Frame]:
    """As many as the bounds allow, small; what is broken ends it."""
    pixels = image.width * image.height
    most = max(2, min(_MOST_READ, _MOST_PIXELS // pixels))
    size, turn = fit(image.size, box), stills.orientation(image)
    for number in range(most):
        try:
            image.seek(number)
            picture = image.convert("RGBA")
        except MemoryError:
            raise
        except Exception:  # decoders raise whatever their parsing runs into; what came before is shown
            return
        said = image.info.get("duration", 0)
        small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0) if picture.size != size else picture
        shown, _ = colour.to_srgb(small, image.info.get("icc_profile"))
        shown = stills.turned(shown, turn)
        shown.info.clear()
        yield shown, int(said) if isinstance(said, int | float) and _LEAST <= said <= MOVING_MS else _UNSAID


def _thinned(frames: Iterator[Frame]) -> Iterator[Frame]:
    """In the time that there is; but for the first, a frame stands in for those that follow too fast."""
    held: Frame | None = None
    passed = count = 0
    for picture, shown in frames:
        held = (picture, shown) if held is None else (held[0], held[1] + shown)
        if count and held[1] < _SHORTEST:
            continue
        held = held[0], min(held[1], MOVING_MS - passed)
        yield held
        passed, count, held = passed + held[1], count + 1, None
        if passed >= MOVING_MS or count >= MOVING_FRAMES:
            return
    if held is not None:
        yield held[0], min(held[1], MOVING_MS - passed)
