"""What every store must do with rollouts, deliveries, attempts, observations and artefacts; an adapter's test inherits
the classes and gives the fixture ``store``, an empty Store.
"""

from dataclasses import replace
from typing import Any

import pytest

from dam.domain.errors import Conflict
from dam.domain.placements import ABSENT, Need
from dam.domain.previews import RenditionOverride
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
    ids,
    later,
    observation,
    one_asset,
    one_placement,
    placement,
    rollout,
    version,
)

NEED = Need("unreachable", "The folder is gone.")


class ArtefactsContract:
    """What recipes made."""

    def test_artefacts(self, store: Store) -> None:
        fill(store, content())
        made = artefact(state="ready", sha256=digest("small"), size=9, media_type="image/webp", width=3, height=2)
        with store.writing() as work:
            assert work.artefacts.ensure(artefact()) == artefact()
            assert work.artefacts.ensure(replace(artefact(), updated_at=later(5))) == artefact()
            assert work.artefacts.pending(AT, 5) == []
            assert work.artefacts.pending(later(1), 5) == [artefact()]
            assert work.replace(artefact(), made)
            assert not work.replace(artefact(), replace(artefact(), state="failed"))
            assert work.artefacts.get(digest("one"), "thumb-256", 1) == made
            assert work.artefacts.get(digest("one"), "thumb-256", 2) is None
            large = work.artefacts.ensure(artefact("large-2048"))
            assert work.artefacts.of_source(digest("one")) == [large, made]
            assert work.artefacts.page(None, 1) == [large]
            assert work.artefacts.page(large, 5) == [made]

    def test_a_preview_supplied_by_hand_is_shown_for_its_version_and_no_other(self, store: Store) -> None:
        fill(store, content("one"), content("two"), asset("a1", latest=2), asset("a2", latest=1))
        fill(store, version(), version(number=2), version("a2"))
        own, other = artefact(text="one"), artefact(text="two")
        override = RenditionOverride("a1", 1, "thumb-256", digest("two"), AT, "ann")
        with store.writing() as work:
            work.artefacts.ensure(own)
            assert work.artefacts.shown("a1", 1, "thumb-256", 1) == own
            work.add(override)
            assert work.artefacts.shown("a1", 1, "thumb-256", 1) is None  # it is to be made of the other bytes
            work.artefacts.ensure(other)
            shown = [work.artefacts.shown(*each, "thumb-256", 1) for each in (("a1", 1), ("a1", 2), ("a2", 1))]
            assert shown == [other, own, own]
            assert work.artefacts.shown("a1", 1, "large-2048", 1) is None
            views = {view.version.number: view for view in work.assets.version_views("a1", None, 5)}
            assert (views[1].renditions, views[1].by_hand) == ((other,), frozenset({"thumb-256"}))
            assert (views[2].renditions, views[2].by_hand) == ((own,), frozenset())
            assert [work.assets.having(digest(text)) for text in ("one", "two")] == [["a1", "a2"], ["a1"]]
            assert [work.artefacts.drop_overrides("a1", number) for number in (2, 1, 1)] == [0, 1, 0]
            assert work.artefacts.shown("a1", 1, "thumb-256", 1) == own

    def test_the_edition_that_all_was_looked_at_by_is_remembered(self, store: Store) -> None:
        with store.writing() as work:
            assert work.artefacts.edition() == 0
            for edition in (2, 3):
                work.artefacts.seen(edition)
                assert work.artefacts.edition() == edition

    def test_an_artefact_is_delivered_when_a_delivery_refers_to_it(self, store: Store) -> None:
        one_placement(store)
        with store.writing() as work:
            number = work.rollouts.start("approval", "p-ann", AT).number
            work.add(delivery("d1", number, before=digest("zero")))
            assert [work.artefacts.delivered(digest(text)) for text in ("zero", "one", "two")] == [True, True, False]


