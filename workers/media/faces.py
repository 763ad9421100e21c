"""The letters that words are drawn with: typefaces of this machine, and those that pdfium brings.

Belongs here: which face has a character, and a line of text drawn with them. A face is opened by the template, before
anybody's file is: the child could open none. Must not: take a face out of a file that somebody uploaded (``specimens``
does).
"""

import ctypes
import io
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, islice
from pathlib import Path

from PIL import ImageDraw, ImageFont, features
from pypdfium2 import PdfDocument
from pypdfium2 import raw as pdfium

Font = ImageFont.FreeTypeFont
Ink = tuple[int, int, int]
Spot = tuple[float, float]

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
_MOST_FILES = 20_000
# In this order: what has the most scripts, then one for each script that those leave out.
_WANTED = (
    *("dejavusans.ttf", "notosans-regular.ttf", "liberationsans-regular.ttf", "arial unicode.ttf", "helvetica.ttc"),
    *("notosanscjk-regular.ttc", "notosanscjksc-regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc"),
    *("droidsansfallbackfull.ttf", "pingfang.ttc", "hiragino sans gb.ttc"),
    *("notosansarabic-regular.ttf", "notosanshebrew-regular.ttf", "notosansdevanagari-regular.ttf"),
    *("notosansthai-regular.ttf", "notosansbengali-regular.ttf", "notosanstamil-regular.ttf"),
    *("notosanssymbols2-regular.ttf", "notosanssymbols-regular.ttf"),
)
_STANDARD = (b"Helvetica", b"Symbol")
_SHAPES = features.check_feature("raqm")
_FROM_RIGHT = ("R", "AL")
_NO_CHARACTER = "\uffff"  # Unicode promises that it never will be one
_UNSEEN = frozenset("\u00ad\u200b\u2060\ufeff")  # where a word may be broken, or not: nothing is seen of them
_JOINERS = frozenset("\u200c\u200d")
STANDS_IN = "\ufffd"
"""Seen in the place of what is not shown as it is."""


def inert(text: str) -> str:
    """Composed, in characters that are seen or are blanks: what would turn, hide or overwrite others is shown as
    ``STANDS_IN``, and does nothing."""
    return "".join(filter(None, map(_inert, unicodedata.normalize("NFC", text))))


def _inert(character: str) -> str:
    if character.isprintable() or (character in _JOINERS and _SHAPES):
        return "" if "\ufe00" <= character <= "\ufe0f" else character  # which of two looks it has
    if character in _UNSEEN or character in _JOINERS:
        return ""
    return " " if unicodedata.category(character) == "Zs" else STANDS_IN


def runs_from_right(line: str) -> bool:
    """Whether its first letter is of a script that is written from right to left (UAX #9, rule P2)."""
    strong = (unicodedata.bidirectional(each) for each in line)
    return next((each for each in strong if each in ("L", *_FROM_RIGHT)), "L") in _FROM_RIGHT


@dataclass
class Faces:
    """Faces of one size, the first that has a character draws it. ``missing`` becomes True with the first character
    that none has, or none can draw as its script wants it."""

    fonts: tuple[Font, ...]
    missing: bool = False
    _known: dict[str, Font | None] = field(default_factory=dict)
    _widths: dict[str, float] = field(default_factory=dict)

    def width(self, character: str) -> float:
        """In px, on its own."""
        if character not in self._widths:
            self._widths[character] = (self._of(character) or self.fonts[0]).getlength(character)
        return self._widths[character]

    def draw(self, pen: ImageDraw.ImageDraw, at: Spot, line: str, ink: Ink) -> None:
        """``at``: where it begins on its base line; of a line from right to left that is its right end."""
        parts = list(self._parts(line))
        if runs_from_right(line):
            parts.reverse()
            at = (at[0] - sum(font.getlength(text) for font, text in parts), at[1])
        left, base = at
        for font, text in parts:
            pen.text((left, base), text, ink, font, anchor="ls")
            left += font.getlength(text)

    def _parts(self, line: str) -> Iterator[tuple[Font, str]]:
        """Pieces with the face of each. A letter that no face has is its plain one, without its
        accents, or a sign that stands for it."""
        latest: Font | None = self.fonts[0]

        def of(character: str) -> Font | None:
            nonlocal latest
            latest = self._of(character) if character != " " else latest  # words of one face stay one piece
            return latest

        for font, characters in groupby(line, of):
            text = "".join(characters)
            if font is None:
                self.missing = self.missing or set(text) != {STANDS_IN}
                text = "".join(map(self._instead, text))
            yield font or self.fonts[0], text

    def _instead(self, character: str) -> str:
        able = (unicodedata.normalize("NFD", character)[0], STANDS_IN, "\u25a1")
        return next((each for each in able if each == " " or has(self.fonts[0], each)), "?")

    def _of(self, character: str) -> Font | None:
        if character not in self._known:
            able = _SHAPES or unicodedata.bidirectional(character) not in _FROM_RIGHT
            self._known[character] = next((font for font in self.fonts if able and has(font, character)), None)
        return self._known[character]


def has(font: Font, character: str) -> bool:
    """Whether it has a shape of its own for it: not the one that it has for what it lacks."""
    return _shape(font, character) != _lacking(font)


@cache
def _lacking(font: Font) -> tuple[bytes, tuple[int, int]]:
    return _shape(font, _NO_CHARACTER)


def _shape(font: Font, character: str) -> tuple[bytes, tuple[int, int]]:
    mask = font.getmask(character)
    return bytes(mask), mask.size


def installed(size: int) -> Faces:
    """What this machine has of what is wanted, in px, and what is there on each behind it."""
    return Faces((*filter(None, (_opened(path, size) for path in _found())), *brought(size)))


def brought(size: int) -> tuple[Font, ...]:
    """What pdfium draws documents with that bring no fonts: the letters of Western Europe, Greek ones, signs."""
    plain = ImageFont.Layout.BASIC  # they have no tables that tell how to shape a script
    return tuple(ImageFont.truetype(io.BytesIO(_standard(name)), size, layout_engine=plain) for name in _STANDARD)


@cache
def _standard(name: bytes) -> bytes:
    """The face that pdfium has for one of PDF's standard fonts, as a file (CFF)."""
    document = PdfDocument.new()
    font = pdfium.FPDFText_LoadStandardFont(document.raw, name)
    try:
        length = ctypes.c_size_t()
        pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(length))
        data = (ctypes.c_uint8 * length.value)()
        pdfium.FPDFFont_GetFontData(font, data, length.value, ctypes.byref(length))
        return bytes(data)
    finally:
        pdfium.FPDFFont_Close(font)
        document.close()


def _opened(path: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(path, size)
    except OSError:  # not readable for us, or not by FreeType: another one does it
        return None


@cache
def _found() -> tuple[str, ...]:
    """Paths of the wanted faces, the best first."""
    there = {path.name.lower(): str(path) for path in islice(_files(), _MOST_FILES)}
    return tuple(there[name] for name in _WANTED if name in there)


def _files() -> Iterator[Path]:
    for folder in _FOLDERS:
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in names)
