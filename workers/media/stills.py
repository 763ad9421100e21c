"""Pictures made of pixels, by Pillow: one decode, as small as the format allows, brought to the size that is needed.

Belongs here: what needs Pillow's decoders and the file's bytes. Runs in the confined child only (and in benches, for
comparison). Must not: believe a name, or open anything.
"""

import struct
from functools import partial
from typing import BinaryIO, cast

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    ImageChops,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from workers.media import tiffs
from workers.media.decoded import Decoded, Decoder, Size, fit
from workers.media.plan import LARGEST_PROFILE, MIB, MOST_BITS, MOST_PAGES, PIXELS, MediaFailure

# Pillow imports these when it needs them; inside the sandbox it could not.
PLUGINS = (
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
    MpoImagePlugin,
    TiffImagePlugin,
    GifImagePlugin,
    BmpImagePlugin,
    IcoImagePlugin,
    AvifImagePlugin,
)


class _PngStream(PngImagePlugin.PngStream):
    """Pillow refuses a PNG as a whole if a text or the profile unpacks to more than a megabyte. Nobody reads its texts
    here (``blocks`` does, in bounds), so that they are not unpacked; and a profile that can't be costs itself only."""

    def chunk_tEXt(self, pos: int, length: int) -> bytes:  # noqa: N802 Pillow finds it by the chunk's name
        del pos
        assert self.fp is not None
        return ImageFile._safe_read(self.fp, length)  # noqa: SLF001 as Pillow's own

    chunk_zTXt = chunk_iTXt = chunk_tEXt  # noqa: N815

    def chunk_iCCP(self, pos: int, length: int) -> bytes:  # noqa: N802
        assert self.fp is not None
        begin = self.fp.tell()
        try:
            return super().chunk_iCCP(pos, length)
        except ValueError:
            self.fp.seek(begin)
            return self.chunk_tEXt(pos, length)


PngImagePlugin.PngStream = _PngStream  # type: ignore[misc]
PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_PROFILE

