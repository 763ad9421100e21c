"""Canon's raw pictures of today (CR3): boxes with EXIF, XMP, the camera's JPEG, and what is said of the sensor, whose
own pixels are missing.

Belongs here: makers of bytes, honest ones. Must not: use the code under test. Source: L. Clévy, "Describing the Canon
Raw v3 (CR3) file format".
"""

import struct
from collections.abc import Iterator

from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from tests.corpus.cases import Good, picture
from tests.workers.media.generate import encoded

CR3 = "image/x-dcraw"
SENSOR = (1200, 800)
CAMERA_BOX = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_HEAD = 8


def box(kind: bytes, *parts: bytes) -> bytes:
    """With these one behind the other inside."""
    data = b"".join(parts)
    return struct.pack(">I4s", _HEAD + len(data), kind) + data


def directory(tags: dict[int, object]) -> bytes:
    """A TIFF structure with one directory."""
    inside = ImageFileDirectory_v2()
    for tag, value in tags.items():
        inside[tag] = value
    return b"II*\0\x08\0\0\0" + inside.tobytes(8)


def of_camera(artist: str = "", rights: str = "") -> bytes:
    """EXIF's first directory."""
    said = {0x013B: artist, 0x8298: rights}
    return directory({271: "Canon", 272: "Canon EOS R5", 274: 1} | {tag: text for tag, text in said.items() if text})


def of_picture(taken: str) -> bytes:
    """That of the picture."""
    return directory({0x9003: taken, 0x8827: 400})


def of_place(latitude: float, longitude: float) -> bytes:
    """That of the place."""
    found: dict[int, object] = {}
    for tag, value, senses in ((1, latitude, "NS"), (3, longitude, "EW")):
        degrees, minutes = int(abs(value)), abs(value) % 1 * 60
        seconds = IFDRational(round(minutes % 1 * 60 * 1000), 1000)
        found |= {tag: senses[value < 0], tag + 1: (IFDRational(degrees), IFDRational(int(minutes)), seconds)}
    return directory(found)


def camera(*blocks: tuple[bytes, bytes]) -> bytes:
    """Canon's own box, with what is said of the camera and the picture."""
    inside = b"".join(box(kind, data) for kind, data in blocks)
    return box(b"uuid", CAMERA_BOX, box(b"CNCV", b"CanonCR3_001/00.11.00/00.00.00"), inside)


def cr3(*blocks: tuple[bytes, bytes], xmp_block: bytes = b"", described: bytes | None = None) -> bytes:
    """A raw picture with these blocks (CMT1 and so on); ``described``: instead of Canon's box."""
    shown = encoded(picture(SENSOR), "JPEG", quality=95)
    own = camera(*blocks) if described is None else described
    packet = box(b"uuid", XMP_BOX, xmp_block) if xmp_block else b""
    front = box(b"ftyp", b"crx \0\0\0\1crx isom")
    place = len(front) + len(_moov(own, 0, len(shown))) + len(packet) + _HEAD
    return front + _moov(own, place, len(shown)) + packet + box(b"mdat", shown, bytes(64))


def _moov(own: bytes, place: int, length: int) -> bytes:
    """The JPEG, and behind it what stands for the sensor's pixels."""
    width, height = SENSOR
    compressed = struct.pack(">IHHIIIIBBBBI", 0xFFFF0030, 0x100, 0, width, height, width, height, 14, 0x40, 0, 0, 1)
    sensor = box(b"CMP1", compressed.ljust(52, b"\0"))
    tracks = _track(box(b"JPEG", bytes(4)), place, length), _track(sensor, place + length, 64)
    return box(b"moov", own, *tracks)


def _track(kind: bytes, place: int, length: int) -> bytes:
    entry = box(b"CRAW", bytes(24), struct.pack(">HH", *SENSOR), bytes(54), kind)
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), entry),
        box(b"stsz", struct.pack(">III", 0, length, 1)),
        box(b"co64", struct.pack(">IIQ", 0, 1, place)),
    )
    handler = box(b"hdlr", bytes(8), b"vide", bytes(13))
    return box(b"trak", box(b"mdia", handler, box(b"minf", table)))


def good() -> Iterator[Good]:
    """Shown by the JPEG that the camera put in."""
    plain = ((b"CMT1", of_camera()), (b"CMT2", of_picture("2026:05:06 07:08:09")))
    yield Good("CR3 with its preview", "a.cr3", lambda: cr3(*plain), CR3, SENSOR)
