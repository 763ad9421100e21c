"""What every store must do so that search never shows an asset as it was: an adapter's test inherits the class and
gives the fixture ``store``, an empty Store.
"""

from dataclasses import replace

from dam.ports.store import Store
from tests.contracts.facts import (
    AT,
    asset,
    channel,
    content,
    digest,
    fill,
    one_placement,
    placement,
    principal,
    version,
)


def sequences(store: Store, *ids: str) -> list[int]:
    """``index_seq`` of each."""
    with store.reading() as work:
        found = [work.assets.get(id_) for id_ in ids]
    return [each.index_seq for each in found if each is not None]


class FindingContract:
    """What raises ``index_seq`` beside the asset's own row."""

    def test_each_that_is_shown_anew_is_raised_once(self, store: Store) -> None:
        fill(store, *(asset(f"a{number:04}") for number in range(1200)))
        with store.writing() as work:
            work.assets.shown_anew(f"a{number % 1100:04}" for number in range(2200))
            work.assets.shown_anew([])
            work.commit()
        assert sequences(store, "a0000", "a1099", "a1100") == [2, 2, 1]

    def test_what_a_decoder_found_is_news_once_for_all_that_have_the_bytes(self, store: Store) -> None:
        fill(store, content(), content("two"))
        for id_, source in (("a1", "one"), ("a2", "one"), ("a3", "two")):
            fill(store, asset(id_, latest=1), version(id_, text=source))
        for properties, raised in (({"width": 3}, 2), ({"width": 3}, 2), ({"width": 4}, 3)):
            with store.writing() as work:
                work.assets.describe_content(digest("one"), properties)
                work.commit()
            assert sequences(store, "a1", "a2", "a3") == [raised, raised, 1]

    def test_what_is_written_in_a_file_is_news_once_and_stays_unless_it_is_told_anew(self, store: Store) -> None:
        fill(store, content(), asset("a1", latest=1), version("a1"))
        credit: dict[str, object] = {"fields": {"credit": {"value": "Agency", "source": "xmp"}}}
        for embedded, raised, kept in ((credit, 2, credit), (credit, 2, credit), (None, 2, credit), ({}, 3, {})):
            with store.writing() as work:
                work.assets.describe_content(digest("one"), {}, embedded)
                work.commit()
            assert sequences(store, "a1") == [raised]
            with store.reading() as work:
                assert work.assets.content(digest("one")) == replace(content(), embedded=kept)

    def test_the_words_of_documents_are_read_by_who_asks_for_them_and_by_no_list(self, store: Store) -> None:
        credit: dict[str, object] = {"fields": {"credit": {"value": "Agency", "source": "xmp"}}}
        fill(store, content(), content("two"), asset("a1", latest=1), version("a1"))
        for embedded, raised in ((credit, 2), (credit | {"text": "hills"}, 3), (credit | {"text": "snow"}, 4)):
            with store.writing() as work:
                work.assets.describe_content(digest("one"), {}, embedded)
                work.commit()
            assert sequences(store, "a1") == [raised]
        with store.writing() as work:
            kept = replace(content("three"), embedded={"text": ""})
            assert work.assets.keep_content(kept) == kept
            work.commit()
        with store.reading() as work:
            (view,) = work.assets.views(["a1"])
            assert view.latest is not None
            assert view.latest.content.embedded == credit
            assert work.assets.content(digest("one")) == replace(content(), embedded=credit | {"text": "snow"})
            found = {each.sha256: each.embedded for each in work.assets.contents(None, 9)}
            assert found[digest("one")] == credit | {"text": "snow"}
            assert (found[digest("two")], found[digest("three")]) == (None, {"text": ""})
            assert work.assets.texts(found) == {digest("one"): "snow", digest("three"): ""}
            assert work.assets.texts([]) == {}

    def test_channels_of_assets_are_those_of_places_that_are_not_withdrawn(self, store: Store) -> None:
        one_placement(store)
        fill(store, asset("a2"), asset("a3"), channel("c2"), channel("c3", name="Another"))
        fill(store, placement("p2", channel_id="c2"), placement("p3", channel_id="c2"))
        fill(store, placement("p4", channel_id="c3"), placement("p5", asset_id="a2", channel_id="c3", ended_at=AT))
        with store.reading() as work:
            assert work.placements.channel_names(["a1", "a2", "a3"]) == {"a1": ("Another", "channel c1", "channel c2")}
            assert work.placements.channel_names([]) == {}

    def test_a_channel_that_is_shown_anew_raises_what_has_a_place_there(self, store: Store) -> None:
        one_placement(store)
        fill(store, asset("a2"), asset("a3"), channel("c2"), placement("again"))
        fill(store, placement("p2", asset_id="a2", ended_at=AT), placement("p3", asset_id="a3", channel_id="c2"))
        with store.writing() as work:
            assert work.placements.show_channel_anew("c1") == 1
            assert work.placements.show_channel_anew("nowhere") == 0
            work.commit()
        assert sequences(store, "a1", "a2", "a3") == [2, 1, 1]

    def test_what_has_these_places_is_raised_once(self, store: Store) -> None:
        one_placement(store)
        fill(store, asset("a2"), asset("a3"), placement("again"), placement("p2", asset_id="a2"))
        fill(store, placement("p3", asset_id="a3"))
        with store.writing() as work:
            found = {one.placement.id for one in work.placements.standings(asset_ids=["a2", "a3"], limit=9)}
            assert found == {"p2", "p3"}
            work.placements.show_anew(["p1", "again", "p2", "nowhere"])
            work.placements.show_anew([])
            work.commit()
        assert sequences(store, "a1", "a2", "a3") == [2, 2, 1]

    def test_names_of_principals(self, store: Store) -> None:
        fill(store, principal("p1", name="Ada"), principal("p2", kind="service", name="robot"))
        with store.reading() as work:
            assert work.people.names(["p1", "p2", "p1", "nobody"]) == {"p1": "Ada", "p2": "robot"}
            assert work.people.names([]) == {}