_ORIENTATION = 0x0112
_LARGEST_EXIF = MIB
_OUT_OF_MEMORY = ("out of memory", "decoder error -9")  # the second is how libtiff's decoder says it
_PNG_DEPTH = 24  # where its header has it (W3C PNG, 11.2.2); the header is always the first chunk
_BITS_PER_SAMPLE = 258
_BAND_PIXELS = 1_000_000
_GAP = 1.5  # how much larger than needed the fast reduction leaves it for the good one; 2 would not fit 100 MP
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP_GREY = (tiffs.DEEP_GREY,)
_GREY = ("1", "L", "LA", *_DEEP_GREY)
_KNOWN = frozenset({*_GREY, "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "La", "RGBa"})


def decode(format_: str, source: BinaryIO, box: int, data: int, page: int = 1) -> Decoded:
    """The first picture of the file, or that ``page`` of a TIFF, as ``Decoder`` says; ``format_`` is Pillow's name of
    the one decoder to be used.

    EXIF's orientation is applied; ``details`` has ``pages`` of a file with several, ``animated`` where it moves.
    """
    image = opened(source, format_, data)
    if page > 1:
        _turn_to(image, page)
    size, mode, profile = image.size, image.mode, image.info.get("icc_profile")
    details, turn = _details(image, page) | _depth(image, source), orientation(image)
    picture = turned(_shrunk(image, size, fit(size, box)), turn)
    return Decoded(picture, size[::-1] if turn >= 5 else size, mode, profile, details)


DECODERS: dict[str, Decoder] = {
    format_: partial(decode, format_) for format_ in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "ICO", "AVIF")
}


def opened(source: BinaryIO, format_: str, data: int = 512 * MIB) -> Image.Image:
    """The header, checked against the caps. Raises MediaFailure."""
    # Pillow raises at twice this figure, before any decoder has taken memory for the picture.
    Image.MAX_IMAGE_PIXELS = PIXELS[format_] // 2
    try:
        image = tiffs.opened(source) if format_ == "TIFF" else Image.open(source, formats=[format_])
    except Image.DecompressionBombError as error:
        raise MediaFailure("too_large", str(error)) from error
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever their parsing runs into
        raise MediaFailure(_what_is_wrong(source, format_), repr(error)) from error
    if _coefficients(image) > data * 3 // 4:
        raise MediaFailure("out_of_memory", "the coefficients of a progressive JPEG")
    _require_known(image)
    return image


def _coefficients(image: Image.Image) -> int:
    """Bytes that a progressive JPEG needs for the coefficients of the whole picture; draft does not lessen them.

    Its decoder reports the lack as broken data, hence the check before.
    """
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or "progressive" not in image.info:
        return 0
    factors = [(across, down) for _, across, down, _ in image.layer]
    widest, tallest = max(f[0] for f in factors), max(f[1] for f in factors)
    samples = sum(image.width * across // widest * (image.height * down // tallest) for across, down in factors)
    return 2 * samples


def _what_is_wrong(source: BinaryIO, format_: str) -> str:
    """With a file whose header can't be read. Only WebP's says how many bytes should have come."""
    source.seek(0)
    head = source.read(12)
    if format_ == "WEBP" and len(head) == 12 and head[:4] == b"RIFF":
        return "truncated" if struct.unpack("<I", head[4:8])[0] + 8 > source.seek(0, 2) else "broken_file"
    return "broken_file"


def _turn_to(image: Image.Image, page: int) -> None:
    """Raises MediaFailure."""
    image.info.pop("icc_profile", None)  # that of the first page: Pillow would keep it for one that has none
    try:
        image.seek(page - 1)
    except MemoryError:
        raise
    except EOFError as error:
        raise MediaFailure("no_such_page", str(error)) from error
    except Exception as error:  # as above
        raise MediaFailure("broken_file", repr(error)) from error
    if image.width * image.height > PIXELS["TIFF"]:  # Pillow looks at the first one only
        raise MediaFailure("too_large", f"page {page}: {image.size}")
    _require_known(image)


def _require_known(image: Image.Image) -> None:
    if image.mode not in _KNOWN:
        raise MediaFailure("unsupported_variant", f"mode {image.mode}")


def _details(image: Image.Image, page: int) -> dict[str, object]:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        pages = tiffs.pages(image, MOST_PAGES)
        image.seek(page - 1)
        return {"pages": pages} if pages > 1 else {}
    return {"animated": True} if getattr(image, "is_animated", False) and image.format != "MPO" else {}


def _depth(image: Image.Image, source: BinaryIO) -> dict[str, object]:
    """``bit_depth``: bits of a sample as they are stored, where the file or its format says it."""
    match image.format:
        case "PNG":
            at = source.tell()
            source.seek(_PNG_DEPTH)
            bits: object = source.read(1)[0] if image.mode != "P" else 8  # the colours of a palette have 8 each
            source.seek(at)
        case "TIFF":
            bits = max(cast("TiffImagePlugin.TiffImageFile", image).tag_v2.get(_BITS_PER_SAMPLE, (1,)))
        case "JPEG" | "MPO" | "WEBP" | "GIF":
            bits = 8
        case _:
            bits = image.info.get("bit_depth")
    return {"bit_depth": bits} if isinstance(bits, int) and 0 < bits <= MOST_BITS else {}


def _shrunk(image: Image.Image, size: Size, target: Size) -> Image.Image:
    """Decode, and bring to exactly ``target`` in a working mode (L, LA, RGB, RGBA, CMYK or LAB)."""
    covered = (float(size[0]), float(size[1]))
    if image.format in ("JPEG", "MPO"):
        # Pillow compares both sides: the square box would decode in full. Floor, so that rounding can't cost a step.
        longest = max(size)
        box = [max(1, side * max(target) // longest) for side in size]
        drafted = image.draft(None, (box[0], box[1]))
        covered = drafted[1][2:] if drafted else covered
    _load(image)
    factor = max(1, int(max(image.size) / (_GAP * max(target))))
    small = _reduced(image, factor)
    if small is not image:
        image.close()  # resize() copies what has alpha: the decoded picture must be gone by then
    part = (0.0, 0.0, min(covered[0] / factor, small.width), min(covered[1] / factor, small.height))
    return small if small.size == target else small.resize(target, Image.Resampling.LANCZOS, box=part)


def _load(image: Image.Image) -> None:
    """Raises MediaFailure for what is wrong with the file, MemoryError for what is not."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # as above
        if str(error).endswith(_OUT_OF_MEMORY):
            raise MediaFailure("out_of_memory", str(error)) from error
        raise MediaFailure("truncated" if "truncated" in str(error) else "broken_file", repr(error)) from error


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """A whole fraction of the picture, made band by band, so that no second copy of the full size is ever needed."""
    mode = _working_mode(image)
    if factor == 1 and image.mode == mode:
        return image
    width, height = image.size
    negative = tiffs.is_negative(image)
    rows = max(1, _BAND_PIXELS // width // factor) * factor
    result = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        band = _converted(image.crop((0, top, width, min(top + rows, height))), mode)
        band = ImageChops.invert(band) if negative else band
        result.paste(band.reduce(factor), (0, top // factor))
    return result


def _working_mode(image: Image.Image) -> str:
    if image.mode in ("CMYK", "LAB"):
        return image.mode
    base = "L" if image.mode in _GREY else "RGB"
    # A key colour of 16 bits has no equal once the picture has 8.
    return base + "A" if image.has_transparency_data and image.mode not in _DEEP_GREY else base


def _converted(band: Image.Image, mode: str) -> Image.Image:
    if band.mode in _DEEP_GREY:
        band = band.point(lambda value: value * (1 / 256))  # convert() alone would clip at 255
    return band.convert(mode)


def orientation(image: Image.Image) -> int:
    """EXIF's 1–8; 1 when it is missing, unreadable or absurd. Pillow has applied that of a TIFF file itself."""
    block = image.info.get("exif")
    if not isinstance(block, bytes) or len(block) > _LARGEST_EXIF or image.format == "TIFF":
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        value = exif.get(_ORIENTATION)
    except (SyntaxError, struct.error, ValueError, TypeError, KeyError, IndexError, OSError):
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def turned(image: Image.Image, by: int) -> Image.Image:
    return image.transpose(_TURNS[by]) if by in _TURNS else image
