"""The outline of a sound as numbers, for who draws it: the lowest and the highest sample of each part.

Belongs here: how many parts, and how they are handed over. What they are is in ``sounds``, which draws the same.
"""

from typing import BinaryIO

from workers.media import sounds


def make(source: BinaryIO, format_: str, box: int, quality: int, sink: BinaryIO) -> dict[str, object]:
    """Write two signed bytes for each part of the whole sound, of which there are at most ``box``; return how many
    samples of how many a second a part has. Raises MediaFailure, MemoryError.
    """
    del quality
    with sounds.opened(format_, source) as (sound, _):
        blocks = sounds.peaks_of(sound)
    together = -(-len(blocks) // box)
    parts = (blocks[at : at + together] for at in range(0, len(blocks), together))
    for part in parts:
        low, high = min(each[0] for each in part), max(each[1] for each in part)
        sink.write(bytes((low >> 8 & 0xFF, high >> 8 & 0xFF)))
    return {"rate": sounds.RATE, "samples": together * sounds.BLOCK}
