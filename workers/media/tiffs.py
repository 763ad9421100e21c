"""What Pillow gets wrong in TIFF files, set right:

1. A BigTIFF of big-endian byte order is taken for a small TIFF: the number of the format is looked for in one byte,
   where only the other byte order has it.
2. Greys of 16 bits are known in one byte order, and those whose white is zero are left as negatives.
3. Of samples of 16 bits that are stored plane by plane and not packed, each byte is taken for a sample. Each page has
   its own way to be stored.

Belongs here: these, and nothing else of TIFF. libtiff, which unpacks what is compressed, reads the file itself and
makes no such mistakes. Sources: TIFF 6.0; BigTIFF's header (libtiff, "The BigTIFF File Format").
"""

from typing import Any, BinaryIO, cast

from PIL import Image, TiffImagePlugin

_AS_WRITTEN, _AS_READ = b"MM\0+", b"MM+\0"
_WIDTH, _BITS_PER_SAMPLE, _COMPRESSION, _PHOTOMETRIC, _PLANES = 256, 258, 259, 262, 284
_WHITE_IS_ZERO, _PLANE_BY_PLANE, _NOT_PACKED = 0, 2, 1
DEEP_GREY = "I;16"


class _Directory(TiffImagePlugin.ImageFileDirectory_v2):
    """Also made from headers that Pillow has put together, of EXIF and its parts."""

    def __init__(self, ifh: bytes = b"II*\0\0\0\0\0", prefix: bytes | None = None, group: int | None = None) -> None:
        super().__init__(_turned(ifh), prefix, group)


class _File:
    """A file that is read as it is, but for the number of its format."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        begins = self._file.tell() == 0
        return _turned(self._file.read(size)) if begins else self._file.read(size)


class _Picture(TiffImagePlugin.TiffImageFile):
    """Has each page read by whom it is read rightly. Pillow asks its variable whenever a page has been turned to."""

    def _setup(self) -> None:
        TiffImagePlugin.READ_LIBTIFF = _is_in_deep_planes(self)
        super()._setup()


def opened(source: BinaryIO) -> Image.Image:
    """Raises what Pillow raises."""
    return Image.open(cast(BinaryIO, _File(source)), formats=["TIFF"])


def pages(image: TiffImagePlugin.TiffImageFile, most: int) -> int:
    """How many it has, up to ``most``, as far as one leads to the next, with those that can't be shown. It stands at
    any of them then."""
    found = 1
    while found < most:
        try:
            image.seek(found)
        except Exception:  # what is wrong with a page, and what ends them
            if image.tell() != found or _WIDTH not in image.tag_v2:
                break
        found += 1
    return found


def is_negative(image: Image.Image) -> bool:
    """Whether its white is zero, and Pillow has left it so."""
    return _tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO and image.mode == DEEP_GREY


def _is_in_deep_planes(image: Image.Image) -> bool:
    deep = max(_tag(image, _BITS_PER_SAMPLE) or (1,)) > 8
    return deep and _tag(image, _PLANES) == _PLANE_BY_PLANE and _tag(image, _COMPRESSION) == _NOT_PACKED


def _tag(image: Image.Image, number: int) -> Any:
    return image.tag_v2.get(number) if isinstance(image, TiffImagePlugin.TiffImageFile) else None


def _turned(head: bytes) -> bytes:
    return _AS_READ + head[len(_AS_READ) :] if head.startswith(_AS_WRITTEN) else head


for _white in (0, 1):
    TiffImagePlugin.OPEN_INFO[b"MM", _white, (1,), 1, (16,), ()] = (DEEP_GREY, "I;16B")
TiffImagePlugin.PREFIXES.append(_AS_READ)
TiffImagePlugin.ImageFileDirectory_v2 = _Directory  # type: ignore[misc]
Image.register_open(_Picture.format, _Picture, Image.OPEN[_Picture.format][1])
