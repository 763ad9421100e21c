"""Stills: one decode of a JPEG, PNG or WebP file, and from it every rendition, the largest first.

Belongs here: what needs Pillow and the file's bytes. Runs in the confined child only (and in benches, for comparison).
Must not: believe a name, open anything, or carry metadata of the original into a rendition.
"""

import struct
import warnings
from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from workers.media import colour
from workers.media.plan import MIB, PIXELS, MediaFailure, Spec

# Pillow imports these when it needs them; inside the sandbox it could not.
DECODERS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, MpoImagePlugin, TiffImagePlugin)

_ORIENTATION = 0x0112
_LARGEST_EXIF = MIB
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
_GREY = ("1", "L", "LA", "I;16", "I")

Size = tuple[int, int]


def render(
    source: BinaryIO, format_: str, specs: Sequence[Spec], sinks: Sequence[BinaryIO], data: int
) -> dict[str, object]:
    """Write a rendition for each of ``specs`` into its sink, and return the fields of ``results.Properties``.

    ``data``: the memory in bytes that this process may use. Raises MediaFailure, MemoryError.
    """
    warnings.simplefilter("ignore")  # a warning about a file helps nobody here, and its report would open files
    jobs = sorted(zip(specs, sinks, strict=True), key=lambda job: -job[0].box)
    image = _open(source, format_, data)
    size, mode = image.size, image.mode
    target = fit(size, jobs[0][0].box)
    picture = _turned(_shrunk(image, size, target), turn := _orientation(image))
    picture, profile = colour.to_srgb(picture, image.info.get("icc_profile"))
    upright = size[::-1] if turn >= 5 else size
    for spec, sink in jobs:
        picture = _resized(picture, fit(upright, spec.box))
        _write(picture, spec, sink)
    properties: dict[str, object] = {"width": upright[0], "height": upright[1], "format": format_, "colour_mode": mode}
    properties |= {
        "has_alpha": picture.mode == "RGBA",
        "profile": profile,
        "dominant_colour": colour.dominant_colour(picture),
    }
    return properties


def fit(size: Size, box: int) -> Size:
    """``size`` in proportion, its longest side at most ``box`` px; never larger than it was."""
    longest = max(size)
    if longest <= box:
        return size
    return max(1, round(size[0] * box / longest)), max(1, round(size[1] * box / longest))


def _open(source: BinaryIO, format_: str, data: int) -> Image.Image:
    """The header, checked against the caps. Raises MediaFailure."""
    # Pillow raises at twice this figure, before any decoder has taken memory for the picture.
    Image.MAX_IMAGE_PIXELS = PIXELS[format_] // 2
    try:
        image = Image.open(source, formats=[format_])
    except Image.DecompressionBombError as error:
        raise MediaFailure("too_large", str(error)) from error
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever their parsing runs into
        raise MediaFailure("truncated" if _ends_early(source, format_) else "broken_file", repr(error)) from error
    if _coefficients(image) > data * 3 // 4:
        raise MediaFailure("out_of_memory", "the coefficients of a progressive JPEG")
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


def _ends_early(source: BinaryIO, format_: str) -> bool:
    """Whether the container says that more bytes should have come; only WebP's header does."""
    if format_ != "WEBP":
        return False
    source.seek(0)
    head = source.read(12)
    return len(head) == 12 and head[:4] == b"RIFF" and struct.unpack("<I", head[4:8])[0] + 8 > source.seek(0, 2)


def _shrunk(image: Image.Image, size: Size, target: Size) -> Image.Image:
    """Decode, and bring to exactly ``target`` in a working mode (L, LA, RGB, RGBA or CMYK)."""
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
        if "out of memory" in str(error):
            raise MediaFailure("out_of_memory", str(error)) from error
        raise MediaFailure("truncated" if "truncated" in str(error) else "broken_file", repr(error)) from error


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """A whole fraction of the picture, made band by band, so that no second copy of the full size is ever needed."""
    mode = _working_mode(image)
    if factor == 1 and image.mode == mode:
        return image
    width, height = image.size
    rows = max(1, _BAND_PIXELS // width // factor) * factor
    result = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        band = image.crop((0, top, width, min(top + rows, height)))
        result.paste(_converted(band, mode).reduce(factor), (0, top // factor))
    return result


def _working_mode(image: Image.Image) -> str:
    if image.mode == "CMYK":
        return "CMYK"
    base = "L" if image.mode in _GREY else "RGB"
    # A key colour of 16 bits has no equal once the picture has 8.
    return base + "A" if image.has_transparency_data and image.mode not in ("I;16", "I") else base


def _converted(band: Image.Image, mode: str) -> Image.Image:
    if band.mode in ("I;16", "I"):
        band = band.point(lambda value: value * (1 / 256))  # convert() alone would clip at 255
    return band.convert(mode)


def _orientation(image: Image.Image) -> int:
    """EXIF's 1–8; 1 when it is missing, unreadable or absurd."""
    block = image.info.get("exif")
    if not isinstance(block, bytes) or len(block) > _LARGEST_EXIF:
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        value = exif.get(_ORIENTATION)
    except (SyntaxError, struct.error, ValueError, TypeError, KeyError, IndexError, OSError):
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _resized(image: Image.Image, size: Size) -> Image.Image:
    # resize() premultiplies RGBA itself, so that the colour of what is transparent does not bleed.
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _write(image: Image.Image, spec: Spec, sink: BinaryIO) -> None:
    # The empty blocks keep the original's profile, place and camera out, whatever Pillow's defaults become.
    image.save(sink, spec.format, quality=spec.quality, method=spec.method, icc_profile=b"", exif=b"", xmp=b"")
