"""Pictures that promise more than there is, or than memory holds: dimensions, unpacked sizes, frames without end."""

import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.corpus import cameras, photoshop, stills
from tests.corpus.cases import picture
from tests.corpus.hostile.case import SHOWN, Canary, Hostile
from tests.corpus.tiff import DEFLATE, page, tiff
from tests.workers.media import generate
from tests.workers.media.generate import chunk, encoded

_MOST = 2**31 - 1
_PNG = b"\x89PNG\r\n\x1a\n"


def cases(_: Canary) -> Iterator[Hostile]:
    """Of each format of pixels."""
    for name, data, outcome in (*_png(), *_jpeg(), *_webp(), *_gif(), *_tiff(), *_simple(), *_others()):
        yield Hostile("bombs", name, data, outcome)
    yield Hostile("endless", "a progressive JPEG of 20,000 scans", _scans(20_000), "timed_out")


_Row = tuple[str, bytes, str]


def png(width: int, height: int, packed: bytes, *more: bytes, bits: int = 8, colour: int = 2) -> bytes:
    """A PNG of this header, with ``more`` chunks in front of its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return _PNG + header + b"".join(more) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def packed_zeros(size: int) -> bytes:
    """So many bytes of nothing, whole MiB, packed to a thousandth (RFC 1950): one packed MiB again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    part = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = struct.pack(">HH", size % 65521, 1)
    return b"\x78\x9c" + part * (size >> 20) + packer.flush() + check


def _png() -> Iterator[_Row]:
    rows = zlib.compress(bytes(8 * 25))
    yield "a PNG of 2^31", png(_MOST, _MOST, rows), "too_large|broken_file"
    yield "a PNG as wide as 2^31 and one high", png(_MOST, 1, rows), "too_large"
    yield "a PNG one wide and 2^31 high", png(1, _MOST, rows), "too_large"
    yield "a PNG of 2^32", png(2**32 - 1, 2**32 - 1, rows), "too_large|broken_file"
    yield "a PNG of nothing", png(0, 0, rows), "broken_file"
    yield "a PNG of 400 megapixels", generate.png_bomb(20_000, 20_000), "too_large"
    yield "a PNG with 64 MB behind its pixels", png(8, 8, packed_zeros(1 << 26)), SHOWN
    yield "a PNG of 90 megapixels and ten rows", png(10_000, 9_000, packed_zeros(1 << 20)), "truncated|broken_file"
    packed = packed_zeros(1 << 26)
    yield "a PNG with a text of 64 MB", png(8, 8, rows, chunk(b"zTXt", b"a\0\0" + packed)), SHOWN
    words = chunk(b"iTXt", b"a\0\1\0\0\0" + packed)
    yield "a PNG with Unicode of 64 MB", png(8, 8, rows, words), SHOWN
    texts = [chunk(b"tEXt", b"a\0" + b"b" * 60)] * 20_000
    yield "a PNG of 20,000 texts", png(8, 8, rows, *texts), SHOWN
    profile = chunk(b"iCCP", b"a\0\0" + packed)
    yield "a PNG with a profile of 64 MB", png(8, 8, rows, profile), SHOWN
    endless = chunk(b"acTL", struct.pack(">II", _MOST, 0))
    yield "an animated PNG of 2^31 frames", png(8, 8, rows, endless), SHOWN + "|broken_file"
    frame = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", struct.pack(">7I", 0, _MOST, _MOST, 0, 0, 0, 0))
    yield "an animated PNG with a frame of 2^31", png(8, 8, rows, frame), "broken_file|" + SHOWN
    yield "a PNG with a chunk of 2^32", _PNG + png(8, 8, rows)[8:33] + b"\xff\xff\xff\xffIDAT", "broken_file|truncated"


