"""What every store must do with channels, placements, rollouts and deliveries; an adapter's test inherits the classes
and gives the fixture ``store``, an empty Store.
"""

from dataclasses import replace
from typing import Any

import pytest

from dam.domain.errors import Conflict
from dam.domain.placements import ABSENT, Need
from dam.ports.store import Store
from tests.contracts.facts import (
    AT,
    artefact,
    asset,
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


class PlacementsContract:
    """Channels and placements."""

    def test_channels(self, store: Store) -> None:
        one = channel("c1", unreachable=NEED, next_check_at=later(10), checked_at=AT, failures=2)
        fill(store, one, channel("c2", next_check_at=later(5)), channel("c3", removed_at=AT, next_check_at=AT))
        with store.reading() as work:
            assert work.placements.channel("c1") == work.placements.channel_named("channel c1") == one
            assert work.placements.channel("c3") == channel("c3", removed_at=AT, next_check_at=AT)
            assert work.placements.channel_named("channel c3") is None
            assert ids(work.placements.channels(None, 9)) == ["c1", "c2"]
            assert ids(work.placements.channels("c1", 9)) == ["c2"]
            assert ids(work.placements.channels_to_check(later(4), 9)) == []
            assert ids(work.placements.channels_to_check(later(10), 9)) == ["c2", "c1"]

    def test_a_channels_name_is_free_again_when_it_was_removed(self, store: Store) -> None:
        fill(store, channel("c1", removed_at=AT), channel("c2", name="channel c1"))
        with store.writing() as work, pytest.raises(Conflict) as refused:
            work.add(channel("c3", name="channel c1"))
        assert refused.value.code == "channel_exists"

    def test_a_placement_comes_back_as_it_was(self, store: Store) -> None:
        whole = placement(
            pinned=1,
            fence=4,
            epoch=7,
            proof_digest=ABSENT,
            proof_fence=3,
            proof_begun_at=AT,
            needs=NEED,
            look_at=later(5),
            adopted_sha256=digest("old"),
            ending=True,
        )
        one_asset(store)
        fill(store, channel(), whole)
        with store.writing() as work:
            assert work.placements.get("p1") == whole
            assert work.placements.get("p2") is None

    def test_one_target_one_placement_until_it_is_withdrawn(self, store: Store) -> None:
        one_placement(store, canonical="here")
        fill(store, channel("c2"))
        with store.writing() as work, pytest.raises(Conflict) as refused:
            work.add(placement("p2", channel_id="c2", canonical="here"))
        assert refused.value.code == "target_taken"
        with store.writing() as work:
            found = work.placements.at_target("here")
            assert found is not None
            assert work.replace(found, replace(found, ended_at=AT))
            assert work.placements.at_target("here") is None
            work.add(placement("p2", channel_id="c2", canonical="here"))
            assert ids([work.placements.at_target("here")]) == ["p2"]

    def test_a_standing_has_all_that_belongs_to_it(self, store: Store) -> None:
        one_asset(store)
        fill(store, content("two"), version(number=2, text="two"), channel(), channel("c2"))
        fill(store, placement(), placement("p2", pinned=2, recipe="thumb-256", channel_id="c2"), placement("p3"))
        made = artefact("thumb-256", "two", state="ready", sha256=digest("small"))
        fill(store, made, artefact("thumb-256", "one"), artefact("thumb-256", "two", recipe_version=2))
        with store.writing() as work:
            old, new = rollout(work), rollout(work)
            work.add(
                delivery("d9", old, state="superseded"), delivery("d1", new), delivery("d2", old, placement_id="p2")
            )
            work.add(observation("o1"), observation("o2", digest=ABSENT))
            work.commit()
        with store.writing() as work:
            one, two, three = work.placements.standings(asset_id="a1")
            assert work.placements.standing("p2") == two
            assert work.placements.standing("p9") is None
            assert work.placements.hold(["p2", "p9", "p1", "p2"]) == {"p1": one, "p2": two}
            assert work.placements.hold([]) == {}
        assert (one.placement, one.channel.id, one.asset.id) == (placement(), "c1", "a1")
        assert (one.version, one.artefact) == (version(), None)
        assert (one.newest, one.observation) == (delivery("d1", new), observation("o2", digest=ABSENT))
        assert (two.channel.id, two.version, two.artefact) == ("c2", version(number=2, text="two"), made)
        assert (two.newest, two.observation) == (delivery("d2", old, placement_id="p2"), None)
        assert three.newest is None
        assert two.desired.digest == digest("small")

    def test_standings_in_pages(self, store: Store) -> None:
        one_asset(store)
        fill(store, content("two"), asset("a2", head=None, latest=0), channel(), channel("c2"))
        fill(store, placement("p1"), placement("p2", asset_id="a2"), placement("p3", channel_id="c2"))
        fill(store, placement("p4", ended_at=AT), placement("p5", ending=True))
        with store.reading() as work:
            pages = work.placements.standings
            assert [found.placement.id for found in pages()] == ["p1", "p2", "p3", "p5"]
            assert [found.placement.id for found in pages(limit=2)] == ["p1", "p2"]
            assert [found.placement.id for found in pages(after="p2")] == ["p3", "p5"]
            assert [found.placement.id for found in pages(asset_id="a1", ended=True)] == ["p1", "p3", "p4", "p5"]
            assert [found.placement.id for found in pages(channel_id="c2")] == ["p3"]
            assert [found.version for found in pages() if found.placement.id in ("p2", "p5")] == [None, None]

    def test_a_look_is_taken_by_one(self, store: Store) -> None:
        one_asset(store)
        fill(store, channel(), placement("p1", look_at=later(5)), placement("p2", look_at=AT), placement("p3"))
        fill(store, placement("p4", look_at=AT, ended_at=AT))
        with store.writing() as work:
            taken = work.placements.to_look_at(later(5), later(60), 9)
            assert ids(taken) == ["p2", "p1"]
            assert {found.look_at for found in taken} == {later(60)}
            assert work.placements.to_look_at(later(59), later(99), 9) == []
            assert work.placements.look_again("c1", later(20)) == 3
            assert work.placements.look_again("c1", later(30)) == 0
            assert len(work.placements.to_look_at(later(20), later(99), 2)) == 2

    def test_pins(self, store: Store) -> None:
        one_asset(store)
        fill(store, channel(), placement("p1", pinned=1), placement("p2"), placement("p3", pinned=2, ended_at=AT))
        with store.writing() as work:
            assert work.placements.pinned("a1", 1)
            assert not work.placements.pinned("a1", 2)
            assert work.placements.end_pinned("a1") == 1
            assert work.placements.end_pinned("a1") == 0
            assert [found.placement.ending for found in work.placements.standings()] == [True, False]

    def test_outdated_recipes(self, store: Store) -> None:
        one_asset(store)
        fill(store, channel(), placement("p1"), placement("p2", recipe_version=2), placement("p3", ended_at=AT))
        with store.reading() as work:
            assert ids(work.placements.outdated("original", 2, 9)) == ["p1"]
            assert work.placements.count_outdated("original", 3) == 2
            assert work.placements.count_outdated("thumb-256", 3) == 0

    def test_what_needs_somebody_is_counted(self, store: Store) -> None:
        one_asset(store)
        fill(store, channel(), channel("c2", unreachable=NEED), channel("c3", unreachable=NEED, removed_at=AT))
        fill(store, placement("p1", needs=NEED), placement("p2"), placement("p3", needs=NEED, ended_at=AT))
        with store.reading() as work:
            assert work.placements.count_needing() == 1
            assert work.placements.count_unreachable() == 1

    def test_something_is_shown_until_it_is_proven_that_nothing_is(self, store: Store) -> None:
        absent = {"proof_digest": ABSENT, "proof_fence": 2}
        cases: list[tuple[bool, int | None, dict[str, Any]]] = [
            (False, None, {}),
            (True, 1, {}),
            (True, None, {"fence": 1}),
            (False, None, {"fence": 2, **absent}),
            (True, None, {"fence": 3, **absent}),
            (True, None, {"fence": 2, "proof_digest": digest("one"), "proof_fence": 2}),
            (False, None, {"fence": 2, "ended_at": AT}),
        ]
        fill(store, content(), channel())
        for place, (_, head, given) in enumerate(cases):
            id_ = f"a{place}"
            fill(store, asset(id_, head=head, latest=1), version(id_), placement(f"p{place}", asset_id=id_, **given))
        with store.writing() as work:
            assert [work.placements.shown(f"a{place}") for place in range(len(cases))] == [case[0] for case in cases]
            work.add(delivery("d1", rollout(work), placement_id="p0"))
            assert work.placements.shown("a0")
