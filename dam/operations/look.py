"""Looking at a destination: what is there, what the database said when the look began, and a copy of what is not ours.

Rule: a look is a fresh open by the remote name; nothing that was read before counts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

from dam.domain import media_types
from dam.domain.events import event
from dam.domain.placements import ABSENT
from dam.domain.principals import SYSTEM_ID
from dam.operations.changes import keep_content
from dam.operations.claimed import Begun, Claimed
from dam.ports.channel import Channel, NotApplied, Unreachable
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

_CHUNK = 1 << 20


def digest_at(channel: Channel, remote: str) -> str:
    """SHA-256 of what is there now, or ABSENT. Raises ChannelError."""
    stream = channel.read(remote)
    if stream is None:
        return ABSENT
    digest = hashlib.sha256()
    with stream, _reading():
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _reading() -> Iterator[None]:
    """A stream that breaks while it is read means that the destination can't be reached."""
    try:
        yield
    except OSError as error:
        raise Unreachable("read_failed", f"What is there could not be read: {error.strerror or error}.") from error


def begin(work: UnitOfWork, placement_ids: Sequence[str], lateness: timedelta) -> dict[str, Begun]:
    """What reads of these placements have to know about their beginning."""
    now = work.now()
    attempts = work.rollouts.unfinished_attempts(placement_ids)
    return {
        each.id: Begun(each.fence, each.epoch, now, tuple(attempts[each.id]), lateness)
        for each in work.placements.several(placement_ids).values()
    }


def keep_copy(services: Services, channel: Channel, claim: Claimed, seen: str) -> None:
    """Store the foreign bytes that are about to be replaced, with an event; where they were adopted, they count as
    ours from now on.

    Raises NotApplied ``target_changed`` if they changed while they were copied; then the delivery tries again.
    """
    stream = channel.read(claim.placement.remote)
    if stream is None:
        raise NotApplied("target_changed", "The place changed while it was looked at.")
    with stream, services.objects.receive() as sink:
        head = b""
        while chunk := _next(stream):
            head = head or chunk[: media_types.HEAD_SIZE]
            sink.write(chunk)
        stored = sink.seal()
        if stored.sha256 != seen:
            raise NotApplied("target_changed", "The place changed while it was copied.")
        with services.store.writing() as work:
            at = work.now()
            keep_content(work, stored, head, at)
            _note_adoption(work, claim, seen)
            data = {"placement_id": claim.placement.id, "sha256": seen, "adopted": claim.delivery.adopt}
            work.record(event("placement.foreign_kept", SYSTEM_ID, at, claim.placement.asset_id, data))
            sink.finish()
            work.commit()


def _next(stream: BinaryIO) -> bytes:
    with _reading():
        return stream.read(_CHUNK)


def _note_adoption(work: UnitOfWork, claim: Claimed, seen: str) -> None:
    standing = work.placements.hold([claim.placement.id]).get(claim.placement.id)
    if claim.delivery.adopt and standing is not None:
        work.replace(standing.placement, replace(standing.placement, adopted_sha256=seen))
