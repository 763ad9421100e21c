"""BigTIFF of big-endian byte order, which Pillow takes for a small TIFF: it looks for the number of the format in one
byte, where only the other byte order has it.

Belongs here: that one mistake, and nothing else of TIFF. libtiff, which unpacks what is compressed, reads the file
itself and makes no such mistake. Source: BigTIFF's header (libtiff, "The BigTIFF File Format").
"""

from typing import Any, BinaryIO, cast

from PIL import TiffImagePlugin

_AS_WRITTEN, _AS_READ = b"MM\0+", b"MM+\0"


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


def readable(source: BinaryIO) -> BinaryIO:
    """The TIFF file as Pillow can read it."""
    return cast(BinaryIO, _File(source))


def _turned(head: bytes) -> bytes:
    return _AS_READ + head[len(_AS_READ) :] if head.startswith(_AS_WRITTEN) else head


TiffImagePlugin.PREFIXES.append(_AS_READ)
TiffImagePlugin.ImageFileDirectory_v2 = _Directory  # type: ignore[misc]
