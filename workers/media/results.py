"""Why the worker does not believe the child: report and outputs are checked as if the uploader had written them.

Belongs here: checks that need no decoder. Must not: trust a length, a name or a type.
"""

import json
import os
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

from workers.media import encoding, sizes
from workers.media.claims import is_metadata
from workers.media.courier import Verdict
from workers.media.encoding import NOT_EXECUTED
from workers.media.plan import (
    LARGEST_PROFILE,
    LONGEST_PROFILE_NAME,
    MOST_BITS,
    MOST_COLOURS,
    MOST_LANGUAGES,
    NOT_CONFINED,
    NOT_READY,
    PIXELS,
    SENTENCES,
    Limits,
    MediaFailure,
    MediaUnavailable,
    Spec,
    one_line,
)

_MODES = frozenset(
    {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB", "I", "I;16", "I;16B"}
)
_PROFILES = frozenset({"none", "applied", "ignored"})
_PROFILE = LARGEST_PROFILE + LARGEST_PROFILE // 1000  # in segments of 64 KiB, each with 18 bytes before it
_WORD = re.compile(r"[a-z0-9_]{1,40}\Z")
_LOOK = re.compile(r"[0-9a-f]{64}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


@dataclass(frozen=True, slots=True)
class Properties:
    """Of the original. ``width`` and ``height`` in px, upright; ``colour_mode`` in Pillow's words; ``profile``:
    none, applied or ignored; ``colours``: the main ones as ``#rrggbb`` in sRGB, the dominant one first, none if all is
    transparent; ``details``:
    what only some formats have, by the names of ``_DETAILS``; ``metadata``: what is written in it
    (``metadata.read``); ``look``: how it looks (``look.look_of``)."""

    width: int
    height: int
    format: str
    colour_mode: str
    has_alpha: bool
    profile: str
    colours: Sequence[str]
    details: Mapping[str, object]
    metadata: Mapping[str, object]
    look: str | None = None

    @property
    def dominant_colour(self) -> str | None:
        """None if all is transparent."""
        return self.colours[0] if self.colours else None


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """One rendition: ``file`` stands at its begin, ``size`` in bytes, the sides in px, None of what is only heard."""

    file: BinaryIO
    media_type: str
    width: int | None
    height: int | None
    size: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one version gave. A context manager that closes the files."""

    properties: Properties
    files: dict[str, RenderedFile]

    def close(self) -> None:
        for rendered in self.files.values():
            rendered.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check_verdict(verdict: Verdict, limits: Limits) -> dict[str, Any]:
    """The report of a child that ended well. Raises MediaFailure for the file, MediaUnavailable for our machinery."""
    _check_ending(verdict, limits)
    report = _parsed(verdict.report)
    if verdict.status != 0 or report is None:
        raise MediaFailure("crashed", f"exit status {verdict.status}")
    code = report.get("failure")
    if code is not None:
        known = isinstance(code, str) and code in SENTENCES
        raise MediaFailure(code if known else "crashed", ascii(report.get("diagnostic"))[:600])
    return report


def check_program(verdict: Verdict, limits: Limits, written: int) -> None:
    """That FFmpeg ended well, which has ``written`` so many bytes. Raises as ``check_verdict``."""
    check_executed(verdict, limits)
    if verdict.status != 0:
        raise encoding.failure(verdict.status, verdict.report, written, limits)


def check_executed(verdict: Verdict, limits: Limits) -> None:
    """That a program came alive, and to its own end, well or not. Raises as ``check_verdict``."""
    _check_ending(verdict, limits)
    if verdict.status == NOT_EXECUTED:
        raise MediaUnavailable("the program can't be executed; `dam doctor` says which it is")


def _check_ending(verdict: Verdict, limits: Limits) -> None:
    """That it came to its own end. Raises as ``check_verdict``."""
    if verdict.status == -signal.SIGXCPU:
        raise MediaFailure("timed_out", f"killed after {limits.cpu or limits.seconds} s on the processor")
    if verdict.overdue:
        raise MediaFailure("timed_out", f"killed after {limits.seconds} s")
    if verdict.status == NOT_CONFINED:
        raise MediaUnavailable("the child could not be confined; `dam doctor` says what this machine offers")
    if verdict.status == NOT_READY:
        raise MediaUnavailable("the decoder can't be loaded; the worker's standard error says why")
    if verdict.status < 0:
        raise _killed(verdict, limits)


def _killed(verdict: Verdict, limits: Limits) -> MediaFailure:
    """A SIGKILL that was not ours is the kernel's, out of memory; a fault with half of the limit in use is a failed
    allocation: what grows by doubling fails from there on."""
    name = signal.Signals(-verdict.status).name
    starved = name == "SIGKILL" or verdict.peak > limits.data // 2
    return MediaFailure("out_of_memory" if starved else "crashed", f"killed by {name} at {verdict.peak} bytes")


def _parsed(report: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(report)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def check_properties(said: dict[str, Any], format_: str) -> Properties:
    """Raises MediaFailure (``crashed``) for anything that ``images`` can't have said."""
    if set(said) != set(Properties.__slots__):
        raise _lie("properties")
    width, height = said["width"], said["height"]
    _require(_is_side(width) and _is_side(height) and width * height <= PIXELS[format_], "size")
    _require(said["format"] == format_, "format")
    _require(isinstance(said["colour_mode"], str) and said["colour_mode"] in _MODES, "colour mode")
    _require(isinstance(said["profile"], str) and said["profile"] in _PROFILES, "profile")
    _require(isinstance(said["has_alpha"], bool), "alpha")
    _require(_are_colours(said["colours"]), "colours")
    _check_details(said["details"])
    _require(is_metadata(said["metadata"]), "metadata")
    look = said["look"]
    _require(look is None or (isinstance(look, str) and _LOOK.match(look) is not None), "look")
    return Properties(**said)


def _check_details(said: object) -> None:
    _require(isinstance(said, dict) and set(said) <= set(_DETAILS), "details")
    for name, value in cast("dict[str, object]", said).items():
        _require(_DETAILS[name](value), name)


def check_files(outputs: Sequence[BinaryIO], specs: Sequence[Spec], limits: Limits) -> dict[str, RenderedFile]:
    """What the outputs really hold, measured by us. Raises MediaFailure (``crashed``)."""
    return {spec.name: _measured(output, spec, limits) for spec, output in zip(specs, outputs, strict=True)}


def _measured(output: BinaryIO, spec: Spec, limits: Limits) -> RenderedFile:
    size = os.fstat(output.fileno()).st_size
    output.seek(0)
    head = output.read(sizes.HEAD + (_PROFILE if spec.profile == "keep" else 0))
    output.seek(0)
    _require(size <= limits.output and (spec.format != "WEBP" or sizes.is_whole_webp(head, size)), "length")
    _require(spec.max_bytes is None or size <= spec.max_bytes, "length")
    media_type, sides = sizes.WRITTEN[spec.format]
    width, height = sides(head)
    _require(min(width, height) > 0 and _inside(width, height, spec), "sides")
    return RenderedFile(output, media_type, width, height, size)


def _inside(width: int, height: int, spec: Spec) -> bool:
    most = spec.frame or (spec.box, spec.box)
    return (width, height) == most if spec.fit == "contain" else width <= most[0] and height <= most[1]


def _are_colours(value: object) -> bool:
    known = isinstance(value, list) and len(value) <= MOST_COLOURS
    return known and all(isinstance(each, str) and _COLOUR.match(each) for each in cast("list[object]", value))


def _is_side(value: object) -> bool:
    return type(value) is int and 1 <= value < 2**31


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value != "" and one_line(value, LONGEST_PROFILE_NAME) == value


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD.match(value) is not None


def _are_languages(value: object) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_LANGUAGES:
        return False
    return all(isinstance(each, str) and _LANGUAGE.match(each) for each in value)


# ``bit_depth``: of a sample, as stored; ``profile_name``: of the colour profile. ``pages`` of a document;
# ``font_name``: of a font its family and style; ``animated``: there is more than the one picture that is shown;
# ``text_missing``: the drawing has text that is not in its picture; ``duration`` in seconds, codecs by FFmpeg's names;
# ``hdr``: the curve of a film; ``subtitles``: the languages that it has some in.
_DETAILS: Mapping[str, Callable[[object], bool]] = {
    "pages": _is_side,
    "font_name": _is_line,
    "bit_depth": lambda value: type(value) is int and 0 < value <= MOST_BITS,
    "colour_space": lambda value: value in ("grey", "rgb", "cmyk", "lab"),
    "profile_name": _is_line,
    "animated": lambda value: value is True,
    "text_missing": lambda value: value is True,
    "duration": lambda value: type(value) is float and 0 < value < 10_000_000,
    "frame_rate": lambda value: type(value) is float and 0 < value < 10_000,
    "video_codec": _is_word,
    "audio_codec": _is_word,
    "sample_rate": _is_side,
    "channels": _is_side,
    "subtitles": _are_languages,
    "hdr": lambda value: value in ("pq", "hlg"),
}


def _require(truth: bool, what: str) -> None:  # noqa: FBT001 an assertion with a name
    if not truth:
        raise _lie(what)


def _lie(what: str) -> MediaFailure:
    return MediaFailure("crashed", f"the child's {what} can't be right")
