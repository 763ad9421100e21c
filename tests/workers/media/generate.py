"""Picture files for the media tests, good and hostile, made by our own code: no foreign binary is in the repository.

Belongs here: makers of bytes, and the colour arithmetic that is the oracle. Must not: use the code under test.
"""

import io
import math
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image

RGB = tuple[int, int, int]
XYZ = tuple[float, float, float]
_D50 = (0.9642, 1.0, 0.8249)
# Colorants adapted to D50, a row for each of red, green, blue: ICC's sRGB, and Adobe RGB (1998) Annex A.
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
WIDE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    """The image as a file."""
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def corners(size: tuple[int, int], colours: Sequence[RGB]) -> Image.Image:
    """Four flat quarters: top left, top right, bottom left, bottom right."""
    small = Image.new("RGB", (2, 2))
    for index, colour in enumerate(colours):
        small.putpixel((index % 2, index // 2), colour)
    return small.resize(size, Image.Resampling.NEAREST)


def exif(orientation: int) -> bytes:
    """A block with an orientation, a camera and a place."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "SECRETCAMERA"
    block.get_ifd(0x8825)[1] = "N"
    return block.tobytes()


def chunk(name: bytes, data: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int = 30000, height: int = 30000) -> bytes:
    """A small file that is valid and promises 900 megapixels of white."""
    packer = zlib.compressobj(9)
    row = b"\x00" + b"\xff" * ((width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def flat_jpeg(width: int, height: int) -> bytes:
    """A valid grey JPEG of any size, without ever holding it: 6 bits a block (no difference, end of block).

    Pillow writes the standard Huffman tables (T.81 Annex K.3): 00 is a DC difference of none, 1010 the end of a block.
    """
    small = encoded(Image.new("L", (8, 8), 128), "JPEG")
    frame, scan = small.index(b"\xff\xc0"), small.index(b"\xff\xda")
    head = bytearray(small[: scan + 10])
    struct.pack_into(">HH", head, frame + 5, height, width)
    blocks = -(-width // 8) * -(-height // 8)
    return bytes(head) + b"\x28\xa2\x8a" * (blocks // 4 + 2) + b"\xff\xd9"


def webp_bomb() -> bytes:
    """A header of 16383 × 16383 px, the most that WebP knows, and next to nothing behind it."""
    small = encoded(Image.new("RGB", (8, 8)), "WEBP", lossless=True)
    bits = struct.unpack_from("<I", small, 21)[0] & ~0xFFFFFFF | (16382 | 16382 << 14)
    return small[:21] + struct.pack("<I", bits) + small[25:]


def profile(colorants: Sequence[XYZ] = WIDE, gamma: float = 2.2, padding: int = 0) -> bytes:
    """A matrix profile (ICC.1:2001, 6.3.1.2), display class, with ``padding`` bytes of nothing in its copyright."""
    curve = b"curv" + struct.pack(">IIH2x", 0, 1, round(gamma * 256))
    tags = [(b"cprt", b"text\0\0\0\0none" + b"\0" * padding), (b"wtpt", _xyz(_D50))]
    tags += [(name, _xyz(value)) for name, value in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colorants, strict=True)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def press_profile() -> bytes:
    """A CMYK profile with a lookup table of two steps an ink (ICC.1:2001, 6.5.11): each ink darkens, magenta turns to
    +a, yellow to +b. ``press_lab`` says what it means."""
    nodes = [(c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    table = b"".join(_lab8(press_lab(*node)) for node in nodes)
    ramp = bytes(range(256))
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + table + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", [(b"cprt", b"text\0\0\0\0none"), (b"wtpt", _xyz(_D50)), (b"A2B0", lut)])


def press_lab(cyan: int, magenta: int, yellow: int, black: int) -> XYZ:
    """The colour of full (1) or no (0) ink."""
    light = 0.0 if black else 100.0 - 33.0 * (cyan + magenta + yellow)
    return max(light, 0.0), 0.0 if black else 40.0 * (magenta - cyan), 0.0 if black else 40.0 * yellow


def lab(colour: RGB, colorants: Sequence[XYZ] = _SRGB, gamma: float | None = None) -> XYZ:
    """CIE Lab (D50) of an RGB colour; ``gamma`` None for sRGB's own curve (IEC 61966-2-1)."""
    linear = [_linear(value / 255, gamma) for value in colour]
    xyz = [sum(part * row[axis] for part, row in zip(linear, colorants, strict=True)) for axis in range(3)]
    x, y, z = (_cube_root(value / white) for value, white in zip(xyz, _D50, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: XYZ, other: XYZ) -> float:
    """ΔE (CIE 1976)."""
    return math.dist(one, other)


def _linear(value: float, gamma: float | None) -> float:
    if gamma is not None:
        return float(value**gamma)
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _cube_root(value: float) -> float:
    return math.cbrt(value) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _xyz(value: XYZ) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in value))


def _lab8(value: XYZ) -> bytes:
    return bytes((round(value[0] * 2.55), round(value[1] + 128), round(value[2] + 128)))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    offset, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, body in tags:
        table += name + struct.pack(">II", offset + len(data), len(body))
        data += body + b"\0" * (-len(body) % 4)
    size = offset + len(data)
    head = struct.pack(">I4x4s", size, b"\x02\x40\0\0") + kind + space + connection + b"\0" * 12 + b"acsp"
    head += b"\0" * 28 + struct.pack(">3i", *(round(part * 65536) for part in _D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data
