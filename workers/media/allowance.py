"""How much time on the processor a file may ask for, by its size and by what is made of it.

What is small and asks for much work means no good (an SVG of a kilobyte can ask for years): a file may use so much
time, and a second more for each so many bytes. The clock's limit is looser, for busy machines.

Belongs here: the figures. Must not: start or end anything.
"""

from collections.abc import Sequence

from workers.media.encoding import SOUNDS
from workers.media.plan import MIB, MOST_ENCODINGS, Spec

QUICK_SECONDS = 8.0
"""For the smallest file."""

# Of a sound all is decoded, and an hour of speech has few bytes (16 kbit/s are 7 MB, and ten seconds to decode).
_BYTES_A_SECOND = 4 * MIB
_SOUND_A_SECOND = MIB // 8
# What is written takes its time too, where it is an AVIF, or a quality is looked for: seconds a pixel, amply.
_AVIF_PIXEL = 4e-7
_OTHER_PIXEL = 1e-7


def seconds(format_: str, size: int, specs: Sequence[Spec] = (), quick: float = QUICK_SECONDS) -> float:
    """For a file of ``size`` bytes and these renditions of it; ``quick``: for the smallest."""
    reading = size / (_SOUND_A_SECOND if format_ in SOUNDS else _BYTES_A_SECOND)
    return quick + reading + sum(_writing(spec) for spec in specs)


def _writing(spec: Spec) -> float:
    """How much longer than usual this rendition may take to be written."""
    width, height = spec.frame or (spec.box, spec.box)
    each = width * height * (_AVIF_PIXEL if spec.format == "AVIF" else _OTHER_PIXEL)
    if spec.max_bytes is not None:
        return MOST_ENCODINGS * each
    return each if spec.format == "AVIF" else 0