def _jpeg() -> Iterator[_Row]:
    yield "a JPEG of 536 megapixels", generate.flat_jpeg(65_500, 8_190), "too_large"
    small = generate.flat_jpeg(8, 8)
    frame = small.index(b"\xff\xc0")
    most = small[: frame + 5] + b"\xff\xff\xff\xff" + small[frame + 9 :]
    yield "a JPEG of 65,535 by 65,535", most, "too_large"
    yield "a JPEG of no height", small[: frame + 5] + b"\0\0" + small[frame + 7 :], "broken_file"
    yield "a JPEG whose height comes later", small[: frame + 5] + b"\0\0\0\0" + small[frame + 9 :], "broken_file"
    yield "a progressive JPEG of 400 megapixels", _progressive(20_000), "out_of_memory|too_large"
    components = small[: frame + 9] + b"\xff" + small[frame + 10 :]
    yield "a JPEG of 255 components", components, "broken_file|unsupported_variant"
    yield "a JPEG of comments", small[:2] + b"\xff\xfe\xff\xff" * 10 + small[2:], "broken_file|truncated"
    yield "a JPEG of fill bytes", small[:2] + b"\xff" * 100_000 + small[2:], SHOWN


def _progressive(side: int) -> bytes:
    """The head of one, which says this."""
    data = bytearray(encoded(Image.new("RGB", (8, 8)), "JPEG", progressive=True))
    struct.pack_into(">HH", data, data.index(b"\xff\xc2") + 5, side, side)
    return bytes(data)


