"""What people and cameras wrote into a file, and how it stands beside what was written here.

Rule: a value that a person wrote for the asset always wins, also an empty one; the file's stands in where nobody wrote
anything, and nothing of it is ever copied over. Where the file was taken is no field: it is shown to those who may
(``policy``), and neither searched nor rendered.

The shape, JSON-ready, every part only if there is something: ``fields`` {name: {value, source}}, ``keywords`` {values,
source}, ``location`` {latitude, longitude, source}, ``c2pa`` True, ``text`` (the words of a document's first
pages, or what is said first in a film, in one line), ``reading`` (by which of ``READINGS`` it was found, unless by the
first), ``drawn`` (see ``redrawn``). ``source`` is exif, iptc, xmp, or container (a film's own tags).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast, get_args

from dam.domain import media_types
from dam.domain.media_types import Route

PERSON = "person"
_FIRST = 1
READINGS: Mapping[Route, int] = MappingProxyType(
    dict.fromkeys(get_args(Route), _FIRST)
    | dict.fromkeys(("PDF", "TEXT", "SUBTITLES"), 2)  # words
    | dict.fromkeys(("HEIF", "AVIF"), 2)  # EXIF and XMP
    | dict.fromkeys(("RAW",), 3)  # the same; that of CR3
    | dict.fromkeys(("WAV", "AIFF", "FLAC", "OGG", "MP3"), 2)  # the container's tags
    | dict.fromkeys(("AVI", "MPEG", "MPEGTS", "MXF", "ASF", "FLV"), 2)  # the same, and languages of subtitles
    | dict.fromkeys(("MKV",), 2)  # the same, and what is said
    | dict.fromkeys(("MOV", "M4A"), 3)  # the same; XMP
)
"""Which reading of such files is the newest: raised when more is read of them, and ``recipes.EDITION`` with it, so that
what was read before is read again. What says no number was read by the first, or the second if it has words."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and who says it: ``person``, or the block of the file that it stands in."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """Words that the file offers as tags."""

    values: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where it was taken, in degrees."""

    latitude: float
    longitude: float
    source: str


Embedded = Mapping[str, object] | None


def fields(embedded: Embedded) -> dict[str, Said]:
    """By name."""
    found = _part(embedded, "fields")
    return {name: Said(said["value"], said["source"]) for name, said in found.items()}


def keywords(embedded: Embedded) -> Keywords | None:
    """None if there are none."""
    found = _part(embedded, "keywords")
    return Keywords(tuple(found["values"]), found["source"]) if found else None


def location(embedded: Embedded) -> Location | None:
    """None where it is not told."""
    found = _part(embedded, "location")
    return Location(found["latitude"], found["longitude"], found["source"]) if found else None


def has_credentials(embedded: Embedded) -> bool:
    """Whether a C2PA manifest is in the file. It was not checked."""
    return bool((embedded or {}).get("c2pa"))


def is_unread(embedded: Embedded, media_type: str) -> bool:
    """Whether there is something to be learnt yet: it was never read, or when less was read of such a type."""
    if embedded is None:
        return True
    reading = embedded.get("reading", 2 if "text" in embedded else _FIRST)
    return cast(int, reading) < _newest(media_type)


def as_read(found: Mapping[str, object], media_type: str) -> dict[str, object]:
    """What was found now in a file of such a type."""
    newest = _newest(media_type)
    return {**found, "reading": newest} if newest > _FIRST else dict(found)


def _newest(media_type: str) -> int:
    route = media_types.named(media_type).route
    return _FIRST if route is None else READINGS[route]


def effective(written: Mapping[str, str], embedded: Embedded) -> dict[str, Said]:
    """The fields of an asset as they are shown: those that people wrote, under the names that they gave them, and those
    of the file for which nobody wrote anything. Names are the same whatever their case, with blanks or with ``_``."""
    taken = {_plain(name) for name in written}
    mine = {name: Said(value, PERSON) for name, value in written.items()}
    return mine | {name: said for name, said in fields(embedded).items() if name not in taken}


def named(written: Mapping[str, str], embedded: Embedded, names: tuple[str, ...]) -> dict[str, str]:
    """Of ``effective`` those with these names, however people spell them."""
    found = {_plain(name): said.value for name, said in effective(written, embedded).items()}
    return {name: found[name] for name in names if name in found}


def _plain(name: str) -> str:
    return "_".join(name.casefold().split())


def _part(embedded: Embedded, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", (embedded or {}).get(name) or {})
