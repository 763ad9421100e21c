"""Plain text and Markdown: its first page, as it is written.

Belongs here: a page of words. Only the begin of a file is read, however long it is or its lines are. Nothing in it does
anything: a character that would turn the direction of others, or move the pen, is shown as a sign that stands for it.

Sources: The Unicode Standard 17 (23.8, byte order marks), WHATWG's Encoding Standard (windows-1252).
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageDraw

from workers.media import faces
from workers.media.decoded import Decoded, Decoder

PAGE = (1448, 2048)  # px, in A4's proportions; the display recipes need no more
MARGIN = 112
PAPER, INK = (255, 255, 255), (32, 34, 38)
SIZE, LINE = 30, 44  # px
_TAB = 4
_LINES = (PAGE[1] - 2 * MARGIN) // LINE
_WIDTH = PAGE[0] - 2 * MARGIN
READ = 64 * 1024  # bytes: some ten pages
_HEAD = 4096  # what the sniffer has looked at: if that is UTF-8, the rest is taken for it too
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF8: "utf-8"}
_1252 = "cp1252"
for _encoding in (*_MARKS.values(), _1252):
    codecs.lookup(_encoding)  # each is a module, which the child could not import any more

# Opened with this module, which the template imports before it forks.
_FACES = faces.installed(SIZE)


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the picture. ``details``: ``text_missing`` where no face of this machine
    has all of the characters."""
    del box, data
    written = words(source.read(READ))
    return paged(written, written)


def paged(written: str, text: str) -> Decoded:
    """The first page of what is ``written``; ``text``: what of it is to be found."""
    lines = list(page_of(written))
    _FACES.missing = False
    picture = drawn(lines)
    details: dict[str, object] = {"text_missing": True} if _FACES.missing else {}
    return Decoded(picture, picture.size, "RGB", None, details, text)


DECODERS: dict[str, Decoder] = {"TEXT": decode}


def words(written: bytes) -> str:
    """What is written: by its byte order mark, else UTF-8, else Windows-1252. What can't be is ``faces.STANDS_IN``."""
    for mark, encoding in _MARKS.items():
        if written.startswith(mark):
            return written[len(mark) :].decode(encoding, "replace")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(written[:_HEAD])
    except UnicodeDecodeError:
        return written.decode(_1252, "replace")
    return written.decode("utf-8", "replace")


def page_of(text: str) -> Iterator[str]:
    """The lines of the first page, as many and as long as there is room for; a form feed ends it."""
    first, _, _ = text.lstrip("\f").partition("\f")
    room = _LINES
    for written in first.splitlines():
        for line in _folded(faces.inert(written.expandtabs(_TAB))):
            if not room:
                return
            room -= 1
            yield line


def _folded(line: str) -> Iterator[str]:
    """In pieces that fit: broken at a blank, or within a word that is too long."""
    begin = at = 0
    width, blank = 0.0, -1
    while at < len(line):
        width += _FACES.width(line[at])
        if width > _WIDTH and at > begin:
            end = blank + 1 if blank > begin and line[at] != " " else at
            yield line[begin:end].rstrip()
            begin = at = end + (line[end] == " ")
            width, blank = 0.0, -1
            continue
        if line[at] == " ":
            blank = at
        at += 1
    yield line[begin:]


def drawn(lines: list[str]) -> Image.Image:
    """One below the other, each on its side of the paper."""
    image = Image.new("RGB", PAGE, PAPER)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        left = PAGE[0] - MARGIN if faces.runs_from_right(line) else MARGIN
        _FACES.draw(pen, (left, MARGIN + number * LINE + SIZE), line, INK)
    return image
