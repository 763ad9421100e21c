"""Films and sounds by the FFmpeg program: to be played here, and films as a place wants them.

A film for a place has a quality of 1–100, as pictures have one: x264's rate factor is 46 − 0.3 × the quality, so that
20 less are about half the bytes. Where its bytes are bounded, an encoding ends as soon as it has more, and another
quality is tried (``qualities``); all of them together have the time of one.

Belongs here: the worker's side of ``encoding``. Must not: decode.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from workers.media import geometry
from workers.media.boxes import XMP
from workers.media.encoding import LIMITS, Encoding, planned, scaled_to
from workers.media.packet import packet
from workers.media.plan import MIB, MediaFailure, Spec, one_line
from workers.media.progress import Progress, Told
from workers.media.qualities import Search
from workers.media.results import Properties, RenderedFile
from workers.media.studio import Studio

PLACED = replace(LIMITS, data=1024 * MIB, address_space=3072 * MIB)
"""Of a film for a place: in Full HD, and pressed together from HDR, it does not go with less."""

_LONGEST_TAG = 255  # characters: readers of these tags show no more
_TAGS: Mapping[str, str] = {"title": "title", "creator": "artist", "rights": "copyright"}


def playable(
    studio: Studio, source: BinaryIO, format_: str, box: int, quality: int, told: Told = lambda _: None
) -> RenderedFile:
    """``source`` as a film to be played in a browser, its longest side at most ``box`` px, or as a sound: made by
    the FFmpeg program from what the strict child has seen of it. The file is the caller's to close. ``told``: is called
    about once a second with how much of it is done (0–1), where its length is known. Raises as ``Studio.seen``.
    """
    with studio.seen(source, format_) as (descriptor, known):
        wanted = planned(format_, (known.width, known.height), known.details, box, quality)
        with Progress(known.details.get("duration"), told) as progress:
            return studio.encoded(descriptor, wanted, progress)


def placed(studio: Studio, source: BinaryIO, format_: str, spec: Spec, told: Told = lambda _: None) -> RenderedFile:
    """``source`` as a film as ``spec`` says; else as ``playable``. While a quality is looked for, the first encoding
    counts as half of the work. Raises MediaFailure (``over_max_bytes``) where none fits, and as ``Studio.seen``.
    """
    said = _box(packet(spec.words))
    with studio.seen(source, format_) as (descriptor, known):
        film = _Film(studio, descriptor, known, framed(format_, known, spec))
        if spec.max_bytes is None:
            made = film.encoded(spec.quality, LIMITS.output - len(said), told)
        else:
            made = _within(film, spec.quality, spec.max_bytes - len(said), told)
    made.file.seek(0, 2)
    made.file.write(said)
    made.file.seek(0)
    return replace(made, size=made.size + len(said))


def rate_factor(quality: int) -> float:
    """x264's, of a quality of 1–100."""
    return round(46 - 0.3 * quality, 1)


def framed(format_: str, known: Properties, spec: Spec) -> Encoding:
    """How a film is scaled, and cut or put into the frame, as pictures are; all sides even. Raises MediaFailure for
    codecs that are not decoded outside of the strict child."""
    whole, tags = (known.width, known.height), _tags(spec.words)
    if spec.frame is None:
        size = _even(geometry.fit(whole, spec.box))
        return replace(scaled_to(format_, size, known.details, spec.quality), tags=tags)
    if spec.fit == "cover":
        size = _at_least_two(geometry.covering(whole, spec.frame))
        width, height = _even(geometry.cut(size, spec.frame))
        begins = [_down(geometry.begin(*one)) for one in zip(size, (width, height), spec.focal, strict=True)]
        frame = (width, height, begins[0], begins[1])
        return replace(scaled_to(format_, size, known.details, spec.quality), frame=frame, tags=tags)
    around = _even(spec.frame)
    size = _even(geometry.contained(whole, around))
    frame = (*around, _down((around[0] - size[0]) // 2), _down((around[1] - size[1]) // 2))
    plan = scaled_to(format_, size, known.details, spec.quality)
    return replace(plan, frame=frame, background=spec.background, tags=tags)


def _even(size: geometry.Size) -> geometry.Size:
    """Colour has half as many pixels each way. Never larger, but for what is one pixel thin."""
    return max(2, _down(size[0])), max(2, _down(size[1]))


def _down(side: int) -> int:
    return side // 2 * 2


def _at_least_two(size: geometry.Size) -> geometry.Size:
    return max(2, size[0]), max(2, size[1])


def _tags(words: Mapping[str, str]) -> dict[str, str]:
    """For players, which read no XMP."""
    said = {tag: one_line(words.get(name, ""), _LONGEST_TAG) for name, tag in _TAGS.items()}
    return {tag: text for tag, text in said.items() if text}


def _box(said: bytes) -> bytes:
    """XMP as it stands in an MP4: behind all that is there, so that the index goes on being right."""
    return (24 + len(said)).to_bytes(4, "big") + b"uuid" + XMP + said if said else b""


class _Film:
    """Encoded again and again from the same source; all have the time of one."""

    def __init__(self, studio: Studio, source: int, known: Properties, wanted: Encoding) -> None:
        self._studio, self._source, self._wanted = studio, source, wanted
        self._seconds = known.details.get("duration")
        self._end = time.monotonic() + PLACED.seconds

    def encoded(self, quality: int, most: int, told: Told) -> RenderedFile:
        """At this quality, in no more bytes. Raises MediaFailure (``too_long``)."""
        with Progress(self._seconds, told) as progress:
            return self._encoded(quality, most, progress)

    def tried(self, quality: int, most: int, told: Told) -> tuple[RenderedFile | None, float | None]:
        """The same, and how many times ``most`` it has; where that is more, None and an estimate, if there is one."""
        with Progress(self._seconds, told) as progress:
            try:
                made = self._encoded(quality, most, progress)
            except MediaFailure as failure:
                if failure.code != "too_long":
                    raise
                progress.look()
                return None, 1 / progress.share if progress.share else None
        return made, made.size / most

    def _encoded(self, quality: int, most: int, progress: Progress) -> RenderedFile:
        left = self._end - time.monotonic()
        if left <= 0:
            raise MediaFailure("timed_out", f"at a quality of {quality}")
        wanted = replace(self._wanted, quality=rate_factor(quality))
        return self._studio.encoded(self._source, wanted, progress, replace(PLACED, seconds=left, output=most))


def _within(film: _Film, quality: int, most: int, told: Told) -> RenderedFile:
    """At a quality, up to the one asked for, at which it has at most ``most`` bytes. Raises MediaFailure
    (``over_max_bytes``)."""
    search, best = Search(quality), None
    try:
        while (trying := search.next()) is not None and most > 0:
            made, times = film.tried(trying, most, _part(told, search.done))
            search.tell(trying, fits=made is not None, times=times)
            if made is not None:
                best, made = made, best
            if made is not None:
                made.file.close()
    except MediaFailure:
        if best is None:  # else there was no time for a better one
            raise
    if best is None:
        raise MediaFailure("over_max_bytes", f"{most} bytes are allowed")
    return best


def _part(told: Told, done: float) -> Told:
    return lambda share: told(done + (1 - done) / 2 * share)
