"""Photoshop documents, PSD and PSB: the composite that Photoshop stores behind the layers, read band by band.

Source: Adobe Photoshop File Formats Specification (2019). The layers themselves are not drawn: a document that was
saved without its composite is refused, with what to do. Memory does not grow with the picture's size.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from PIL import Image, ImageMath

from workers.media.decoded import Decoded, Decoder, fit
from workers.media.plan import MIB, PIXELS, MediaFailure

_BITMAP, _GREY, _INDEXED, _RGB, _CMYK, _DUOTONE, _LAB = 0, 1, 2, 3, 4, 8, 9
# Document's mode → how many channels have its colours, and our mode for them.
_MODES = {
    _BITMAP: (1, "L"),
    _GREY: (1, "L"),
    _INDEXED: (1, "RGB"),
    _RGB: (3, "RGB"),
    _CMYK: (4, "CMYK"),
    _DUOTONE: (1, "L"),
    _LAB: (3, "LAB"),
}
_PROFILE, _VERSION_INFO = 1039, 1057
_RAW, _PACKED = 0, 1
_LONGEST_SIDE = 300_000
_LARGEST_RESOURCE = 4 * MIB
_BAND_BYTES = 4 * MIB
_GAP = 1.5  # as in ``stills``
# Blocks whose length has 8 bytes in a PSB.
_LONG_BLOCKS = frozenset(b"LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD".split())


@dataclass(slots=True)
class Document:
    """What is in front of the picture. ``start``: where its bytes begin, behind the word that says how they are packed;
    ``transparent``: the channel behind the colours is the composite's transparency."""

    large: bool
    channels: int
    width: int
    height: int
    depth: int
    mode: int
    palette: bytes = b""
    resources: dict[int, bytes] = field(default_factory=dict)
    transparent: bool = False
    start: int = 0

    @property
    def row(self) -> int:
        """Bytes of a row of one channel, unpacked."""
        return (self.width * self.depth + 7) // 8


def decode(source: BinaryIO, box: int, data: int) -> Decoded:
    """As ``Decoder`` says."""
    del data  # what is held at a time is a band
    try:
        document = _opened(source)
        picture = _picture(source, document, box)
    except (struct.error, EOFError) as error:
        raise MediaFailure("truncated", repr(error)) from error
    size = (document.width, document.height)
    mode = {_BITMAP: "1", _INDEXED: "P"}.get(document.mode, picture.mode)
    picture = picture if picture.size == fit(size, box) else picture.resize(fit(size, box), Image.Resampling.LANCZOS)
    return Decoded(_unmatted(picture), size, mode, document.resources.get(_PROFILE), {"bit_depth": document.depth})


DECODERS: dict[str, Decoder] = {"PSD": decode}


def _take(source: BinaryIO, form: str) -> tuple[Any, ...]:
    """Raises struct.error at the end of the file."""
    return struct.unpack(">" + form, source.read(struct.calcsize(">" + form)))


def _opened(source: BinaryIO) -> Document:
    signature, version, channels, height, width, depth, mode = _take(source, "4sH6xHIIHH")
    if signature != b"8BPS" or version not in (1, 2) or not 0 < width <= _LONGEST_SIDE >= height > 0:
        raise MediaFailure("broken_file", "no Photoshop document")
    if width * height > PIXELS["PSD"]:
        raise MediaFailure("too_large", f"{width} × {height}")
    if mode not in _MODES or depth not in (1, 8, 16) or (depth == 1) != (mode == _BITMAP):
        raise MediaFailure("unsupported_variant", f"mode {mode} with {depth} bits")
    document = Document(version == 2, channels, width, height, depth, mode)
    if channels < _MODES[mode][0]:
        raise MediaFailure("broken_file", f"{channels} channels")
    length = _take(source, "I")[0]
    document.palette = source.read(768) if mode == _INDEXED else b""
    source.seek(length - len(document.palette), 1)
    _read_resources(source, document)
    if document.resources.get(_VERSION_INFO, b"\0\0\0\1\1")[4:5] == b"\0":
        raise MediaFailure("no_composite")
    _pass_layers(source, document)
    return document


def _read_resources(source: BinaryIO, document: Document) -> None:
    end = _take(source, "I")[0] + source.tell()
    while source.tell() + 12 <= end:
        signature, number, name = _take(source, "4sHB")
        source.seek(name + (name + 1) % 2, 1)
        length = _take(source, "I")[0]
        after = source.tell() + length + length % 2
        if signature != b"8BIM":
            break
        if number in (_PROFILE, _VERSION_INFO) and length <= _LARGEST_RESOURCE:
            document.resources[number] = source.read(length)
        source.seek(after)
    source.seek(end)


def _pass_layers(source: BinaryIO, document: Document) -> None:
    """Where the picture begins; and whether one of its channels is transparency, which only the layers say."""
    size = "Q" if document.large else "I"
    end = _take(source, size)[0] + source.tell()
    if end > source.tell():
        length = _take(source, size)[0]
        after = source.tell() + length
        document.transparent = length >= 2 and _take(source, "h")[0] < 0
        source.seek(after)
        document.transparent |= any(_transparent_blocks(source, document, end))
    source.seek(end)
    document.start = source.tell() + 2