def _scans(count: int) -> bytes:
    """The last scan again and again: each goes over the whole picture."""
    data = encoded(Image.new("L", (1000, 1000)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def _webp() -> Iterator[_Row]:
    yield "a WebP of 268 megapixels", generate.webp_bomb(), "too_large"
    data = bytearray(stills.animated("WEBP"))
    place = data.index(b"VP8X") + 12
    data[place : place + 6] = b"\xff" * 6
    yield "an animated WebP of 2^48", bytes(data), "too_large|broken_file|truncated"
    frames = encoded(
        Image.new("RGB", (4, 4)),
        "WEBP",
        save_all=True,
        append_images=[Image.new("RGB", (4, 4), (n, 0, 0)) for n in range(250)],
    )
    yield "a WebP of 250 frames", frames, SHOWN
    lying = b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + bytes(20)
    yield "a WebP of 2^32 bytes", lying, "truncated|broken_file"


def _gif() -> Iterator[_Row]:
    yield "a GIF of 4,295 megapixels", stills.gif_bomb(65_535, 65_535), "too_large"
    small = encoded(Image.new("P", (8, 8)), "GIF")
    first = small.index(b",")
    frame = small[first:-1]
    yield "a GIF that never ends", small[:first] + frame * 50_000, SHOWN
    later = bytearray(frame)
    struct.pack_into("<HH", later, 5, 65_535, 65_535)
    yield "a GIF whose second frame is a bomb", small[:-1] + bytes(later) + b";", SHOWN
    first_bomb = small[:first] + bytes(later) + b";"
    yield "a GIF whose frame is larger than it", first_bomb, SHOWN + "|too_large|truncated|broken_file"
    comments = small[:first] + b"!\xfe" + (b"\xff" + b"c" * 255) * 20_000 + b"\0" + small[first:]
    yield "a GIF with a comment of 5 MB", comments, SHOWN
    delays = b"!\xf9\4\4\0\0\0\0" * 20_000
    yield "a GIF of 20,000 delays", small[:first] + delays + small[first:], SHOWN
    yield "a GIF of no colours", small[:10] + b"\0" + small[11:13] + frame + b";", SHOWN + "|broken_file"


def _tiff() -> Iterator[_Row]:
    yield "a TIFF of 2^31", stills.tiff_bomb(_MOST), "too_large"
    yield "a TIFF of 3,600 megapixels", stills.tiff_bomb(60_000), "too_large"
    yield "a TIFF of 2^32", stills.tiff_bomb(2**32 - 1), "too_large|broken_file"
    yield "a TIFF of two directories for ever", stills.looped(), SHOWN
    plain = bytearray(tiff([page(picture())]))
    for tag, kind, what in ((273, 4, "strips are elsewhere"), (279, 4, "strip has 2^32 bytes")):
        data = bytearray(plain)
        struct.pack_into("<I", data, data.index(struct.pack("<HHI", tag, kind, 1)) + 8, 2**32 - 1)
        yield f"a TIFF whose {what}", bytes(data), "broken_file|truncated|" + SHOWN
    data = bytearray(plain)
    struct.pack_into("<I", data, data.index(struct.pack("<HHI", 277, 3, 1)) + 4, _MOST)
    yield "a TIFF with 2^31 values in a tag", bytes(data), "broken_file"
    many = tiff([page(Image.new("L", (1, 1)))] * 5_000)
    yield "a TIFF of 5,000 pages", many, SHOWN
    packed = tiff([page(Image.new("L", (64, 64)), compression=DEFLATE)])
    strip = packed_zeros(1 << 26)
    data = bytearray(packed[: packed.index(b"x\x9c")] + strip)
    struct.pack_into("<I", data, data.index(struct.pack("<HHI", 279, 4, 1)) + 8, len(strip))
    yield "a TIFF whose strip unpacks to 64 MB", bytes(data), SHOWN + "|broken_file"
    tiled = bytearray(tiff([page(picture(), tile=16)]))
    for tag in (322, 323):
        struct.pack_into("<I", tiled, tiled.index(struct.pack("<HHI", tag, 4, 1)) + 8, 2**31 - 16)
    yield "a TIFF with a tile of 2^31", bytes(tiled), "broken_file|too_large|truncated|out_of_memory"
    yield "a BigTIFF of 2^64 tags", b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**64 - 1), "broken_file|truncated"


def _simple() -> Iterator[_Row]:
    yield "a BMP of 2^31", stills.bmp_bomb(_MOST), "too_large"
    yield "a BMP of minus 2^31", stills.bmp_bomb(-(2**31)), "too_large|broken_file"
    yield "a BMP of 3,600 megapixels", stills.bmp_bomb(60_000), "too_large"
    runs = bytearray(encoded(picture().quantize(8), "BMP"))
    struct.pack_into("<ii", runs, 18, 9_000, 9_000)
    struct.pack_into("<I", runs, 30, 1)
    yield "a BMP of runs that come to nothing", bytes(runs), SHOWN + "|truncated|broken_file"
    struct.pack_into("<I", runs, 10, 2**32 - 1)
    yield "a BMP whose pixels are elsewhere", bytes(runs), "truncated|broken_file"
    yield "an icon with a PNG of 100 megapixels", stills.icon_bomb(), "too_large"
    entry = struct.pack("<BBBBHHII", 32, 32, 0, 0, 1, 32, 2**32 - 1, 22 + 16 * 254)
    yield "an icon of 255 pictures elsewhere", struct.pack("<HHH", 0, 1, 255) + entry * 255, "broken_file"
    inside = struct.pack("<BBBBHHII", 32, 32, 0, 0, 1, 32, 400, 22)
    icon = struct.pack("<HHH", 0, 1, 1) + inside
    yield "an icon in an icon", icon * 20, "broken_file"


def _others() -> Iterator[_Row]:
    yield "a PSD of 90,000 megapixels", photoshop.bomb(300_000, 300_000), "too_large"
    yield "a PSD of 2^31", photoshop.bomb(2**31, 1), "broken_file"
    yield "a PSD whose rows are nowhere", photoshop.bomb(30_000, 30_000), "truncated|broken_file"
    deep = bytearray(cameras.dng(None))
    for tag in (256, 257):
        struct.pack_into("<I", deep, deep.index(struct.pack("<HHI", tag, 4, 1)) + 8, _MOST)
    yield "a raw picture of 2^31", bytes(deep), "too_large|broken_file"
    for side in (65_500, 20_000):
        for tag in (256, 257):
            struct.pack_into("<I", deep, deep.index(struct.pack("<HHI", tag, 4, 1)) + 8, side)
        yield f"a raw picture of {side:,}", bytes(deep), "too_large|broken_file|out_of_memory"
