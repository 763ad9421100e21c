"""Rows are held in one order: of two transactions that want the same ones one waits, and never each for the other.

Each test lets a second transaction run into a first one, and then lets the first one go on to what the second one must
not have taken. PostgreSQL would end one of them after a second otherwise; on SQLite there is one writer.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from dam.domain.errors import Conflict
from dam.operations.draft import Draft
from dam.store.work import SqlStore, SqlUnitOfWork, open_store
from tests.contracts.facts import (
    AT,
    asset,
    channel,
    content,
    delivery,
    digest,
    fill,
    ids,
    later,
    one_asset,
    one_placement,
    placement,
    rollout,
    version,
)
from tests.store.locks import wait_for_a_lock

pytestmark = pytest.mark.postgresql


@pytest.fixture
def store(postgres_url: str) -> Iterator[SqlStore]:
    opened = open_store(postgres_url)
    yield opened
    opened.dispose()


@contextmanager
def meanwhile(store: SqlStore, act: Callable[[SqlUnitOfWork], Any]) -> Iterator[Future[Any]]:
    """Another transaction, which has begun to wait for somebody; it has ended after the block."""

    def run() -> Any:
        with store.writing() as work:
            told = act(work)
            work.commit()
            return told

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(run)
        wait_for_a_lock(store)
        yield future
        future.result()


def test_a_delivery_whose_asset_somebody_holds_is_left(store: SqlStore) -> None:
    """Whoever took it would wait for the asset with it in hand, for somebody who may be about to supersede it."""
    one_placement(store)
    fill(store, asset("a2"), placement("p2", asset_id="a2"))
    with store.writing() as work:
        number = rollout(work)
        first, second = delivery("d1", number), delivery("d2", number, placement_id="p2", version=None)
        work.add(first, second)
        work.commit()
    with store.writing() as holder, store.writing() as other:
        holder.placements.hold(["p1"])
        assert ids(other.rollouts.due(AT, 1)) == ["d2"]
        assert list(other.placements.hold(["p2"])) == ["p2"]
        assert holder.replace(first, replace(first, state="superseded"))
        holder.commit()


def test_what_becomes_ready_waits_for_the_asset_before_it_wakes(store: SqlStore) -> None:
    one_asset(store)
    thumb = {"recipe": "thumb-256"}
    fill(store, channel(), placement("p1", **thumb), placement("p2", **thumb))
    with store.writing() as work:
        number = rollout(work)
        waiting = {"artefact": None, "due_at": later(60)}
        deliveries = [delivery(f"d{n}", number, placement_id=f"p{n}", **waiting) for n in (1, 2)]
        work.add(*deliveries)
        work.commit()
    with store.writing() as holder:
        holder.placements.hold(["p2"])
        with meanwhile(store, lambda work: work.rollouts.wake(digest("one"), "thumb-256", 1, AT)) as woken:
            holder.replace_all([(each, replace(each, due_at=later(90))) for each in deliveries])
            holder.commit()
        assert woken.result() == 2
    with store.reading() as work:
        assert work.rollouts.next_due() == AT


@pytest.mark.parametrize(
    "act",
    [lambda work: work.placements.look_again("c1", AT), lambda work: work.placements.end_pinned("a1")],
    ids=["audit", "withdrawal"],
)
def test_many_placements_are_taken_in_their_order(store: SqlStore, act: Callable[[SqlUnitOfWork], int]) -> None:
    """Not in that of the table or of an index on something else, which is another here."""
    one_asset(store)
    fill(store, channel(), placement("p2", pinned=1, canonical="folder:/a"))
    fill(store, placement("p1", pinned=1, canonical="folder:/b", recipe="thumb-256"))
    with store.writing() as holder:
        holder.placements.hold(["p1"])
        with meanwhile(store, act) as changed:
            assert list(holder.placements.hold(["p2"])) == ["p2"]
            holder.commit()
        assert changed.result() == 2


def test_a_channel_that_somebody_holds_is_not_waited_for(store: SqlStore) -> None:
    """Who finds out that it answers again wants its placements, with which others find out the same."""
    fill(store, channel())
    with store.writing() as one, store.writing() as two:
        assert one.placements.free_channel("c1") == channel()
        assert two.placements.free_channel("c1") is None
        assert two.placements.channel("c1") == channel()
        one.commit()
        assert two.placements.free_channel("c1") == channel()
        assert two.placements.free_channel("c9") is None


def test_rollouts_are_held_in_the_order_of_their_numbers(store: SqlStore) -> None:
    """Also where one is fanned out by the same step that supersedes the other."""
    with store.writing() as work:
        first, second = (work.rollouts.get(rollout(work)) for _ in range(2))
        work.commit()
    assert first is not None
    assert second is not None
    step = Draft(rollouts={first.number})
    step.fanned_out(second)
    with store.writing() as sweep:
        assert not sweep.rollouts.finish(first.number, AT)
        with meanwhile(store, lambda work: step.store(work, AT)):
            assert not sweep.rollouts.finish(second.number, AT)
            sweep.commit()
    with store.reading() as work:
        assert [each.number for each in work.rollouts.unfinished(0, 9)] == [first.number]


def test_a_campaign_is_renamed_by_whoever_holds_its_assets(store: SqlStore) -> None:
    """Who edits an asset holds it, and then wants its campaigns."""
    before = asset(campaigns=("spring",))
    fill(store, before)
    with store.reading() as work:
        spring = work.assets.campaign_named("spring")
    assert spring is not None
    with store.writing() as editor:
        assert editor.assets.lock("a1") == before
        with meanwhile(store, lambda work: work.assets.rename_campaign(spring.id, "Spring 27")) as renamed:
            editor.assets.forget_campaigns("a1")
            editor.assets.add_campaigns(before)
            editor.commit()
        assert renamed.result() == 1


def test_a_place_that_comes_while_its_channel_is_renamed_is_not_forgotten(store: SqlStore) -> None:
    one_placement(store)
    fill(store, asset("a2"))
    with store.writing() as one:
        one.add(placement("p2", asset_id="a2"))
        with (
            pytest.raises(Conflict, match="moved"),
            meanwhile(store, lambda work: work.placements.show_channel_anew("c1")),
        ):
            one.commit()
    with store.writing() as renaming:
        assert renaming.placements.show_channel_anew("c1") == 2
        with meanwhile(store, lambda work: work.add(placement("p3", asset_id="a2"))):
            renaming.commit()


def test_an_asset_that_gets_the_bytes_while_they_are_described_is_not_forgotten(store: SqlStore) -> None:
    one_asset(store)
    fill(store, asset("a2"))
    with store.writing() as one:
        one.add(version("a2"))
        with (
            pytest.raises(Conflict, match="moved"),
            meanwhile(store, lambda work: work.assets.describe_content(digest("one"), {"width": 3})),
        ):
            one.commit()
    with store.writing() as describing:
        describing.assets.describe_content(digest("one"), {"width": 3})
        with meanwhile(store, lambda work: work.add(version("a2", 2))):
            describing.commit()


def test_campaigns_are_made_in_one_order(store: SqlStore) -> None:
    with store.writing() as one:
        one.assets.make_campaigns(["autumn"], AT)
        with meanwhile(store, lambda work: work.assets.make_campaigns(["spring", "autumn"], AT)):
            one.assets.make_campaigns(["spring"], AT)
            one.commit()
    with store.reading() as work:
        assert [each.name for each in work.assets.campaigns(None, 9)] == ["autumn", "spring"]


def test_an_index_that_is_forgotten_takes_the_assets_in_their_order(store: SqlStore) -> None:
    fill(store, content(), asset("a2", latest=1, index_seq=1), asset("a1", index_seq=1), version("a2"))
    with store.writing() as work:
        work.assets.mark_indexed({"a2": 1})
        work.assets.mark_indexed({"a1": 1})
        work.commit()
    with store.writing() as holder:
        assert holder.assets.lock("a1") is not None
        with meanwhile(store, lambda work: work.assets.forget_indexed()):
            assert holder.assets.lock("a2") is not None
            holder.commit()
    with store.reading() as work:
        assert work.assets.behind(9) == ["a1", "a2"]
