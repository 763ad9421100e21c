"""XMP: what people and programs wrote about a file, as RDF in XML.

Rule: the simple properties of the first description, by the names below, and nothing that needs another document: what
declares a type or an entity is refused whole, before it is expanded. Depth, count and length are bounded. Sources: XMP
Specification Part 1 (ISO 16684-1), IPTC Photo Metadata Standard 2023.1, PLUS, PRISM 3.0.
"""

import re
from typing import NoReturn
from xml.parsers import expat

from workers.media.written import Written

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_DC = "http://purl.org/dc/elements/1.1/ "
_EXIF = "http://ns.adobe.com/exif/1.0/ "
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_LISTS = {_RDF + "Alt", _RDF + "Bag", _RDF + "Seq"}

_ALT_TEXT = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/ AltTextAccessibility"
_SOURCE_TYPE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ DigitalSourceType"
_CREDIT = "http://ns.adobe.com/photoshop/1.0/ Credit"
_RIGHTS, _CREATOR, _SUBJECT = _DC + "rights", _DC + "creator", _DC + "subject"
_EXPIRIES = (
    "http://prismstandard.org/namespaces/basic/3.0/ expirationDate",
    "http://prismstandard.org/namespaces/basic/2.0/ expirationDate",
    "http://prismstandard.org/namespaces/prismusagerights/2.1/ expirationDate",
    "http://ns.useplus.org/ldf/xmp/1.0/ LicenseEndDate",
)
_LATITUDE, _LONGITUDE = _EXIF + "GPSLatitude", _EXIF + "GPSLongitude"
_WANTED = {_ALT_TEXT, _SOURCE_TYPE, _CREDIT, _RIGHTS, _CREATOR, _SUBJECT, *_EXPIRIES, _LATITUDE, _LONGITUDE}

_DEEPEST = 40
_MOST_ELEMENTS = 20_000
_LONGEST = 10_000
_PLACE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d{1,10})?)(?:,(\d{1,2}))?([NSEW])", re.ASCII)


class Refused(Exception):
    """The packet does what no honest one does."""


def read(packet: bytes) -> Written:
    """Raises Refused, ExpatError, and ValueError for an encoding that is not known here."""
    said = _Reader().read(packet)
    found = Written("xmp")
    found.say("alt_text", _preferred(said, _ALT_TEXT))
    found.say("rights", _preferred(said, _RIGHTS))
    found.say("creator", ", ".join(each for _, each in said.get(_CREATOR, ())))
    found.say("credit", _preferred(said, _CREDIT))
    found.say("digital_source_type", _preferred(said, _SOURCE_TYPE).rpartition("/")[2])
    found.expire(next((each for name in _EXPIRIES if (each := _preferred(said, name))), ""))
    found.offer([each for _, each in said.get(_SUBJECT, ())])
    found.locate(_degrees(_preferred(said, _LATITUDE), "S"), _degrees(_preferred(said, _LONGITUDE), "W"))
    return found


_Said = dict[str, list[tuple[str, str]]]
"""By name: what was said, each with its language."""


def _preferred(said: _Said, name: str) -> str:
    """The text for everybody, else the first."""
    values = said.get(name, [])
    return next((each for language, each in values if language == "x-default"), values[0][1] if values else "")


def _degrees(written: str, negative: str) -> float | None:
    """``48,51.5N``, or ``48,51,30N``."""
    found = _PLACE.fullmatch(written.strip())
    if found is None:
        return None
    degrees = int(found[1]) + float(found[2]) / 60 + int(found[3] or 0) / 3600
    return -degrees if found[4] == negative else degrees


class _Reader:
    """Follows the elements; what a property says is complete when its last element ends."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._root = 0  # how deep rdf:RDF is, 0 outside
        self._elements = 0
        self._language = ""
        self._text: list[str] = []
        self._length = 0
        self._said: _Said = {}

    def read(self, packet: bytes) -> _Said:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._take
        parser.Parse(packet.strip(b"\0 \t\r\n"), True)
        return self._said

    def _refuse(self, *_: object) -> NoReturn:
        raise Refused("a document type")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._path.append(name)
        if self._elements > _MOST_ELEMENTS or len(self._path) > _DEEPEST:
            raise Refused("too many elements")
        if name == _RDF + "RDF" and not self._root:
            self._root = len(self._path)
        if self._is_description():
            for named, value in attributes.items():
                self._say(named, "", value)
        elif self._property() and _RDF + "resource" in attributes:
            self._say(self._property(), "", attributes[_RDF + "resource"])
        self._language = attributes.get(_LANGUAGE, "")
        self._text, self._length = [], 0

    def _end(self, name: str) -> None:
        if self._property() and (value := "".join(self._text).strip()):
            self._say(self._property(), self._language, value)
        self._text, self._length = [], 0
        if len(self._path) == self._root:
            self._root = 0
        self._path.pop()

    def _take(self, text: str) -> None:
        if self._length <= _LONGEST:
            self._text.append(text)
            self._length += len(text)

    def _is_description(self) -> bool:
        return bool(self._root) and self._path[self._root :] == [_RDF + "Description"]

    def _property(self) -> str:
        """The name of the wanted property whose text stands here; "" elsewhere."""
        below = self._path[self._root :] if self._root else []
        if len(below) < 2 or below[0] != _RDF + "Description" or below[1] not in _WANTED:
            return ""
        listed = len(below) == 4 and below[2] in _LISTS and below[3] == _RDF + "li"
        return below[1] if listed or len(below) == 2 else ""

    def _say(self, name: str, language: str, value: str) -> None:
        if name in _WANTED:
            self._said.setdefault(name, []).append((language, value[:_LONGEST]))
