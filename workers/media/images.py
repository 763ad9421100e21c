"""One file, and from one decode of it every rendition, the largest first.

Belongs here: which decoder, colours, sizes, writing. Runs in the confined child only (and in benches, for comparison).
Must not: carry metadata of the original into a rendition.
"""

import importlib
import io
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import IO, Any, BinaryIO, cast

from PIL import Image, PngImagePlugin

from workers.media import colour, frames, look, metadata, stills
from workers.media.decoded import Decoded, Decoder, Size
from workers.media.encoding import DEMUXERS, SOUNDS
from workers.media.packet import packet
from workers.media.plan import LARGEST_BOX, LEAST_QUALITY, LOOKLESS, MediaFailure, Spec

# What needs a further library is loaded when the first such file comes, by the template, before it forks.
_MODULES: Mapping[str, str] = {
    **dict.fromkeys(stills.DECODERS, "stills"),
    "HEIF": "heif",
    "PSD": "layers",
    "RAW": "raw",
    "SVG": "drawings",
    "PDF": "pages",
    "TEXT": "texts",
    "SUBTITLES": "subtitles",
    "FONT": "specimens",
    **dict.fromkeys(("INDD", "EPS", "OFFICE"), "covers"),
    **dict.fromkeys(DEMUXERS, "films"),
    **dict.fromkeys(SOUNDS, "sounds"),
}

_PAGED = frozenset({"PDF", "TIFF"})
_FIRST_PAGE = frozenset({"TEXT", "INDD", "EPS", "OFFICE"})  # of these no decoder here draws another one
_AVIF_SPEED = 9  # of 0 to 10: one step less takes four times as long, and saves 2 % of the bytes

# What is seen of these was made for the preview: its colours are not the file's.
_MAKERS = ("raw", "pages", "films", "sounds", "texts", "subtitles", "specimens", "covers")
_DEVELOPED = frozenset(format_ for format_, module in _MODULES.items() if module in _MAKERS)
_SPACES: Mapping[str, str] = {
    **dict.fromkeys(("1", "L", "LA", "La", "I", "I;16", "I;16B"), "grey"),
    **dict.fromkeys(("P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr"), "rgb"),
    "CMYK": "cmyk",
    "LAB": "lab",
}


def load(format_: str) -> None:
    """What the decoder needs, before anything is confined. Raises what an import raises."""
    _decoder(format_)


def _decoder(format_: str) -> Decoder:
    module = importlib.import_module(f"workers.media.{_MODULES[format_]}")
    return cast("Mapping[str, Decoder]", module.DECODERS)[format_]


def _decoder_at(format_: str, spec: Spec) -> Decoder:
    """For the page or the moment that is asked for, where the format has such. Raises MediaFailure."""
    decoder: Any = _decoder(format_)
    page = spec.page or 1
    if format_ in _FIRST_PAGE and page > 1:
        raise MediaFailure("no_such_page", f"page {page} of {format_}")
    if format_ in _PAGED:
        return partial(decoder, page=page)
    return partial(decoder, time=spec.time) if format_ in DEMUXERS else cast(Decoder, decoder)


def render(
    source: BinaryIO, format_: str, specs: Sequence[Spec], sinks: Sequence[BinaryIO], data: int
) -> dict[str, object]:
    """Write a rendition for each of ``specs`` into its sink, and return the fields of ``results.Properties``.

    ``data``: the memory in bytes that this process may use. Raises MediaFailure, MemoryError.
    """
    warnings.simplefilter("ignore")  # a warning about a file helps nobody here, and its report would open files
    decoded, whole = _decoded(source, format_, specs, data)
    picture, profile = colour.to_srgb(decoded.image, decoded.profile)
    picture.info.clear()  # a comment would be written too
    for spec, sink in sorted(zip(specs, sinks, strict=True), key=lambda job: -max(frames.needed(whole, job[0]))):
        size = frames.needed(whole, spec)
        own = colour.kept(decoded.image, decoded.profile, spec.format) if spec.profile == "keep" else None
        if own is not None:
            shown = frames.framed(_resized(own.image, size), spec, own.ground(spec.background))
            _write(shown, spec, sink, own.profile)
        else:
            picture = _resized(picture, size)
            _write(frames.framed(picture, spec, colour.ground(spec.background)), spec, sink, b"")
    return {
        "width": decoded.size[0],
        "height": decoded.size[1],
        "format": format_,
        "colour_mode": decoded.mode,
        "has_alpha": picture.mode == "RGBA",
        "profile": profile,
        "colours": colour.main_colours(picture),
        "look": None if format_ in (*LOOKLESS, *SOUNDS) else look.look_of(picture),
        "metadata": metadata.read(source, format_, decoded.written) | metadata.worded(decoded.text),
        "details": decoded.details | _colours(format_, decoded, profile),
    }


