"""What is said in a film: the words of its subtitles, and the languages that it has them in.

Rule: whatever is wrong with subtitles costs them, never the film's poster. Of each of ``_MOST_READ`` languages one
stream is read, and has its share of the characters that the search takes of a document; what is made of pictures is
told, and not read. Nobody knows where words are but who has read all in front of them (an MP4 does): so a film ends for
us after so many bytes, so many cues, and so long on the processor.
"""

import contextlib
import itertools
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

import av
from av.stream import Discard, Disposition

from workers.media import cues
from workers.media.plan import LONGEST_TEXT, MIB, MOST_LANGUAGES, UNSAID

_BYTES = 256 * MIB  # some minutes of a film in HD, more of what is made for the web
_SECONDS = 2.0  # on the processor
_MOST_CUES = 5000
_LONGEST_CUE = 16 * 1024  # bytes; of what is longer the begin
_MOST_READ = 4
# An MP4's samples are looked through in one go: so many, for each of its streams.
_MOST_STEPS = 50_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])")
_READERS: Mapping[str, Mapping[str, Callable[[bytes], str]]] = {
    "MOV": {"mov_text": cues.timed},
    "MKV": {
        **dict.fromkeys(("srt", "subrip", "text", "webvtt"), cues.marked),
        **dict.fromkeys(("ssa", "ass"), cues.scripted),
    },
}


class Metered:
    """A file that ends after so many bytes, or so long on the processor: what reads it, in a loop that is not ours,
    ends then too."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _BYTES
        self._until = time.process_time() + _SECONDS

    def read(self, size: int = -1) -> bytes:
        if self._left <= 0 or time.process_time() > self._until:
            return b""
        found = self._file.read(size)
        self._left -= len(found)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Said:
    """The words of a stream, as many as there is room for."""

    def __init__(self, room: int) -> None:
        self.lines: list[str] = []
        self.room = room

    def hear(self, line: str) -> None:
        line = " ".join(line.split())[: max(0, self.room)]
        if line and [line] != self.lines[-1:]:  # some say a line once for each of its shadows
            self.lines.append(line)
            self.room -= len(line) + 1


def languages(film: Any) -> list[str]:
    """Those of all subtitles, each once, by the letters that the file has for them (ISO 639-2, as a rule)."""
    found = dict.fromkeys(_language(each) for each in film.streams.subtitles)
    return list(found)[:MOST_LANGUAGES]


def _language(stream: Any) -> str:
    said = _LANGUAGE.match((stream.language or "").lower())
    return said[0] if said else UNSAID


def are_words(film: Any, format_: str) -> bool:
    """Whether there is something to be read."""
    return bool(_chosen(film, _READERS.get(format_, {})))


def words(film: Any, format_: str) -> str:
    """What is said first, in the order of the streams. The film has just been opened, on a ``Metered`` file."""
    readers = _READERS.get(format_, {})
    chosen = _chosen(film, readers)
    said = {stream.index: _Said(LONGEST_TEXT // len(chosen)) for stream in chosen}
    with contextlib.suppress(av.FFmpegError, MemoryError, ValueError, EOFError, OverflowError):
        if chosen and _is_short(film):
            if format_ == "MKV":
                _go_to_first(film, chosen)
            _listen(film, chosen, readers, said)
    return " ".join(line for each in said.values() for line in each.lines)


def _go_to_first(film: Any, chosen: Sequence[Any]) -> None:
    """To the first cue that the film's own index knows of: there may be much in front of it. What can't be searched is
    read from the begin."""
    with contextlib.suppress(av.FFmpegError):
        film.seek(0)  # the index may be at the end, and is not read before it is needed
        known = [stream for stream in chosen if len(stream.index_entries) and stream.time_base]
        begins = (stream.index_entries[0].timestamp * stream.time_base for stream in known)
        film.seek(int(min(begins, default=0) * av.time_base))


def _listen(
    film: Any, chosen: Sequence[Any], readers: Mapping[str, Callable[[bytes], str]], said: Mapping[int, _Said]
) -> None:
    """From here on, as far as the film goes. Raises what FFmpeg says of it."""
    for stream in film.streams:
        if stream not in chosen:
            stream.discard = Discard.all
    for packet in itertools.islice(film.demux(*chosen), _MOST_CUES):
        read = readers[_codec(packet.stream)]
        said[packet.stream.index].hear(read(bytes(memoryview(packet)[:_LONGEST_CUE])))
        if all(each.room <= 0 for each in said.values()):
            return


def _chosen(film: Any, readers: Mapping[str, object]) -> list[Any]:
    """Of each language the stream that has the most to say, by what the file says of it; in the order of the file."""
    of_text = [each for each in film.streams.subtitles if _codec(each) in readers]
    by_language: dict[str, Any] = {}
    for stream in sorted(of_text, key=_rank):
        by_language.setdefault(_language(stream), stream)
    return sorted(list(by_language.values())[:_MOST_READ], key=lambda stream: int(stream.index))


def _rank(stream: Any) -> tuple[bool, bool]:
    """Who is forced says little: what is written on signs."""
    return bool(stream.disposition & Disposition.forced), not stream.disposition & Disposition.default


def _codec(stream: Any) -> str:
    return stream.codec_context.name if stream.codec_context is not None else ""


def _is_short(film: Any) -> bool:
    entries = sum(len(stream.index_entries) for stream in film.streams)
    return entries * len(film.streams) <= _MOST_STEPS
