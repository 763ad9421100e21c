"""Whether a channel can be reached: one flag, set by whoever finds out, with a back-off until it is tried again.

Rule: an unreachable channel is not an empty one; nothing at it counts as drifted, nothing is sent, and its deliveries
lose no tries. Where several find out at once, one of them says so, and nobody waits for it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from dam.domain.events import event
from dam.domain.placements import ConfiguredChannel, Need
from dam.domain.principals import SYSTEM_ID
from dam.ports.store import UnitOfWork

BACKOFF_S = (2, 10, 30, 60, 300, 600)
"""Seconds until an unreachable channel is tried again."""


def note_unreachable(work: UnitOfWork, channel_id: str, reason: Need, now: datetime) -> None:
    """Say that the channel can't be reached; the first time with an event."""
    channel = work.placements.free_channel(channel_id)
    if channel is None or (channel.next_check_at is not None and channel.next_check_at > now):
        return
    wait = timedelta(seconds=BACKOFF_S[min(channel.failures, len(BACKOFF_S) - 1)])
    after = replace(
        channel, unreachable=reason, failures=channel.failures + 1, checked_at=now, next_check_at=now + wait
    )
    if work.replace(channel, after) and channel.unreachable is None:
        data = {"channel_id": channel.id, "code": reason.code, "detail": reason.detail}
        work.record(event("channel.unreachable", SYSTEM_ID, now, None, data))


def note_reachable(work: UnitOfWork, channel: ConfiguredChannel, now: datetime) -> None:
    """Say that the channel answers; if it did not before, everything there is to be looked at again."""
    if channel.unreachable is None:
        return
    present = work.placements.free_channel(channel.id)
    if present is None or present.unreachable is None:
        return
    after = replace(present, unreachable=None, failures=0, checked_at=now, next_check_at=None)
    if work.replace(present, after):
        work.record(event("channel.reachable", SYSTEM_ID, now, None, {"channel_id": channel.id}))
        work.placements.look_again(channel.id, now)
        work.jobs.enqueue("look", {})
        work.jobs.enqueue("deliver", {})
