"""Who may do what: the whole table, written out once more from the point of view of the roles."""

import pytest

from dam.domain import policy
from dam.domain.errors import Forbidden
from dam.domain.principals import ROLES, SYSTEM, Actor, Role, lesser

ADDED: dict[Role, set[str]] = {
    "viewer": {
        "asset.read", "campaign.read", "channel.read", "placement.read", "rollout.read", "event.read", "me.read",
        "me.edit", "people.read", "token.read", "token.create", "token.revoke", "metrics.read",
    },
    "contributor": {
        "asset.create", "asset.edit", "asset.trash", "campaign.edit", "version.create", "version.render",
        "version.preview", "channel.check", "placement.verify", "placement.retry", "upload.create", "upload.read",
        "upload.send", "upload.complete", "upload.abort",
    },
    "approver": {
        "version.approve", "version.reject", "version.revoke", "asset.rollback", "asset.withdraw", "asset.publish",
        "placement.create", "placement.edit", "placement.withdraw", "placement.repair", "rollout.rollback",
    },
    "manager": {"channel.edit", "recipe.rollout", "work.read", "work.retry", "user.read", "version.locate"},
    "admin": {"user.edit", "recipe.edit"},
}  # fmt: skip
"""What each role may do that the one before it may not."""

ACTIONS = sorted(policy.LEAST_ROLE)
EVERYBODY: list[Role | None] = [None, *ROLES]


def may(role: Role | None) -> set[str]:
    if role is None:
        return set()
    return set().union(*(ADDED[each] for each in ROLES[: ROLES.index(role) + 1]))


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_action_of_each_role(role: Role | None) -> None:
    actor = Actor("p", "Pat", role)
    assert {action for action in ACTIONS if policy.allowed(actor, action)} == may(role)


def test_the_tables_name_the_same_actions() -> None:
    assert set(ACTIONS) == may("admin")


@pytest.mark.parametrize("action", [*ACTIONS, "unknown"])
def test_a_higher_role_may_all_that_a_lower_one_may(action: str) -> None:
    answers = [policy.allowed(Actor("p", "Pat", role), action) for role in EVERYBODY]
    assert answers == sorted(answers)


@pytest.mark.parametrize("action", ["", "asset", "asset.destroy", "ASSET.READ", "*"])
def test_an_unknown_action_is_denied_to_everybody(action: str) -> None:
    assert not policy.allowed(SYSTEM, action)
    with pytest.raises(Forbidden) as refusal:
        policy.require(SYSTEM, action)
    assert "nobody" in refusal.value.detail


def test_a_refusal_names_the_action_and_the_role_that_it_needs() -> None:
    with pytest.raises(Forbidden) as refusal:
        policy.require(Actor("p", "Pat", None), "version.approve")
    assert (refusal.value.code, refusal.value.extra) == ("forbidden", {"action": "version.approve"})
    assert "approver" in refusal.value.detail
    assert "no role" in refusal.value.detail


def test_who_may_passes() -> None:
    policy.require(Actor("p", "Pat", "approver"), "version.approve")


# A token can't widen what its principal may.


@pytest.mark.parametrize("one", EVERYBODY)
@pytest.mark.parametrize("other", EVERYBODY)
def test_the_lesser_role_may_only_what_both_may(one: Role | None, other: Role | None) -> None:
    role = lesser(one, other)
    assert role in (one, other)
    assert may(role) == may(one) & may(other)
