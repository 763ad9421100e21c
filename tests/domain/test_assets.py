"""The verbs of an asset: what each makes true, what it tells, and each of its refusals."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.domain import assets
from dam.domain.assets import Asset, DecisionKind, Edit, Outcome, Seen, Version, VersionStatus, status_after
from dam.domain.errors import Conflict
from tests.contracts.facts import AT, asset, content, digest, later, version

NOW = later(60)
ONE, TWO = version(), version(number=2, text="two")
TRASHED = asset(latest=2, trashed_at=AT)


def approve(of: Asset, what: Version, seen: Seen | None = None, by: str = "bob", *, own: bool = True) -> Outcome:
    seen = seen or Seen(what.sha256, of.head)
    return assets.approve(of, what, seen, by, NOW, note="fine", self_approval_allowed=own)


def roll_back(of: Asset, what: Version, status: VersionStatus = "approved", seen: Seen | None = None) -> Outcome:
    return assets.rollback(of, what, status, seen or Seen(what.sha256, of.head), "bob", NOW, note="back")


def reject(of: Asset, what: Version, seen: Seen | None = None) -> Outcome:
    return assets.reject(of, what, seen or Seen(what.sha256), "bob", NOW, note="no")


def revoke(of: Asset, what: Version, seen: Seen | None = None, *, pinned: bool = False) -> Outcome:
    return assets.revoke(of, what, seen or Seen(what.sha256), "bob", NOW, note="wrong", pinned=pinned)


def told(outcome: Outcome) -> list[tuple[str, str, datetime, str | None]]:
    return [(each.type, each.principal_id, each.at, each.asset_id) for each in outcome.events]


# A new version.


def test_a_version_gets_the_next_number_and_leaves_the_head() -> None:
    before = asset(head=1, latest=1)
    outcome = assets.add_version(before, content("two"), "two.png", "warmer", "ann", NOW)
    assert outcome.version == Version("a1", 2, digest("two"), "two.png", "warmer", "ann", NOW)
    assert outcome.asset == replace(before, latest=2, index_seq=2, updated_at=NOW)
    assert outcome.decision is None
    assert told(outcome) == [("version.created", "ann", NOW, "a1")]
    assert outcome.events[0].data == {
        "number": 2,
        "sha256": digest("two"),
        "filename": "two.png",
        "rationale": "warmer",
    }


# A description.


def test_an_edit_tells_before_and_after_of_what_changed() -> None:
    before = asset(tags=("old",))
    outcome = assets.edit(before, Edit(title="New", tags=("old",), fields={"a": "b"}), "ann", NOW)
    assert outcome.asset == replace(before, title="New", fields={"a": "b"}, revision=2, index_seq=2, updated_at=NOW)
    assert told(outcome) == [("asset.edited", "ann", NOW, "a1")]
    assert outcome.events[0].data == {
        "before": {"title": "Title of a1", "fields": {}},
        "after": {"title": "New", "fields": {"a": "b"}},
    }


def test_what_is_given_empty_is_emptied() -> None:
    before = asset(description="Long", tags=("x",), campaigns=("y",), fields={"a": "b"})
    after = assets.edit(before, Edit(description="", tags=(), campaigns=(), fields={}), "ann", NOW).asset
    assert (after.description, after.tags, after.campaigns, after.fields) == ("", (), (), {})


@pytest.mark.parametrize("change", [Edit(), Edit(title="Title of a1"), Edit(tags=(), fields={})])
def test_an_edit_that_changes_nothing_is_none(change: Edit) -> None:
    assert assets.edit(asset(), change, "ann", NOW) == Outcome(asset(), ())


# Decisions that move the head.


def test_an_approval_moves_the_head_and_names_the_digest() -> None:
    before = asset(head=1, latest=2, withdrawn_at=AT)
    outcome = approve(before, TWO)
    assert outcome.asset == replace(before, head=2, withdrawn_at=None, index_seq=2, updated_at=NOW)
    decision = outcome.decision
    assert decision is not None
    assert (decision.asset_id, decision.number, decision.sha256, decision.kind) == ("a1", 2, TWO.sha256, "approve")
    assert (decision.head_before, decision.head_after) == (1, 2)
    assert (decision.principal_id, decision.note, decision.at) == ("bob", "fine", NOW)
    assert told(outcome) == [("version.approved", "bob", NOW, "a1")]
    assert outcome.events[0].data == {
        "number": 2,
        "sha256": TWO.sha256,
        "head_before": 1,
        "note": "fine",
        "self_approval": False,
    }


def test_an_approval_of_ones_own_is_recorded_as_such() -> None:
    outcome = approve(asset(latest=1), ONE, by=ONE.created_by)
    assert outcome.decision is not None
    assert outcome.decision.self_approval
    assert outcome.events[0].data["self_approval"] is True


def test_a_rollback_moves_the_head_back() -> None:
    before = asset(head=2, latest=2)
    outcome = roll_back(before, ONE)
    assert outcome.asset == replace(before, head=1, index_seq=2, updated_at=NOW)
    assert outcome.decision is not None
    assert (outcome.decision.kind, outcome.decision.head_before, outcome.decision.head_after) == ("rollback", 2, 1)
    assert not outcome.decision.self_approval
    assert told(outcome) == [("asset.rolled_back", "bob", NOW, "a1")]


def test_a_withdrawal_leaves_no_head() -> None:
    before = asset(head=2, latest=2)
    outcome = assets.withdraw(before, TWO, "bob", NOW, note="rights ended")
    assert outcome.asset == replace(before, head=None, withdrawn_at=NOW, index_seq=2, updated_at=NOW)
    assert outcome.decision is not None
    assert (outcome.decision.kind, outcome.decision.number, outcome.decision.sha256) == ("withdraw", 2, TWO.sha256)
    assert (outcome.decision.head_before, outcome.decision.head_after) == (2, None)
    assert told(outcome) == [("asset.withdrawn", "bob", NOW, "a1")]


# Judgements that don't.


@pytest.mark.parametrize(("verb", "word"), [(reject, "version.rejected"), (revoke, "version.revoked")])
def test_a_judgement_leaves_the_head(verb: Any, word: str) -> None:
    before = asset(head=1, latest=2)
    outcome = verb(before, TWO)
    assert outcome.asset == replace(before, index_seq=2, updated_at=NOW)
    assert (outcome.decision.head_before, outcome.decision.head_after) == (1, 1)
    assert outcome.decision.kind == verb.__name__
    assert told(outcome) == [(word, "bob", NOW, "a1")]


# The public address, the trash.


def test_publishing_and_its_end() -> None:
    shown = assets.publish(asset(), "bob", NOW, published=True)
    assert shown.asset == replace(asset(), published=True, index_seq=2, updated_at=NOW)
    assert told(shown) == [("asset.published", "bob", NOW, "a1")]
    hidden = assets.publish(shown.asset, "bob", NOW, published=False)
    assert not hidden.asset.published
    assert told(hidden) == [("asset.unpublished", "bob", NOW, "a1")]


@pytest.mark.parametrize("published", [True, False])
def test_publishing_what_is_so_already_is_nothing(published: bool) -> None:
    before = asset(published=published)
    assert assets.publish(before, "bob", NOW, published=published) == Outcome(before, ())


def test_the_trash_and_back_keeps_everything() -> None:
    before = asset(tags=("a",), campaigns=("b",), fields={"c": "d"}, head=1, latest=2, published=True)
    binned = assets.trash(before, "ann", NOW, placed=False)
    assert binned.asset == replace(before, trashed_at=NOW, revision=2, index_seq=2, updated_at=NOW)
    assert told(binned) == [("asset.trashed", "ann", NOW, "a1")]
    back = assets.restore(binned.asset, "ann", NOW)
    assert back.asset == replace(before, revision=3, index_seq=3, updated_at=NOW)
    assert told(back) == [("asset.restored", "ann", NOW, "a1")]


# Refusals.


HEAD_ONE = asset(head=1, latest=2)
OTHER = Seen(digest("other"), 1)
REFUSALS: list[tuple[str, str, Any]] = [
    ("trashed", "add_version", lambda: assets.add_version(TRASHED, content(), "a", "", "ann", NOW)),
    ("trashed", "edit", lambda: assets.edit(TRASHED, Edit(title="x"), "ann", NOW)),
    ("trashed", "approve", lambda: approve(TRASHED, TWO)),
    ("trashed", "rollback", lambda: roll_back(TRASHED, ONE)),
    ("trashed", "reject", lambda: reject(TRASHED, TWO)),
    ("trashed", "revoke", lambda: revoke(TRASHED, TWO)),
    ("trashed", "publish", lambda: assets.publish(TRASHED, "bob", NOW, published=True)),
    ("trashed", "trash", lambda: assets.trash(TRASHED, "bob", NOW, placed=False)),
    ("digest_differs", "approve", lambda: approve(HEAD_ONE, TWO, OTHER)),
    ("digest_differs", "rollback", lambda: roll_back(replace(HEAD_ONE, head=2), ONE, seen=Seen(digest("other"), 2))),
    ("digest_differs", "reject", lambda: reject(HEAD_ONE, TWO, OTHER)),
    ("digest_differs", "revoke", lambda: revoke(HEAD_ONE, TWO, OTHER)),
    ("head_moved", "approve", lambda: approve(HEAD_ONE, TWO, Seen(TWO.sha256, 2))),
    ("head_moved", "approve, none seen", lambda: approve(HEAD_ONE, TWO, Seen(TWO.sha256, None))),
    ("head_moved", "approve, withdrawn", lambda: approve(asset(latest=2), TWO, Seen(TWO.sha256, 1))),
    ("head_moved", "rollback", lambda: roll_back(replace(HEAD_ONE, head=2), ONE, seen=Seen(ONE.sha256, 1))),
    ("already_approved", "approve", lambda: approve(HEAD_ONE, ONE)),
    ("already_approved", "rollback", lambda: roll_back(HEAD_ONE, ONE)),
    ("self_approval", "approve", lambda: approve(HEAD_ONE, TWO, by=TWO.created_by, own=False)),
    ("never_approved", "draft", lambda: roll_back(HEAD_ONE, TWO, "draft")),
    ("never_approved", "rejected", lambda: roll_back(HEAD_ONE, TWO, "rejected")),
    ("never_approved", "revoked", lambda: roll_back(HEAD_ONE, TWO, "revoked")),
    ("in_use", "reject", lambda: reject(HEAD_ONE, ONE)),
    ("in_use", "revoke", lambda: revoke(HEAD_ONE, ONE)),
    ("in_use", "revoke, pinned", lambda: revoke(HEAD_ONE, TWO, pinned=True)),
    ("nothing_approved", "withdraw", lambda: assets.withdraw(asset(latest=1), None, "bob", NOW, note="")),
    ("nothing_approved", "withdraw, no head", lambda: assets.withdraw(asset(latest=1), ONE, "bob", NOW, note="")),
    ("placed", "trash", lambda: assets.trash(asset(), "bob", NOW, placed=True)),
    ("not_trashed", "restore", lambda: assets.restore(asset(), "bob", NOW)),
]


@pytest.mark.parametrize(("code", "what", "verb"), REFUSALS, ids=[f"{code}: {what}" for code, what, _ in REFUSALS])
def test_refused(code: str, what: str, verb: Any) -> None:
    with pytest.raises(Conflict) as refusal:
        verb()
    assert refusal.value.code == code
    assert refusal.value.detail.endswith(".")


def test_somebody_elses_version_needs_no_permission_for_ones_own() -> None:
    assert approve(HEAD_ONE, TWO, by="bob", own=False).asset.head == 2


def test_a_refusal_says_what_is_there_now() -> None:
    with pytest.raises(Conflict) as moved:
        approve(HEAD_ONE, TWO, Seen(TWO.sha256, 2))
    assert moved.value.extra == {"head": 1}
    with pytest.raises(Conflict) as other:
        approve(HEAD_ONE, TWO, OTHER)
    assert other.value.extra == {"sha256": TWO.sha256}


# Status.


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), "draft"),
        (("approve",), "approved"),
        (("approve", "withdraw", "rollback"), "approved"),
        (("reject",), "rejected"),
        (("reject", "approve"), "approved"),
        (("approve", "reject"), "rejected"),
        (("approve", "revoke"), "revoked"),
        (("approve", "revoke", "withdraw"), "revoked"),
        (("approve", "revoke", "approve"), "approved"),
        (("withdraw",), "draft"),
    ],
)
def test_status_after(kinds: tuple[DecisionKind, ...], status: VersionStatus) -> None:
    assert status_after(kinds) == status


@given(st.lists(st.tuples(st.sampled_from(["approve", "rollback", "withdraw", "reject", "revoke"]), st.integers(1, 3))))
def test_decisions_chain_and_only_approved_versions_return(story: list[tuple[str, int]]) -> None:
    """Whatever is tried in whatever order: each decision begins where the last one ended, and what was never approved,
    or was revoked since, is never the head."""
    now = asset(latest=3)
    made = {number: version(number=number, text=f"v{number}") for number in (1, 2, 3)}
    kinds: dict[int, tuple[DecisionKind, ...]] = {1: (), 2: (), 3: ()}
    for kind, number in story:
        try:
            outcome = _decide(now, made, kind, number, status_after(kinds[number]))
        except Conflict:
            continue
        decision = outcome.decision
        assert decision is not None
        assert (decision.head_before, decision.head_after) == (now.head, outcome.asset.head)
        assert outcome.asset.index_seq == now.index_seq + 1
        kinds[decision.number] += (decision.kind,)
        now = outcome.asset
        assert now.head is None or status_after(kinds[now.head]) == "approved"


def _decide(now: Asset, made: dict[int, Version], kind: str, number: int, status: VersionStatus) -> Outcome:
    verbs = {"approve": approve, "reject": reject, "revoke": revoke}
    if kind == "withdraw":
        return assets.withdraw(now, made.get(now.head or 0), "bob", NOW, note="")
    if kind == "rollback":
        return roll_back(now, made[number], status)
    return verbs[kind](now, made[number])
