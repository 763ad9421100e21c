"""The names that a query may use, and the values of those that have few.

Rule: names and suggestions only. A new field is a name here, a value in ``projection`` and, if it is of a new kind, a
node in ``query``.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from search.query import FieldName, NumberName, TimeName

#: What may be written before ``:``, and the field that it means.
KEYWORDS: Mapping[str, FieldName] = {
    "tag": "tag",
    "campaign": "campaign",
    "kind": "kind",
    "status": "status",
    "placed": "channel",
    "channel": "channel",
    "placement": "placement",
    "format": "format",
    "type": "format",
    "by": "by",
    "created_by": "by",
    "colour": "colour",
    "color": "colour",
    "colourspace": "colourspace",
    "colorspace": "colourspace",
    "codec": "codec",
}
NUMBERS: Mapping[str, NumberName] = {
    "width": "width",
    "height": "height",
    "size": "size",
    "version": "version",
    "duration": "duration",
    "frame_rate": "frame_rate",
    "fps": "frame_rate",
    "pages": "pages",
    "bit_depth": "bit_depth",
}
TIMES: Mapping[str, TimeName] = {"created": "created", "updated": "updated"}

#: Fields whose values are counted.
FACETS: tuple[FieldName, ...] = ("tag", "campaign", "kind", "status", "channel", "placement", "format")

#: Fields with these values and no others. ``unapproved``: nothing is decided that would be shown. ``placement``: in
#: which states the places of an asset are.
VALUES: Mapping[str, tuple[str, ...]] = {
    "colour": (
        "black", "white", "grey", "red", "orange", "brown", "yellow", "green", "cyan", "blue", "purple", "pink",
    ),
    "kind": ("image", "video", "audio", "document", "other"),
    "status": ("draft", "approved", "rejected", "revoked", "withdrawn", "unapproved"),
    "placement": (
        "waiting", "replacing", "verifying", "current", "matched", "acknowledged",
        "retrying", "failed", "drifted", "unreachable", "withdrawn",
    ),
}  # fmt: skip

#: What may stand behind ``has:`` and ``missing:``, and what it is called in the index; other names are own fields.
PRESENCE: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "approved": "approved",
    "tag": "tag",
    "campaign": "campaign",
    "placed": "channel",
    "channel": "channel",
    "width": "width",
    "height": "height",
    "duration": "duration",
    "frame_rate": "frame_rate",
    "pages": "pages",
    "bit_depth": "bit_depth",
    "colour": "colour",
    "colourspace": "colourspace",
    "codec": "codec",
    "spoken": "spoken",
}
HAS, MISSING = "has", "missing"

#: Words that are spoken in a film, or stand in a file of subtitles.
SPOKEN = "spoken"

#: What looks like the asset whose id stands behind it.
LIKE = "like"

#: Begins the name of one of the asset's own fields.
OWN = "field."

#: Every name that can stand before a colon, as it is listed to people.
NAMES: tuple[str, ...] = (*KEYWORDS, *NUMBERS, *TIMES, HAS, MISSING, LIKE, SPOKEN)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)``, or nothing."""
    close = get_close_matches(word[:40].casefold(), list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""
