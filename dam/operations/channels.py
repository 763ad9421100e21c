"""Channels: set up, change, remove, check, audit.

Rule: a channel is marked at its destination before it is recorded, so that a recorded channel can always be told from
an empty place.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dam.domain import policy, recipes
from dam.domain.errors import Conflict, Invalid, NotFound, PreconditionFailed
from dam.domain.events import event
from dam.domain.placements import ConfiguredChannel, Need, OnDrift
from dam.domain.principals import Actor
from dam.operations import cookbook
from dam.operations.answers import remember
from dam.operations.ids import new_id
from dam.operations.reachable import note_reachable, note_unreachable
from dam.ports.channel import ChannelError, InvalidConfig
from dam.ports.services import Services
from dam.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True)
class Setup:
    """What a person says of a new channel. ``audit_every_s`` None: the house's interval."""

    name: str
    kind: str
    config: Mapping[str, object]
    recipe: str = recipes.ORIGINAL
    on_drift: OnDrift = "report"
    audit_every_s: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelEdit:
    """What is to change; None leaves a part as it is. Where a channel leads can't change: its placements would lie. Of
    ``config`` a part that is None is taken away.
    """

    name: str | None = None
    config: Mapping[str, object] | None = None
    recipe: str | None = None
    on_drift: OnDrift | None = None
    audit_every_s: int | None = None


def add(services: Services, actor: Actor, setup: Setup) -> str:
    """Set up a channel; returns its id. Raises Forbidden, Invalid ``unknown_recipe``, ``unknown_kind``,
    ``invalid_config``, Conflict ``channel_exists``, ``channel_unreachable``, ``recipe_retired``.
    """
    policy.require(actor, "channel.edit")
    if setup.kind not in services.channels.kinds():
        raise Invalid("unknown_kind", f"There is no kind of channel named {setup.kind!r}.")
    with services.store.reading() as work:
        cookbook.require_choosable(work, setup.recipe)
        _free_name(work, setup.name)
        at = work.now()
    every = setup.audit_every_s or int(services.rules.audit_every.total_seconds())
    channel = ConfiguredChannel(
        id=new_id(),
        name=setup.name,
        kind=setup.kind,
        config={},
        recipe=setup.recipe,
        on_drift=setup.on_drift,
        audit_every_s=every,
        created_at=at,
        created_by=actor.principal_id,
        checked_at=at,
    )
    channel = _configured(services, channel, setup.config)
    _establish(services, channel)
    with services.store.writing() as work:
        cookbook.choose(work, setup.recipe)
        _free_name(work, setup.name)
        work.add(channel)
        data = {"channel_id": channel.id, "name": channel.name, "kind": channel.kind}
        work.record(event("channel.created", actor.principal_id, at, None, data))
        remember(work, actor, channel_id=channel.id)
        work.commit()
    return channel.id


def edit(services: Services, actor: Actor, channel_id: str, revision: int, change: ChannelEdit) -> None:
    """Raises Forbidden, NotFound, PreconditionFailed ``revision_differs``, Conflict ``channel_exists``,
    ``channel_moved``, ``recipe_retired``; for another configuration Invalid ``invalid_config``, ``config_fixed``,
    Conflict ``channel_unreachable``: it is tried before it is stored.
    """
    policy.require(actor, "channel.edit")
    if change.recipe is not None:
        with services.store.reading() as work:
            cookbook.require_choosable(work, change.recipe)
    configured = _tried(services, channel_id, change.config) if change.config else None
    with services.store.writing() as work:
        if change.recipe is not None:
            cookbook.choose(work, change.recipe)
        channel = known(work, channel_id)
        if channel.revision != revision or (configured and configured.revision != revision):
            raise PreconditionFailed("revision_differs", "Somebody changed the channel since you loaded it.")
        if change.name is not None and change.name != channel.name:
            _free_name(work, change.name)
            work.placements.show_channel_anew(channel_id)
        after = replace(
            channel,
            config=configured.config if configured else channel.config,
            sealed=configured.sealed if configured else channel.sealed,
            name=change.name or channel.name,
            recipe=change.recipe or channel.recipe,
            on_drift=change.on_drift or channel.on_drift,
            audit_every_s=change.audit_every_s or channel.audit_every_s,
            revision=channel.revision + 1,
        )
        _store(work, channel, after)
        if configured:
            note_reachable(work, after, work.now())
        data = {"channel_id": channel.id, "name": after.name, "recipe": after.recipe, "on_drift": after.on_drift}
        work.record(event("channel.edited", actor.principal_id, work.now(), None, data))
        work.commit()


