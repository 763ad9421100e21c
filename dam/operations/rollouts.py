"""Rollouts as a whole: roll one back, and move placements to a recipe's newest version.

Rule: rolling back is a decision about the asset like any other; it makes a new rollout and unmakes nothing.
"""

from dataclasses import dataclass, replace

from dam.domain import policy
from dam.domain.assets import Decision, Seen
from dam.domain.errors import Conflict, NotFound
from dam.domain.events import event
from dam.domain.placements import Rollout
from dam.domain.principals import Actor
from dam.operations import cookbook, decide
from dam.operations.answers import remember
from dam.operations.draft import Draft
from dam.operations.reconcile import PAGE, plan
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


def rollback(services: Services, actor: Actor, number: int, note: str = "") -> int:
    """Undo what an approval or rollback set in motion: make the version before it the approved one again, or none;
    returns the new rollout.

    Raises Forbidden, NotFound ``rollout_not_found``, Conflict ``not_reversible``, ``head_moved``.
    """
    policy.require(actor, "rollout.rollback")
    with services.store.reading() as work:
        rollout = work.rollouts.get(number)
        if rollout is None:
            raise NotFound("rollout_not_found", f"There is no rollout {number}.")
        decision = _decision(work, rollout)
        before = decision.head_before
        version = work.assets.version(decision.asset_id, before) if before is not None else None
    if version is None:
        return decide.withdraw(services, actor, decision.asset_id, note)
    seen = Seen(version.sha256, decision.head_after)
    return decide.rollback(services, actor, decision.asset_id, version.number, seen, note)


@dataclass(frozen=True, slots=True)
class RecipeImpact:
    """How many placements use the recipe at an older version than its newest."""

    recipe: str
    newest: int
    placements: int


def recipe_impact(services: Services, actor: Actor, recipe: str) -> RecipeImpact:
    """What ``recipe_rollout`` would move. Raises Forbidden, NotFound ``recipe_not_found``."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        newest = cookbook.newest_version(work, recipe)
        return RecipeImpact(recipe, newest, work.placements.count_outdated(recipe, newest))


def recipe_rollout(services: Services, actor: Actor, recipe: str) -> int:
    """Move every placement that uses an older version of the recipe to its newest; returns the rollout.

    Raises Forbidden, NotFound ``recipe_not_found``, Conflict ``nothing_changes``.
    """
    policy.require(actor, "recipe.rollout")
    with services.store.writing() as work:
        newest = cookbook.newest_version(work, recipe)
        if work.placements.count_outdated(recipe, newest) == 0:
            raise Conflict("nothing_changes", f"Every placement uses version {newest} of {recipe} already.")
        at = work.now()
        note = f"{recipe} {newest}"
        rollout = work.rollouts.start("recipe_change", actor.principal_id, at, note=note)
        data = {"rollout": rollout.number, "cause": "recipe_change", "recipe": recipe, "recipe_version": newest}
        work.record(event("recipe.rollout_opened", actor.principal_id, at, None, data))
        remember(work, actor, rollout=str(rollout.number))
        work.commit()
    return rollout.number


def fan_out_recipe(services: Services, number: int) -> None:
    """Give each placement that uses an older version of the rollout's recipe its delivery, page by page; repeatable."""
    with services.store.reading() as work:
        rollout = work.rollouts.get(number)
    if rollout is None or rollout.state != "open" or rollout.fanned_out:
        return
    recipe, _, newest = rollout.note.rpartition(" ")
    while _renew_page(services, rollout, recipe, int(newest)):
        pass


def _renew_page(services: Services, rollout: Rollout, recipe: str, newest: int) -> bool:
    """Plan one page; False when it was the last."""
    with services.store.writing() as work:
        at, draft = work.now(), Draft()
        page = work.placements.outdated(recipe, newest, PAGE)
        held = work.placements.hold([placement.id for placement in page])
        # The recipe's version is part of what a standing is read by: move the rows first, then read again.
        work.replace_all([(each.placement, replace(each.placement, recipe_version=newest)) for each in held.values()])
        for standing in work.placements.hold(list(held)).values():
            plan(work, draft, standing, rollout, at)
        if len(page) < PAGE:
            draft.fanned_out(rollout)
        draft.store(work, at)
        work.commit()
    return len(page) == PAGE


def _decision(work: UnitOfWork, rollout: Rollout) -> Decision:
    """The decision that started the rollout: the last of its version that is not younger."""
    if rollout.asset_id is None or rollout.cause not in ("approval", "rollback"):
        raise Conflict("not_reversible", "Only an approval or a rollback can be rolled back.")
    made = [
        decision
        for decision in work.assets.decisions(rollout.asset_id)
        if decision.kind in ("approve", "rollback")
        and decision.number == rollout.version
        and decision.at <= rollout.started_at
    ]
    asset = work.assets.get(rollout.asset_id)
    if not made or asset is None or asset.head != rollout.version:
        raise Conflict("head_moved", "Another version has been approved since; decide about that one.")
    return made[-1]
