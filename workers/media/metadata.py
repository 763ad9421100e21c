"""What is written in a file about it, from the block that is to be believed.

Rule: whatever is wrong with a block costs that block, never the rendition. Where several say the same, it is decided as
the Metadata Working Group's guidance (2.0, "Guidelines for handling image metadata", 2010) has it:

1. EXIF, for what it has (creator, rights), if it is not blank: cameras and Photoshop keep it in step.
2. IPTC-IIM, where its MD5 differs from the one that was noted when XMP was last written: then a program that knows no
   XMP has changed it since.
3. XMP; and IPTC-IIM where there is no XMP of it.

Alt text and the digital source type are in XMP only, credit and expiry never in EXIF.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar, cast

from workers.media import blocks, exif, iptc, xmp
from workers.media.plan import FIELDS, LONGEST_TEXT, MOST_METADATA, MOST_TEXT, one_line
from workers.media.written import Written

B = TypeVar("B")
W = TypeVar("W")


def read(source: BinaryIO, format_: str, told_by: Written | None = None) -> dict[str, object]:
    """``told_by``: what a container's own tags say. JSON-ready, and empty if there is nothing: ``fields`` {name:
    {value, source}}, ``keywords`` {values, source}, ``location`` {latitude, longitude, source}, ``c2pa`` True.
    Raises nothing that a file can be blamed for."""
    found = blocks.Blocks()
    _tried(lambda file: blocks.find(file, format_, found), source)
    written = [*_by_precedence(found), *([told_by] if told_by is not None else [])]
    told: dict[str, object] = {}
    if fields := _fields(written):
        told["fields"] = fields
    if keywords := next((each for each in written if each.keywords), None):
        told["keywords"] = {"values": list(keywords.keywords), "source": keywords.source}
    if placed := next((each for each in written if each.place), None):
        assert placed.place is not None
        told["location"] = {"latitude": placed.place[0], "longitude": placed.place[1], "source": placed.source}
    if found.c2pa:
        told["c2pa"] = True
    return _cut(told)


def worded(text: str) -> dict[str, object]:
    """``text`` of a document as one line, no longer than the report has room for; empty if there is none."""
    line = one_line(text, LONGEST_TEXT)
    while len(json.dumps(line)) > MOST_TEXT:
        line = line[: len(line) * 3 // 4].strip()
    return {"text": line} if line else {}


def _by_precedence(found: blocks.Blocks) -> list[Written]:
    """What could be read, what is believed first comes first."""
    of_exif = _tried(lambda first: exif.read(first, *found.apart), found.exif) if found.exif else None
    of_iptc = _tried(iptc.read, found.iptc) if found.iptc else None
    of_xmp = _tried(xmp.read, found.xmp) if found.xmp else None
    newer = bool(found.digest) and hashlib.md5(found.iptc, usedforsecurity=False).digest() != found.digest
    order = (of_exif, of_iptc, of_xmp) if newer else (of_exif, of_xmp, of_iptc)
    return [each for each in order if each is not None]


def _fields(written: list[Written]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in FIELDS:
        if said := next((each for each in written if name in each.fields), None):
            found[name] = {"value": said.fields[name], "source": said.source}
    return found


def _tried(read: Callable[[B], W], block: B) -> W | None:
    try:
        return read(block)
    except Exception:  # parsers raise whatever a hostile block makes them run into; the block is as good as missing
        return None


def _cut(told: dict[str, object]) -> dict[str, object]:
    """In no more bytes than the report has room for: keywords go first, then the longest fields."""
    while len(json.dumps(told)) > MOST_METADATA:
        part: dict[str, Any] = cast("dict[str, Any]", told.get("keywords") or told["fields"])
        if "values" in part:
            part["values"] = part["values"][: len(part["values"]) // 2]
            if not part["values"]:
                del told["keywords"]
        else:
            del part[max(part, key=lambda name: len(json.dumps(part[name])))]
    return told