def remove(services: Services, actor: Actor, channel_id: str) -> None:
    """Forget a channel that has no placements. Raises Forbidden, NotFound, Conflict ``in_use``."""
    policy.require(actor, "channel.edit")
    with services.store.writing() as work:
        channel = known(work, channel_id)
        if work.placements.standings(channel_id=channel_id, limit=1):
            raise Conflict("in_use", "The channel has placements; withdraw them first.")
        at = work.now()
        _store(work, channel, replace(channel, removed_at=at, revision=channel.revision + 1))
        work.record(event("channel.removed", actor.principal_id, at, None, {"channel_id": channel_id}))
        work.commit()


def check(services: Services, actor: Actor, channel_id: str) -> ConfiguredChannel:
    """Ask the destination now; returns the channel with what was found. Raises Forbidden, NotFound."""
    policy.require(actor, "channel.check")
    with services.store.reading() as work:
        channel = known(work, channel_id)
    problem = _ask(services, channel)
    with services.store.writing() as work:
        now = work.now()
        if problem is None:
            note_reachable(work, channel, now)
            present = known(work, channel_id)
            work.replace(present, replace(present, checked_at=now))
        else:
            note_unreachable(work, channel_id, problem, now)
        remember(work, actor, channel_id=channel_id)
        checked = known(work, channel_id)
        work.commit()
    return checked


def audit(services: Services, actor: Actor, channel_id: str) -> int:
    """Have every placement of the channel looked at now; returns how many. Raises Forbidden, NotFound."""
    policy.require(actor, "channel.check")
    with services.store.writing() as work:
        known(work, channel_id)
        now = work.now()
        count = work.placements.look_again(channel_id, now)
        work.jobs.enqueue("look", {})
        data = {"channel_id": channel_id, "placements": count}
        work.record(event("channel.audit_asked", actor.principal_id, now, None, data))
        remember(work, actor, channel_id=channel_id, placements=str(count))
        work.commit()
    return count


def check_due(services: Services, actor: Actor, limit: int = 20) -> int:
    """Ask the unreachable channels whose next check is due; returns how many."""
    with services.store.reading() as work:
        due = work.placements.channels_to_check(work.now(), limit)
    for channel in due:
        check(services, actor, channel.id)
    return len(due)


def known(work: UnitOfWork, channel_id: str) -> ConfiguredChannel:
    """Raises NotFound ``channel_not_found``, also for a removed one."""
    channel = work.placements.channel(channel_id)
    if channel is None or channel.removed_at is not None:
        raise NotFound("channel_not_found", "There is no such channel.")
    return channel


def _tried(services: Services, channel_id: str, changes: Mapping[str, object]) -> ConfiguredChannel:
    """The channel with another configuration, which was seen to lead to the same place."""
    with services.store.reading() as work:
        channel = known(work, channel_id)
    kind = services.channels.kinds().get(channel.kind)
    fixed = kind.fixed if kind else frozenset(changes)
    if moved := sorted(name for name in fixed & set(changes) if changes[name] != channel.config.get(name)):
        detail = f"{', '.join(moved)}: where a channel leads can't change; set up another channel."
        raise Invalid("config_fixed", detail)
    after = _configured(services, channel, changes)
    with _answered():
        services.channels.open(after).check()
    return after


def _configured(services: Services, channel: ConfiguredChannel, changes: Mapping[str, object]) -> ConfiguredChannel:
    with _answered():
        return services.channels.configured(channel, changes)


def _establish(services: Services, channel: ConfiguredChannel) -> None:
    with _answered():
        services.channels.open(channel).establish()


@contextmanager
def _answered() -> Iterator[None]:
    """What a destination says is an answer to whoever sets it up."""
    try:
        yield
    except InvalidConfig as problem:
        raise Invalid("invalid_config", problem.detail, extra={"reason": problem.code}) from problem
    except ChannelError as problem:
        raise Conflict("channel_unreachable", problem.detail, extra={"reason": problem.code}) from problem


def _ask(services: Services, channel: ConfiguredChannel) -> Need | None:
    try:
        services.channels.open(channel).check()
    except ChannelError as problem:
        return Need(problem.code, problem.detail)
    return None


def _free_name(work: UnitOfWork, name: str) -> None:
    if work.placements.channel_named(name) is not None:
        raise Conflict("channel_exists", f"There is a channel named {name!r} already.")


def _store(work: UnitOfWork, before: ConfiguredChannel, after: ConfiguredChannel) -> None:
    if not work.replace(before, after):
        raise Conflict("channel_moved", "The channel changed at the same moment; load it and try again.")
