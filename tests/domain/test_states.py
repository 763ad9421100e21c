"""The word for a placement: what it says in each situation, and what it promises in all of them."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.domain.placements import ABSENT, OPEN, UNREADABLE, Need, Standing
from dam.domain.proof import proven
from dam.domain.states import State, Word, shown_anew, state
from search.fields import VALUES
from tests.contracts.facts import AT, artefact, asset, channel, delivery, digest, later, placement, version

WANTED, OTHER = digest("one"), digest("two")
GREEN = placement(fence=2, proof_digest=WANTED, proof_fence=2, proof_begun_at=AT, look_at=later(99))
SHOWN = asset(head=1, latest=1)
WHY = Need("why", "Because.")


def standing(place: Any = GREEN, **given: Any) -> Standing:
    values: dict[str, Any] = {"asset": SHOWN, "version": version(), "artefact": None}
    values["newest"] = delivery("d1", 1, artefact=WANTED, state="done")
    return Standing(place, given.pop("channel", channel()), **(values | given))


def said(of: Standing) -> tuple[str, str | None, object, str | None]:
    """Word, reason, next attempt, what a person is needed for."""
    found = state(of)
    codes = [need.code if need else None for need in (found.reason, found.needs_person)]
    return found.word, codes[0], found.next_attempt_at, codes[1]


NOT_PROVEN = replace(GREEN, proof_fence=1)
DRIFTED = replace(GREEN, proof_digest=OTHER)
GONE = {"asset": asset(latest=1), "version": None}
AWAY = channel(unreachable=WHY, next_check_at=later(5))
OPEN_ONE = delivery("d2", 2, artefact=WANTED)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (standing(), ("current", None, None, None)),
        (standing(replace(GREEN, ended_at=AT)), ("withdrawn", None, None, None)),
        (standing(replace(GREEN, proof_digest=ABSENT), **GONE), ("withdrawn", None, None, None)),
        (standing(placement(), newest=None, **GONE), ("waiting", "nothing_approved", None, "nothing_approved")),
        (standing(channel=AWAY), ("unreachable", "why", later(5), None)),
        (standing(placement(), newest=None, channel=AWAY, **GONE), ("waiting", "nothing_approved", None)),
        (standing(NOT_PROVEN, newest=OPEN_ONE), ("replacing", "in_progress", AT, None)),
        (standing(DRIFTED, newest=replace(OPEN_ONE, reason=WHY)), ("replacing", "why", AT, None)),
        (
            standing(NOT_PROVEN, newest=replace(OPEN_ONE, state="leased", lease_until=later(9), tries=1)),
            ("replacing", "in_progress", later(9), None),
        ),
        (
            standing(NOT_PROVEN, newest=replace(OPEN_ONE, due_at=later(3), tries=1, reason=WHY)),
            ("retrying", "why", later(3), None),
        ),
        (
            standing(NOT_PROVEN, newest=replace(OPEN_ONE, state="verifying", due_at=later(4))),
            ("verifying", "earlier_attempt", later(4), None),
        ),
        (standing(NOT_PROVEN, newest=replace(OPEN_ONE, state="held")), ("replacing", "held", None, "held")),
        (standing(replace(NOT_PROVEN, needs=WHY)), ("failed", "why", None, "why")),
        (
            standing(replace(NOT_PROVEN, recipe="thumb-256"), artefact=artefact(state="failed")),
            ("failed", "artefact_failed", None, "artefact_failed"),
        ),
        (standing(NOT_PROVEN), ("verifying", "not_verified", later(99), None)),
        (standing(replace(GREEN, proof_digest=None, look_at=later(1))), ("verifying", "not_verified", later(1), None)),
        (standing(DRIFTED), ("drifted", "drifted", None, "drifted")),
        (standing(replace(GREEN, proof_digest=UNREADABLE)), ("drifted", "drifted", None, "drifted")),
        (standing(DRIFTED, channel=channel(on_drift="repair")), ("drifted", "drifted", later(99), None)),
        (
            standing(DRIFTED, newest=delivery("d1", 1, artefact=OTHER, state="done")),
            ("replacing", "not_started", later(99), None),
        ),
    ],
)  # fmt: skip
def test_the_word(of: Standing, expected: tuple[object, ...]) -> None:
    assert said(of)[: len(expected)] == expected


def test_an_unreachable_channel_is_never_green_nor_drifted() -> None:
    """What was proven there may be gone: a vanished root is not an empty one."""
    assert state(standing(channel=AWAY)).word == "unreachable"
    assert state(standing(DRIFTED, channel=AWAY)).word == "unreachable"


def test_a_claim_ends_the_green() -> None:
    assert state(standing(replace(GREEN, fence=3), newest=OPEN_ONE)).word == "replacing"


_digests = st.sampled_from([None, WANTED, OTHER, ABSENT, UNREADABLE])
_times = st.sampled_from([AT, later(5), later(60)])
_needs = st.none() | st.just(WHY)


@st.composite
def placements(draw: st.DrawFn) -> Any:
    fence = draw(st.integers(0, 3))
    seen = draw(_digests)
    return placement(
        recipe=draw(st.sampled_from(["original", "thumb-256"])),
        pinned=draw(st.none() | st.just(1)),
        fence=fence,
        proof_digest=seen,
        proof_fence=draw(st.integers(0, fence)) if seen else None,
        proof_begun_at=AT if seen else None,
        needs=draw(_needs),
        look_at=draw(st.none() | _times),
        ending=draw(st.booleans()),
        ended_at=draw(st.none() | st.just(AT)),
    )


@st.composite
def deliveries(draw: st.DrawFn) -> Any:
    word = draw(st.sampled_from([*sorted(OPEN), "done", "failed", "superseded", "cancelled"]))
    return delivery(
        "d1",
        1,
        state=word,
        artefact=draw(st.sampled_from([None, WANTED, OTHER, ABSENT])),
        due_at=draw(_times),
        lease_until=draw(_times) if word == "leased" else None,
        tries=draw(st.integers(0, 12)),
        reason=draw(_needs),
    )


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Whatever rows the operations can leave; a channel that is unreachable always has its next check."""
    away = draw(st.booleans())
    made = artefact(state=draw(st.sampled_from(["pending", "failed", "not_applicable"])))
    ready = artefact(state="ready", sha256=WANTED)
    head = draw(st.none() | st.just(1))
    return Standing(
        draw(placements()),
        channel(
            on_drift=draw(st.sampled_from(["report", "repair"])),
            unreachable=WHY if away else None,
            next_check_at=later(5) if away else None,
        ),
        asset(head=head, latest=1),
        version() if head else None,
        draw(st.none() | st.sampled_from([made, ready])),
        draw(st.none() | deliveries()),
    )


@given(standings())
def test_green_is_said_only_with_proof_and_everything_else_is_explained(of: Standing) -> None:
    found = state(of)
    if found.word in ("current", "withdrawn"):
        assert found == State(found.word)
        assert of.placement.ended_at is not None or proven(of.placement, of.desired.digest)
    else:
        assert found.reason is not None
        assert (found.next_attempt_at is None) != (found.needs_person is None)
    if found.word == "current":
        assert of.channel.unreachable is None
        assert of.desired.digest != ABSENT


@given(standings(), placements(), st.none() | deliveries())
def test_whoever_moves_a_row_is_told_when_the_word_may_have_changed(of: Standing, place: Any, newest: Any) -> None:
    moved = replace(of, placement=place)
    if state(moved).word != state(of).word and (of.placement.fence == 0) == (place.fence == 0):
        assert shown_anew(of.placement, place)
    if of.newest is not None and newest is not None:
        moved = replace(of, newest=newest)
        if state(moved).word != state(of).word:
            assert shown_anew(of.newest, newest)


def test_search_knows_every_word() -> None:
    assert set(VALUES["placement"]) == set(get_args(Word))
