"""The protocol's decisions, each condition by itself. What they add up to is played in ``tests/flow``."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.domain import proof
from dam.domain.placements import ABSENT, Attempt, Need, Standing
from dam.domain.proof import Found, Granted, Refused, Settled, Superseded, Wait
from tests.contracts.facts import AT, artefact, asset, attempt, channel, delivery, digest, later, placement, version

LATE = timedelta(seconds=7)
WANTED = digest("one")
OTHER = digest("two")


def standing(place: Any = None, **given: Any) -> Standing:
    """Placement p1 wants version 1's own bytes, and its newest delivery is d1 of rollout 4."""
    values: dict[str, Any] = {"asset": asset(head=1, latest=1), "version": version(), "artefact": None}
    values["newest"] = delivery("d1", 4, artefact=WANTED)
    return Standing(place or placement(fence=2, epoch=5), channel(), **(values | given))


def claim(of: Standing, attempts: list[Attempt] | None = None, **given: Any) -> Any:
    return proof.claim(of, delivery("d1", 4, **({"artefact": WANTED} | given)), attempts or [], LATE, AT)


# When an attempt is dead.


@pytest.mark.parametrize(
    ("given", "fence", "dead"),
    [
        ({"outcome": "none", "ended_at": later(3), "permit_until": later(9)}, 5, later(3)),
        ({"outcome": "applied", "ended_at": later(3), "permit_until": later(9)}, 5, later(3)),
        ({"outcome": "unknown", "permit_until": later(9)}, 5, later(16)),
        ({"outcome": "unknown", "permit_until": later(9), "ended_at": later(2)}, 6, later(16)),
        ({"permit_until": later(9)}, 5, later(16)),
        ({"permit_until": later(9)}, 6, later(16)),
        ({}, 5, later(30)),
        ({}, 6, None),
    ],
)
def test_dead_at(given: dict[str, Any], fence: int, dead: datetime | None) -> None:
    assert proof.dead_at(attempt(5, "d1", **given), fence, LATE) == dead


def test_alive_until_is_the_latest_of_those_that_live() -> None:
    attempts = [
        attempt(1, "d1", permit_until=later(1)),
        attempt(2, "d1", permit_until=later(5)),
        attempt(3, "d1", permit_until=later(3)),
    ]
    assert proof.alive_until(attempts, 4, LATE, AT) == later(12)
    assert proof.alive_until(attempts, 4, LATE, later(11)) == later(12)
    assert proof.alive_until(attempts, 4, LATE, later(12)) is None
    assert proof.alive_until([], 4, LATE, AT) is None


# Claim.


def test_a_claim_is_granted_under_the_next_fence() -> None:
    assert claim(standing()) == Granted(3, WANTED)


def test_a_delivery_whose_artefact_was_being_made_gets_it_at_the_claim() -> None:
    assert claim(standing(), artefact=None) == Granted(3, WANTED)


@pytest.mark.parametrize("newest", [None, delivery("d2", 5)])
def test_an_older_rollout_claims_nothing(newest: Any) -> None:
    assert claim(standing(newest=newest)) == Superseded()


def test_what_is_not_wanted_any_more_is_superseded() -> None:
    assert claim(standing(), artefact=OTHER) == Superseded()
    assert claim(standing(asset=asset(latest=1), version=None)) == Superseded()


def test_a_removal_is_granted_where_nothing_is_wanted() -> None:
    assert claim(standing(asset=asset(latest=1), version=None), artefact=ABSENT) == Granted(3, ABSENT)


def test_an_artefact_that_cannot_be_made_needs_a_person() -> None:
    failed = artefact(state="failed", reason_detail="Broken.")
    answer = claim(standing(placement(recipe="thumb-256"), artefact=failed), artefact=None)
    assert isinstance(answer, Refused)
    assert answer.need.code == "artefact_failed"


def test_an_artefact_that_is_being_made_is_waited_for() -> None:
    answer = claim(standing(placement(recipe="thumb-256")), artefact=None)
    assert isinstance(answer, Wait)
    assert (answer.until, answer.reason.code) == (later(5), "rendering")


def test_what_may_still_write_is_waited_for() -> None:
    answer = claim(standing(), [attempt(2, "d0", permit_until=later(10))])
    assert isinstance(answer, Wait)
    assert (answer.until, answer.reason.code) == (later(17), "earlier_attempt")


def test_an_attempt_without_a_permit_is_dead_by_the_claim_itself() -> None:
    assert claim(standing(), [attempt(2, "d0")]) == Granted(3, WANTED)


# The visible step.


LEASED = delivery("d1", 4, state="leased", fence=2, lease_until=later(10), artefact=WANTED)
MINE = attempt(2, "d1", digest=WANTED)


def test_the_step_may_be_done_within_the_lease() -> None:
    assert proof.may_step(standing(newest=LEASED), MINE, later(10))


