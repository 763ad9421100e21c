"""Campaigns as things of their own: make one ahead of its assets, rename it with all of them."""

from dam.domain import policy
from dam.domain.errors import Conflict, NotFound, PreconditionFailed
from dam.domain.events import event
from dam.domain.principals import Actor
from dam.operations.answers import remember
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from dam.ports.views import Named


def create(services: Services, actor: Actor, name: str) -> Named:
    """Raises Forbidden, Conflict ``campaign_exists``."""
    policy.require(actor, "campaign.edit")
    with services.store.writing() as work:
        if work.assets.campaign_named(name) is not None:
            raise Conflict("campaign_exists", f"There is a campaign named {name!r} already.")
        at = work.now()
        work.assets.make_campaigns([name], at)
        made = _named(work, name)
        work.record(event("campaign.created", actor.principal_id, at, None, {"campaign_id": made.id, "name": name}))
        remember(work, actor, campaign_id=made.id)
        work.commit()
    return made


def get(services: Services, actor: Actor, campaign_id: str) -> Named:
    """One campaign. Raises Forbidden, NotFound ``campaign_not_found``."""
    policy.require(actor, "campaign.read")
    with services.store.reading() as work:
        found = work.assets.campaign(campaign_id)
    if found is None:
        raise NotFound("campaign_not_found", "There is no such campaign.")
    return found


def rename(services: Services, actor: Actor, campaign_id: str, name: str, seen: str | None = None) -> Named:
    """Rename it for all its assets at once. Raises Forbidden, NotFound ``campaign_not_found``, Conflict
    ``campaign_exists``.
    """
    policy.require(actor, "campaign.edit")
    with services.store.writing() as work:
        before = work.assets.campaign(campaign_id)
        if before is None:
            raise NotFound("campaign_not_found", "There is no such campaign.")
        if seen is not None and seen != before.name:
            raise PreconditionFailed("revision_differs", "Somebody renamed the campaign since you loaded it.")
        work.assets.rename_campaign(campaign_id, name)
        data = {"campaign_id": campaign_id, "before": before.name, "after": name}
        work.record(event("campaign.renamed", actor.principal_id, work.now(), None, data))
        work.commit()
        return Named(name, before.count, campaign_id)


def _named(work: UnitOfWork, name: str) -> Named:
    found = work.assets.campaign_named(name)
    if found is None:
        raise NotFound("campaign_not_found", f"There is no campaign named {name!r}.")
    return found
