"""Placements: put an asset into a channel, change what it shows there, take it away, and the three things that a
person can ask for when it is not right: verify, retry, repair.

Rule: whatever moves a placement is a rollout, planned in the transaction that decides it.
"""

from dataclasses import dataclass, replace

from dam.domain import policy, recipes
from dam.domain.assets import Asset, refuse_trashed
from dam.domain.errors import Conflict, Invalid, NotFound, PreconditionFailed
from dam.domain.events import event
from dam.domain.placements import Cause, ConfiguredChannel, Placement, Standing, wanted_version
from dam.domain.principals import Actor
from dam.operations import cookbook
from dam.operations.answers import remember
from dam.operations.changes import locked, start_rollout, version_of
from dam.operations.draft import Draft
from dam.operations.ids import new_id
from dam.operations.reconcile import plan
from dam.ports.channel import ChannelError, InvalidRemote
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Where:
    """Where an asset goes, and as what. ``recipe`` None: the channel's own; ``pinned`` None: follow the approved
    version; ``adopt``: what is there already may be replaced, after a copy is kept.
    """

    channel_id: str
    remote: str
    recipe: str | None = None
    pinned: int | None = None
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a placement is to show from now on; None leaves a part as it is. ``pinned`` 0: follow the approved version.

    ``seen``: the placement that the person had before them; None: whatever it is.
    """

    pinned: int | None = None
    recipe: str | None = None
    recipe_version: int | None = None
    seen: Placement | None = None


def settings(placement: Placement) -> tuple[int | None, str, int, bool]:
    """What people set of a placement, apart from where it is."""
    return (placement.pinned, placement.recipe, placement.recipe_version, placement.ending)


def place(services: Services, actor: Actor, asset_id: str, where: Where) -> str:
    """Make a placement; returns its id. If there is a version to show, it is on its way.

    Raises Forbidden, NotFound, Invalid ``invalid_remote``, ``unknown_recipe``, Conflict ``target_taken``,
    ``never_approved``, ``trashed``, ``channel_unreachable``, ``recipe_retired``.
    """
    policy.require(actor, "placement.create")
    channel = _channel(services, where.channel_id)
    canonical = _canonical(services, channel, where.remote)
    recipe = where.recipe or channel.recipe
    with services.store.writing() as work:
        version = cookbook.choose(work, recipe)
        asset = locked(work, asset_id)
        refuse_trashed(asset)
        _may_pin(work, asset, where.pinned)
        _free(work, canonical)
        placement = Placement(
            id=new_id(),
            asset_id=asset_id,
            channel_id=channel.id,
            remote=where.remote,
            canonical=canonical,
            recipe=recipe,
            recipe_version=version,
            pinned=where.pinned,
            created_at=work.now(),
            created_by=actor.principal_id,
        )
        work.add(placement)
        work.assets.shown_anew([asset_id])
        _tell(work, actor, placement, "placement.created")
        if wanted_version(placement, asset) is not None:
            _move(work, actor, placement.id, "placement", adopt=where.adopt)
        remember(work, actor, placement_id=placement.id)
        work.commit()
    return placement.id


def withdraw(services: Services, actor: Actor, placement_id: str, note: str = "") -> int:
    """Take what the placement shows away, and end the placement once that is proven; returns the rollout.

    Raises Forbidden, NotFound, Conflict ``withdrawn``.
    """
    policy.require(actor, "placement.withdraw")
    with services.store.writing() as work:
        placement = _held(work, placement_id).placement
        work.replace(placement, replace(placement, ending=True))
        number = _move(work, actor, placement_id, "withdrawal", note=note)
        remember(work, actor, rollout=str(number))
        work.commit()
    return number


def change(services: Services, actor: Actor, placement_id: str, to: Change) -> int:
    """Pin, follow, or deliver by another recipe or a newer version of it; returns the rollout.

    Raises Forbidden, NotFound, Invalid ``unknown_recipe``, PreconditionFailed ``revision_differs``, Conflict
    ``never_approved``, ``withdrawn``, ``nothing_changes``, ``recipe_retired``.
    """
    policy.require(actor, "placement.edit")
    with services.store.writing() as work:
        newest = cookbook.choose(work, to.recipe) if to.recipe else None
        standing = _held(work, placement_id)
        before = standing.placement
        if to.seen is not None and settings(to.seen) != settings(before):
            raise PreconditionFailed("revision_differs", "Somebody changed the placement since you loaded it.")
        after = _changed(work, before, to, newest)
        if after == before:
            raise Conflict("nothing_changes", "The placement is set so already.")
        _may_pin(work, standing.asset, after.pinned)
        work.replace(before, after)
        _tell(work, actor, after, "placement.changed")
        same_recipe = (after.recipe, after.recipe_version) == (before.recipe, before.recipe_version)
        number = _move(work, actor, placement_id, "repin" if same_recipe else "recipe_change")
        remember(work, actor, rollout=str(number))
        work.commit()
    return number


def verify(services: Services, actor: Actor, placement_id: str) -> int:
    """Have the place looked at now; returns the rollout that last moved it. Raises Forbidden, NotFound, Conflict
    ``withdrawn``, ``never_delivered``.
    """
    policy.require(actor, "placement.verify")
    with services.store.writing() as work:
        standing = _held(work, placement_id)
        number = _last_rollout(standing)
        placement = standing.placement
        work.replace(placement, replace(placement, look_at=work.now()))
        work.jobs.enqueue("look", {})
        remember(work, actor, rollout=str(number))
        work.commit()
    return number


def retry(services: Services, actor: Actor, placement_id: str) -> int:
    """Try a failed delivery again, or a waiting one at once; returns its rollout.

    Raises Forbidden, NotFound, Conflict ``withdrawn``, ``never_delivered``, ``nothing_to_retry``.
    """
    policy.require(actor, "placement.retry")
    with services.store.writing() as work:
        standing = _held(work, placement_id)
        number = _last_rollout(standing)
        newest = standing.newest
        if newest is None or newest.state not in ("failed", "due"):
            raise Conflict(
                "nothing_to_retry",
                "No delivery to this place has failed or waits; repair it if it shows the wrong file.",
            )
        at = work.now()
        work.replace(newest, replace(newest, state="due", due_at=at, tries=0, reason=None))
        placement = standing.placement
        work.replace(placement, replace(placement, needs=None))
        work.jobs.enqueue("deliver", {})
        remember(work, actor, rollout=str(number))
        work.commit()
    return number


def repair(services: Services, actor: Actor, placement_id: str, *, adopt: bool = False) -> int:
    """Bring what should be there again, whatever is there now (a copy of what is not ours is kept); returns the
    rollout.

    Raises Forbidden, NotFound, Conflict ``withdrawn``, ``nothing_approved``.
    """
    policy.require(actor, "placement.repair")
    with services.store.writing() as work:
        standing = _held(work, placement_id)
        if standing.version is None and standing.placement.fence == 0:
            raise Conflict("nothing_approved", "No version is approved, so there is nothing to bring there.")
        number = _move(work, actor, placement_id, "repair", adopt=adopt, again=True)
        remember(work, actor, rollout=str(number))
        work.commit()
    return number


def _move(
    work: UnitOfWork,
    actor: Actor,
    placement_id: str,
    cause: Cause,
    *,
    note: str = "",
    adopt: bool = False,
    again: bool = False,
) -> int:
    """A rollout of this placement alone, planned here and now."""
    standing = _held(work, placement_id)
    number = start_rollout(work, actor, cause, standing.asset, standing.version, note, single=True)
    rollout = work.rollouts.get(number)
    if rollout is not None:
        at, draft = work.now(), Draft()
        plan(work, draft, standing, rollout, at, adopt=adopt, again=again)
        draft.fanned_out(rollout)
        draft.store(work, at)
    return number


def _held(work: UnitOfWork, placement_id: str) -> Standing:
    standing = work.placements.hold([placement_id]).get(placement_id)
    if standing is None:
        raise NotFound("placement_not_found", "There is no such placement.")
    if standing.placement.ended_at is not None:
        raise Conflict("withdrawn", "The placement is withdrawn; place the asset again.")
    return standing


def _changed(work: UnitOfWork, before: Placement, to: Change, newest: int | None) -> Placement:
    """``newest``: the version of the recipe that ``to`` names, if it names one."""
    recipe = to.recipe or before.recipe
    version = to.recipe_version or newest or before.recipe_version
    if recipe != recipes.ORIGINAL:
        cookbook.at_version(work, recipe, version)
    pinned = before.pinned if to.pinned is None else (to.pinned or None)
    return replace(before, pinned=pinned, recipe=recipe, recipe_version=version)


def _may_pin(work: UnitOfWork, asset: Asset, number: int | None) -> None:
    if number is None:
        return
    version_of(work, asset.id, number)
    if work.assets.status(asset.id, number) != "approved":
        raise Conflict("never_approved", f"Version {number} is not approved; only an approved version can be pinned.")


def _free(work: UnitOfWork, canonical: str) -> None:
    other = work.placements.at_target(canonical)
    if other is not None:
        raise Conflict(
            "target_taken",
            "Another placement shows something at this very place.",
            extra={"placement_id": other.id, "asset_id": other.asset_id, "channel_id": other.channel_id},
        )


def _last_rollout(standing: Standing) -> int:
    if standing.newest is None:
        raise Conflict("never_delivered", "Nothing was ever sent to this place.")
    return standing.newest.rollout


def _channel(services: Services, channel_id: str) -> ConfiguredChannel:
    with services.store.reading() as work:
        channel = work.placements.channel(channel_id)
    if channel is None or channel.removed_at is not None:
        raise NotFound("channel_not_found", "There is no such channel.")
    return channel


def _canonical(services: Services, channel: ConfiguredChannel, remote: str) -> str:
    try:
        return services.channels.open(channel).canonical(remote)
    except InvalidRemote as problem:
        raise Invalid("invalid_remote", problem.detail) from problem
    except ChannelError as problem:
        raise Conflict("channel_unreachable", problem.detail, extra={"reason": problem.code}) from problem


def _tell(work: UnitOfWork, actor: Actor, placement: Placement, word: str) -> None:
    data = {
        "placement_id": placement.id, "channel_id": placement.channel_id, "remote": placement.remote,
        "recipe": placement.recipe, "recipe_version": placement.recipe_version, "pinned": placement.pinned,
    }  # fmt: skip
    work.record(event(word, actor.principal_id, work.now(), placement.asset_id, data))
