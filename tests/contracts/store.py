"""What every store must do with transactions and assets; an adapter's test inherits the classes and gives the fixture
``store``, an empty Store. People, requests and work are in ``tests.contracts.store_work``, placements in
``tests.contracts.store_places``.
"""

from dataclasses import replace

import pytest

from dam.domain.errors import Conflict, Invalid, NotFound
from dam.ports.store import Store, UnitOfWork
from dam.ports.views import FileView, Named, ShownView
from tests.contracts.facts import (
    AT,
    artefact,
    asset,
    content,
    decision,
    digest,
    fill,
    happened,
    later,
    one_asset,
    version,
)


def _add_and_fail(work: UnitOfWork) -> None:
    work.add(asset())
    raise ZeroDivisionError


class UnitOfWorkContract:
    """The transaction itself."""

    def test_what_is_not_committed_is_rolled_back(self, store: Store) -> None:
        with store.writing() as work:
            work.add(asset())
            work.record(happened())
        with store.reading() as work:
            assert work.assets.get("a1") is None
            assert work.jobs.counts()["unnumbered"] == 0

    def test_an_error_rolls_back(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError), store.writing() as work:
            _add_and_fail(work)
        with store.reading() as work:
            assert work.assets.get("a1") is None

    def test_a_change_and_its_event_are_committed_together(self, store: Store) -> None:
        with store.writing() as work:
            work.add(asset())
            work.record(happened(), happened("version.created"))
            work.commit()
        with store.reading() as work:
            assert work.assets.get("a1") == asset()
            assert work.jobs.counts()["unnumbered"] == 2

    def test_after_a_failed_statement_nothing_can_be_committed(self, store: Store) -> None:
        fill(store, asset("a1"))
        with store.writing() as work:
            work.add(asset("a2"))
            with pytest.raises(Conflict):
                work.add(asset("a3", key="key-a1"))
            with pytest.raises(RuntimeError):
                work.commit()
        with store.reading() as work:
            assert work.assets.get("a2") is None

    def test_after_the_commit_it_is_over(self, store: Store) -> None:
        with store.writing() as work:
            work.commit()
            with pytest.raises(RuntimeError):
                work.assets.get("a1")
            with pytest.raises(RuntimeError):
                work.add(asset())
            with pytest.raises(RuntimeError):
                work.commit()

    def test_a_reading_unit_can_not_change_anything(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"read-?only"), store.reading() as work:
            work.add(asset())
        with store.writing() as work:
            work.add(asset())
            work.commit()

    def test_a_reading_unit_sees_one_state(self, store: Store) -> None:
        with store.reading() as work:
            assert work.assets.get("a1") is None
            fill(store, asset())
            assert work.assets.get("a1") is None

    def test_facts_of_one_call_may_come_in_any_order(self, store: Store) -> None:
        fill(store, decision("approve"), version(), asset(latest=1), content())

    def test_text_that_nothing_can_store_is_invalid(self, store: Store) -> None:
        for broken in (asset(title="\ud800"), asset(fields={"note": "\ud800"})):
            with pytest.raises(Invalid) as refused, store.writing() as work:
                work.add(broken)
            assert refused.value.code == "not_storable"

    def test_a_number_that_nothing_can_store_is_invalid(self, store: Store) -> None:
        with pytest.raises(Invalid), store.writing() as work:
            work.add(asset(index_seq=1 << 64))

    def test_a_fact_that_never_changes_can_not_be_replaced(self, store: Store) -> None:
        one_asset(store)
        with store.writing() as work, pytest.raises(TypeError):
            work.replace(version(), replace(version(), sha256=digest("two")))


