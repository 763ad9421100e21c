"""What may be asked of the media child, its bounds, and how it can fail: plain values for both sides of the sandbox.

Belongs here: values and tables, and what a line of text may be. Must not: import Pillow (the worker imports this, and
stays small), or do anything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

MIB = 1024 * 1024

DRAWN = 10**12  # what is drawn has no pixels that memory would have to carry

# The decoders, each with the pixels that 512 MiB of RLIMIT_DATA carry, measured: JPEG decodes at an eighth of its size
# and is bounded by time; PNG, TIFF and BMP take 4 bytes a pixel; WebP 16 (two canvases of the animation decoder, its
# answer, the image); PSD is read band by band, of a film a few frames are held. Raise them together with
# ``Limits.data`` only.
PIXELS: Mapping[str, int] = MappingProxyType(
    {
        "JPEG": 500_000_000,
        "PNG": 100_000_000,
        "WEBP": 26_000_000,
        "GIF": 100_000_000,
        "TIFF": 100_000_000,
        "BMP": 100_000_000,
        "ICO": 4_000_000,
        "AVIF": 40_000_000,
        "HEIF": 60_000_000,
        "PSD": 900_000_000,
        "RAW": 110_000_000,
        **dict.fromkeys(("MOV", "MKV", "AVI", "MPEG", "MPEGTS", "MXF", "ASF", "FLV"), 36_000_000),
        # Of a sound the cover, of a document the picture that is in it.
        **dict.fromkeys(("WAV", "AIFF", "FLAC", "OGG", "MP3", "M4A", "INDD", "EPS", "OFFICE"), 100_000_000),
        "SVG": DRAWN,
        "PDF": DRAWN,
        "TEXT": DRAWN,
        "SUBTITLES": DRAWN,
        "FONT": DRAWN,
    }
)
LOOKLESS = frozenset({"TEXT", "FONT"})
"""What we draw of these, and of sounds, looks alike, whatever is in them."""

LARGEST_BOX = 8192  # below what WebP can hold (16383); the working image is at most twice this
WRITTEN = frozenset({"WEBP", "JPEG", "PNG", "AVIF"})
LEAST_QUALITY = 10  # below it nobody would want to be shown like that
WORDS = ("title", "alt_text", "rights", "creator", "credit")  # what may be written into a file
LONGEST_WORD = 2000  # characters; with all five a packet is shorter than a segment of a JPEG
MOST_ENCODINGS = 8  # of one rendition, while a quality is looked for: 1 to 100 by halving
MOST_SPECS = 16
# Press profiles are larger than those of screens (ISO Coated v2: 1.8 MB); beyond this it is no profile in good faith.
LARGEST_PROFILE = 4 * MIB
MOST_PAGES = 1000  # of a TIFF that are counted, and of whatever has pages the last that can be asked for
MOST_SECONDS = 86_400.0
_COLOUR = re.compile(r"#[0-9a-f]{6}")
LONGEST_NAME = 100
LONGEST_PROFILE_NAME = 100
# What is written in a file about it (``metadata``): the names, and how much is taken.
FIELDS = ("alt_text", "rights", "creator", "credit", "expiry", "digital_source_type", "title", "taken")
SOURCES = ("exif", "iptc", "xmp", "container")
LONGEST_VALUE = 1000
LONGEST_KEYWORD = 100
MOST_KEYWORDS = 100
LONGEST_TEXT = 4000  # of a document's words: the first pages, to be searched
MOST_TEXT = 16_000  # bytes of JSON
MOST_LANGUAGES = 64  # of a film's subtitles
UNSAID = "und"  # the language of what does not say it (ISO 639-2)
MOST_METADATA = 24_000  # bytes of JSON: a report has to fit into a pipe that nobody empties
Place = tuple[float, float]
"""Latitude and longitude in degrees."""
MOST_COLOURS = 5  # of a picture that are told
MOST_BITS = 64  # of one sample of a pixel
SPRITE_TILES, SPRITE_COLUMNS = 100, 10  # pictures to seek a film by, on one sheet
MOVING_FRAMES, MOVING_MS = 100, 10_000  # of a preview that moves
NOT_READY = 72  # the exit code of a child that was never forked: its decoder could not be loaded
NOT_CONFINED = 71  # the exit code of a child whose confinement failed: our trouble, not that of the file


_JOINERS = "\u200c\u200d"  # parts of words in Persian and Hindi, and of emoji; they move nothing


def one_line(text: str, longest: int) -> str:
    """``text`` without what can't be seen (controls, marks of direction, halves of characters), cut to so many
    characters."""
    seen = "".join(each if each.isprintable() or each in _JOINERS else " " for each in text[: 4 * longest])
    return " ".join(seen.split())[:longest].strip()


Fit = Literal["inside", "cover", "contain"]
Profile = Literal["srgb", "keep"]


@dataclass(frozen=True, slots=True)
class Spec:
    """One rendition; what there is of the picture is never enlarged.

    ``fit``: ``inside`` a square of ``box`` px; ``cover``: cut to the proportions of ``frame`` (width and height in px)
    from the middle, at most as large; ``contain``: whole, in the middle of a picture of exactly ``frame``, on
    ``background`` (``#rrggbb``). The background is also what is seen through transparency where the format has none;
    without one, what is around the picture is transparent. ``quality``: 1–100, not for PNG; ``method``: WebP's effort.
    ``max_bytes``: lessens the quality until the file is no longer than that. ``focal``: where the middle of a cut is to
    be, as far as the picture reaches, from 0 to 1 from its left and top; ``words``: texts by the names of ``WORDS``,
    which are written into the file. ``page``: of a document or a TIFF, from 1 (None: the first); ``time``: of a film,
    in seconds (None: a moment that shows something); of what is made together, the same. ``profile``: ``srgb``, or
    ``keep`` for the colours of the file as they are, with its profile, where the format can hold them.
    """

    name: str
    box: int
    format: str = "WEBP"
    quality: int = 80
    method: int = 2
    fit: Fit = "inside"
    frame: tuple[int, int] | None = None
    background: str | None = None
    max_bytes: int | None = None
    page: int | None = None
    time: float | None = None
    profile: Profile = "srgb"
    focal: tuple[float, float] = (0.5, 0.5)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is made of a file beside its pictures: by the module of that name in ``ASIDE``; ``box`` in px, of peaks
    a count; ``quality`` 1–100."""

    makes: str
    box: int
    quality: int


ASIDE: Mapping[str, str] = MappingProxyType({"sprite": "sprites", "peaks": "peaks", "animation": "animations"})
"""Each module has ``make``, and is loaded by the template before it forks."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one child: ``seconds`` of wall clock, and ``cpu`` seconds (None: as many) on each of ``cores``; the
    others in bytes; ``output`` is for each rendition, ``descriptors`` a count. ``data`` is the budget that counts;
    ``address_space`` is loose, as arenas count in it."""

    seconds: float = 60.0
    data: int = 512 * MIB
    address_space: int = 2048 * MIB
    output: int = 32 * MIB
    descriptors: int = 32
    cores: int = 1
    cpu: float | None = None


# A code and what a creative person should know and do.
SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "broken_file": "This file could not be read as what it claims to be. Open it in the program that made it, "
        "export it again, and upload that as a new version.",
        "truncated": "The file ends too early, so a part of it is missing. Upload the complete file as a new version.",
        "too_large": "The picture has more pixels than a preview can be made of. The original is kept; upload a "
        "smaller export as a new version, or supply a preview by hand.",
        "out_of_memory": "Making a preview of this file needs more memory than allowed. The original is kept; "
        "upload a smaller or flattened export as a new version, or supply a preview by hand.",
        "timed_out": "Making a preview of this file takes too long. The original is kept; export it again without "
        "unusual settings, or supply a preview by hand.",
        "crashed": "This file made the decoder fail. The original is kept; export it again from the program that "
        "made it, and upload that as a new version.",
        "unsupported_variant": "This file is of a rare variant that no preview can be made of. The original is kept; "
        "export it with usual settings (8 or 16 bits, RGB, CMYK or grey) and upload that as a new version, or supply a "
        "preview by hand.",
        "no_composite": "This Photoshop document was saved without its composite picture. Save it with 'Maximise "
        "compatibility' switched on and upload that as a new version, or supply a preview by hand.",
        "no_preview_inside": "This document was saved without a picture of itself, which is what is shown of it here. "
        "The original is kept; save it with a preview (in InDesign: Preferences, File Handling; in PowerPoint: "
        "Properties, Save preview picture) as a new version, or export it as PDF and supply that as the preview.",
        "locked": "The document is protected by a password: nobody can look inside without it. The original is kept; "
        "upload a copy without the protection as a new version, or supply a preview by hand.",
        "no_picture": "This file has sound and no pictures. The original is kept; supply a preview by hand, such as a "
        "cover.",
        "no_sound": "There is no sound in this file that could be played. The original is kept; supply a preview by "
        "hand.",
        "not_moving": "There is one picture in this file, or one that can be read: nothing in it moves. It is shown "
        "as it is.",
        "no_length": "Nothing in this film says how long it is, so that there are no pictures to seek by. The original "
        "is kept; export it again, and upload that as a new version.",
        "too_long": "This file is too long for a preview of all of it. The original is kept; upload a shorter cut as a "
        "version of its own, or play the original.",
        "no_encoder": "The original is kept. Previews to play can't be made on this machine: it has no FFmpeg that "
        "can, or no sandbox to run it in. Have whoever runs the service look at `dam doctor`, and try again then.",
        "no_ghostscript": "PostScript is drawn by a program of its own, Ghostscript, which this machine does not have. "
        "The original is kept. Have whoever runs the service install it (Debian: ghostscript): the preview is made "
        "then. Or export the drawing as PDF and supply that as the preview.",
        "no_libreoffice": "Office documents are drawn by a program of its own, LibreOffice, which this machine does "
        "not have. The original is kept. Have whoever runs the service install it (Debian: libreoffice-writer-nogui, "
        "libreoffice-calc-nogui, libreoffice-impress-nogui): the preview is made then. Or export the document as PDF "
        "and supply that as the preview.",
        "over_max_bytes": "Even at the least quality the picture has more bytes than its recipe allows. The original "
        "is kept. Let the recipe have more bytes, fewer pixels or another format, or choose another recipe.",
        "no_such_page": "The recipe shows a page that this file does not have, or that can't be drawn here. The "
        "original is kept. Choose another recipe, or have this one show a page that there is.",
        "no_such_time": "The recipe shows a moment that this film does not have, or that can't be found in it. The "
        "original is kept. Choose another recipe, or have this one show a moment before the film's end.",
        "unsupported_type": "There is no preview for this type of file yet. The original is kept and can be used.",
    }
)


