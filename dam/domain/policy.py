"""Who may do what: one table, one function, deny by default.

Rule: each operation calls ``require`` first, before it reads or changes anything. An action that is not in the table
is denied to everybody.
"""

from dam.domain.errors import Forbidden
from dam.domain.principals import ROLES, Actor, Role

LEAST_ROLE: dict[str, Role] = {
    "asset.read": "viewer",
    "asset.create": "contributor",
    "asset.edit": "contributor",
    "asset.trash": "contributor",
    "campaign.read": "viewer",
    "campaign.edit": "contributor",
    "upload.create": "contributor",
    "upload.read": "contributor",
    "upload.send": "contributor",
    "upload.complete": "contributor",
    "upload.abort": "contributor",
    "version.create": "contributor",
    "version.render": "contributor",
    "version.preview": "contributor",
    "version.locate": "manager",
    "version.approve": "approver",
    "version.reject": "approver",
    "version.revoke": "approver",
    "asset.rollback": "approver",
    "asset.withdraw": "approver",
    "asset.publish": "approver",
    "channel.read": "viewer",
    "channel.edit": "manager",
    "channel.check": "contributor",
    "placement.read": "viewer",
    "placement.create": "approver",
    "placement.edit": "approver",
    "placement.withdraw": "approver",
    "placement.verify": "contributor",
    "placement.retry": "contributor",
    "placement.repair": "approver",
    "rollout.read": "viewer",
    "rollout.rollback": "approver",
    "recipe.rollout": "manager",
    "recipe.edit": "admin",
    "event.read": "viewer",
    "work.read": "manager",
    "work.retry": "manager",
    "metrics.read": "viewer",
    "me.read": "viewer",
    "me.edit": "viewer",
    "people.read": "viewer",
    "user.read": "manager",
    "user.edit": "admin",
    "token.read": "viewer",
    "token.create": "viewer",
    "token.revoke": "viewer",
}


def allowed(actor: Actor, action: str) -> bool:
    """Whether the actor's role reaches what the action needs."""
    least = LEAST_ROLE.get(action)
    if least is None or actor.role is None:
        return False
    return ROLES.index(actor.role) >= ROLES.index(least)


def require(actor: Actor, action: str) -> None:
    """Raise Forbidden ``forbidden`` unless the actor may."""
    if not allowed(actor, action):
        needed = LEAST_ROLE.get(action)
        who = f"the role {needed}" if needed else "nobody"
        raise Forbidden("forbidden", f"This needs {who}; you have {actor.role or 'no role'}.", extra={"action": action})


def may_touch(actor: Actor, owner_id: str) -> bool:
    """Whether what somebody has begun is this actor's to go on with: their own, or anybody's for an administrator."""
    return actor.principal_id == owner_id or actor.role == "admin"
