"""Pictures made of pixels, in each variant that a creative team has."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from tests.corpus.cases import CUT, SIZE, Bad, Good, cut_out, half, picture, turned
from tests.corpus.tiff import Page, page, tiff
from tests.workers.media import generate
from tests.workers.media.generate import RGB, encoded

GREYS: tuple[RGB, ...] = ((40, 40, 40), (110, 110, 110), (180, 180, 180), (230, 230, 230))


def good() -> list[Good]:
    """Every variant that is shown."""
    return [*_jpeg(), *_png(), *_gif(), *_simple(), *_avif()]


def bad() -> list[Bad]:
    """Broken, cut off, too large, and disguised ones."""
    return [*_broken(), *_bombs()]


def _jpeg() -> Iterator[Good]:
    kind = "image/jpeg"
    yield Good("JPEG", "a.jpg", lambda: encoded(picture(), "JPEG", quality=95), kind)
    yield Good("JPEG progressive", "b.jpg", lambda: encoded(picture(), "JPEG", quality=95, progressive=True), kind)
    yield Good("JPEG grey", "c.jpg", lambda: encoded(greys(), "JPEG", quality=95), kind, colours=GREYS)
    yield Good("JPEG CMYK", "d.jpg", lambda: encoded(inks(), "JPEG", quality=95), kind, colours=PRINTED)
    yield Good("JPEG YCCK", "e.jpg", ycck, kind, colours=PRINTED)
    for orientation in range(1, 9):
        yield Good(
            f"JPEG turned {orientation}",
            "f.jpg",
            lambda o=orientation: encoded(turned(o), "JPEG", quality=95, exif=generate.exif(o)),  # type: ignore[misc]
            kind,
        )


def _png() -> Iterator[Good]:
    kind = "image/png"
    yield Good("PNG", "a.png", lambda: encoded(picture(), "PNG"), kind)
    yield Good("PNG 16 bit", "b.png", lambda: deep_png(picture()), kind)
    yield Good("PNG 16 bit with alpha", "c.png", lambda: deep_png(cut_out()), kind, colours=CUT)
    yield Good("PNG palette", "d.png", lambda: encoded(picture().quantize(8), "PNG"), kind)
    yield Good("PNG alpha", "e.png", lambda: encoded(cut_out(), "PNG"), kind, colours=CUT)
    yield Good("PNG grey", "f.png", lambda: encoded(greys(), "PNG"), kind, colours=GREYS)
    yield Good("PNG interlaced", "g.png", lambda: interlaced_png(picture()), kind)
    yield Good("WebP", "a.webp", lambda: encoded(picture(), "WEBP", quality=95), "image/webp")
    moving = {"animated": True}
    yield Good("PNG animated", "h.png", lambda: animated("PNG"), kind, properties=moving)
    yield Good("WebP animated", "c.webp", lambda: animated("WEBP"), "image/webp", within=4, properties=moving)
    yield Good("WebP alpha", "b.webp", lambda: encoded(cut_out(), "WEBP", lossless=True), "image/webp", colours=CUT)


def _gif() -> Iterator[Good]:
    kind = "image/gif"
    yield Good("GIF", "a.gif", lambda: encoded(picture().quantize(8), "GIF"), kind)
    yield Good("GIF transparent", "b.gif", lambda: encoded(cut_out(), "GIF"), kind, colours=CUT)
    yield Good("GIF animated", "c.gif", lambda: animated("GIF"), kind, properties={"animated": True})


def _simple() -> Iterator[Good]:
    yield Good("BMP", "a.bmp", lambda: encoded(picture(), "BMP"), "image/bmp")
    yield Good("BMP palette", "b.bmp", lambda: encoded(picture().quantize(8), "BMP"), "image/bmp")
    icon = "image/vnd.microsoft.icon"
    square = (64, 64)

    def ico(**options: Any) -> bytes:
        return encoded(picture(square), "ICO", sizes=[(16, 16), square], **options)

    yield Good("ICO", "a.ico", ico, icon, size=square)
    yield Good("ICO of bitmaps", "b.ico", lambda: ico(bitmap_format="bmp"), icon, size=square)


def _avif() -> Iterator[Good]:
    kind = "image/avif"
    yield Good("AVIF", "a.avif", lambda: encoded(picture(), "AVIF", quality=95), kind)
    yield Good("AVIF alpha", "b.avif", lambda: encoded(cut_out(), "AVIF", quality=95), kind, colours=CUT)
    yield Good("AVIF animated", "c.avif", lambda: animated("AVIF"), kind, properties={"animated": True})
    for orientation in range(2, 9):
        yield Good(
            f"AVIF turned {orientation}",
            "d.avif",
            lambda o=orientation: encoded(turned(o), "AVIF", quality=95, exif=generate.exif(o)),  # type: ignore[misc]
            kind,
        )


def _broken() -> Iterator[Bad]:
    noise = Image.effect_noise((400, 300), 40)
    for format_, name, kind in FORMATS:
        data = encoded(noise.convert("RGB") if format_ == "ICO" else noise, format_)
        yield Bad(f"half a {format_}", name, lambda d=data: half(d), kind, "truncated|broken_file")  # type: ignore[misc]
        yield Bad(f"the head of a {format_}", name, lambda d=data: d[:40], kind, "truncated|broken_file")  # type: ignore[misc]
        start = 200 if format_ == "AVIF" else 64
        yield Bad(
            f"zeros in a {format_}",
            name,
            lambda d=data, s=start: d[:s] + bytes(len(d) - s),  # type: ignore[misc]
            kind,
            "truncated|broken_file|",
        )
    yield Bad(
        "a TIFF of 32 bits",
        "deep.tif",
        lambda: encoded(greys().convert("I"), "TIFF"),
        "image/tiff",
        "unsupported_variant",
    )
    yield Bad("a TIFF whose directory is itself", "loop.tif", looped, "image/tiff", "")
    yield Bad(
        "a TIFF with a directory of nothing", "none.tif", lambda: b"II*\0\x08\0\0\0\0\0", "image/tiff", "broken_file"
    )
    yield Bad(
        "a TIFF of nine samples a pixel",
        "nine.tif",
        lambda: tiff([Page((4, 4), 2, (8,) * 9, bytes(144))]),
        "image/tiff",
        "broken_file",
    )


def _bombs() -> Iterator[Bad]:
    yield Bad("a PNG bomb", "bomb.png", lambda: generate.png_bomb(20_000, 20_000), "image/png", "too_large")
    yield Bad("a JPEG bomb", "bomb.jpg", lambda: generate.flat_jpeg(65_500, 8_190), "image/jpeg", "too_large")
    yield Bad("a WebP bomb", "bomb.webp", generate.webp_bomb, "image/webp", "too_large")
    yield Bad("a GIF bomb", "bomb.gif", lambda: gif_bomb(65_535, 65_535), "image/gif", "too_large")
    yield Bad("a TIFF bomb", "bomb.tif", lambda: tiff_bomb(60_000), "image/tiff", "too_large")
    yield Bad("a TIFF of 2^31", "bomb2.tif", lambda: tiff_bomb(2**31 - 1), "image/tiff", "too_large")
    yield Bad("a BMP bomb", "bomb.bmp", lambda: bmp_bomb(60_000), "image/bmp", "too_large")
    yield Bad("a BMP of 2^31", "bomb2.bmp", lambda: bmp_bomb(2**31 - 1), "image/bmp", "too_large")
    yield Bad("an ICO with a PNG bomb", "bomb.ico", icon_bomb, "image/vnd.microsoft.icon", "too_large")


FORMATS = (
    ("JPEG", "x.jpg", "image/jpeg"),
    ("PNG", "x.png", "image/png"),
    ("WEBP", "x.webp", "image/webp"),
    ("GIF", "x.gif", "image/gif"),
    ("TIFF", "x.tif", "image/tiff"),
    ("BMP", "x.bmp", "image/bmp"),
    ("ICO", "x.ico", "image/vnd.microsoft.icon"),
    ("AVIF", "x.avif", "image/avif"),
)
_INKS = ((0, 255, 255, 0), (255, 0, 255, 0), (0, 0, 0, 128), (0, 0, 0, 0))
PRINTED: tuple[RGB, ...] = ((255, 0, 0), (0, 255, 0), (127, 127, 127), (255, 255, 255))
"""How those look without a profile."""
FAX: tuple[RGB, ...] = ((0, 0, 0), (255, 255, 255), (255, 255, 255), (0, 0, 0))


def greys() -> Image.Image:
    """Four greys."""
    return generate.corners(SIZE, GREYS).convert("L")


def inks() -> Image.Image:
    """Red, green, half black, paper, in CMYK."""
    image = Image.new("CMYK", SIZE)
    for index, ink in enumerate(_INKS):
        image.paste(ink, _quarter(index))
    return image


def lab() -> Image.Image:
    """The picture in CIE Lab as Pillow has it: a* and b* begin at -128. It writes them as TIFF does, with a sign."""
    image = Image.new("LAB", SIZE)
    for index, colour in enumerate(generate.lab(each) for each in _quarters()):
        values = round(colour[0] * 2.55), round(colour[1]) + 128, round(colour[2]) + 128
        bands = [Image.new("L", (SIZE[0] // 2, SIZE[1] // 2), value) for value in values]
        image.paste(Image.merge("LAB", bands), _quarter(index))
    return image


def _quarters() -> list[RGB]:
    found = picture()
    places = [(5, 5), (SIZE[0] - 5, 5), (5, SIZE[1] - 5), (SIZE[0] - 5, SIZE[1] - 5)]
    return [found.getpixel(place) for place in places]  # type: ignore[misc]


def _quarter(index: int) -> tuple[int, int, int, int]:
    across, down = SIZE[0] // 2, SIZE[1] // 2
    left, top = index % 2 * across, index // 2 * down
    return left, top, left + across, top + down


def ycck() -> bytes:
    """A CMYK JPEG whose inks are stored as YCC and K (Adobe's technical note 5116: transform 2), which Pillow can't
    write: the same four planes, turned by hand, and the flag."""
    cyan, magenta, yellow, black = inks().split()
    # Adobe stores inks inverted, and Pillow inverts what it writes; the decoder inverts what it has made of YCC.
    planes = Image.merge("RGB", [cyan, magenta, yellow]).convert("YCbCr").split()
    stored = Image.merge("CMYK", [*(band.point(lambda value: 255 - value) for band in planes), black])
    data = bytearray(encoded(stored, "JPEG", quality=95, subsampling=0))
    mark = data.index(b"Adobe")
    assert data[mark + 11] == 0
    data[mark + 11] = 2
    return bytes(data)


def deep_png(image: Image.Image) -> bytes:
    """16 bits a sample (PNG 11.2.1), colour type 2 or 6."""
    return _png_file(image, interlaced=False)


def interlaced_png(image: Image.Image) -> bytes:
    """Adam7 (PNG 8.2), 16 bits a sample."""
    return _png_file(image, interlaced=True)


_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def _png_file(image: Image.Image, *, interlaced: bool) -> bytes:
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    width, height = image.size
    pixels = image.load()
    assert pixels is not None
    rows = bytearray()
    for left, top, across, down in passes:
        for y in range(top, height, down):
            rows += b"\0"
            for x in range(left, width, across):
                for value in pixels[x, y]:  # type: ignore[union-attr]
                    rows += struct.pack(">H", int(value) * 257)
    kind = 6 if image.mode == "RGBA" else 2
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, int(interlaced))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(generate.chunk(name, data) for name, data in chunks)


def animated(format_: str) -> bytes:
    """Three frames, the first of which is to be seen."""
    frames = [picture(), Image.new("RGB", SIZE), Image.new("RGB", SIZE, (255, 255, 255))]
    options = {"quality": 95} if format_ == "AVIF" else {}
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=100, **options)


def fax() -> Image.Image:
    """Two black quarters."""
    return generate.corners(SIZE, FAX).convert("1")


def looped() -> bytes:
    """Two directories that follow each other for ever."""
    data = bytearray(tiff([page(picture()), page(picture())]))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * count)[0]
    struct.pack_into("<I", data, second + 2 + 12 * struct.unpack_from("<H", data, second)[0], first)
    return bytes(data)


def gif_bomb(width: int, height: int) -> bytes:
    """A header and a first frame of this size, and no data to speak of."""
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    struct.pack_into("<HH", data, 6, width, height)
    return bytes(data)


def tiff_bomb(side: int) -> bytes:
    """A grey TIFF that promises so many pixels a side."""
    data = bytearray(tiff([page(Image.new("L", (8, 8)))]))
    for tag in (256, 257):
        entry = data.index(struct.pack("<HHI", tag, 4, 1))
        struct.pack_into("<I", data, entry + 8, side)
    return bytes(data)


def bmp_bomb(side: int) -> bytes:
    """The same, as BMP."""
    data = bytearray(encoded(Image.new("RGB", (8, 8)), "BMP"))
    struct.pack_into("<ii", data, 18, side, side)
    return bytes(data)


def icon_bomb() -> bytes:
    """A small icon, in the place of whose picture is a PNG of 100 megapixels."""
    inside = generate.png_bomb(10_000, 10_000)
    entry = struct.pack("<BBBBHHII", 32, 32, 0, 0, 1, 32, len(inside), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + inside