LACKING = frozenset({"no_ghostscript", "no_libreoffice"})
"""Codes of what nothing is wrong with but the machine: a program is missing, and the file waits for it."""


class MediaFailure(Exception):
    """This file gives no renditions, and trying again will not change that.

    ``code`` is a key of SENTENCES, ``sentence`` is for the person, ``diagnostic`` for the log only.
    """

    def __init__(self, code: str, diagnostic: str = "") -> None:
        self.code = code
        self.sentence = SENTENCES[code]
        self.diagnostic = diagnostic
        super().__init__(f"{code}: {diagnostic}" if diagnostic else code)


class MediaUnavailable(Exception):
    """Nothing could be learnt about the file, because our own machinery failed: try again later."""


def check_request(format_: str, specs: Sequence[Spec]) -> None:
    """Raises MediaFailure (``unsupported_type``) for no decoder of ours; ValueError for impossible specs."""
    names = [spec.name for spec in specs]
    if not 1 <= len(specs) <= MOST_SPECS or len(set(names)) != len(names):
        raise ValueError(f"between 1 and {MOST_SPECS} specs with different names are needed")
    for spec in specs:
        _check_spec(spec)
    if len({(spec.page, spec.time) for spec in specs}) != 1:
        raise ValueError("what is made together shows the same page and moment")
    if format_ not in PIXELS:
        raise MediaFailure("unsupported_type", format_)