def _colours(format_: str, decoded: Decoded, fate: str) -> dict[str, object]:
    """``colour_space`` of what is stored as pixels, or drawn in one, and ``profile_name`` where the profile counts."""
    found: dict[str, object] = {}
    if format_ not in _DEVELOPED and decoded.mode in _SPACES:
        found["colour_space"] = _SPACES[decoded.mode]
    if fate == "applied" and decoded.profile and (name := colour.profile_name(decoded.profile)):
        found["profile_name"] = name
    return found


def _decoded(source: BinaryIO, format_: str, specs: Sequence[Spec], data: int) -> tuple[Decoded, Size]:
    """Large enough for each of ``specs``, and the size of the whole."""
    decoder, longest = _decoder_at(format_, specs[0]), max(frames.asked(spec) for spec in specs)
    decoded = decoder(cast(BinaryIO, _KeptOpen(source)), longest, data)
    # What was drawn and not scanned has a picture larger than its size.
    whole = max(decoded.size, decoded.image.size, key=max)
    most = min(LARGEST_BOX, max(max(frames.needed(whole, spec)) for spec in specs))
    if most > longest:  # a panorama, of which a square is to be cut
        source.seek(0)
        decoded = decoder(cast(BinaryIO, _KeptOpen(source)), most, data)
    return decoded, whole


class _KeptOpen:
    """A file that decoders close when they are done with it, and that may have to be read once more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def close(self) -> None:
        """Its owner does that."""


def _resized(image: Image.Image, size: Size) -> Image.Image:
    # resize() premultiplies RGBA itself, so that the colour of what is transparent does not bleed.
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _write(image: Image.Image, spec: Spec, sink: BinaryIO, profile: bytes) -> None:
    if spec.max_bytes is None:
        _save(image, spec, spec.quality, sink, profile)
    else:
        sink.write(_within(image, spec, spec.max_bytes, profile))


def _within(image: Image.Image, spec: Spec, most: int, profile: bytes) -> bytes:
    """The file of the best quality, up to the one asked for, that has at most ``most`` bytes; it is looked for by
    halving, so that there are eight encodings at most. Raises MediaFailure (``over_max_bytes``).
    """
    found = _encoded(image, spec, spec.quality, profile)
    if len(found) <= most:
        return found
    # A PNG has one quality only.
    least, best, shortest = LEAST_QUALITY, 0 if spec.format == "PNG" else spec.quality - 1, len(found)
    fits = b""
    while least <= best:
        quality = (least + best) // 2
        found = _encoded(image, spec, quality, profile)
        shortest = min(shortest, len(found))
        if len(found) <= most:
            fits, least = found, quality + 1
        else:
            best = quality - 1
    if not fits:
        raise MediaFailure("over_max_bytes", f"{shortest} bytes, and {most} are allowed")
    return fits


def _encoded(image: Image.Image, spec: Spec, quality: int, profile: bytes) -> bytes:
    file = io.BytesIO()
    _save(image, spec, quality, file, profile)
    return file.getvalue()


def _save(image: Image.Image, spec: Spec, quality: int, sink: IO[bytes], profile: bytes) -> None:
    # The empty blocks keep the original's place and camera out, and its profile where it is not kept, whatever Pillow's
    # defaults become.
    try:
        image.save(sink, spec.format, icc_profile=profile, exif=b"", **_said(spec), **_options(spec, quality))
    except RuntimeError as error:  # in this way AVIF's encoder says that there is no more memory
        raise MemoryError(str(error)) from error


def _said(spec: Spec) -> dict[str, Any]:
    """What is written into the file about the picture."""
    said = packet(spec.words)
    if spec.format != "PNG":
        return {"xmp": said}
    texts = PngImagePlugin.PngInfo()
    if said:  # ISO 16684-3, 1.1.5
        texts.add_itxt("XML:com.adobe.xmp", said.decode())
    return {"pnginfo": texts}


def _options(spec: Spec, quality: int) -> dict[str, Any]:
    if spec.format == "WEBP":
        return {"quality": quality, "method": spec.method}
    if spec.format == "JPEG":  # progressive: what is seen first is the whole, and large files are smaller
        return {"quality": quality, "progressive": True, "optimize": True}
    if spec.format == "AVIF":  # the child may begin no thread, and the same picture has to give the same bytes
        return {"quality": quality, "speed": _AVIF_SPEED, "codec": "aom", "max_threads": 1}
    return {"compress_level": 9}
