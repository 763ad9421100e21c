"""InDesign documents, PostScript and office documents: the picture of itself that a program put into the document.

Belongs here: where such a picture is, and which. The document itself is not drawn: that takes a program of its own
(``programs``), and this is what there is without one. Nothing is unpacked but that one picture, and of it no more than
``_LARGEST`` bytes.

Sources: Adobe's XMP Specification Part 2 (xmp:Thumbnails), EPSF 3.0 (5.2, the header of a file with a preview),
ECMA-376 Part 2 (thumbnails), OpenDocument 1.3 Part 2 (3.8, Preview Image), PKWARE's APPNOTE.
"""

import base64
import binascii
import codecs
import contextlib
import io
import mmap
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from workers.media import stills
from workers.media.decoded import Decoded, Decoder
from workers.media.plan import MIB, MediaFailure

_LARGEST = 32 * MIB
_MOST = 16  # pictures that are tried, and entries of an archive that have such a name
_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
_XMP = re.compile(rb"xmpGImg:image(?:>|\s*=\s*[\"'])")
_ENDS = re.compile(rb"[<\"']")
_NO_DIGITS = re.compile(rb"&#x[AaDd];|\s")
_MAPPED = 1024 * MIB  # of a file: the address space that a child has is twice this
_NAMES = ("docProps/thumbnail.jpeg", "docProps/thumbnail.jpg", "docProps/thumbnail.png", "Thumbnails/thumbnail.png")
_DIRECTORY = 4 * MIB  # of an archive: some 40,000 entries
_COMPOUND = b"\xd0\xcf\x11\xe0"
_END = struct.Struct("<4sHHHHIIH")

codecs.lookup("cp437")  # of names in archives; a module, which the child could not import any more


def decode(find: Callable[[BinaryIO], Iterator[bytes]], source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says; the size is that of the picture, the first that can be read."""
    for found in find(source):
        format_ = next((name for begin, name in _PICTURES.items() if found.startswith(begin)), None)
        if format_ is not None:
            with contextlib.suppress(MediaFailure):  # the next one may be whole
                picture = stills.DECODERS[format_](io.BytesIO(found), box, data)
                return Decoded(picture.image, picture.size, picture.mode, picture.profile)
    raise MediaFailure("no_preview_inside", "no picture, or none that can be read")


def _of_metadata(source: BinaryIO) -> Iterator[bytes]:
    """Thumbnails in XMP packets, wherever they are in the file."""
    size = min(source.seek(0, io.SEEK_END), _MAPPED)
    with mmap.mmap(source.fileno(), size, prot=mmap.PROT_READ) as whole:
        for number, begin in enumerate(_XMP.finditer(whole)):
            if number == _MOST:
                return
            end = _ENDS.search(whole, begin.end(), begin.end() + _LARGEST)
            if end is not None:
                with contextlib.suppress(binascii.Error):
                    yield base64.b64decode(_NO_DIGITS.sub(b"", whole[begin.end() : end.start()]))


def _of_postscript(source: BinaryIO) -> Iterator[bytes]:
    """The TIFF file that the header of an EPS file names, then as ``_of_metadata``."""
    head = source.read(30)
    if head.startswith(b"\xc5\xd0\xd3\xc6") and len(head) == 30:
        place, length = struct.unpack_from("<II", head, 20)
        source.seek(place)
        yield source.read(min(length, _LARGEST))
    yield from _of_metadata(source)


def _of_archive(source: BinaryIO) -> Iterator[bytes]:
    """The thumbnail among the parts of an office document; there is none in those from before 2007. Raises
    MediaFailure."""
    if source.read(len(_COMPOUND)) == _COMPOUND:
        return
    _check_directory(source)
    try:
        with zipfile.ZipFile(source) as archive:
            for name in _NAMES:
                with contextlib.suppress(KeyError), archive.open(name) as part:
                    yield part.read(_LARGEST)
    except MemoryError:
        raise
    except Exception as error:  # zipfile and what unpacks raise whatever a broken archive makes them run into
        raise MediaFailure("broken_file", repr(error)) from error


def _check_directory(source: BinaryIO) -> None:
    """That the list of an archive's parts is no bomb: all of it would be kept. Raises MediaFailure."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - 65536 - _END.size))
    end = source.read()
    at = end.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(end):
        raise MediaFailure("truncated", "no end of the archive")
    if _END.unpack_from(end, at)[5] > _DIRECTORY:
        raise MediaFailure("too_large", "an archive of too many parts")


DECODERS: dict[str, Decoder] = {
    "INDD": partial(decode, _of_metadata),
    "EPS": partial(decode, _of_postscript),
    "OFFICE": partial(decode, _of_archive),
}