def _check_spec(spec: Spec) -> None:
    if not 1 <= len(spec.name) <= LONGEST_NAME:
        raise ValueError("a spec needs a short name")
    if spec.format not in WRITTEN or not 1 <= spec.quality <= 100 or not 0 <= spec.method <= 6:
        raise ValueError(f"{spec.name}: only WEBP, JPEG, PNG and AVIF, quality 1-100 and method 0-6 can be written")
    if spec.max_bytes is not None and spec.max_bytes < 1:
        raise ValueError(f"{spec.name}: a file has a byte at least")
    sides = (spec.box, *(spec.frame or ()))
    if not all(1 <= side <= LARGEST_BOX for side in sides) or spec.box != max(spec.frame or (spec.box,)):
        raise ValueError(f"{spec.name}: the box is the frame's longest side, 1-{LARGEST_BOX} px")
    _check_parameters(spec)
    if (spec.fit == "inside") != (spec.frame is None):
        raise ValueError(f"{spec.name}: cover and contain need a frame, inside has none")
    if spec.background is not None and not _COLOUR.fullmatch(spec.background):
        raise ValueError(f"{spec.name}: the background is written #rrggbb")
    if spec.format == "JPEG" and spec.background is None:
        raise ValueError(f"{spec.name}: JPEG has no transparency, and needs a background")


def _check_parameters(spec: Spec) -> None:
    if spec.profile not in ("srgb", "keep"):
        raise ValueError(f"{spec.name}: colours are made srgb, or kept")
    if not all(0 <= part <= 1 for part in spec.focal):
        raise ValueError(f"{spec.name}: the focal point is within the picture")
    page, time = 1 if spec.page is None else spec.page, spec.time or 0.0
    if not 1 <= page <= MOST_PAGES or not 0 <= time <= MOST_SECONDS:
        raise ValueError(f"{spec.name}: pages are 1-{MOST_PAGES}, seconds 0-{MOST_SECONDS}")
    if not set(spec.words) <= set(WORDS) or any(len(text) > LONGEST_WORD for text in spec.words.values()):
        raise ValueError(f"{spec.name}: only {', '.join(WORDS)} are written, {LONGEST_WORD} characters each")
