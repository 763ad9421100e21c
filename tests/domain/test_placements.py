"""What a placement should show, for each state of the asset and of the artefact; and when two looks saw the same."""

from dataclasses import replace
from typing import Any

import pytest

from dam.domain.placements import ABSENT, OPEN, Desired, Standing, desired, longer, wanted_version
from tests.contracts.facts import AT, artefact, asset, channel, delivery, digest, later, observation, placement, version

HEAD_TWO = asset(head=2, latest=3)
ONE, TWO = version(), version(number=2, text="two")
THUMB = placement(recipe="thumb-256")


@pytest.mark.parametrize(
    ("given", "of", "number"),
    [
        ({}, HEAD_TWO, 2),
        ({"pinned": 1}, HEAD_TWO, 1),
        ({}, asset(latest=3), None),
        ({"pinned": 1}, asset(latest=3), None),
        ({"ending": True}, HEAD_TWO, None),
        ({"ending": True, "pinned": 1}, HEAD_TWO, None),
    ],
)
def test_wanted_version(given: dict[str, Any], of: Any, number: int | None) -> None:
    assert wanted_version(placement(**given), of) == number


def test_the_original_is_its_own_artefact() -> None:
    assert desired(placement(), HEAD_TWO, TWO, None) == Desired(2, TWO.sha256)


def test_the_original_has_no_need_of_any_rendition() -> None:
    failed = artefact(text="two", state="failed", reason_detail="Broken.")
    assert desired(placement(), HEAD_TWO, TWO, failed) == Desired(2, TWO.sha256)


@pytest.mark.parametrize(("given", "of", "row"), [({"ending": True}, HEAD_TWO, TWO), ({}, asset(latest=2), None)])
def test_nothing_is_wanted(given: dict[str, Any], of: Any, row: Any) -> None:
    assert desired(placement(**given), of, row, None) == Desired(None, ABSENT)


@pytest.mark.parametrize("row", [None, artefact(text="two")])
def test_an_artefact_that_is_being_made_has_no_digest_and_no_problem(row: Any) -> None:
    assert desired(THUMB, HEAD_TWO, TWO, row) == Desired(2, None)


def test_a_ready_artefact_is_what_is_wanted() -> None:
    ready = artefact(text="two", state="ready", sha256=digest("small"))
    assert desired(THUMB, HEAD_TWO, TWO, ready) == Desired(2, digest("small"))


@pytest.mark.parametrize("state", ["failed", "not_applicable"])
def test_an_artefact_that_cannot_be_is_a_problem_with_its_sentence(state: str) -> None:
    wanted = desired(THUMB, HEAD_TWO, TWO, artefact(text="two", state=state, reason_detail="It is broken."))
    assert (wanted.version, wanted.digest) == (2, None)
    assert wanted.problem is not None
    assert wanted.problem.code == "artefact_failed"
    assert "thumb-256" in wanted.problem.detail
    assert "It is broken." in wanted.problem.detail


def test_a_problem_without_a_sentence_gets_one() -> None:
    problem = desired(THUMB, HEAD_TWO, TWO, artefact(text="two", state="failed")).problem
    assert problem is not None
    assert "no such rendition" in problem.detail


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        ("due", True),
        ("leased", True),
        ("verifying", True),
        ("held", True),
        ("done", False),
        ("failed", False),
        ("superseded", False),
        ("cancelled", False),
    ],
)
def test_open_deliveries(state: Any, is_open: bool) -> None:
    newest = delivery("d", 1, state=state)
    standing = Standing(placement(), channel(), HEAD_TWO, TWO, None, newest)
    assert (standing.open_delivery is newest) == is_open == (state in OPEN)
    assert replace(standing, newest=None).open_delivery is None


def test_equal_looks_extend_one_row() -> None:
    first, second = observation("o1"), observation("o2", began_at=later(5), until=later(6))
    assert longer(first, second) == replace(first, until=later(6), looks=2)


def test_extending_never_ends_earlier() -> None:
    first, second = observation("o1", until=later(9), looks=3), observation("o2", began_at=later(5), until=later(6))
    assert longer(first, second) == replace(first, looks=4)


@pytest.mark.parametrize(
    "other",
    [
        {"digest": digest("two")},
        {"digest": None},
        {"how": "readback"},
        {"foreign": True},
        {"counted": False},
        {"placement_id": "p2"},
    ],
)
def test_a_look_that_saw_something_else_is_a_row_of_its_own(other: dict[str, Any]) -> None:
    assert longer(observation("o1"), observation("o2", **other)) is None


def test_a_row_keeps_when_it_began() -> None:
    extended = longer(observation("o1"), observation("o2", began_at=later(5), until=later(6)))
    assert extended is not None
    assert (extended.id, extended.began_at) == ("o1", AT)
