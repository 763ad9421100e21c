"""Where files keep what people wrote about them: the blocks of EXIF, IPTC-IIM and XMP, found but not read.

Rule: a block is copied out of its container, or left where it is when it is larger than ``LARGEST`` or its length can't
be right. No more than ``_MOST`` parts of a container are looked at, and each once. Runs in the confined child only.

Sources: CIPA DC-008 (EXIF in JPEG), Adobe's XMP Specification Part 3 (files), Photoshop File Formats Specification
(resources), W3C PNG (eXIf, iTXt), RFC 9649 (WebP), TIFF 6.0, C2PA Specification 2.1 (embedding manifests; ISO 19566-5
for the boxes around them).
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from workers.media import canon, items, movies
from workers.media.directories import Directory
from workers.media.plan import MIB

LARGEST = MIB
_MOST = 5000
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_IRB = b"Photoshop 3.0\0"
_PNG_XMP = b"XML:com.adobe.xmp"
# The box that describes a C2PA manifest store says so by this type.
_C2PA = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
_IPTC, _DIGEST, _EXIF, _PSD_XMP = 1028, 1061, 1058, 1060
_TIFF_XMP, _TIFF_IPTC, _TIFF_IRB, _TIFF_C2PA = 700, 33723, 34377, 52545
_PACKET_BEGINS, _PACKET_ENDS = b"<?xpacket begin=", b"<?xpacket end="
_PDF_PART = 16 * MIB


@dataclass(slots=True)
class Blocks:
    """What was found. ``exif``: a TIFF structure, in a block of its own or (of a TIFF file) the file; ``apart``: two of
    its directories where they are structures of their own, as ``exif.read`` has them; ``digest``: MD5 of the IPTC block
    that XMP was last brought in line with; ``c2pa``: there is a manifest, which is not read."""

    exif: BinaryIO | None = None
    apart: tuple[BinaryIO | None, BinaryIO | None] = (None, None)
    iptc: bytes = b""
    digest: bytes = b""
    xmp: bytes = b""
    c2pa: bool = False


def find(source: BinaryIO, format_: str, found: Blocks) -> None:
    """Put the blocks of a file of this format into ``found``; of a format that is not known here there are none. Raises
    what a broken container makes ``struct`` and others raise; what was found before stays."""
    walk = _WALKS.get(format_)
    if walk is not None:
        source.seek(0)
        walk(source, found)


def _jpeg(source: BinaryIO, blocks: Blocks) -> None:
    resources = b""
    for marker, data in _segments(source):
        if marker == 0xE1 and data.startswith(b"Exif\0") and blocks.exif is None:
            blocks.exif = io.BytesIO(data[6:])
        elif marker == 0xE1 and data.startswith(_XMP):
            blocks.xmp = blocks.xmp or data[len(_XMP) :]
        elif marker == 0xED and data.startswith(_IRB) and len(resources) < LARGEST:
            resources += data[len(_IRB) :]
        elif marker == 0xEB and data.startswith(b"JP") and _C2PA in data[:64]:
            blocks.c2pa = True
    _resources(resources, blocks)


def _segments(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Markers with the data of those that may hold what is wanted, up to the picture."""
    source.seek(2)
    for _ in range(_MOST):
        head = source.read(2)
        if len(head) < 2 or head[0] != 0xFF or head[1] in (0xD9, 0xDA):
            return
        if head[1] == 0xFF:  # a fill byte
            source.seek(-1, 1)
        elif head[1] != 0x01 and not 0xD0 <= head[1] <= 0xD7:
            length = int.from_bytes(source.read(2), "big") - 2
            if length < 0:
                return
            if head[1] in (0xE1, 0xEB, 0xED):
                yield head[1], source.read(length)
            else:
                source.seek(length, 1)


def _png(source: BinaryIO, blocks: Blocks) -> None:
    source.seek(8)
    for _ in range(_MOST):
        head = source.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length = int.from_bytes(head[:4], "big")
        after = source.tell() + length + 4
        if head[4:] == b"caBX":
            blocks.c2pa = True
        elif head[4:] in (b"eXIf", b"iTXt") and length <= LARGEST:
            _png_block(head[4:], source.read(length), blocks)
        source.seek(after)


def _png_block(name: bytes, data: bytes, blocks: Blocks) -> None:
    if name == b"eXIf":
        blocks.exif = blocks.exif or io.BytesIO(data)
    elif data.startswith(_PNG_XMP + b"\0") and not blocks.xmp:
        packed = data[len(_PNG_XMP) + 1 : len(_PNG_XMP) + 2] == b"\1"
        text = data[len(_PNG_XMP) + 3 :].split(b"\0", 2)[-1]
        blocks.xmp = _unpacked(text) if packed else text


def _unpacked(text: bytes) -> bytes:
    """Nothing, if it is larger than a block may be."""
    unpacker = zlib.decompressobj()
    whole = unpacker.decompress(text, LARGEST)
    return b"" if unpacker.unconsumed_tail else whole


