"""Compare-and-set: of two that change the same fact from the same reading, one wins; both databases."""

from dataclasses import replace
from typing import Any

import pytest

from dam.domain.errors import Conflict
from dam.domain.placements import Need, Rollout
from dam.domain.principals import SignInLink, Token
from dam.ports.store import Store
from tests.contracts.facts import (
    AT,
    artefact,
    asset,
    attempt,
    channel,
    content,
    delivery,
    digest,
    fill,
    later,
    one_placement,
    placement,
    principal,
    rollout,
)

NEED = Need("x", "y")

# Fact, what the first writer changes, what the second one changes from the same reading.
CASES: list[tuple[str, Any, dict[str, Any], dict[str, Any]]] = [
    ("asset revision", asset("a2"), {"revision": 2, "title": "A"}, {"revision": 2, "description": "B"}),
    ("asset index_seq", asset("a2"), {"index_seq": 2}, {"title": "B"}),
    ("asset head", asset("a2", latest=2, head=1), {"head": 2}, {"description": "B"}),
    ("asset latest", asset("a2"), {"latest": 1}, {"description": "B"}),
    ("asset trashed", asset("a2"), {"trashed_at": AT}, {"description": "B"}),
    ("asset same column", asset("a2"), {"title": "A"}, {"title": "B"}),
    ("placement fence", placement("p2"), {"fence": 1}, {"proof_begun_at": AT}),
    ("placement epoch", placement("p2"), {"epoch": 1}, {"proof_digest": digest("one")}),
    ("placement needs", placement("p2"), {"needs": NEED}, {"pinned": 1}),
    ("placement needs gone", placement("p2", needs=NEED), {"needs": None}, {"pinned": 1}),
    ("placement ending", placement("p2"), {"ending": True}, {"pinned": 1}),
    ("placement ended", placement("p2"), {"ended_at": AT}, {"pinned": 1}),
    ("placement same column", placement("p2"), {"look_at": AT}, {"look_at": later(9)}),
    ("channel revision", channel("c2"), {"revision": 2}, {"config": {"path": "/x"}}),
    ("channel failures", channel("c2"), {"failures": 1}, {"checked_at": AT}),
    ("channel removed", channel("c2"), {"removed_at": AT}, {"name": "other"}),
    ("artefact state", artefact(), {"state": "failed"}, {"sha256": digest("x")}),
    ("artefact digest", artefact(), {"sha256": digest("x")}, {"state": "ready", "sha256": digest("y")}),
    ("token", Token("t1", "p-bob", "x", digest("t"), "viewer", AT), {"revoked_at": AT}, {"last_used_at": AT}),
    ("link", SignInLink(digest("l"), "p-bob", AT, AT), {"used_at": AT}, {"used_at": later(1)}),
    ("principal", principal("p-x"), {"disabled_at": AT}, {"name": "z"}),
    ("password", principal("p-x", password_hash="a"), {"password_hash": "b"}, {"name": "z"}),
    ("delivery state", delivery("d2", 0), {"state": "held"}, {"due_at": later(1)}),
    ("delivery fence", delivery("d2", 0), {"fence": 1}, {"due_at": later(1)}),
    ("delivery tries", delivery("d2", 0), {"tries": 1}, {"due_at": later(1)}),
    ("attempt permit", attempt(7, "d1"), {"permit_until": AT}, {"lease_until": AT}),
    ("attempt end", attempt(7, "d1"), {"ended_at": AT}, {"lease_until": AT}),
    ("attempt outcome", attempt(7, "d1"), {"outcome": "none"}, {"receipt": {"x": 1}}),
    ("rollout state", Rollout(0, "repair", "open", None, None, None, "a", AT), {"state": "held"}, {"note": "x"}),
    ("rollout fan-out", Rollout(0, "repair", "open", None, None, None, "a", AT), {"fanned_out": True}, {"note": "x"}),
]


@pytest.mark.parametrize(("fact", "first", "second"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_of_two_writers_one_wins(store: Store, fact: Any, first: dict[str, Any], second: dict[str, Any]) -> None:
    before = _stored(store, fact)
    with store.writing() as work:
        assert work.replace(before, replace(before, **first))
        assert not work.replace(before, replace(before, **second)), "the first writer's change would be undone unseen"
        assert work.replace(replace(before, **first), replace(before, **(first | second)))


def test_nothing_to_change_still_asks(store: Store) -> None:
    fill(store, asset())
    with store.writing() as work:
        assert work.replace(asset(), asset())
        assert work.replace(asset(), asset(revision=2))
        assert not work.replace(asset(), asset())


def test_a_row_that_is_not_there_is_not_replaced(store: Store) -> None:
    with store.writing() as work:
        assert not work.replace(asset(), asset(title="B"))
        with pytest.raises(ValueError, match="different rows"):
            work.replace(asset("a1"), asset("a2"))


def test_many_are_replaced_at_once(store: Store) -> None:
    one_placement(store)
    fill(store, placement("p2"), placement("p3"))
    with store.writing() as work:
        work.replace_all(
            [
                (placement("p1"), placement("p1", fence=1, needs=NEED)),
                (placement("p2"), placement("p2", fence=1, needs=NEED)),
                (placement("p3"), placement("p3", look_at=AT)),
                (channel(), channel(failures=1)),
            ]
        )
        work.replace_all([])
        work.commit()
    with store.reading() as work:
        found = [standing.placement for standing in work.placements.standings()]
        assert found[:2] == [placement("p1", fence=1, needs=NEED), placement("p2", fence=1, needs=NEED)]
        assert found[2] == placement("p3", look_at=AT)
        assert work.placements.channel("c1") == channel(failures=1)


def test_of_many_that_are_replaced_either_all_are_or_none(store: Store) -> None:
    one_placement(store)
    fill(store, placement("p2", fence=1))
    with store.writing() as work:
        moved = [(placement("p1"), placement("p1", fence=2)), (placement("p2"), placement("p2", fence=2))]
        with pytest.raises(Conflict) as refused:
            work.replace_all(moved)
        with pytest.raises(RuntimeError):
            work.commit()
    assert refused.value.code == "moved"
    with store.reading() as work:
        assert [standing.placement.fence for standing in work.placements.standings()] == [0, 1]


def test_an_asset_or_what_never_changes_is_not_among_many(store: Store) -> None:
    with store.writing() as work:
        for fact in (asset(), content()):
            with pytest.raises(TypeError):
                work.replace_all([(fact, fact)])


def _stored(store: Store, fact: Any) -> Any:
    """The fact among what it refers to, with the number that the database gave."""
    one_placement(store)
    fill(store, principal("p-bob"))
    with store.writing() as work:
        number = rollout(work)
        work.add(delivery("d1", number))
        again = rollout(work)
        if isinstance(fact, Rollout):
            fact = replace(fact, number=again + 1)
        elif hasattr(fact, "rollout"):
            fact = replace(fact, rollout=again)
        work.add(fact)
        work.commit()
    return fact
