"""The one table of types: how content shows which it is, what its files are called, and which decoder may look at it.

Rule: a type is read from the first bytes, never from a name or a header of a request. A file that claims to be one
thing and is another is what its bytes say; what is not on the list is ``OTHER``. Every file is kept and delivered as it
is; one whose type has no ``route`` gets no renditions, and its ``advice`` says what a person can do.

Sources of signatures: PNG (W3C PNG 5.2), JPEG (ITU T.81 B.1.1.3), WebP (RFC 9649), GIF89a, TIFF 6.0 and BigTIFF,
ISO/IEC 14496-12 and 23008-12 (brands), Adobe's Photoshop and DNG specifications, ISO 32000 (7.5.2), RFC 8794 (EBML),
SMPTE ST 377-1 (MXF), OpenType 1.9, PKWARE's APPNOTE.
"""

from dataclasses import dataclass
from typing import Literal

from dam.domain.signatures import (
    Shows,
    any_brand,
    at,
    begins,
    both,
    brands,
    either,
    is_bitmap,
    is_camera_tiff,
    is_dng,
    is_icon,
    is_layer_three,
    is_subrip,
    is_svg,
    is_text,
    is_transport_stream,
    is_webvtt,
    riff,
    zip_of,
)

HEAD_SIZE = 4096
"""So many first bytes are looked at: an SVG begins behind comments, a raw picture behind its first directory."""
UNKNOWN = "application/octet-stream"

Kind = Literal["image", "video", "audio", "document", "other"]

Route = Literal[
    "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "ICO", "AVIF", "HEIF", "PSD", "RAW", "SVG", "PDF", "TEXT", "FONT",
    "SUBTITLES", "INDD", "EPS", "OFFICE",
    "MOV", "MKV", "AVI", "MPEG", "MPEGTS", "MXF", "ASF", "FLV", "WAV", "AIFF", "FLAC", "OGG", "MP3", "M4A",
]  # fmt: skip
"""The decoder in the media child that may look at the bytes, by its name in ``workers.media.plan``."""

STAND_INS: frozenset[Route] = frozenset({"TEXT", "SUBTITLES", "FONT", "INDD", "EPS", "OFFICE"})
"""What has no look of its own: the measures of a page that we draw, or of a small picture inside, say nothing of it,
and it is no preview of another file."""

BY_PROGRAMS: tuple[Route, ...] = ("EPS", "OFFICE")
"""What a program draws that a machine may have or not, in the order in which the programs are known by bits; without it
there is the picture inside, where there is one."""