def _webp(source: BinaryIO, blocks: Blocks) -> None:
    source.seek(12)
    for _ in range(_MOST):
        head = source.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        after = source.tell() + length + length % 2
        if head[:4] == b"C2PA":
            blocks.c2pa = True
        elif head[:4] == b"EXIF" and length <= LARGEST:
            blocks.exif = io.BytesIO(source.read(length).removeprefix(b"Exif\0\0"))
        elif head[:4] == b"XMP " and length <= LARGEST:
            blocks.xmp = source.read(length)
        source.seek(after)


def _tiff(source: BinaryIO, blocks: Blocks) -> None:
    first = Directory.first(source)
    blocks.exif = source
    blocks.c2pa = first.has(_TIFF_C2PA)
    _resources(first.data(_TIFF_IRB, LARGEST), blocks)
    blocks.iptc = first.data(_TIFF_IPTC, LARGEST) or blocks.iptc
    blocks.xmp = first.data(_TIFF_XMP, LARGEST)


def _raw(source: BinaryIO, blocks: Blocks) -> None:
    """Cameras' own formats are TIFF structures, some under another number; Fujifilm's has its EXIF in a JPEG, and
    Canon's of today is made of boxes."""
    head = source.read(92)
    if head[4:].startswith(canon.BRAND):
        found = canon.find(source, LARGEST)
        blocks.exif, blocks.apart, blocks.xmp = found.exif, (found.pictured, found.placed), found.xmp
    elif not head.startswith(b"FUJIFILM"):
        _tiff(source, blocks)
    elif len(head) == 92:
        place, length = struct.unpack_from(">II", head, 84)
        source.seek(place)
        _jpeg(io.BytesIO(source.read(min(length, LARGEST))), blocks)


def _psd(source: BinaryIO, blocks: Blocks) -> None:
    source.seek(26)
    source.seek(struct.unpack(">I", source.read(4))[0], 1)
    length = struct.unpack(">I", source.read(4))[0]
    _resources(source.read(min(length, 4 * LARGEST)), blocks)


def _resources(data: bytes, blocks: Blocks) -> None:
    """Photoshop's image resources: in its own documents, and inside of JPEG and TIFF."""
    at = 0
    for _ in range(_MOST):
        if data[at : at + 4] != b"8BIM" or len(data) < at + 12:
            return
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + (data[at + 6] + 2) // 2 * 2
        length = int.from_bytes(data[at : at + 4], "big")
        held = data[at + 4 : at + 4 + length]
        at += 4 + length + length % 2
        if len(held) == length <= LARGEST:
            _keep(number, held, blocks)


def _keep(number: int, held: bytes, blocks: Blocks) -> None:
    if number == _IPTC:
        blocks.iptc = held
    elif number == _DIGEST:
        blocks.digest = held
    elif number == _EXIF:
        blocks.exif = blocks.exif or io.BytesIO(held)
    elif number == _PSD_XMP:
        blocks.xmp = held


def _items(source: BinaryIO, blocks: Blocks) -> None:
    found = items.Items()
    try:
        items.find(source, LARGEST, found)
    finally:
        blocks.exif = io.BytesIO(found.exif) if found.exif else None
        blocks.xmp, blocks.c2pa = found.xmp, found.c2pa


def _movie(source: BinaryIO, blocks: Blocks) -> None:
    blocks.xmp, blocks.c2pa = movies.find(source, LARGEST)


def _pdf(source: BinaryIO, blocks: Blocks) -> None:
    """XMP is written so that it can be found without reading a PDF (XMP Specification, Part 3, 2.3). Pictures inside
    have packets too, so the one of the document is the last that calls itself a PDF, or the only one."""
    size = source.seek(0, 2)
    found: list[bytes] = []
    for begin in sorted({0, max(0, size - _PDF_PART)}):
        source.seek(begin)
        found += _packets(source.read(_PDF_PART))
    own = [each for each in found if b"application/pdf" in each]
    blocks.xmp = own[-1] if own else found[0] if len(set(found)) == 1 else b""


def _packets(part: bytes) -> Iterator[bytes]:
    """In one pass, however many begin and do not end."""
    at = 0
    for _ in range(_MOST):
        begin = part.find(_PACKET_BEGINS, at)
        at = part.find(_PACKET_ENDS, begin)
        if begin < 0 or at < 0:
            return
        packet = part[begin:at].partition(b"?>")[2]
        if len(packet) <= LARGEST:
            yield packet


_WALKS: Mapping[str, Callable[[BinaryIO, Blocks], None]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "TIFF": _tiff,
    "RAW": _raw,
    "PSD": _psd,
    "PDF": _pdf,
    "HEIF": _items,
    "AVIF": _items,
    "MOV": _movie,
    "M4A": _movie,
}
