"""What the sandbox costs: renditions through the studio against the same decode, resize and encode in this process.

Run by hand or by the bench target; asserts nothing.
"""

import io
import time
from collections.abc import Callable

from PIL import Image

from workers.media import images
from workers.media.plan import Limits, Spec
from workers.media.studio import Studio

SPECS = (Spec("thumb-256", 256), Spec("preview-1024", 1024), Spec("large-2048", 2048))
_ROUNDS = 7


def measure() -> list[tuple[str, float, str]]:
    """(name, ratio or milliseconds, how it was measured), the best of a few interleaved rounds each."""
    large, small = _photo((6000, 4000)), _photo((120, 80))
    with Studio() as studio:
        studio.sandbox()  # the template is warm, as it is in a worker
        bare, confined = _best(lambda: _bare(large), lambda: _through(studio, large))
        bare_small, confined_small = _best(lambda: _bare(small), lambda: _through(studio, small))
    return [
        ("media: 24 MP JPEG, three renditions", confined / bare, "studio ÷ the same in this process, wall clock"),
        (
            "media: overhead of the sandbox, ms",
            1000 * (confined_small - bare_small),
            "a file of 120 × 80 px, difference",
        ),
    ]


def _photo(size: tuple[int, int]) -> bytes:
    """Something with the detail of a photograph: noise, enlarged."""
    channels = [
        Image.effect_noise((600, 400), spread).resize(size, Image.Resampling.BICUBIC) for spread in (30, 40, 50)
    ]
    file = io.BytesIO()
    Image.merge("RGB", channels).save(file, "JPEG", quality=90)
    return file.getvalue()


def _best(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    rounds = [(_seconds(one), _seconds(other)) for _ in range(_ROUNDS)]
    return min(first for first, _ in rounds), min(second for _, second in rounds)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare(data: bytes) -> None:
    images.render(io.BytesIO(data), "JPEG", SPECS, [io.BytesIO() for _ in SPECS], Limits().data)


def _through(studio: Studio, data: bytes) -> None:
    studio.render(io.BytesIO(data), "image/jpeg", SPECS).close()
