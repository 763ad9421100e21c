"""From what should be shown to deliveries: the fan-out of a rollout, and the reconciler that finds what a fan-out
missed.

Rule: the reconciler defines, the fan-out accelerates. Both decide in the transaction that inserts the delivery, from
the placement as it is then; so a placement created while an approval runs, or a task that got lost, can't fall
between.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dam.domain.placements import ABSENT, OPEN, Cause, Delivery, Placement, Rollout, Standing
from dam.domain.principals import SYSTEM
from dam.domain.proof import proven
from dam.domain.recipes import ORIGINAL, params_sha256
from dam.operations import cookbook, renditions
from dam.operations.changes import start_rollout
from dam.operations.draft import Draft
from dam.operations.ids import new_id
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

PAGE = 200


def fan_out(services: Services, number: int) -> None:
    """Give each placement of the rollout's asset its delivery, page by page; repeatable. Then the rollout counts as
    fanned out.
    """
    after: str | None = None
    while True:
        with services.store.writing() as work:
            rollout = work.rollouts.get(number)
            if rollout is None or rollout.state != "open" or rollout.fanned_out or rollout.asset_id is None:
                return
            page = work.placements.standings(asset_id=rollout.asset_id, after=after, limit=PAGE)
            _plan_page(work, [standing.placement.id for standing in page], rollout, last=len(page) < PAGE)
            work.commit()
        if len(page) < PAGE:
            return
        after = page[-1].placement.id


def _plan_page(work: UnitOfWork, placement_ids: list[str], rollout: Rollout, *, last: bool) -> None:
    at, draft = work.now(), Draft()
    for standing in work.placements.hold(placement_ids).values():
        plan(work, draft, standing, rollout, at)
    if last:
        draft.fanned_out(rollout)
    draft.store(work, at)


def plan(
    work: UnitOfWork,
    draft: Draft,
    standing: Standing,
    rollout: Rollout,
    at: datetime,
    *,
    adopt: bool = False,
    again: bool = False,
) -> None:
    """Draft the placement's delivery of this rollout, if it needs one now; the caller holds the placement.

    ``again``: also when the placement is proven to be right already (an asked repair).
    """
    if standing.placement.ended_at is not None or not _newer(rollout, standing):
        return
    _supersede(draft, standing)
    held = standing.placement
    standing, params = renewed(work, standing)
    placement, wanted = standing.placement, standing.desired
    if end_if_absent(draft, replace(standing, placement=held), at) or (proven(held, wanted.digest) and not again):
        return
    if wanted.digest == ABSENT and placement.fence == 0:
        return
    draft.move(held, replace(placement, needs=None))
    _ask_for_artefact(work, standing, at, params)
    draft.tasks.add("deliver")
    draft.add(_delivery(standing, rollout, at, adopt=adopt))


def renewed(work: UnitOfWork, standing: Standing) -> tuple[Standing, Mapping[str, object]]:
    """As it is once the placement takes along what is written about the asset now; and those parameters."""
    placement, version = standing.placement, standing.version
    if version is None or placement.recipe == ORIGINAL:
        return standing, {}
    recipe = cookbook.at_version(work, placement.recipe, placement.recipe_version)
    params = cookbook.parameters_of(work, recipe, standing.asset, version.sha256)
    digest = params_sha256(params)
    if digest == placement.params_sha256:
        return standing, params
    artefact = work.artefacts.get(version.sha256, recipe.name, recipe.version, digest)
    return replace(standing, placement=replace(placement, params_sha256=digest), artefact=artefact), params


def _delivery(standing: Standing, rollout: Rollout, at: datetime, *, adopt: bool) -> Delivery:
    wanted = standing.desired
    return Delivery(
        id=new_id(),
        placement_id=standing.placement.id,
        rollout=rollout.number,
        action="remove" if wanted.digest == ABSENT else "put",
        version=wanted.version,
        artefact=wanted.digest,
        before=standing.placement.proof_digest,
        state="due",
        due_at=at,
        adopt=adopt,
    )


def reconcile(services: Services, after: str | None, limit: int = PAGE) -> str | None:
    """Look over one page of placements for what nobody is working on; returns where to go on, or None at the end."""
    with services.store.reading() as work:
        page = work.placements.standings(after=after, limit=limit)
    for standing in page:
        if _neglected(standing):
            reconcile_placement(services, standing.placement.id)
    return page[-1].placement.id if len(page) == limit else None


def reconcile_placement(services: Services, placement_id: str) -> None:
    """Do what the placement's state asks for, if nothing is under way: look where nothing is proven, deliver what was
    missed, repair a drift where the channel's policy says so.
    """
    with services.store.writing() as work:
        standing = work.placements.hold([placement_id]).get(placement_id)
        if standing is None or not _neglected(standing):
            return
        at, draft = work.now(), Draft()
        _attend(work, draft, standing, at)
        draft.store(work, at)
        work.commit()


def _attend(work: UnitOfWork, draft: Draft, standing: Standing, at: datetime) -> None:
    placement = standing.placement
    if end_if_absent(draft, standing, at):
        return
    if _missed(standing):
        _deliver_missed(work, draft, standing, at)
    elif not _looked(placement):
        draft.move(placement, replace(placement, look_at=at))
        draft.tasks.add("look")
    elif standing.channel.on_drift == "repair":
        restart(work, draft, standing, "repair", at)


def end_if_absent(draft: Draft, standing: Standing, at: datetime) -> bool:
    """End a placement that is to be withdrawn, if nothing of it is at the destination: proven, or never sent."""
    placement = standing.placement
    if not placement.ending or not (placement.fence == 0 or proven(placement, ABSENT)):
        return False
    draft.move(placement, replace(placement, ended_at=at, needs=None, look_at=None))
    draft.tell("placement.withdrawn", at, placement.asset_id, {"placement_id": placement.id})
    return True


def restart(work: UnitOfWork, draft: Draft, standing: Standing, cause: Cause, at: datetime) -> None:
    """A rollout of its own for one placement, by the system."""
    number = start_rollout(work, SYSTEM, cause, standing.asset, standing.version, "", single=True)
    rollout = work.rollouts.get(number)
    if rollout is not None:
        plan(work, draft, standing, rollout, at)
        draft.fanned_out(rollout)


def unfinished(services: Services, after: int = 0, limit: int = 100) -> int:
    """Start the fan-out of rollouts again whose task got lost, and close what is done; returns the last number looked
    at, 0 at the end.
    """
    with services.store.writing() as work:
        page, draft = work.rollouts.unfinished(after, limit), Draft()
        for rollout in page:
            if rollout.fanned_out:
                draft.rollouts.add(rollout.number)
            elif rollout.asset_id is not None:
                work.jobs.enqueue("fan_out", {"rollout": rollout.number})
            else:
                work.jobs.enqueue("fan_out_recipe", {"rollout": rollout.number})
        draft.store(work, work.now())
        work.commit()
    return page[-1].number if len(page) == limit else 0


def _newer(rollout: Rollout, standing: Standing) -> bool:
    return standing.newest is None or standing.newest.rollout < rollout.number


def _supersede(draft: Draft, standing: Standing) -> None:
    newest = standing.newest
    if newest is not None and (newest.state in OPEN or newest.state == "failed"):
        draft.move(newest, replace(newest, state="superseded", lease_until=None))
        draft.rollouts.add(newest.rollout)


def _ask_for_artefact(work: UnitOfWork, standing: Standing, at: datetime, params: Mapping[str, object]) -> None:
    """What the place is to show; also where it is there already, made for another place or asset."""
    placement, version, wanted = standing.placement, standing.version, standing.desired
    if version is None or placement.recipe == ORIGINAL:
        return
    if wanted.digest is None and wanted.problem is None:
        recipe = cookbook.at_version(work, placement.recipe, placement.recipe_version)
        renditions.ask(work, version, recipe, at, params)
    elif standing.artefact is not None:
        renditions.ask_for(work, version, standing.artefact, at)


def _neglected(standing: Standing) -> bool:
    """Not as it should be, with nothing under way, nobody asked, and no look arranged."""
    placement, wanted = standing.placement, standing.desired
    if placement.ended_at is not None or standing.open_delivery is not None or placement.needs is not None:
        return False
    if wanted.digest == ABSENT and placement.fence == 0:
        return placement.ending
    return placement.ending or not proven(placement, wanted.digest)


def _missed(standing: Standing) -> bool:
    newest, wanted = standing.newest, standing.desired
    return newest is None or (newest.artefact != wanted.digest and wanted.problem is None)


def _looked(placement: Placement) -> bool:
    return placement.proof_digest is not None and placement.proof_fence == placement.fence


def _deliver_missed(work: UnitOfWork, draft: Draft, standing: Standing, at: datetime) -> None:
    """In the rollout that it was missed by, if that is still open; else in one of its own."""
    rollout = work.rollouts.newest_of(standing.asset.id)
    if rollout is not None and _brings(rollout, standing):
        plan(work, draft, standing, rollout, at)
    else:
        restart(work, draft, standing, "repair", at)


def _brings(rollout: Rollout, standing: Standing) -> bool:
    """Is this open rollout about the version that the placement lacks? (One of another placement alone is not.)"""
    about = rollout.version == standing.desired.version
    return rollout.state == "open" and not rollout.fanned_out and about and _newer(rollout, standing)