@pytest.mark.parametrize(
    ("given", "mine", "until"),
    [
        ({"newest": None}, MINE, 10),
        ({"newest": replace(LEASED, id="d2")}, MINE, 10),
        ({"newest": replace(LEASED, state="due")}, MINE, 10),
        ({"newest": replace(LEASED, state="superseded")}, MINE, 10),
        ({"newest": replace(LEASED, lease_until=None)}, MINE, 10),
        ({"newest": replace(LEASED, fence=1)}, MINE, 10),
        ({"place": placement(fence=3)}, MINE, 10),
        ({}, replace(MINE, fence=3), 10),
        ({}, MINE, 10.001),
        ({"asset": asset(latest=1), "version": None}, MINE, 10),
        ({}, replace(MINE, digest=OTHER), 10),
    ],
    ids=[
        "none",
        "other",
        "due",
        "superseded",
        "unleased",
        "fence",
        "overtaken",
        "newer",
        "lease",
        "withdrawn",
        "digest",
    ],
)
def test_each_condition_of_the_step(given: dict[str, Any], mine: Attempt, until: float) -> None:
    assert not proof.may_step(standing(**({"newest": LEASED} | given)), mine, later(until))


# The read-back.


def settle(read: str, *, unmoved: bool = True, dead: datetime | None = None, ours: bool = True) -> Settled:
    return proof.settle(WANTED, read, unmoved=unmoved, all_dead_at=dead, ours=ours, now=AT)


def test_the_right_bytes_in_quiet_are_proof() -> None:
    assert settle(WANTED) == Settled("done", WANTED)


def test_the_right_bytes_while_something_may_write_are_checked_again_then() -> None:
    assert settle(WANTED, dead=later(9)) == Settled("verifying", None, due_at=later(9))


def test_the_right_bytes_after_something_moved_are_checked_again_at_once() -> None:
    assert settle(WANTED, unmoved=False) == Settled("verifying", None, due_at=AT)


@pytest.mark.parametrize(("dead", "proven"), [(None, OTHER), (later(9), None)])
def test_bytes_of_nobody_need_a_person(dead: datetime | None, proven: str | None) -> None:
    settled = settle(OTHER, ours=False, dead=dead)
    assert (settled.state, settled.proven) == ("failed", proven)
    assert settled.need is not None
    assert settled.need.code == "foreign_bytes"


@pytest.mark.parametrize("read", [OTHER, ABSENT])
def test_older_bytes_of_ours_or_none_are_tried_again(read: str) -> None:
    assert settle(read) == Settled("due", read)
    assert settle(read, dead=later(9)) == Settled("due", None)
    assert settle(read, unmoved=False) == Settled("due", None)


def test_nothing_there_is_nobodys() -> None:
    assert settle(ABSENT, ours=False) == Settled("due", ABSENT)


@given(st.sampled_from([WANTED, OTHER, ABSENT]), st.booleans(), st.none() | st.just(later(9)), st.booleans())
def test_done_is_said_only_with_a_proof_of_these_very_bytes(
    read: str, unmoved: bool, dead: datetime | None, ours: bool
) -> None:
    settled = settle(read, unmoved=unmoved, dead=dead, ours=ours)
    assert (settled.state == "done") == (read == WANTED and unmoved and dead is None)
    assert settled.proven == (read if unmoved and dead is None else None)
    assert (settled.state == "verifying") == (settled.due_at is not None)
    assert (settled.state == "failed") == (settled.need is not None)


# A look without a write.


@pytest.mark.parametrize(
    ("begun", "quiet", "counts"),
    [((2, 5), True, True), ((2, 5), False, False), ((1, 5), True, False), ((2, 4), True, False)],
)
def test_may_observe(begun: tuple[int, int], quiet: bool, counts: bool) -> None:
    assert proof.may_observe(begun, placement(fence=2, epoch=5), quiet=quiet) == counts


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ({"proof_digest": WANTED, "proof_fence": 2}, WANTED, True),
        ({"proof_digest": WANTED, "proof_fence": 1}, WANTED, False),
        ({"proof_digest": OTHER, "proof_fence": 2}, WANTED, False),
        ({"proof_digest": None, "proof_fence": 2}, WANTED, False),
        ({"proof_digest": None, "proof_fence": 2}, None, False),
        ({"proof_digest": ABSENT, "proof_fence": 2}, ABSENT, True),
    ],
)
def test_proven(given: dict[str, Any], wanted: str | None, expected: bool) -> None:
    assert proof.proven(placement(fence=2, **given), wanted) == expected


# What may be written over.


@pytest.mark.parametrize("owned", [True, False])
@pytest.mark.parametrize("adopt", [True, False])
@pytest.mark.parametrize("digest_", [WANTED, ABSENT])
@pytest.mark.parametrize("found", [Found(ABSENT, ours=False), Found(OTHER, ours=True), Found(OTHER, ours=False)])
def test_may_write(found: Found, digest_: str, adopt: bool, owned: bool) -> None:
    need = proof.may_write(found, digest_, owned=owned, adopt=adopt)
    if found.digest == ABSENT or found.ours or adopt:
        assert need is None
    elif digest_ == ABSENT:
        assert isinstance(need, Need)
        assert need.code == "foreign_bytes"
    elif owned:
        assert need is None
    else:
        assert isinstance(need, Need)
        assert need.code == "target_occupied"


def test_the_right_bytes_may_always_be_written() -> None:
    assert proof.may_write(Found(WANTED, ours=False), WANTED, owned=False, adopt=False) is None


def test_a_lease_grows_with_the_bytes() -> None:
    base, permit = timedelta(seconds=30), timedelta(seconds=10)
    assert proof.lease_for(0, base, permit, 4 << 20) == timedelta(seconds=40)
    assert proof.lease_for(40 << 20, base, permit, 4 << 20) == timedelta(seconds=50)
    assert proof.lease_for(40 << 20, base, permit, 1 << 20) == timedelta(seconds=80)