class RolloutsContract:
    """Rollouts and deliveries."""

    def test_rollouts(self, store: Store) -> None:
        one_asset(store)
        with store.writing() as work:
            first = work.rollouts.start(
                "approval", "p-ann", AT, asset_id="a1", version=1, sha256=digest("one"), note="x"
            )
            repair = rollout(work, "repair", asset_id="a1")
            other = rollout(work)
            assert (first.state, first.started_at, first.fanned_out) == ("open", AT, False)
            assert first.number < repair < other
            assert work.rollouts.get(first.number) == first
            assert work.rollouts.newest_of("a1") == first
            assert [found.number for found in work.rollouts.page(None, 2)] == [other, repair]
            assert [found.number for found in work.rollouts.page(other, 9, "a1")] == [repair, first.number]
            assert work.replace(first, replace(first, state="cancelled"))
            assert not work.replace(first, replace(first, fanned_out=True))
            assert [found.number for found in work.rollouts.unfinished(0, 9)] == [repair, other]
            assert [found.number for found in work.rollouts.unfinished(repair, 9)] == [other]

    def test_a_rollout_is_done_when_nothing_of_it_is_open_or_failed(self, store: Store) -> None:
        one_placement(store)
        with store.writing() as work:
            number = rollout(work)
            assert not work.rollouts.finish(number, later(1))
            opened = work.rollouts.get(number)
            assert opened is not None
            assert work.replace(opened, replace(opened, fanned_out=True))
            mine = delivery("d1", number)
            work.add(mine)
            for state in ("due", "verifying", "held", "failed"):
                after = replace(mine, state=state)
                assert work.replace(mine, after)
                assert not work.rollouts.finish(number, later(1))
                mine = after
            assert work.replace(mine, replace(mine, state="superseded"))
            assert work.rollouts.finish(number, later(1))
            assert not work.rollouts.finish(number, later(2))
            done = work.rollouts.get(number)
            assert done is not None
            assert (done.state, done.finished_at) == ("done", later(1))
            assert work.rollouts.counts([number, number + 1]) == {number: {"superseded": 1}, number + 1: {}}

    def test_deliveries(self, store: Store) -> None:
        one_placement(store)
        fill(store, placement("p2"))
        with store.writing() as work:
            old, new = rollout(work), rollout(work)
            whole = delivery("d2", new, placement_id="p2", adopt=True, tries=2, reason=NEED, before=ABSENT)
            work.add(delivery("d1", new), whole, delivery("d3", old))
            assert work.rollouts.deliveries(new, None, 9) == [delivery("d1", new), whole]
            assert ids(work.rollouts.deliveries(new, "d1", 9)) == ["d2"]
            with pytest.raises(Conflict) as refused:
                work.add(delivery("d4", new))
        assert refused.value.code == "delivery_exists"

    def test_what_is_due(self, store: Store) -> None:
        one_asset(store)
        fill(store, channel())
        cases: dict[str, dict[str, Any]] = {
            "d1": {"due_at": later(2)},
            "d2": {"due_at": later(9)},
            "d3": {"state": "verifying", "due_at": later(1)},
            "d4": {"state": "leased", "due_at": AT, "lease_until": later(3), "fence": 1},
            "d5": {"state": "leased", "due_at": AT, "lease_until": later(9), "fence": 1},
            "d6": {"state": "held"},
            "d7": {"state": "failed"},
        }
        with store.writing() as work:
            number = rollout(work)
            for id_, given in cases.items():
                work.add(placement(f"p-{id_}"), delivery(id_, number, placement_id=f"p-{id_}", **given))
            assert ids(work.rollouts.due(later(3), 9)) == ["d4", "d3", "d1"]
            assert ids(work.rollouts.due(later(3), 1)) == ["d4"]
            assert ids(work.rollouts.due(later(2), 9)) == ["d3", "d1"]
            assert work.rollouts.next_due() == later(1)
            assert work.rollouts.open_states() == {"due": 2, "verifying": 1, "leased": 2, "held": 1}
            work.commit()
        with store.reading() as work:
            assert ids(work.rollouts.due(later(3), 9)) == ["d4", "d3", "d1"]

    @pytest.mark.parametrize(
        ("given", "at_five", "next_due"),
        [
            ({}, True, 0),
            ({"unreachable": NEED, "next_check_at": later(6)}, False, 6),
            ({"unreachable": NEED, "next_check_at": later(5)}, True, 5),
            ({"unreachable": NEED}, True, 0),
            ({"next_check_at": later(6)}, True, 0),
            ({"removed_at": AT}, False, None),
        ],
    )
    def test_a_channel_that_can_not_be_reached_rests(
        self, store: Store, given: dict[str, Any], at_five: bool, next_due: int | None
    ) -> None:
        one_asset(store)
        fill(store, channel(**given), placement())
        with store.writing() as work:
            work.add(delivery("d1", rollout(work)))
            assert bool(work.rollouts.due(later(5), 9)) is at_five
            assert work.rollouts.next_due() == (None if next_due is None else later(next_due))

    def test_deliveries_that_wait_for_an_artefact_are_woken(self, store: Store) -> None:
        one_asset(store)
        fill(store, content("two"), version(number=2, text="two"), channel())
        thumb = {"recipe": "thumb-256"}
        fill(store, placement("p1", **thumb), placement("p2", **thumb), placement("p3"), placement("p4", **thumb))
        with store.writing() as work:
            number = rollout(work)
            waiting = {"artefact": None, "due_at": later(60)}
            work.add(delivery("d1", number, **waiting), delivery("d2", number, placement_id="p2", due_at=later(60)))
            work.add(delivery("d3", number, placement_id="p3", **waiting))
            work.add(delivery("d4", number, placement_id="p4", version=2, **waiting))
            assert work.rollouts.wake(digest("one"), "thumb-256", 2, AT) == 0
            assert work.rollouts.wake(digest("one"), "thumb-256", 1, AT) == 1
            assert ids(work.rollouts.due(AT, 9)) == ["d1"]


