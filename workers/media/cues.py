"""The words of a cue, without what would say how they look: tags, overrides, styles, drawings.

Belongs here: one cue of each way to write them, to plain words, in one pass however it is made. Must not: know of files
and streams. Sources: W3C WebVTT (6.4); 3GPP TS 26.245 (5.17, text samples); Matroska's codec mappings (S_TEXT). SubRip
and SubStation Alpha have no standard; what overrides mean is as libass reads them.
"""

import codecs
import re
from collections.abc import Iterator

from workers.media.written import text

_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")  # of WebVTT and SubRip, and what came from SubStation Alpha
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "", "&amp;": "&"}
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_DRAWING = re.compile(r"\\p([0-9])")  # from here on numbers are no words, but shapes; 0 ends it
_BREAK = re.compile(r"\\[Nnh]")
_FIELDS = 8  # in front of the words of SubStation Alpha: they may have commas themselves
_WIDE = {codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF16_LE: "utf-16-le"}
for _encoding in _WIDE.values():
    codecs.lookup(_encoding)  # each is a module, which the child could not import any more


def plain(line: str) -> str:
    """A line of SubRip or WebVTT."""
    line = _TAG.sub("", line)
    for name, sign in _ENTITIES.items():
        line = line.replace(name, sign)
    return line.strip()


def marked(data: bytes) -> str:
    """A cue of SubRip or WebVTT."""
    return plain(text(data))


def timed(data: bytes) -> str:
    """A sample of MP4's or QuickTime's timed text: a length, the words, and boxes of styles behind them."""
    said = data[2 : 2 + int.from_bytes(data[:2], "big")]
    for mark, encoding in _WIDE.items():
        if said.startswith(mark):
            return plain(said[len(mark) :].decode(encoding, "replace"))
    return plain(text(said))


def scripted(data: bytes) -> str:
    """An event of SubStation Alpha, as Matroska has it: nothing of what it draws, or of what it is played with."""
    fields = text(data).split(",", _FIELDS)
    said = "".join(_undrawn(fields[_FIELDS])) if len(fields) > _FIELDS else ""
    return plain(_BREAK.sub(" ", said))


def _undrawn(said: str) -> Iterator[str]:
    """What stands between the overrides, where no shape is drawn."""
    drawing = False
    for number, piece in enumerate(_OVERRIDE.split(said)):
        if number % 2:
            for level in _DRAWING.findall(piece):
                drawing = level != "0"
        elif not drawing:
            yield piece
