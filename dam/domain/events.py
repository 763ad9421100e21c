"""Events: what happened, in the words of the interface, with the values before and after.

Rule: an event is made by the function that makes the change, and is stored in the same transaction. Its number is given
after the commit, so that readers of the feed never miss one (the feed has no holes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """``type`` is ``thing.happened``; ``principal_id`` did it; ``asset_id`` is what it is about, where it is about
    one; ``data`` is JSON-ready.
    """

    type: str
    principal_id: str
    at: datetime
    asset_id: str | None
    data: Mapping[str, object]


def event(type_: str, by: str, at: datetime, asset_id: str | None, data: Mapping[str, object]) -> Event:
    """An event with its own copy of the data."""
    return Event(type_, by, at, asset_id, dict(data))
