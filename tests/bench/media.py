"""What the sandbox costs: renditions through the studio against the same decode, resize and encode in this process.

Rule: asserts nothing; both sides are warm.
"""

import functools
import io

from tests.bench.render import bare, photograph, specs
from tests.bench.row import Row, in_turns, seconds
from workers.media.studio import Studio


def measure(rounds: int = 7) -> list[Row]:
    """A large file's ratio, and what a small one costs in addition."""
    large, small = photograph((6000, 4000)), photograph((120, 80))
    with Studio() as studio:
        studio.sandbox()  # the template is warm, as it is in a worker
        big = in_turns(rounds, functools.partial(bare, large), functools.partial(_through, studio, large))
        tiny = in_turns(rounds, functools.partial(bare, small), functools.partial(_through, studio, small))
    return [
        Row("media: 24 MP JPEG in the sandbox", big.ratio(1, 0), "×", "three renditions, against this process"),
        Row("media: the sandbox itself", 1000 * (tiny.median(1) - tiny.median(0)), "ms", "more for 120 × 80 px"),
    ]


def _through(studio: Studio, data: bytes) -> float:
    return seconds(lambda: studio.render(io.BytesIO(data), "JPEG", specs()).close())
