"""The delivery protocol's decisions: who may write, when an attempt is dead, and what a look at the destination
proves.

Rule: no function here reads a clock or the database; callers pass what one transaction saw, and store the answer by
compare-and-set on (fence, epoch). The protocol was model-checked; each condition below closes one interleaving that
ends in a false green.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dam.domain.placements import ABSENT, Attempt, Delivery, Need, Placement, Standing

FOREIGN_AFTER_WRITE = Need(
    "foreign_bytes", "Something else was found here after our write. Look at the place, then repair it."
)


@dataclass(frozen=True, slots=True)
class Superseded:
    """The delivery is out of date: a newer rollout is here, or something else is to be shown now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now; look again at ``until``. ``reason`` says what is waited for."""

    until: datetime
    reason: Need


@dataclass(frozen=True, slots=True)
class Refused:
    """It can't be done without a person."""

    need: Need


@dataclass(frozen=True, slots=True)
class Granted:
    """The claim may be made: ``digest`` goes out under ``fence``, which is the placement's plus one."""

    fence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What a read-back leads to. ``proven``: the digest to store as proof (None: not to be stored)."""

    state: Literal["done", "verifying", "due", "failed"]
    proven: str | None
    due_at: datetime | None = None
    need: Need | None = None


def dead_at(attempt: Attempt, fence: int, lateness: timedelta) -> datetime | None:
    """When ``attempt`` can no longer change the destination, given that the placement's fence is ``fence``; None: it
    already can't.

    An attempt that never got its permit is dead once a newer fence exists, since the permit checks the fence. One that
    ended with an unknown outcome lives until its permit plus the channel's lateness.
    """
    if attempt.outcome in ("none", "applied"):
        return attempt.ended_at
    if attempt.permit_until is not None:
        return attempt.permit_until + lateness
    return None if attempt.fence < fence else attempt.lease_until


def alive_until(attempts: Iterable[Attempt], fence: int, lateness: timedelta, now: datetime) -> datetime | None:
    """The latest time at which one of the attempts may still write; None when all are dead at ``now``."""
    times = (dead_at(attempt, fence, lateness) for attempt in attempts)
    return max((time for time in times if time is not None and time > now), default=None)


def claim(
    standing: Standing, delivery: Delivery, attempts: Iterable[Attempt], lateness: timedelta, now: datetime
) -> Granted | Wait | Refused | Superseded:
    """May this delivery be tried now? ``attempts`` are the placement's that did not end with a known outcome."""
    wanted = standing.desired
    if standing.newest is None or standing.newest.rollout != delivery.rollout:
        return Superseded()
    if wanted.problem is not None:
        return Refused(wanted.problem)
    if wanted.digest is None:
        return Wait(now + timedelta(seconds=5), Need("rendering", "The file for this place is being made."))
    if delivery.artefact is not None and delivery.artefact != wanted.digest:
        return Superseded()
    fence = standing.placement.fence + 1
    until = alive_until(attempts, fence, lateness, now)
    if until is not None:
        return Wait(
            until, Need("earlier_attempt", "An earlier attempt may still write; this one waits until it can't.")
        )
    return Granted(fence, wanted.digest)


def may_step(standing: Standing, attempt: Attempt, until: datetime) -> bool:
    """May the attempt's visible step happen, until then? Only if nobody has claimed since, the delivery is leased
    under this fence for as long, and it still brings what is wanted.
    """
    newest = standing.newest
    if newest is None or newest.id != attempt.delivery_id or newest.state != "leased" or newest.lease_until is None:
        return False
    mine = attempt.fence == newest.fence == standing.placement.fence
    return mine and newest.lease_until >= until and standing.desired.digest == attempt.digest


def settle(
    digest: str, read: str, *, unmoved: bool, all_dead_at: datetime | None, ours: bool, now: datetime
) -> Settled:
    """What a worker's read-back after its own write means.

    ``digest``: what was written; ``read``: what was found (a digest or ABSENT); ``unmoved``: fence and epoch are as at
    the begin of the read; ``all_dead_at``: None when, at that begin, the own write was acknowledged and all other
    attempts were dead, else when they will be; ``ours``: the bytes found are some that we put there.
    """
    quiet = all_dead_at is None
    proven = read if quiet and unmoved else None
    if read == digest:
        if proven is not None:
            return Settled("done", proven)
        return Settled("verifying", None, due_at=all_dead_at or now)
    if read != ABSENT and not ours:
        return Settled("failed", proven, need=FOREIGN_AFTER_WRITE)
    return Settled("due", proven)


def may_observe(begun: tuple[int, int], now: Placement, *, quiet: bool) -> bool:
    """Does a look count that began at this fence and epoch? Only if nothing could write at its begin and nothing has
    moved since.
    """
    return quiet and begun == (now.fence, now.epoch)


def proven(placement: Placement, digest: str | None) -> bool:
    """Is ``digest`` what the placement was proven to show, with nobody having claimed it since?"""
    return digest is not None and placement.proof_digest == digest and placement.proof_fence == placement.fence


@dataclass(frozen=True, slots=True)
class Found:
    """What was at the target before a write. ``ours``: bytes that we put there or adopted."""

    digest: str
    ours: bool


def may_write(found: Found, digest: str, *, owned: bool, adopt: bool) -> Need | None:
    """May what is there be replaced by ``digest`` (ABSENT: removed)? None is yes.

    ``owned``: something of ours was at this target before. A hand edit of a target that we own is overwritten (a copy
    is kept), but never removed; what stood there before us is neither, unless a person said that it is to be adopted.
    """
    if found.digest in (ABSENT, digest) or found.ours or adopt:
        return None
    if digest == ABSENT:
        return Need(
            "foreign_bytes",
            "What is there now is not what we put there, so it stays. Repair with adopt, or remove it by hand.",
        )
    if not owned:
        return Need(
            "target_occupied",
            "Something unknown is at this place already. Choose another name, or place it again with adopt.",
        )
    return None


def lease_for(size: int, base: timedelta, permit: timedelta, rate: int) -> timedelta:
    """How long a delivery of ``size`` bytes is leased: the base, its permit, and what a slow copy needs, at ``rate``
    bytes a second."""
    return base + permit + timedelta(seconds=size / rate)
