"""Lists, a page at a time: ``{"data": […], "next": cursor or null}``.

Rule: a cursor is the key of the last thing shown, so that nothing that comes or goes moves a page; it is opaque
outside, and checked when it comes back, since everything from outside is hostile.
"""

import base64
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from dam.domain.errors import FieldError, Invalid

MAX_LIMIT = 200
DEFAULT_LIMIT = 50

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00", re.ASCII)
_MAX_NUMBER = (1 << 53) - 1

T = TypeVar("T")


class Paged(Schema):
    """The query of every list."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(validate=validate.Length(1, 2000))


def page(
    found: Sequence[T], limit: int, kind: str, key: Callable[[T], str | int], shown: Callable[[T], Any]
) -> dict[str, Any]:
    """A page from up to ``limit + 1`` things: one more than is shown says that there is a next page."""
    cut = found[:limit]
    following = encode(kind, key(cut[-1])) if len(found) > limit else None
    return {"data": [shown(each) for each in cut], "next": following}


def encode(kind: str, key: str | int) -> str:
    """An opaque, URL-safe text that only fits this kind of list."""
    return base64.urlsafe_b64encode(json.dumps([kind, key]).encode()).decode().rstrip("=")


def id_after(kind: str, query: dict[str, Any]) -> str | None:
    """The id in the query's cursor. Raises Invalid ``invalid_cursor``."""
    found = _decode(kind, query)
    if found is None or (isinstance(found, str) and _ID.fullmatch(found)):
        return found
    raise _invalid()


def name_after(kind: str, query: dict[str, Any]) -> str | None:
    """The name in the query's cursor. Raises Invalid ``invalid_cursor``."""
    found = _decode(kind, query)
    if found is None or (isinstance(found, str) and "\x00" not in found and found.isprintable()):
        return found
    raise _invalid()


def moment_after(kind: str, query: dict[str, Any]) -> tuple[datetime, str] | None:
    """The moment and the id in the query's cursor, which ``by_moment`` made. Raises Invalid ``invalid_cursor``."""
    found = _decode(kind, query)
    if found is None:
        return None
    at, _, name = found.partition(" ") if isinstance(found, str) else ("", "", "")
    if not _ID.fullmatch(name) or not _MOMENT.fullmatch(at):
        raise _invalid()
    try:
        return datetime.fromisoformat(at), name
    except ValueError:
        raise _invalid() from None


def by_moment(at: datetime, name: str) -> str:
    """The key of something that stands in a list by a moment in UTC, and among those of one moment by its id."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')} {name}"


def number_after(kind: str, query: dict[str, Any]) -> int | None:
    """The number in the query's cursor. Raises Invalid ``invalid_cursor``."""
    found = _decode(kind, query)
    if found is None or (type(found) is int and 0 <= found <= _MAX_NUMBER):
        return found
    raise _invalid()


def _decode(kind: str, query: dict[str, Any]) -> Any:
    cursor = query.get("cursor")
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise _invalid() from None
    if not isinstance(found, list) or len(found) != 2 or found[0] != kind or found[1] is None:
        raise _invalid()
    return found[1]


def _invalid() -> Invalid:
    detail = "The cursor does not belong to this list; take it from a page's next."
    return Invalid("invalid_cursor", detail, errors=(FieldError("cursor", "invalid_cursor", detail),))
