"""From what should be shown to deliveries: the fan-out of a rollout, and the reconciler that finds what a fan-out
missed.

Rule: the reconciler defines, the fan-out accelerates. Both decide in the transaction that inserts the delivery, from
the placement as it is then; so a placement created while an approval runs, or a task that got lost, can't fall
between.
"""

from dataclasses import replace
from datetime import datetime

from dam.domain import recipes
from dam.domain.events import event
from dam.domain.placements import ABSENT, Cause, Delivery, Placement, Rollout, Standing
from dam.domain.principals import SYSTEM, SYSTEM_ID
from dam.domain.proof import proven
from dam.operations.changes import start_rollout
from dam.operations.ids import new_id
from dam.operations.renditions import expect_one
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
            work.assets.lock(rollout.asset_id)
            page = work.placements.standings(asset_id=rollout.asset_id, after=after, limit=PAGE)
            at = work.now()
            planned = [plan(work, standing, rollout, at) for standing in page]
            if any(planned):
                work.jobs.enqueue("deliver", {})
            if len(page) < PAGE:
                fanned_out(work, rollout, at)
            work.commit()
        if len(page) < PAGE:
            return
        after = page[-1].placement.id


def plan(
    work: UnitOfWork, standing: Standing, rollout: Rollout, at: datetime, *, adopt: bool = False, again: bool = False
) -> Delivery | None:
    """Insert the placement's delivery of this rollout, if it needs one now; the caller holds the asset.

    ``again``: also when the placement is proven to be right already (an asked repair).
    """
    placement, wanted = standing.placement, standing.desired
    if placement.ended_at is not None or not _newer(rollout, standing):
        return None
    _supersede(work, placement, rollout, at)
    if end_if_absent(work, standing, at) or (proven(placement, wanted.digest) and not again):
        return None
    if wanted.digest == ABSENT and placement.fence == 0:
        return None
    _forget_need(work, placement)
    if wanted.digest is None and wanted.problem is None:
        _ask_for_artefact(work, standing, at)
    delivery = Delivery(
        id=new_id(),
        placement_id=placement.id,
        rollout=rollout.number,
        action="remove" if wanted.digest == ABSENT else "put",
        version=wanted.version,
        artefact=wanted.digest,
        before=placement.proof_digest,
        state="due",
        due_at=at,
        adopt=adopt,
    )
    work.add(delivery)
    return delivery


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
        standing = held(work, placement_id)
        if standing is None or not _neglected(standing):
            return
        placement, at = standing.placement, work.now()
        if end_if_absent(work, standing, at):
            pass
        elif _missed(standing):
            _deliver_missed(work, standing, at)
        elif not _looked(placement):
            work.replace(placement, replace(placement, look_at=at))
            work.jobs.enqueue("look", {})
        elif standing.channel.on_drift == "repair":
            restart(work, standing, "repair", at)
        else:
            return
        work.commit()


def held(work: UnitOfWork, placement_id: str) -> Standing | None:
    """The placement's standing, with the asset and then the placement held: everybody takes them in this order."""
    placement = work.placements.get(placement_id)
    if placement is None:
        return None
    work.assets.lock(placement.asset_id)
    work.placements.lock(placement_id)
    return work.placements.standing(placement_id)


def end_if_absent(work: UnitOfWork, standing: Standing, at: datetime) -> bool:
    """End a placement that is to be withdrawn, if nothing of it is at the destination: proven, or never sent."""
    placement = standing.placement
    if not placement.ending or not (placement.fence == 0 or proven(placement, ABSENT)):
        return False
    ended = replace(placement, ended_at=at, needs=None, look_at=None)
    if not work.replace(placement, ended):
        return False
    work.record(event("placement.withdrawn", SYSTEM_ID, at, placement.asset_id, {"placement_id": placement.id}))
    return True


def restart(work: UnitOfWork, standing: Standing, cause: Cause, at: datetime) -> int:
    """A rollout of its own for one placement, by the system; returns its number."""
    number = start_rollout(work, SYSTEM, cause, standing.asset, standing.version, "", single=True)
    rollout = work.rollouts.get(number)
    if rollout is not None:
        plan(work, standing, rollout, at)
        fanned_out(work, rollout, at)
        work.jobs.enqueue("deliver", {})
    return number


def fanned_out(work: UnitOfWork, rollout: Rollout, at: datetime) -> None:
    """Say that the rollout has all the deliveries that it will have; it may be done with that."""
    work.replace(rollout, replace(rollout, fanned_out=True))
    finish(work, rollout.number, at)


def finish(work: UnitOfWork, number: int, at: datetime) -> None:
    """Close the rollout if nothing of it is left to do."""
    if work.rollouts.finish(number, at):
        rollout = work.rollouts.get(number)
        asset_id = rollout.asset_id if rollout else None
        work.record(event("rollout.done", SYSTEM_ID, at, asset_id, {"rollout": number}))


def unfinished(services: Services, after: int = 0, limit: int = 100) -> int:
    """Start the fan-out of rollouts again whose task got lost, and close what is done; returns the last number looked
    at, 0 at the end.
    """
    with services.store.writing() as work:
        page = work.rollouts.unfinished(after, limit)
        at = work.now()
        for rollout in page:
            if rollout.fanned_out:
                finish(work, rollout.number, at)
            else:
                work.jobs.enqueue("fan_out", {"rollout": rollout.number})
        work.commit()
    return page[-1].number if len(page) == limit else 0


def _newer(rollout: Rollout, standing: Standing) -> bool:
    return standing.newest is None or standing.newest.rollout < rollout.number


def _supersede(work: UnitOfWork, placement: Placement, rollout: Rollout, at: datetime) -> None:
    for number in work.rollouts.supersede(placement.id, rollout.number):
        finish(work, number, at)


def _forget_need(work: UnitOfWork, placement: Placement) -> None:
    if placement.needs is not None:
        work.replace(placement, replace(placement, needs=None))


def _ask_for_artefact(work: UnitOfWork, standing: Standing, at: datetime) -> None:
    if standing.version is None:
        return
    content = work.assets.content(standing.version.sha256)
    if content is not None:
        recipe = recipes.at_version(standing.placement.recipe, standing.placement.recipe_version)
        expect_one(work, content, recipe, at)


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


def _deliver_missed(work: UnitOfWork, standing: Standing, at: datetime) -> None:
    rollout = work.rollouts.newest_of(standing.asset.id)
    if rollout is None or not _newer(rollout, standing) or rollout.state != "open":
        restart(work, standing, "repair", at)
        return
    plan(work, standing, rollout, at)
    work.jobs.enqueue("deliver", {})
