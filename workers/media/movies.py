"""What people wrote into films and sounds in ISO's boxes (MP4, MOV, M4A): XMP, and that there is a C2PA manifest; found
but not read.

Rule: each box is looked for where it may stand, and the first one counts; what is too large is left where it is.
Sources: XMP Specification, part 3, 1.1.6 (MPEG-4: a ``uuid`` box of the file; QuickTime: ``XMP_`` in the movie's user
data); C2PA Specification 2.1, A.5.
"""

from typing import BinaryIO

from workers.media.boxes import C2PA, XMP, content, own_type, within

_USER_DATA = (b"moov", b"udta", b"XMP_")


def find(source: BinaryIO, largest: int) -> tuple[bytes, bool]:
    """The packet of a whole file, of at most ``largest`` bytes (empty if there is none), and whether there is a
    manifest."""
    packet, manifest = b"", False
    for kind, begin, end in within(source):
        own, first = own_type(source, begin, end) if kind == b"uuid" else (b"", end)
        manifest = manifest or own == C2PA
        if own == XMP:
            packet = packet or content(source, first, end, largest)
    return packet or _of_quicktime(source, largest), manifest


def _of_quicktime(source: BinaryIO, largest: int) -> bytes:
    begin, end = 0, source.seek(0, 2)
    for name in _USER_DATA:
        begin, end = next(((first, last) for kind, first, last in within(source, begin, end) if kind == name), (0, 0))
    return content(source, begin, end, largest)
