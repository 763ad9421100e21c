"""Canon's raw pictures whose boxes lie: lengths, numbers, places, and blocks that are huge or made of themselves."""

import struct
from collections.abc import Callable, Iterator

from tests.corpus import canon, written
from tests.corpus.canon import CAMERA_BOX, box, camera, cr3, of_camera, of_picture, of_place
from tests.corpus.hostile.case import SHOWN, Canary, Hostile

_ANY = f"{SHOWN}|broken_file|truncated|out_of_memory"
_MIB = 1 << 20


def cases(_: Canary) -> Iterator[Hostile]:
    """Shown without what lies, or not at all, where the decoder believes it."""
    for name, make in LIES.items():
        yield Hostile("raw pictures", f"CR3: {name}", make(), _ANY)


def whole() -> bytes:
    """With all that is read of one."""
    blocks = (b"CMT1", of_camera("Ada")), (b"CMT2", of_picture("2026:05:06 07:08:09")), (b"CMT4", of_place(48.8, 2.2))
    return cr3(*blocks, xmp_block=written.FULL_XMP)


def long_by(kind: bytes, length: int) -> bytes:
    """The same, with a box that says it has so many bytes."""
    data = bytearray(whole())
    struct.pack_into(">I", data, data.index(kind) - 4, length)
    return bytes(data)


def nested(kind: bytes, count: int) -> bytes:
    """Boxes inside of each other."""
    return b"".join(struct.pack(">I4s", 8 * (count - number), kind) for number in range(count))


def itself() -> bytes:
    """Directories that point to themselves, as their own picture and place."""
    return written.big_endian_exif((0x8769, 4, 1, b"\0\0\0\x08"), (0x8825, 4, 1, b"\0\0\0\x08"))


LIES: dict[str, Callable[[], bytes]] = {
    "a block of 2^31": lambda: long_by(b"CMT1", 2**31),
    "a block of nothing": lambda: long_by(b"CMT1", 0),
    "a block of seven bytes": lambda: long_by(b"CMT1", 7),
    "a camera of 2^32": lambda: long_by(CAMERA_BOX, 2**32 - 1),
    "a description of 2^32": lambda: long_by(b"moov", 2**32 - 1),
    "a description without an end": lambda: long_by(b"moov", 0),
    "a block of two megabytes": lambda: cr3((b"CMT1", of_camera("Ada") + bytes(2 * _MIB))),
    "XMP of two megabytes": lambda: cr3(xmp_block=written.xmp(written.simple("photoshop:Credit", "x" * 2 * _MIB))),
    "XMP that expands": lambda: cr3(xmp_block=written.xmp(doctype='<!DOCTYPE x [<!ENTITY a "b">]>')),
    "100,000 boxes in front": lambda: cr3(described=box(b"free") * 100_000 + camera((b"CMT1", of_camera("Ada")))),
    "100,000 blocks": lambda: cr3(described=box(b"uuid", CAMERA_BOX, box(b"CMT1") * 100_000)),
    "5,000 cameras": lambda: cr3(described=camera((b"CMT1", of_camera("Ada"))) * 5_000),
    "1,000 descriptions": lambda: whole() + box(b"moov", box(b"free") * 1_000) * 1_000,
    "20,000 boxes inside of each other": lambda: cr3(described=nested(b"moov", 20_000)),
    "directories of themselves": lambda: cr3((b"CMT1", itself()), (b"CMT2", itself()), (b"CMT4", itself())),
    "directories that are elsewhere": lambda: cr3((b"CMT1", b"II*\0\xff\xff\xff\xff"), (b"CMT4", b"MM\0*\xff\0\0\0")),
    "directories that are none": lambda: cr3((b"CMT1", b"Ada"), (b"CMT2", b""), (b"CMT4", bytes(9))),
    "a camera that is cut off": lambda: cr3(described=box(b"uuid", CAMERA_BOX[:9])),
    "a sensor of 2^32": lambda: whole().replace(struct.pack(">II", *canon.SENSOR), b"\xff\xff\xff\xfe" * 2),
    "its head": lambda: whole()[:300],
    "its half": lambda: whole()[: len(whole()) // 2],
}