_BY_HAND = "Supply a preview by hand: any picture that can be shown here."
_NOT_YET = "No preview is made of this type yet. " + _BY_HAND


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type on the list: its IANA name (or the usual one), its kind, what people call it, the usual endings of file
    names, the best first, and its decoder; without one, ``advice`` is a sentence on what to do instead.
    """

    name: str
    kind: Kind
    title: str
    extensions: tuple[str, ...]
    route: Route | None = None
    advice: str = _BY_HAND

    @property
    def reason(self) -> str:
        """Why there are no renditions of such a file, and what to do."""
        return f"{self.title}: kept and delivered as it is, but not shown. {self.advice}"


def _kept(name: str, kind: Kind, title: str, *extensions: str, advice: str = _NOT_YET) -> MediaType:
    """A type that is known, kept and delivered, and not decoded."""
    return MediaType(name, kind, title, extensions, None, advice)


OTHER = _kept(
    UNKNOWN,
    "other",
    "Unknown type, whatever its name says",
    advice="If it should be a picture, export it again from the program that made it. " + _BY_HAND,
)

JPEG = MediaType("image/jpeg", "image", "JPEG picture", ("jpg", "jpeg", "jpe", "jfif"), "JPEG")
PNG = MediaType("image/png", "image", "PNG picture", ("png", "apng"), "PNG")
WEBP = MediaType("image/webp", "image", "WebP picture", ("webp",), "WEBP")
GIF = MediaType("image/gif", "image", "GIF picture", ("gif",), "GIF")
TIFF = MediaType("image/tiff", "image", "TIFF picture", ("tif", "tiff"), "TIFF")
BMP = MediaType("image/bmp", "image", "BMP picture", ("bmp", "dib"), "BMP")
ICO = MediaType("image/vnd.microsoft.icon", "image", "Icon", ("ico",), "ICO")
AVIF = MediaType("image/avif", "image", "AVIF picture", ("avif", "avifs"), "AVIF")
HEIC = MediaType("image/heic", "image", "HEIC picture", ("heic", "heif", "hif", "heics"), "HEIF")
PSD = MediaType("image/vnd.adobe.photoshop", "image", "Photoshop document", ("psd", "psb"), "PSD")
SVG = MediaType("image/svg+xml", "image", "SVG drawing", ("svg",), "SVG")
DNG = MediaType("image/x-adobe-dng", "image", "DNG raw picture", ("dng",), "RAW")
RAW = MediaType(
    "image/x-dcraw",
    "image",
    "Camera's raw picture",
    ("nef", "nrw", "arw", "sr2", "cr2", "cr3", "pef", "srw", "orf", "rw2", "raf", "3fr", "erf", "iiq", "rwl"),
    "RAW",
)
PDF = MediaType("application/pdf", "document", "PDF document", ("pdf", "ai"), "PDF")
TEXT = MediaType("text/plain", "document", "Text", ("txt", "md", "csv", "json", "log"), "TEXT")
MP4 = MediaType("video/mp4", "video", "MP4 film", ("mp4", "m4v", "3gp"), "MOV")
QUICKTIME = MediaType("video/quicktime", "video", "QuickTime film", ("mov", "qt"), "MOV")
WEBM = MediaType("video/webm", "video", "WebM film", ("webm",), "MKV")
MATROSKA = MediaType("video/matroska", "video", "Matroska film", ("mkv", "mk3d"), "MKV")
ZIP = _kept("application/zip", "other", "ZIP archive", "zip", advice="Unpack it and upload its files.")

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SFNT = (b"\0\1\0\0", b"true")
_MP4_BRANDS = tuple(
    b"isom iso2 iso3 iso4 iso5 iso6 mp41 mp42 avc1 M4V  M4VH M4VP dash cmfc MSNV 3gp4 3gp5 3gp6 3g2a XAVC f4v ".split()
)

TABLE: tuple[tuple[Shows, MediaType], ...] = (
    # Stills. What is more special comes first.
    (begins(b"\xff\xd8\xff"), JPEG),
    (begins(b"\x89PNG\r\n\x1a\n"), PNG),
    (riff(b"WEBP"), WEBP),
    (begins(b"GIF87a", b"GIF89a"), GIF),
    (begins(b"8BPS\0\1", b"8BPS\0\2"), PSD),
    (is_dng, DNG),
    (both(begins(b"II*\0"), at(8, b"CR\2\0")), RAW),
    (begins(b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD-RAW "), RAW),
    (is_camera_tiff, RAW),
    (begins(b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"), TIFF),
    (is_bitmap, BMP),
    (is_icon, ICO),
    (brands(b"crx "), RAW),
    (any_brand(b"avif", b"avis"), AVIF),
    (any_brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    (
        begins(b"\0\0\0\x0cJXL \r\n\x87\n", b"\xff\x0a"),
        _kept("image/jxl", "image", "JPEG XL picture", "jxl"),
    ),
    (
        begins(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
        _kept("image/jp2", "image", "JPEG 2000 picture", "jp2", "jpf", "j2k"),
    ),
    (begins(b"v/1\1"), _kept("image/x-exr", "image", "OpenEXR picture", "exr")),
    # Films and sound.
    (brands(b"qt  "), QUICKTIME),
    (
        brands(b"M4A ", b"M4B ", b"M4P "),
        MediaType(
            "audio/mp4",
            "audio",
            "MPEG-4 audio",
            (
                "m4a",
                "m4b",
            ),
            "M4A",
        ),
    ),
    (any_brand(*_MP4_BRANDS), MP4),
    (at(4, b"moov", b"wide", b"mdat"), QUICKTIME),
    (both(begins(b"\x1a\x45\xdf\xa3"), lambda head: b"webm" in head[:64]), WEBM),
    (begins(b"\x1a\x45\xdf\xa3"), MATROSKA),
    (riff(b"AVI "), MediaType("video/x-msvideo", "video", "AVI film", ("avi",), "AVI")),
    (
        begins(b"\0\0\1\xba", b"\0\0\1\xb3"),
        MediaType("video/mpeg", "video", "MPEG film", ("mpg", "mpeg", "vob"), "MPEG"),
    ),
    (
        is_transport_stream,
        MediaType("video/mp2t", "video", "MPEG transport stream", ("ts", "mts", "m2ts"), "MPEGTS"),
    ),
    (
        begins(b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01"),
        MediaType("application/mxf", "video", "MXF film", ("mxf",), "MXF"),
    ),
    (
        begins(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        MediaType("video/x-ms-wmv", "video", "Windows Media film", ("wmv", "asf", "wma"), "ASF"),
    ),
    (begins(b"FLV\1"), MediaType("video/x-flv", "video", "Flash film", ("flv",), "FLV")),
    (riff(b"WAVE"), MediaType("audio/vnd.wave", "audio", "WAVE audio", ("wav",), "WAV")),
    (
        both(begins(b"FORM"), at(8, b"AIFF", b"AIFC")),
        MediaType(
            "audio/aiff",
            "audio",
            "AIFF audio",
            (
                "aif",
                "aiff",
            ),
            "AIFF",
        ),
    ),
    (begins(b"fLaC"), MediaType("audio/flac", "audio", "FLAC audio", ("flac",), "FLAC")),
    (
        begins(b"OggS"),
        MediaType(
            "audio/ogg",
            "audio",
            "Ogg audio",
            (
                "ogg",
                "oga",
                "opus",
                "ogv",
            ),
            "OGG",
        ),
    ),
    (
        either(begins(b"ID3"), is_layer_three),
        MediaType("audio/mpeg", "audio", "MP3 audio", ("mp3",), "MP3"),
    ),
    # Documents.
    (begins(b"%PDF-"), PDF),
    (begins(b"\xc5\xd0\xd3\xc6"), MediaType("image/x-eps", "document", "EPS drawing with a preview", ("eps",), "EPS")),
    (
        begins(b"%!PS"),
        MediaType("application/postscript", "document", "PostScript drawing", ("eps", "ps", "ai"), "EPS"),
    ),
    (
        begins(bytes.fromhex("0606edf5d81d46e5bd31efe7fe74b71d")),
        MediaType("application/x-indesign", "document", "InDesign document", ("indd", "indt"), "INDD"),
    ),
    (
        zip_of(b"word/"),
        MediaType(_OFFICE + "wordprocessingml.document", "document", "Word document", ("docx",), "OFFICE"),
    ),
    (
        zip_of(b"ppt/"),
        MediaType(_OFFICE + "presentationml.presentation", "document", "PowerPoint slides", ("pptx",), "OFFICE"),
    ),
    (zip_of(b"xl/"), MediaType(_OFFICE + "spreadsheetml.sheet", "document", "Excel sheets", ("xlsx",), "OFFICE")),
    (
        zip_of(b"mimetypeapplication/vnd.oasis.opendocument."),
        MediaType(
            "application/vnd.oasis.opendocument",
            "document",
            "OpenDocument",
            ("odt", "odp", "ods", "odg"),
            "OFFICE",
        ),
    ),
    (
        begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        MediaType("application/x-ole-storage", "document", "Office document", ("doc", "ppt", "xls"), "OFFICE"),
    ),
    # Fonts and archives.
    (begins(b"OTTO", b"ttcf"), MediaType("font/otf", "other", "OpenType font", ("otf", "ttc"), "FONT")),
    (
        both(begins(*_SFNT), lambda head: head[12:16].isascii() and head[12:16].replace(b"/", b"").isalnum()),
        MediaType("font/ttf", "other", "TrueType font", ("ttf",), "FONT"),
    ),
    (begins(b"wOFF"), MediaType("font/woff", "other", "Web font", ("woff",), "FONT")),
    (begins(b"wOF2"), MediaType("font/woff2", "other", "Web font, packed closer", ("woff2",), "FONT")),
    (begins(b"PK\x03\x04", b"PK\x05\x06"), ZIP),
    (
        begins(b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\7", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"),
        _kept("application/x-archive", "other", "Archive", "gz", "7z", "rar", advice=ZIP.advice),
    ),
    # What has no signature of its own, the weakest last. A PDF may have something in front of it (ISO 32000, Annex H).
    (is_svg, SVG),
    (lambda head: b"\n%PDF-1." in b"\n" + head[:1024].lstrip(b"\xef\xbb\xbf \r\n\t"), PDF),
    (is_webvtt, MediaType("text/vtt", "document", "WebVTT subtitles", ("vtt",), "SUBTITLES")),
    (is_subrip, MediaType("application/x-subrip", "document", "SubRip subtitles", ("srt",), "SUBTITLES")),
    (is_text, TEXT),
)

ALL = {each.name: each for _, each in TABLE} | {UNKNOWN: OTHER}
"""Every type, by its name."""
DECODED = {name: each for name, each in ALL.items() if each.route is not None}
"""Those of which renditions are made."""


def sniff(head: bytes) -> MediaType:
    """The type that the first ``HEAD_SIZE`` bytes show; OTHER if none of ours."""
    head = head[:HEAD_SIZE]
    return next((found for shows, found in TABLE if shows(head)), OTHER)


def named(name: str) -> MediaType:
    """The type of this name; OTHER for one that is not on the list (any more)."""
    return ALL.get(name, OTHER)
