"""What every store must do with uploads in parts; an adapter's test inherits the class and gives ``store``."""

from typing import Any

from dam.domain import uploads
from dam.domain.placements import Need
from dam.domain.uploads import Upload
from dam.ports.store import Store
from tests.contracts.facts import AT, digest, fill, later, one_asset


def upload(id_: str = "u1", **given: Any) -> Upload:
    values: dict[str, Any] = {
        "principal_id": "ann", "state": "open", "filename": "a.bin", "size": 10, "part_size": 4,
        "created_at": AT, "updated_at": AT, "expires_at": later(100), "details": {"title": "t", "tags": ["a"]},
    }  # fmt: skip
    return Upload(id_, **(values | given))


class UploadsContract:
    """Inherit, and give the fixture ``store``: an empty Store."""

    def test_an_upload_comes_back_as_it_was(self, store: Store) -> None:
        made = [
            upload(),
            upload("u2", state="completing", handle="h", accepted="a", sha256=digest("x"), tries=2, rationale="why"),
            upload("u3", state="failed", reason=Need("code", "Why."), finished_at=later(5), cleared_at=later(6)),
        ]
        fill(store, *made)
        with store.reading() as work:
            assert [work.uploads.get(each.id) for each in made] == made
            assert work.uploads.get("u4") is None

    def test_of_two_who_want_different_ends_one_comes_too_late(self, store: Store) -> None:
        fill(store, upload())
        completing, aborted = uploads.completing(upload(), None, "", AT), uploads.aborted(upload(), AT)
        with store.writing() as work:
            assert work.replace(upload(), completing)
            work.commit()
        with store.writing() as work:
            assert not work.replace(upload(), aborted)
        with store.reading() as work:
            assert work.uploads.get("u1") == completing

    def test_a_try_is_counted_once(self, store: Store) -> None:
        completing = upload(state="completing")
        fill(store, completing)
        for expected in (True, False):
            with store.writing() as work:
                assert work.replace(completing, uploads.tried(completing, later(1))) is expected
                work.commit()

    def test_those_that_have_not_ended_count(self, store: Store) -> None:
        fill(
            store,
            upload("u1"),
            upload("u2", state="completing"),
            upload("u3", state="aborted", finished_at=AT),
            upload("u4", principal_id="bob"),
        )
        with store.reading() as work:
            assert [work.uploads.count_open(who) for who in ("ann", "bob", "eve")] == [2, 1, 0]

    def test_what_is_due_comes_the_oldest_first_and_no_more_than_asked_for(self, store: Store) -> None:
        fill(
            store,
            upload("o1", expires_at=later(3)),
            upload("o2", expires_at=later(1)),
            upload("o3", expires_at=later(9)),
            upload("c1", state="completing", updated_at=later(2)),
            upload("c2", state="completing", updated_at=later(8)),
            upload("e1", state="expired", finished_at=AT, updated_at=later(2)),
            upload("e2", state="expired", finished_at=AT, updated_at=later(1), cleared_at=later(1)),
        )
        with store.reading() as work:
            assert [each.id for each in work.uploads.expired(later(3), 10)] == ["o2", "o1"]
            assert [each.id for each in work.uploads.expired(later(3), 1)] == ["o2"]
            assert [each.id for each in work.uploads.stuck(later(5), 10)] == ["c1"]
            assert [each.id for each in work.uploads.uncleared(later(5), 10)] == ["e1"]

    def test_only_what_was_cleared_is_forgotten(self, store: Store) -> None:
        fill(
            store,
            upload("u1", state="failed", finished_at=AT, cleared_at=later(1)),
            upload("u2", state="failed", finished_at=AT, cleared_at=later(2)),
            upload("u3", state="failed", finished_at=AT),
            upload("u4"),
        )
        with store.writing() as work:
            assert work.uploads.forget(later(5), 1) == 1
            assert work.uploads.get("u1") is None
            assert work.uploads.forget(later(5), 10) == 1
            assert [work.uploads.get(each) is None for each in ("u2", "u3", "u4")] == [True, False, False]

    def test_what_is_complete_names_its_version(self, store: Store) -> None:
        one_asset(store)
        completing = upload(state="completing", asset_id="a1")
        fill(store, completing)
        with store.writing() as work:
            assert work.replace(completing, uploads.complete(completing, "a1", 1, digest("one"), later(1)))
            work.commit()
        with store.reading() as work:
            found = work.uploads.get("u1")
        assert found is not None
        assert (found.state, found.asset_id, found.number, found.sha256) == ("complete", "a1", 1, digest("one"))
