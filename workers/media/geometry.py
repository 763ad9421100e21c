"""How large what is seen has to be for its rendition, and what of it is cut off: of a picture as of a film.

Belongs here: arithmetic of px. Must not: know what carries it out, or import it.
"""

import math

Size = tuple[int, int]


def fit(size: Size, box: int) -> Size:
    """``size`` in proportion, its longest side at most ``box`` px; never larger than it was."""
    longest = max(size)
    if longest <= box:
        return size
    return scaled(size, box / longest)


def scaled(size: tuple[float, float], factor: float) -> Size:
    """Whole pixels, one at least."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def covering(whole: Size, frame: Size) -> Size:
    """How large the whole has to be so that the frame can be cut from it; never larger than it is."""
    return scaled(whole, min(1.0, max(_factors(whole, frame))))


def contained(whole: Size, frame: Size) -> Size:
    """How large the whole has to be to fit into the frame; never larger than it is."""
    return scaled(whole, min(1.0, *_factors(whole, frame)))


def _factors(whole: Size, frame: Size) -> list[float]:
    return [side / there for side, there in zip(frame, whole, strict=True)]


def cut(there: Size, frame: Size) -> Size:
    """How much of what is there is kept: the frame's proportions; smaller than the frame where that is."""
    factor = min(1.0, there[0] / frame[0], there[1] / frame[1])
    width, height = scaled(frame, factor)
    return min(width, there[0]), min(height, there[1])


def begin(there: int, kept: int, focal: float) -> int:
    """Where to begin, so that of the px that are kept the focal point is the middle, if that can be."""
    return max(0, min(there - kept, math.floor(there * focal - kept / 2)))
