"""What every store must do with the words of placements; an adapter's test inherits the class and gives the fixture
``store``, an empty Store.
"""

import random

from dam.domain import states
from dam.domain.placements import ABSENT, Need
from dam.ports.store import Store
from dam.ports.views import PlacementWord
from tests.contracts.facts import AT, asset, channel, content, delivery, digest, fill, placement, rollout, version

LOST = Need("unreachable", "The folder is gone.")
CHANNELS = ("c1", "c2", "c3")


def word(place: str, said: str, asset_id: str = "a1", channel_id: str = "c1") -> PlacementWord:
    return PlacementWord(place, asset_id, channel_id, said)


def keep(store: Store, asset_ids: set[str], *found: PlacementWord) -> None:
    with store.writing() as work:
        work.words.keep(asset_ids, found)
        work.commit()


class WordsContract:
    """Hints, by which nothing is missed."""

    def test_an_asset_has_the_words_that_were_kept_last_and_no_others(self, store: Store) -> None:
        keep(
            store,
            {"a1", "a2"},
            word("p1", "current"),
            word("p2", "failed", channel_id="c2"),
            word("p3", "failed", "a2"),
        )
        with store.reading() as work:
            assert work.words.counts() == {"c1": {"current": 1, "failed": 1}, "c2": {"failed": 1}}
        keep(store, {"a1"}, word("p1", "drifted"), word("p4", "current"))
        with store.reading() as work:
            assert work.words.counts() == {"c1": {"drifted": 1, "current": 1, "failed": 1}}
        keep(store, {"a1", "a2"})
        with store.reading() as work:
            assert work.words.counts() == {}

    def test_more_than_fit_a_statement(self, store: Store) -> None:
        many = [word(f"p{number:04}", "current", f"a{number:04}") for number in range(1203)]
        keep(store, {each.asset_id for each in many}, *many)
        with store.reading() as work:
            assert work.words.counts() == {"c1": {"current": 1203}}
            assert work.words.candidates("current", None, "p1200", 200) == ["p1201", "p1202"]
            assert work.words.candidates("current", "c1", None, 2) == ["p0000", "p0001"]
            assert work.words.candidates("current", "c2", None, 2) == []
        keep(store, {each.asset_id for each in many})
        with store.reading() as work:
            assert work.words.counts() == {}

    def test_news_are_what_was_not_in_the_index(self, store: Store) -> None:
        fill(store, asset("a1", index_seq=3), asset("a2", index_seq=1))
        with store.writing() as work:
            assert work.assets.mark_indexed({"a1": 2, "a2": 1, "gone": 1}) == {"a1", "a2"}
            assert work.assets.mark_indexed({"a1": 2, "a2": 1}) == set()
            assert work.assets.mark_indexed({"a1": 3}) == {"a1"}
            assert work.assets.mark_indexed({}) == set()

    def test_no_placement_is_missed_whatever_has_moved_since(self, store: Store) -> None:
        """All sorts of placements, of which the words of some are late, and of some channels too."""
        chance = random.Random(5)
        fill(store, content(), content("two"), *(channel(each) for each in CHANNELS))
        for number in range(60):
            self.one(store, chance, number)
        self.show(store, {f"a{number:02}" for number in range(60)})
        with store.writing() as work:
            work.assets.shown_anew(f"a{number:02}" for number in range(0, 60, 3))
            for number in range(0, 60, 3):
                before = work.placements.get(f"p{number:02}")
                assert before is not None
                after = placement(f"p{number:02}", asset_id=before.asset_id, channel_id=before.channel_id, needs=LOST)
                work.replace(before, after)
            lost = work.placements.channel("c2")
            assert lost is not None
            assert work.replace(lost, channel("c2", unreachable=LOST))
            work.commit()
        self.compare(store)
        self.show(store, {f"a{number:02}" for number in range(60)})
        with store.writing() as work:
            assert work.replace(channel("c2", unreachable=LOST), channel("c2"))
            work.commit()
        self.compare(store)

    def one(self, store: Store, chance: random.Random, number: int) -> None:
        """An asset with a placement in some state."""
        name, place = f"a{number:02}", f"p{number:02}"
        head = chance.choice((None, 1, 1, 1))
        seen = chance.choice((None, digest("one"), digest("two"), ABSENT))
        fence = chance.choice((0, 2))
        proof = {"proof_digest": seen, "proof_fence": fence, "proof_begun_at": AT} if fence and seen else {}
        fill(store, asset(name, head=head, latest=1), version(name))
        fill(store, placement(place, asset_id=name, channel_id=chance.choice(CHANNELS), fence=fence, **proof))
        if chance.random() < 0.5:
            with store.writing() as work:
                begun = rollout(work, asset_id=name)
                work.commit()
            state = chance.choice(("due", "held", "verifying", "done"))
            fill(store, delivery(f"d{number}", begun, placement_id=place, state=state))

    def show(self, store: Store, asset_ids: set[str]) -> None:
        """What the worker does with the search index."""
        with store.writing() as work:
            found = work.placements.standings(asset_ids=sorted(asset_ids))
            known = [work.assets.get(each) for each in asset_ids]
            work.assets.mark_indexed({each.id: each.index_seq for each in known if each is not None})
            work.words.keep(
                asset_ids,
                [word(s.placement.id, states.state(s).word, s.asset.id, s.channel.id) for s in found],
            )
            work.commit()

    def compare(self, store: Store) -> None:
        with store.reading() as work:
            true = {each.placement.id: states.state(each).word for each in work.placements.standings()}
            there = {each.placement.id: each.channel.id for each in work.placements.standings()}
            assert len(set(true.values())) >= 5
            for said in set(true.values()):
                mine = {each for each in true if true[each] == said}
                found = work.words.candidates(said, None, None, 200)
                assert found == sorted(found)
                assert mine <= set(found)
                for channel_id in CHANNELS:
                    here = {each for each in mine if there[each] == channel_id}
                    assert here <= set(work.words.candidates(said, channel_id, None, 200))
                    assert all(there[each] == channel_id for each in work.words.candidates(said, channel_id, None, 200))
