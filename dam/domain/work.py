"""Work to be done after a commit: the jobs that follow from events.

Rule: a job names a task and ids only; whatever else the task needs it reads from the database, so that doing it twice
or late does no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MAX_TRIES = 5
"""After so many failures a job is set aside with its reason, until a person looks."""

ID_NAMES = ("asset_id", "channel_id", "placement_id", "rollout", "sha256", "upload_id")
"""What a job takes from the event that it follows from: names of things, never their text."""

IN_LINE = frozenset({"render"})
"""Tasks of which thousands may wait. They stand in line by the moment since which they are due:"""
SINGLY = timedelta(hours=1)
"""what was brought in singly counts as due for so long already, before what one person brought in by the dozen,"""
LOOKED_AT = timedelta(days=1)
"""and what somebody is looking at for so long, before all else. Nothing waits for ever: what is bulk gets older too."""
BULK, BULK_WITHIN, BULK_EVENTS = 20, timedelta(minutes=2), 500
"""Of one person, so many events of one type within that time are a bulk; of so many events at most, the last ones."""

BACKOFF_S = (1, 5, 30, 120)
"""Seconds before the second, third … try."""


@dataclass(frozen=True, slots=True)
class Job:
    """One task to be run. ``tries`` counts in the database, the present one included. ``sent_until``: a message about
    it is on its way; if nobody has taken it by then, another one is sent. ``request_id``: the request that it follows
    from, for the logs.
    """

    id: int
    task: str
    ids: Mapping[str, object]
    state: Literal["due", "leased", "set_aside"]
    due_at: datetime
    tries: int
    created_at: datetime
    leased_until: datetime | None = None
    sent_until: datetime | None = None
    reason_code: str | None = None
    reason_detail: str | None = None
    request_id: str | None = None


def backoff(tries: int) -> int:
    """Seconds to wait after ``tries`` failures."""
    return BACKOFF_S[min(max(tries, 1), len(BACKOFF_S)) - 1]
