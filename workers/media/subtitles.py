"""Subtitles that are files: what is said and when, one below the other.

Belongs here: SubRip and WebVTT; those inside of films are in ``spoken``. Nothing of how they would look is obeyed: tags
are left out, styles and notes too. Only the begin of a file is read, in one pass. Sources: W3C WebVTT (6.3, 6.4);
SubRip has no standard.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from workers.media import texts
from workers.media.cues import plain
from workers.media.decoded import Decoded, Decoder

_CLOCK = r"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{1,3}"
_TIMES = re.compile(rf"[ \t]{{0,8}}({_CLOCK})[ \t]{{0,8}}-->[ \t]{{0,8}}{_CLOCK}")


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; of what has no cue the first page as it is written. ``details`` as those of ``texts``."""
    del box, data
    written = texts.words(source.read(texts.READ))
    said = list(cues(written))
    if not said:
        return texts.paged(written, written)
    page = "\n".join(f"{when}\t{line}" for when, line in said)
    return texts.paged(page, " ".join(line for _, line in said))


DECODERS: dict[str, Decoder] = {"SUBTITLES": decode}


def cues(written: str) -> Iterator[tuple[str, str]]:
    """When something begins to be said, to the second, and what; in the order of the file."""
    when, lines = "", list[str]()
    for line in written.splitlines():
        if times := _TIMES.match(line):
            if lines and lines[-1].isdecimal():
                lines.pop()  # the number of the next one, where no blank line stands between
            yield from _cue(when, lines)
            when, lines = re.split("[.,]", times[1])[0], []
        elif not line.strip():
            yield from _cue(when, lines)
            when, lines = "", []
        elif when:
            lines.append(plain(line))
    yield from _cue(when, lines)


def _cue(when: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(filter(None, lines))
    if when and text:
        yield when, text
