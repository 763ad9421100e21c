"""How a type shows in a file's first bytes: the few forms that signatures have, as predicates on those bytes.

Rule: looks at bytes that somebody else chose, so nothing here trusts a length or follows an offset out of what it was
given. Must not: know which type is meant (``media_types`` does).
"""

import codecs
import contextlib
import re
import struct
from collections.abc import Callable, Iterator

Shows = Callable[[bytes], bool]
"""Do these first bytes have the form?"""

_TEXT_CONTROLS = frozenset(range(32)) - set(b"\t\n\f\r")
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SUBSET_END = re.compile(rb"\]\s*>")
_MOST_ENTRIES = 256
_BMP_HEADERS = frozenset(bytes((size, 0, 0, 0)) for size in (12, 40, 52, 56, 64, 108, 124))
_DNG_VERSION, _SUBFILE_TYPE, _MAKE, _SUB_IFDS = 50706, 254, 271, 330


def begins(*signatures: bytes) -> Shows:
    """With one of these bytes."""
    return lambda head: head.startswith(signatures)


def at(offset: int, *signatures: bytes) -> Shows:
    """One of these bytes, at a fixed place."""
    return lambda head: head.startswith(signatures, offset)


def both(first: Shows, second: Shows) -> Shows:
    """Both forms."""
    return lambda head: first(head) and second(head)


def either(first: Shows, second: Shows) -> Shows:
    """One of two forms."""
    return lambda head: first(head) or second(head)


def riff(form: bytes) -> Shows:
    """A RIFF file (little-endian) of this form type."""
    return both(begins(b"RIFF"), at(8, form))


def brands(*wanted: bytes) -> Shows:
    """An ISO base media file (ISO/IEC 14496-12, 4.3) whose major brand is one of these."""
    return lambda head: _brands(head)[:1] in [[brand] for brand in wanted]


def any_brand(*wanted: bytes) -> Shows:
    """The same, whose major or compatible brands have one of these."""
    return lambda head: not set(wanted).isdisjoint(_brands(head))


def _brands(head: bytes) -> list[bytes]:
    """The major brand, then the compatible ones; none if it is no such file."""
    if head[4:8] != b"ftyp" or len(head) < 12:
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[place : place + 4] for place in range(16, end - 3, 4))]


def zip_of(*parts: bytes) -> Shows:
    """A ZIP file that names one of these parts near its begin, where office programs put their own."""
    return lambda head: head.startswith(b"PK\x03\x04") and any(part in head for part in parts)


def is_bitmap(head: bytes) -> bool:
    """BMP: two letters are too few, so the size of the second header counts too (12 to 124 bytes)."""
    return head[:2] == b"BM" and head[14:18] in _BMP_HEADERS


def is_icon(head: bytes) -> bool:
    """ICO: a directory of 1 to 255 pictures, whose first begins behind the directory."""
    if head[:4] != b"\0\0\1\0" or len(head) < 22:
        return False
    count, first = struct.unpack_from("<H", head, 4)[0], struct.unpack_from("<I", head, 18)[0]
    return bool(1 <= count <= 255 and first >= 6 + 16 * count)


def is_camera_tiff(head: bytes) -> bool:
    """A TIFF file as cameras write their raw pictures: the first directory says that it has only a small copy, and
    where the picture is, and by whose camera."""
    tags = dict(_first_directory(head))
    return (_SUBFILE_TYPE, 1) in tags.items() and _SUB_IFDS in tags and _MAKE in tags


def is_dng(head: bytes) -> bool:
    """A TIFF file with DNG's version (DNG 1.7, chapter 4)."""
    return _DNG_VERSION in dict(_first_directory(head))


def _first_directory(head: bytes) -> Iterator[tuple[int, int]]:
    """Tags of a TIFF file's first directory (TIFF 6.0, section 2) with their values' first four bytes as a number, as
    far as they are in ``head``."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return
    place = struct.unpack_from(order + "I", head, 4)[0]
    if place + 2 > len(head):
        return
    count = min(struct.unpack_from(order + "H", head, place)[0], _MOST_ENTRIES)
    for entry in range(place + 2, min(place + 2 + 12 * count, len(head) - 11), 12):
        tag, _, _, value = struct.unpack_from(order + "HHII", head, entry)
        yield tag, value


def is_transport_stream(head: bytes) -> bool:
    """MPEG-2 transport stream (ISO/IEC 13818-1): packets of 188 bytes, each of which begins with 0x47."""
    return len(head) > 3 * 188 and all(head[place] == 0x47 for place in range(0, 4 * 188, 188))


def is_layer_three(head: bytes) -> bool:
    """MP3 without a tag: a frame header (ISO/IEC 11172-3, 2.4.1.3) of layer III with an allowed bit and sampling
    rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def is_svg(head: bytes) -> bool:
    """XML whose first element is ``svg``; in front of it only a declaration, comments, instructions and a DTD."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    while text.startswith((b"<?", b"<!")):
        end = _end_of_prolog(text)
        if end < 0:
            return False
        text = text[end:].lstrip()
    name = text[1:40].partition(b">")[0].split(None, 1)[:1]
    return text.startswith(b"<") and bool(name) and name[0].rpartition(b":")[2].rstrip(b"/") == b"svg"


def _end_of_prolog(text: bytes) -> int:
    """Where the declaration at the begin of ``text`` ends, -1 if not in it."""
    if text.startswith(b"<!--"):
        close = b"-->"
    elif text.startswith(b"<?"):
        close = b"?>"
    else:
        subset, plain = text.find(b"["), text.find(b">")
        if 0 <= subset < plain:
            closed = _SUBSET_END.search(text)
            return closed.end() if closed else -1
        close = b">"
    found = text.find(close)
    return -1 if found < 0 else found + len(close)


def is_text(head: bytes) -> bool:
    """Words: UTF-16 with its mark, UTF-8, or Windows-1252 of which at most half is beyond ASCII; without control
    characters, and no markup, which a browser might run."""
    text = _decoded(head)
    return text is not None and text.lstrip()[:1] not in ("", "<") and _TEXT_CONTROLS.isdisjoint(map(ord, text))


_SUBRIP = re.compile(r"\s{0,64}[0-9]{1,9}[ \t]*\r?\n[0-9]{1,3}:[0-9]{2}:[0-9]{2}[,.][0-9]{1,3}[ \t]*-->[ \t]*[0-9]")


def is_subrip(head: bytes) -> bool:
    """Subtitles: a number, and from when to when it is said (there is no standard; as FFmpeg's demuxer knows them)."""
    return is_text(head) and _SUBRIP.match(_decoded(head) or "") is not None


def is_webvtt(head: bytes) -> bool:
    """Its first word, and a blank behind it (W3C WebVTT, 4.1); it is always UTF-8, mark or none."""
    begin = head.removeprefix(b"\xef\xbb\xbf")
    return begin[:6] == b"WEBVTT" and begin[6:7] in (b"", b" ", b"\t", b"\n", b"\r") and is_text(head)


def _decoded(head: bytes) -> str | None:
    """None if these bytes are no text; a character that the end of what we look at has cut is left out."""
    with contextlib.suppress(UnicodeDecodeError):
        return _incremental(head, _UTF_16.get(head[:2], "utf-8-sig"))
    beyond = sum(byte > 127 for byte in head)
    with contextlib.suppress(UnicodeDecodeError):
        return head.decode("cp1252") if 2 * beyond <= len(head) else None
    return None


def _incremental(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)().decode(head).removeprefix("\ufeff")
