"""What a film's or a sound's container says of people and places, by the names that FFmpeg gives its tags.

Rule: as for the blocks of pictures: values only, and what can't be right is left out. QuickTime's own keys come first:
phones write them, and older tags beside them in less detail.

Sources: QuickTime File Format (user data, metadata keys), ISO 6709 (Annex H), ID3v2.4, Matroska's tags.
"""

import contextlib
import re
from collections.abc import Mapping
from datetime import datetime

from workers.media.written import Written

_APPLE = "com.apple.quicktime."
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": (_APPLE + "title", "title"),
    "creator": (_APPLE + "author", _APPLE + "artist", "artist", "author", "album_artist"),
    "rights": (_APPLE + "copyright", "copyright"),
}
_PLACES = (_APPLE + "location.iso6709", "location", "location-eng")
_MOMENTS = (_APPLE + "creationdate", "creation_time", "date")
_PLACE = re.compile(r"([+-]\d{2}(?:\.\d{1,9})?)([+-]\d{3}(?:\.\d{1,9})?)(?![\d.])", re.ASCII)
_FIRST_YEAR = 1980  # below it is a clock that was never set: containers count from 1904


def read(tags: Mapping[str, str]) -> Written | None:
    """None if it says nothing of what we ask."""
    said = {name.lower(): value for name, value in tags.items()}
    found = Written("container")
    for field, names in _NAMES.items():
        found.say(field, next((said[name] for name in names if said.get(name, "").strip()), ""))
    for name in _MOMENTS:
        with contextlib.suppress(ValueError):
            if "taken" not in found.fields and datetime.fromisoformat(said.get(name, "")).year >= _FIRST_YEAR:
                found.say("taken", said[name])
    place = next((match for name in _PLACES if (match := _PLACE.match(said.get(name, "")))), None)
    if place is not None:
        found.locate(float(place[1]), float(place[2]))
    return found if found.fields or found.place else None
