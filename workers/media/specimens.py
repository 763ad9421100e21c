"""Fonts (TrueType, OpenType, collections of them, WOFF and WOFF 2), by FreeType: a specimen sheet.

Belongs here: a page that shows a font's letters. Its name, which anybody may write into a file, is drawn in a face of
ours. Letters are set one after the other without the font's own rules of shaping (programs of its author's).
"""

import contextlib
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from PIL import Image, ImageDraw, ImageFont

from workers.media import faces
from workers.media.decoded import Decoded, Decoder
from workers.media.faces import Font
from workers.media.plan import LONGEST_PROFILE_NAME, MIB, MediaFailure, one_line

SHEET = (1600, 1200)
MARGIN = 80
PAPER, INK, QUIET = (255, 255, 255), (32, 34, 38), (110, 114, 122)
ALPHABET = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789 &?!@%()")
SENTENCE = "The quick brown fox jumps over the lazy dog."
_LARGEST = 64 * MIB  # fonts of all of Chinese, Japanese and Korean have 20
_MOST_PIXELS = 4_000_000  # of one piece of writing; what a font asks for beyond that is a bomb
_LETTERS, _SIZES = 72, (60, 48, 38, 30, 22)  # px
# Of letters that are pictures, as those of emoji are: the usual sizes, the best first; there are no others of a font.
_PICTURES = (109, 128, 136, 160, 96, 72, 64, 52, 48, 40, 32, 24, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9, 8)
_UNUSUAL = 71  # px; no picture is of this size
_GRID, _CELLS = 104, (14, 7)
# Where the letters of scripts, signs and private pictures begin and end: what is looked for where Latin is missing.
_BLOCKS = (
    *((0x21, 0x7F), (0xA1, 0x180), (0x391, 0x3CF), (0x410, 0x450), (0x531, 0x557), (0x5D0, 0x5EB), (0x620, 0x64B)),
    *((0x905, 0x93A), (0x985, 0x9BA), (0xB85, 0xBBA), (0xE01, 0xE2F), (0x10D0, 0x10F1), (0x1200, 0x1250)),
    *((0x2190, 0x2200), (0x2600, 0x2700), (0x3041, 0x3097), (0x30A1, 0x30FB), (0x4E00, 0x4E80), (0xAC00, 0xAC80)),
    *((0xE000, 0xE200), (0xF000, 0xF200), (0x1F300, 0x1F380), (0xF0000, 0xF0100)),
)

_NAME_FACES = faces.installed(44)


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the sheet. ``details``: ``font_name``, the family and the style, as far
    as it can be seen."""
    del box, data
    written = source.read(_LARGEST + 1)
    if len(written) > _LARGEST:
        raise MediaFailure("too_large", f"a font of more than {_LARGEST} bytes")
    others = Image.MAX_IMAGE_PIXELS
    try:
        Image.MAX_IMAGE_PIXELS = _MOST_PIXELS // 2  # Pillow raises at twice this
        letters, scales = _letters(written)
        name = _name(letters)
        sheet = _sheet(name)
        if scales and all(faces.has(letters, each) for each in "AZaz"):
            _alphabet(ImageDraw.Draw(sheet), written, letters)
        else:
            _some(sheet, letters, scales=scales)
    except (MemoryError, MediaFailure):
        raise
    except Image.DecompressionBombError as error:
        raise MediaFailure("too_large", str(error)) from error
    except Exception as error:  # FreeType and Pillow raise whatever a broken table makes them run into
        code = "out_of_memory" if "out of memory" in str(error) else "broken_file"
        raise MediaFailure(code, repr(error)) from error
    finally:
        Image.MAX_IMAGE_PIXELS = others
    return Decoded(sheet, sheet.size, "RGB", None, {"font_name": name} if name else {})


DECODERS: dict[str, Decoder] = {"FONT": decode}


def _opened(written: bytes, size: int) -> Font:
    return ImageFont.truetype(io.BytesIO(written), size, layout_engine=ImageFont.Layout.BASIC)


def _letters(written: bytes) -> tuple[Font, bool]:
    """In the size of a specimen, or in the first that it has; and whether it has any. Raises OSError, MediaFailure."""
    try:
        _opened(written, _UNUSUAL)
        return _opened(written, _LETTERS), True
    except OSError as error:
        if str(error) != "invalid pixel size":
            raise
    for size in _PICTURES:
        with contextlib.suppress(OSError):
            return _opened(written, size), False
    raise MediaFailure("unsupported_variant", "pictures of letters, in no usual size")


def _name(font: Font) -> str:
    return one_line(" ".join(filter(None, font.getname())), LONGEST_PROFILE_NAME)


def _sheet(name: str) -> Image.Image:
    """With nothing but the name."""
    sheet = Image.new("RGB", SHEET, PAPER)
    pen = ImageDraw.Draw(sheet)
    _NAME_FACES.draw(pen, (MARGIN, MARGIN + 40), faces.inert(name), QUIET)
    pen.line((MARGIN, MARGIN + 64, SHEET[0] - MARGIN, MARGIN + 64), QUIET, 2)
    return sheet


def _alphabet(pen: ImageDraw.ImageDraw, written: bytes, letters: Font) -> None:
    base = MARGIN + 64
    for line in ALPHABET:
        base += 100
        _set(pen, letters, line, base)
    for size in _SIZES:
        base += size + 36
        _set(pen, _opened(written, size), SENTENCE, base)


def _set(pen: ImageDraw.ImageDraw, font: Font, line: str, base: int) -> None:
    """As much of it as there is room for."""
    room, left = SHEET[0] - 2 * MARGIN, 0.0
    fitting = []
    for each in line:
        left += font.getlength(each)
        if left > room:
            break
        fitting.append(each)
    pen.text((MARGIN, base), "".join(fitting), INK, font, anchor="ls", embedded_color=True)


def _some(sheet: Image.Image, letters: Font, *, scales: bool) -> None:
    """A grid of the first characters of scripts that it has. Raises ValueError if it has none of them."""
    pen, (across, down) = ImageDraw.Draw(sheet), _CELLS
    found = list(islice(_had(letters), across * down))
    if not found:
        raise ValueError("a font without letters")
    for number, each in enumerate(found):
        left, base = MARGIN + number % across * _GRID, MARGIN + 160 + number // across * (_GRID + 24)
        if scales:
            pen.text((left, base), each, INK, letters, anchor="ls", embedded_color=True)
        else:
            picture = _picture(each, letters)
            sheet.paste(picture, (left, base - picture.height))


def _picture(character: str, letters: Font) -> Image.Image:
    """Of a letter that has but this size, at most as large as others are."""
    left, top, right, bottom = (round(side) for side in letters.getbbox(character, anchor="ls"))
    if (right - left) * (bottom - top) > _MOST_PIXELS:
        raise Image.DecompressionBombError(f"{character!a}: {right - left} × {bottom - top}")
    picture = Image.new("RGB", (max(1, right - left), max(1, bottom - top)), PAPER)
    ImageDraw.Draw(picture).text((-left, -top), character, INK, letters, anchor="ls", embedded_color=True)
    picture.thumbnail((_LETTERS, _LETTERS))
    return picture


def _had(font: Font) -> Iterator[str]:
    for begin, end in _BLOCKS:
        yield from (character for character in map(chr, range(begin, end)) if faces.has(font, character))
