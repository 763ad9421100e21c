"""Push a batch of claims to one channel: look before, stage, get the permits, do the visible steps, read back, settle.

Rule: the visible step happens once and only under a permit, within its time on the worker's own monotonic clock, which
starts before the permit is asked for. A look before a write decides whether what is there may be replaced, and keeps a
copy of what is not ours.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO

from dam.domain import proof
from dam.domain.errors import NotFound, Unavailable
from dam.domain.placements import ABSENT, Attempt, Need
from dam.operations import look as looking
from dam.operations import observe
from dam.operations.claimed import Begun, Claimed, Written
from dam.operations.draft import Draft
from dam.operations.settle import Result, settle
from dam.ports.channel import (
    Change,
    Channel,
    ChannelError,
    InvalidRemote,
    NotApplied,
    OutcomeUnknown,
    TargetOccupied,
    Unreachable,
)
from dam.ports.services import Services


class _NeedsPerson(Exception):
    def __init__(self, need: Need) -> None:
        super().__init__(need.code)
        self.need = need


def push(services: Services, claims: list[Claimed]) -> None:
    """Bring each claim as far as it gets and record it: what hinders one does not hinder the others. Raises only what
    the store raises; then the leases run out.
    """
    channel = services.channels.open(claims[0].channel)
    results: list[Result] = []
    with ExitStack() as stack:
        staged: list[tuple[Claimed, Change, bool]] = []
        for claim in claims:
            try:
                change, exclusive = _prepare(services, channel, claim)
                staged.append((claim, stack.enter_context(change), exclusive))
            except (ChannelError, _NeedsPerson) as problem:
                results.append(Result(claim, claim.attempt, _refused(problem)))
        results += _write(services, channel, staged)
    settle(services, _read_back(services, channel, results))


def _prepare(services: Services, channel: Channel, claim: Claimed) -> tuple[Change, bool]:
    """Stage the change; True if nothing is there now, so that it must not replace anything."""
    seen = looking.digest_at(channel, claim.placement.remote)
    if seen != ABSENT:
        _may_replace(services, channel, claim, seen)
    if claim.digest == ABSENT:
        return channel.stage_removal(claim.placement.remote), False
    with _artefact(services, claim.digest) as source:
        size = source.seek(0, 2)
        source.seek(0)
        return channel.stage_put(claim.placement.remote, source, size), seen == ABSENT


@contextmanager
def _artefact(services: Services, digest: str) -> Iterator[BinaryIO]:
    """The bytes to deliver, which may fail while they are read too. What is lost is never made again in their place; a
    person has to know."""
    try:
        with services.objects.open(digest) as source:
            yield source
    except NotFound as lost:
        raise _NeedsPerson(Need("artefact_missing", "The stored file is lost; restore it from a backup.")) from lost
    except Unavailable as away:
        raise NotApplied(away.code, away.detail) from away


def _may_replace(services: Services, channel: Channel, claim: Claimed, seen: str) -> None:
    with services.store.reading() as work:
        ours = seen == claim.placement.adopted_sha256 or work.rollouts.wrote(claim.placement.id, seen)
        owned = work.rollouts.owned(claim.placement.id)
    found = proof.Found(seen, ours=ours)
    need = proof.may_write(found, claim.digest, owned=owned, adopt=claim.delivery.adopt)
    if need is not None:
        raise _NeedsPerson(need)
    if not ours and seen != claim.digest:
        looking.keep_copy(services, channel, claim, seen)


def _write(services: Services, channel: Channel, staged: list[tuple[Claimed, Change, bool]]) -> list[Result]:
    began = services.clock.monotonic()
    permit = channel.timing.permit
    permitted = _permits(services, [claim for claim, _, _ in staged], timedelta(seconds=permit))
    results = []
    for claim, change, exclusive in staged:
        attempt = permitted.get(claim.delivery.id)
        if attempt is None:
            overtaken = Written("none", Need("overtaken", "Something newer is on its way to this place."))
            results.append(Result(claim, claim.attempt, overtaken))
        else:
            results.append(Result(claim, attempt, _apply(change, began + permit, exclusive=exclusive)))
    return results


def _permits(services: Services, claims: list[Claimed], permit: timedelta) -> dict[str, Attempt]:
    """The attempts whose visible step is granted, by delivery, in one transaction."""
    if not claims:
        return {}
    granted: dict[str, Attempt] = {}
    with services.store.writing() as work:
        held, draft, now = work.placements.hold([claim.placement.id for claim in claims]), Draft(), work.now()
        for claim in claims:
            if proof.may_step(held[claim.placement.id], claim.attempt, now + permit):
                granted[claim.delivery.id] = replace(claim.attempt, permit_until=now + permit)
                draft.move(claim.attempt, granted[claim.delivery.id])
        draft.store(work, now)
        work.commit()
    return granted


def _apply(change: Change, deadline: float, *, exclusive: bool) -> Written:
    try:
        receipt = change.apply(deadline, exclusive=exclusive)
    except OutcomeUnknown as problem:
        return Written("unknown", Need(problem.code, problem.detail))
    except ChannelError as problem:
        return _refused(problem)
    return Written("applied", receipt=receipt.details)


def _refused(problem: ChannelError | _NeedsPerson) -> Written:
    if isinstance(problem, _NeedsPerson):
        return Written("none", problem.need, person=True)
    need = Need(problem.code, problem.detail)
    if isinstance(problem, TargetOccupied):
        return Written("none", need)
    if isinstance(problem, InvalidRemote) or problem.permanent:
        return Written("none", need, person=True)
    return Written("none", need, unreachable=isinstance(problem, Unreachable))


def _read_back(services: Services, channel: Channel, results: list[Result]) -> list[Result]:
    """Add to each result that may have changed something what is really there now."""
    written = [result for result in results if result.written.outcome != "none"]
    if not written:
        return results
    with services.store.reading() as work:
        lateness = timedelta(seconds=channel.timing.lateness)
        begun = looking.begin(work, [result.claim.placement.id for result in written], lateness)
    return [result if result not in written else _seen(channel, result, begun) for result in results]


def _seen(channel: Channel, result: Result, begun: Mapping[str, Begun]) -> Result:
    placement = result.claim.placement
    return replace(result, begun=begun.get(placement.id), look=observe.see(channel, placement.remote))