def _transparent_blocks(source: BinaryIO, document: Document, end: int) -> Iterator[bool]:
    """Deep documents have their layers in blocks behind the section where others have them."""
    if source.tell() + 4 > end:
        return
    source.seek(_take(source, "I")[0], 1)
    while source.tell() + 12 <= end:
        signature, key = _take(source, "4s4s")
        if signature not in (b"8BIM", b"8B64"):
            return
        length = _take(source, "Q" if document.large and key in _LONG_BLOCKS else "I")[0]
        after = source.tell() + length + -length % 4
        yield key in (b"Mt16", b"Mt32", b"Mtrn") or (key in (b"Lr16", b"Lr32", b"Layr") and _take(source, "h")[0] < 0)
        source.seek(after)


def _picture(source: BinaryIO, document: Document, box: int) -> Image.Image:
    """The composite, reduced by a whole factor."""
    source.seek(document.start - 2)
    packing = _take(source, "H")[0]
    if packing not in (_RAW, _PACKED):
        raise MediaFailure("unsupported_variant", f"packing {packing}")
    colours, mode = _MODES[document.mode]
    alpha = document.transparent and document.channels > colours and document.mode in (_GREY, _RGB)
    longest = max(document.width, document.height)
    factor = max(1, int(longest / (_GAP * min(box, longest))))
    planes = [_plane(source, document, channel, packing, factor) for channel in range(colours + alpha)]
    if document.mode == _CMYK:
        planes = [plane.point(lambda value: 255 - value) for plane in planes]
    return planes[0] if len(planes) == 1 else Image.merge(mode + "A" * alpha, planes)


def _plane(source: BinaryIO, document: Document, channel: int, packing: int, factor: int) -> Image.Image:
    """One channel, a fraction of its size."""
    mode = "RGB" if document.mode == _INDEXED else "L"
    result = Image.new(mode, (-(-document.width // factor), -(-document.height // factor)))
    rows = max(1, _BAND_BYTES // max(1, document.row) // factor) * factor
    for top, data in _bands(source, document, channel, packing, rows):
        band = _band(document, data)
        result.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return result


def _bands(source: BinaryIO, document: Document, channel: int, packing: int, rows: int) -> Iterator[tuple[int, bytes]]:
    """First row and unpacked bytes of each band of a channel."""
    if packing == _RAW:
        source.seek(document.start + channel * document.row * document.height)
        for top in range(0, document.height, rows):
            count = min(rows, document.height - top)
            yield top, _exactly(source, count * document.row)
        return
    lengths = _row_lengths(source, document)
    first = channel * document.height
    source.seek(sum(lengths[:first]), 1)
    for top in range(0, document.height, rows):
        count = min(rows, document.height - top)
        packed = _exactly(source, sum(lengths[first + top : first + top + count]))
        yield top, _unpacked(packed, document.row, count)


def _row_lengths(source: BinaryIO, document: Document) -> tuple[int, ...]:
    """Of every row of every channel; leaves ``source`` at the first row."""
    source.seek(document.start)
    count = document.channels * document.height
    return struct.unpack(f">{count}{'I' if document.large else 'H'}", source.read(count * (4 if document.large else 2)))


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _unpacked(packed: bytes, row: int, count: int) -> bytes:
    """PackBits (TIFF 6.0, section 9), by Pillow's decoder."""
    try:
        return Image.frombytes("L", (row, count), packed, "packbits", "L").tobytes()
    except (ValueError, OSError) as error:
        raise MediaFailure("broken_file", repr(error)) from error


def _band(document: Document, data: bytes) -> Image.Image:
    """A band of one channel as 8 bits grey, or in the colours of the palette."""
    rows = len(data) // document.row
    if document.depth == 1:
        return Image.frombytes("1", (document.width, rows), data, "raw", "1;I").convert("L")
    if document.depth == 16:
        data = data[::2]
    band = Image.frombytes("L", (document.width, rows), data)
    if document.mode != _INDEXED:
        return band
    palette = document.palette.ljust(768, b"\0")
    band.putpalette(bytes(palette[index + 256 * part] for index in range(256) for part in range(3)))
    return band.convert("RGB")


def _unmatted(image: Image.Image) -> Image.Image:
    """Photoshop blends the composite with white where it is transparent; what was there before is asked for."""
    if image.mode not in ("LA", "RGBA"):
        return image
    *colours, alpha = image.split()
    return Image.merge(image.mode, [*(_without_white(each, alpha) for each in colours), alpha])


def _without_white(colour: Image.Image, alpha: Image.Image) -> Image.Image:
    def before(of: dict[str, Any]) -> object:
        mixed, opaque = of["mixed"], of["opaque"]
        found = (mixed + opaque - 255) * 255 / of["max"](opaque, 1)
        return of["convert"](of["min"](of["max"](found, 0), 255), "L")

    return cast(Image.Image, ImageMath.lambda_eval(before, mixed=colour, opaque=alpha))
