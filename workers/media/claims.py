"""Whether what a child says is written in a file can be so: a shape, bounds, nothing else.

Belongs here: the worker's look at ``metadata``, which was hostile before and after the child read it.
"""

import json
from collections.abc import Mapping
from typing import cast

from workers.media.plan import (
    FIELDS,
    LONGEST_KEYWORD,
    LONGEST_TEXT,
    LONGEST_VALUE,
    MOST_KEYWORDS,
    MOST_TEXT,
    SOURCES,
    one_line,
)
from workers.media.written import is_moment, is_place


def is_metadata(said: object) -> bool:
    """Whether ``metadata.read`` can have given this."""
    checks = {
        "fields": _are_fields,
        "keywords": _are_keywords,
        "location": _is_location,
        "c2pa": _is_true,
        "text": _is_text,
    }
    parts = _members(said)
    return parts is not None and set(parts) <= set(checks) and all(checks[name](parts[name]) for name in parts)


def _are_fields(said: object) -> bool:
    fields = _members(said)
    return fields is not None and set(fields) <= set(FIELDS) and all(map(_is_field, fields, fields.values()))


def _is_field(name: str, said: object) -> bool:
    field = _members(said)
    if field is None or set(field) != {"value", "source"} or field["source"] not in SOURCES:
        return False
    value = field["value"]
    return _is_line(value, LONGEST_VALUE) and (name not in ("expiry", "taken") or is_moment(cast(str, value)))


def _are_keywords(said: object) -> bool:
    keywords = _members(said)
    if keywords is None or set(keywords) != {"values", "source"} or keywords["source"] not in SOURCES:
        return False
    values = keywords["values"]
    return (
        isinstance(values, list)
        and 0 < len(values) <= MOST_KEYWORDS
        and all(_is_line(each, LONGEST_KEYWORD) for each in values)
    )


def _is_location(said: object) -> bool:
    place = _members(said)
    if place is None or set(place) != {"latitude", "longitude", "source"} or place["source"] not in SOURCES:
        return False
    latitude, longitude = place["latitude"], place["longitude"]
    return isinstance(latitude, float) and isinstance(longitude, float) and is_place(latitude, longitude)


def _is_text(said: object) -> bool:
    return _is_line(said, LONGEST_TEXT) and len(json.dumps(said)) <= MOST_TEXT


def _is_true(said: object) -> bool:
    return said is True


def _is_line(said: object, longest: int) -> bool:
    return isinstance(said, str) and said != "" and one_line(said, longest) == said


def _members(said: object) -> Mapping[str, object] | None:
    return cast("Mapping[str, object]", said) if isinstance(said, dict) else None