class AssetsContract:
    """Assets, versions, decisions, contents, tags and campaigns, artefacts."""

    def test_an_asset_comes_back_as_it_was(self, store: Store) -> None:
        whole = asset(
            title="Größe % _ '\" \u202e",
            fields={"alt text": "ein Bild", "b": ""},
            tags=("zebra", "hero", "Ähre"),
            campaigns=("winter", "autumn"),
            published=True,
            withdrawn_at=later(1),
            trashed_at=later(0.000001),
            revision=3,
            index_seq=9,
        )
        fill(store, whole)
        with store.reading() as work:
            assert work.assets.get("a1") == whole
            assert work.assets.page(None, 5) == [whole]
        with store.writing() as work:
            assert work.assets.lock("a1") == whole

    def test_replacing_an_asset_moves_its_tags_and_campaigns(self, store: Store) -> None:
        before = asset(tags=("a", "b"), campaigns=("one",))
        after = replace(before, tags=("c", "a"), campaigns=("two", "one"), revision=2, index_seq=2)
        fill(store, before)
        with store.writing() as work:
            work.assets.make_campaigns(["two", "one"], AT)
            assert work.replace(before, after)
            assert work.assets.get("a1") == after
            work.commit()

    def test_an_unknown_campaign_is_refused(self, store: Store) -> None:
        with store.writing() as work, pytest.raises(NotFound) as refused:
            work.add(asset(campaigns=("nowhere",)))
        assert refused.value.code == "campaign_not_found"

    def test_an_asset_is_named_by_id_then_title_then_beginning_of_the_id(self, store: Store) -> None:
        fill(store, asset("abc"), asset("abd", title="ab"), asset("xyz", title="abc"), asset("a%d", title="Ab"))
        with store.reading() as work:
            assert [found.id for found in work.assets.named("abc")] == ["abc"]
            assert [found.id for found in work.assets.named("ab")] == ["abd"]
            assert [found.id for found in work.assets.named("a", limit=9)] == ["a%d", "abc", "abd"]
            assert [found.id for found in work.assets.named("x")] == ["xyz"]
            assert [found.id for found in work.assets.named("a_")] == []
            assert [found.id for found in work.assets.named("A")] == []

    def test_pages_follow_each_other(self, store: Store) -> None:
        fill(store, *(asset(f"a{number}") for number in range(5)))
        with store.reading() as work:
            assert [found.id for found in work.assets.page(None, 2)] == ["a0", "a1"]
            assert [found.id for found in work.assets.page("a1", 9)] == ["a2", "a3", "a4"]

    def test_views_keep_the_order_and_tell_what_is_known(self, store: Store) -> None:
        one_asset(store)
        fill(store, content("two"), decision("approve"), asset("a2", latest=2), version("a2", 1, "two"))
        fill(store, version("a2", 2, "one"), artefact("preview-1024"), artefact("thumb-256"), artefact("unknown"))
        with store.writing() as work:
            work.artefacts.ask("a1", 1, artefact("unknown"), AT)
            work.commit()
        with store.reading() as work:
            second, first = work.assets.views(["a2", "nobody", "a1"])
        assert (first.asset.id, second.asset.id) == ("a1", "a2")
        assert first.latest == first.approved
        assert first.latest is not None
        assert first.latest.status == "approved"
        assert first.latest.content == content()
        assert [made.recipe for made in first.latest.renditions] == ["thumb-256", "preview-1024", "unknown"]
        assert second.approved is None
        assert second.latest is not None
        assert second.latest.version.number == 2
        assert (first.duplicates, second.duplicates) == (("a2",), ("a1",))

    def test_at_most_ten_duplicates_are_named(self, store: Store) -> None:
        ids = [f"a{number:02}" for number in range(13)]
        fill(store, content(), *(asset(id_, latest=2) for id_ in ids))
        fill(store, *(version(id_, number) for id_ in ids for number in (1, 2)))
        with store.reading() as work:
            last = work.assets.views(["a12"])[0]
            first = work.assets.views(["a00"])[0]
        assert last.duplicates == tuple(ids[:10])
        assert first.duplicates == tuple(ids[1:11])

    def test_versions(self, store: Store) -> None:
        fill(store, content("one"), content("two"), asset(latest=3), asset("a2"), asset("a3"))
        fill(store, version(number=1), version(number=2, text="two"), version(number=3), version("a2"))
        with store.reading() as work:
            assert work.assets.version("a1", 2) == version(number=2, text="two")
            assert work.assets.version("a1", 4) is None
            assert work.assets.version_view("a1", 4) is None
            assert [view.version.number for view in work.assets.version_views("a1", None, 2)] == [3, 2]
            assert [view.version.number for view in work.assets.version_views("a1", 2, 5)] == [1]
            names = {"a1": ["one.png", "two.png", "one.png"], "a2": ["one.png"]}
            assert work.assets.filenames(["a3", "a2", "a1"]) == names
            assert work.assets.having(digest("one")) == ["a1", "a2"]

    def test_who_holds_bytes_is_found_but_not_in_the_trash(self, store: Store) -> None:
        fill(
            store, content("one"), content("two"), asset("a3", latest=2), asset("a1"), asset("a2", trashed_at=later(1))
        )
        fill(store, version("a3"), version("a3", 2), version("a1"), version("a2"))
        with store.reading() as work:
            assert work.assets.holding(digest("one"), 9) == ["a1", "a3"]
            assert work.assets.holding(digest("one"), 1) == ["a1"]
            assert work.assets.holding(digest("two"), 9) == []

    def test_a_file_is_found_by_version_and_what_is_shown_by_id_or_key(self, store: Store) -> None:
        fill(store, content("one"), content("two"), asset(latest=2, head=1, published=True, withdrawn_at=later(1)))
        fill(store, version(), version(number=2, text="two"), asset("a2", latest=1, trashed_at=later(2)), version("a2"))
        one = FileView("a1", 1, digest("one"), 3, "image/png", "one.png", AT)
        with store.reading() as work:
            assert work.assets.file("a1", 2) == replace(one, number=2, sha256=digest("two"), filename="two.png")
            assert work.assets.file("a1", 3) is None
            assert work.assets.file("a2", 2) is None
            shown = ShownView(published=True, withdrawn_at=later(1), trashed_at=None, approved=one)
            assert work.assets.shown("a1") == work.assets.shown_at("key-a1") == shown
            bare = ShownView(published=False, withdrawn_at=None, trashed_at=later(2), approved=None)
            assert work.assets.shown("a2") == work.assets.shown_at("key-a2") == bare
            assert work.assets.shown("key-a1") is None
            assert work.assets.shown_at("a1") is None

    def test_a_version_number_is_taken_once(self, store: Store) -> None:
        one_asset(store)
        with store.writing() as work, pytest.raises(Conflict) as refused:
            work.add(version())
        assert refused.value.code == "version_exists"

    def test_the_last_decision_makes_the_status(self, store: Store) -> None:
        one_asset(store)
        with store.reading() as work:
            assert work.assets.status("a1", 1) == "draft"
        for kind, status in (("approve", "approved"), ("withdraw", "approved"), ("reject", "rejected")):
            fill(store, decision(kind))
            with store.reading() as work:
                assert work.assets.status("a1", 1) == status
                view = work.assets.version_view("a1", 1)
                assert view is not None
                assert view.status == status
        with store.reading() as work:
            assert [made.kind for made in work.assets.decisions("a1")] == ["approve", "withdraw", "reject"]

    def test_a_content_is_kept_once(self, store: Store) -> None:
        with store.writing() as work:
            assert work.assets.keep_content(content()) == content()
            again = replace(content(), media_type="image/other", created_at=later(9))
            assert work.assets.keep_content(again) == content()
            work.assets.describe_content(digest("one"), {"width": 3, "colour": "#fff"})
            work.commit()
        fill(store, content("two"))
        with store.reading() as work:
            assert work.assets.content(digest("one")) == replace(content(), properties={"width": 3, "colour": "#fff"})
            assert work.assets.content(digest("three")) is None
            assert [found.sha256 for found in work.assets.contents(digest("one"), 9)] == [digest("two")]

    def test_a_content_gets_another_type_and_search_shows_it(self, store: Store) -> None:
        fill(store, content(), asset("a1", latest=1), version("a1"))
        with store.writing() as work:
            work.assets.mark_indexed({"a1": 99})
            before = work.assets.get("a1")
            work.assets.retype_content(digest("one"), "image/heic", "image")
            work.commit()
        with store.reading() as work:
            assert work.assets.content(digest("one")) == replace(content(), media_type="image/heic")
            after = work.assets.get("a1")
        assert before is not None
        assert after is not None
        assert after.index_seq > before.index_seq
        assert after.revision == before.revision

    def test_what_the_index_lacks(self, store: Store) -> None:
        fill(store, asset("a1", index_seq=3), asset("a2"))
        with store.writing() as work:
            assert (work.assets.behind(5), work.assets.count_behind()) == (["a1", "a2"], 2)
            work.assets.mark_indexed({"a1": 3, "a2": 1})
            work.assets.mark_indexed({"a1": 2})
            assert (work.assets.behind(5), work.assets.count_behind()) == ([], 0)
            first = work.assets.get("a1")
            assert first is not None
            assert work.replace(first, replace(first, index_seq=4))
            assert work.assets.behind(5) == ["a1"]
            work.assets.forget_indexed()
            assert work.assets.behind(1) == ["a1"]
            assert work.assets.count_behind() == 2

    def test_tags_are_counted_outside_the_trash(self, store: Store) -> None:
        fill(store, asset("a1", tags=("hero", "home%", "Hero")), asset("a2", tags=("hero",)))
        fill(store, asset("a3", tags=("hero", "gone"), trashed_at=AT))
        with store.reading() as work:
            assert work.assets.tags("h", None, 9) == [Named("hero", 2), Named("home%", 1)]
            assert work.assets.tags("h", "hero", 9) == [Named("home%", 1)]
            assert work.assets.tags("home%", None, 9) == [Named("home%", 1)]
            assert work.assets.tags("h%", None, 9) == []
            assert work.assets.tags("", None, 1) == [Named("Hero", 1)]

    def test_campaigns(self, store: Store) -> None:
        fill(store, asset("a1", campaigns=("spring",)), asset("a2", campaigns=("spring",), trashed_at=AT))
        with store.writing() as work:
            work.assets.make_campaigns(["autumn", "spring", "autumn"], AT)
            autumn, spring = work.assets.campaigns(None, 9)
            assert [(found.name, found.count) for found in (autumn, spring)] == [("autumn", 0), ("spring", 1)]
            assert work.assets.campaigns("autumn", 9) == [spring]
            assert work.assets.campaign(spring.id) == spring
            assert work.assets.campaign_named("spring") == spring
            assert work.assets.campaign("nobody") is None
            assert work.assets.rename_campaign(spring.id, "Spring 27") == 2
            renamed = work.assets.get("a1")
            assert renamed is not None
            assert (renamed.campaigns, renamed.index_seq, renamed.revision) == (("Spring 27",), 2, 1)
            with pytest.raises(Conflict) as refused:
                work.assets.rename_campaign(spring.id, "autumn")
        assert refused.value.code == "campaign_exists"