class AttemptsContract:
    """Attempts and observations."""

    def test_attempts(self, store: Store) -> None:
        one_placement(store)
        with store.writing() as work:
            work.add(delivery("d1", rollout(work)))
            none = attempt(1, "d1", ended_at=AT, outcome="none", permit_until=AT)
            applied = attempt(2, "d1", ended_at=AT, outcome="applied", digest=digest("two"), receipt={"etag": "x"})
            unknown = attempt(3, "d1", ended_at=AT, outcome="unknown", digest=digest("three"))
            running = attempt(4, "d1", permit_until=later(1), digest=digest("four"))
            claimed = attempt(5, "d1", digest=digest("five"))
            work.add(none, applied, unknown, running, claimed)
            unfinished = work.rollouts.unfinished_attempts(["p2", "p1"])
            assert unfinished == {"p1": [unknown, running, claimed], "p2": []}
            assert work.rollouts.attempts("p1", None, 2) == [claimed, running]
            assert work.rollouts.attempts("p1", 3, 9) == [applied, none]
            wrote = [work.rollouts.wrote("p1", digest(text)) for text in ("one", "two", "three", "four", "five")]
            assert wrote == [False, True, True, True, False]
            assert work.rollouts.owned("p1")
            assert not work.rollouts.owned("p2")

    def test_an_attempt_that_may_have_written_is_what_makes_a_place_ours(self, store: Store) -> None:
        one_placement(store)
        with store.writing() as work:
            work.add(delivery("d1", rollout(work)), attempt(1, "d1"))
            assert not work.rollouts.owned("p1")
            assert work.replace(attempt(1, "d1"), attempt(1, "d1", permit_until=later(1)))
            assert work.rollouts.owned("p1")

    def test_observations(self, store: Store) -> None:
        one_placement(store)
        whole = observation("o2", until=later(6), looks=2, digest=None, reason=NEED, how="readback", counted=False)
        with store.writing() as work:
            work.add(observation("o1"), whole, observation("o3", foreign=True))
            assert work.rollouts.observations("p1", None, 2) == [observation("o3", foreign=True), whole]
            assert work.rollouts.observations("p1", "o2", 9) == [observation("o1")]
            assert work.replace(whole, replace(whole, until=later(9), looks=3))
            assert not work.replace(whole, replace(whole, until=later(8), looks=3))
