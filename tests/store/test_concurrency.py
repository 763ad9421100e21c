"""Writers at the same time, and writers that are killed: nothing is lost, doubled, refused or left half done."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dam.domain.events import Event, event
from dam.domain.placements import Rollout
from dam.store.gate import LOG_LIMIT
from dam.store.work import open_store
from tests.contracts.facts import AT, asset, delivery, fill, later, one_placement, placement, rollout
from tests.store import writers
from tests.store.locks import wait_for_a_lock


def said(word: str) -> Event:
    return event(word, "ann", AT, None, {})


def test_numbers_have_no_holes_while_many_write(database_url: str) -> None:
    """Writers and two sequencers in processes of their own."""
    each, names = 15, ("a", "b")
    running = [writers.start("write", database_url, name, each) for name in names]
    running += [writers.start("relay", database_url, each * len(names)) for _ in range(2)]
    for process in running:
        process.communicate(timeout=200)
    assert [process.returncode for process in running] == [0] * len(running), "a writer was refused"
    store = open_store(database_url)
    with store.reading() as work:
        found = work.jobs.events(0, 1000)
        assert [each_one.number for each_one in found] == list(range(1, each * len(names) + 1))
        assert len({each_one.event.asset_id for each_one in found}) == len(found)
        assert work.jobs.counts() == {"due": len(found), "leased": 0, "set_aside": 0, "unnumbered": 0}
    store.dispose()


@pytest.mark.postgresql
def test_a_transaction_that_commits_late_gets_a_later_number(postgres_url: str) -> None:
    """It began first and took the smaller id; a feed read in between must not step over it."""
    store = open_store(postgres_url)
    with store.writing() as early:
        early.record(said("early"))
        with store.writing() as late:
            late.record(said("late"))
            late.commit()
        with store.writing() as relay:
            assert relay.jobs.relay({}, 9) == 1
            relay.commit()
        with store.reading() as feed:
            assert [(found.number, found.event.type) for found in feed.jobs.events(0, 9)] == [(1, "late")]
        early.commit()
    with store.writing() as relay:
        assert relay.jobs.relay({}, 9) == 1
        relay.commit()
    with store.reading() as feed:
        assert [(found.number, found.event.type) for found in feed.jobs.events(1, 9)] == [(2, "early")]
    store.dispose()


@pytest.mark.postgresql
def test_a_second_sequencer_waits_for_the_first(postgres_url: str) -> None:
    store = open_store(postgres_url)
    fill(store)
    with store.writing() as work:
        work.record(said("one"), said("two"))
        work.commit()
    counts: list[int] = []

    def second() -> None:
        with store.writing() as work:
            counts.append(work.jobs.relay({}, 9))
            work.commit()

    thread = threading.Thread(target=second)
    with store.writing() as work:
        assert work.jobs.relay({}, 1) == 1
        thread.start()
        wait_for_a_lock(store)
        work.record(said("three"))
        work.commit()
    thread.join()
    with store.reading() as work:
        assert counts == [2]
        assert [found.event.type for found in work.jobs.events(0, 9)] == ["one", "two", "three"]
    store.dispose()


@pytest.mark.postgresql
def test_work_that_somebody_holds_is_skipped(postgres_url: str) -> None:
    store = open_store(postgres_url)
    one_placement(store, look_at=AT)
    with store.writing() as work:
        work.jobs.enqueue("index", {})
        work.add(delivery("d1", rollout(work)))
        work.commit()
    with store.writing() as one, store.writing() as two:
        now = one.now()
        assert len(one.jobs.lease(["index"], now, later(9), 9)) == 1
        assert two.jobs.lease(["index"], now, later(9), 9) == []
        assert len(one.rollouts.due(later(1), 9)) == 1
        assert two.rollouts.due(later(1), 9) == []
        assert len(one.placements.to_look_at(AT, later(9), 9)) == 1
        assert two.placements.to_look_at(AT, later(9), 9) == []
    store.dispose()


@pytest.mark.postgresql
def test_a_message_for_a_job_that_somebody_looks_at_waits_and_takes_it_then(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with store.writing() as work:
        work.jobs.enqueue("index", {})
        (job,) = work.jobs.page("due", None, 9)
        work.commit()
    taken: list[int] = []

    def take() -> None:
        with store.writing() as work:
            taken.extend(each.id for each in work.jobs.take([job.id], work.now(), later(9)))
            work.commit()

    with store.writing() as work:
        work.jobs.enqueue_by("index", later(9**9))  # holds the one that is there
        thread = threading.Thread(target=take)
        thread.start()
        wait_for_a_lock(store)
        work.commit()
    thread.join()
    assert taken == [job.id]
    store.dispose()


@pytest.mark.postgresql
def test_whoever_holds_a_placement_sees_what_the_one_before_did(postgres_url: str) -> None:
    """Else a permit could be given to an attempt that a claim takes for dead at the same moment."""
    store = open_store(postgres_url)
    one_placement(store, fence=1)
    seen: list[int] = []

    def second() -> None:
        with store.writing() as work:
            seen.append(work.placements.hold(["p1"])["p1"].placement.fence)

    thread = threading.Thread(target=second)
    with store.writing() as claim:
        assert claim.placements.hold(["p1"])["p1"].placement == placement(fence=1)
        thread.start()
        wait_for_a_lock(store)
        claim.replace_all([(placement(fence=1), placement(fence=2))])
        claim.commit()
    thread.join()
    assert seen == [2]
    store.dispose()


@pytest.mark.postgresql
def test_a_placement_that_somebody_holds_is_not_taken_for_a_look(postgres_url: str) -> None:
    store = open_store(postgres_url)
    one_placement(store, look_at=AT)
    with store.writing() as holder, store.writing() as other:
        holder.placements.hold(["p1"])
        assert other.placements.to_look_at(AT, later(9), 9) == []
    store.dispose()


@pytest.mark.postgresql
def test_whoever_holds_a_placement_holds_its_asset(postgres_url: str) -> None:
    """What should be shown there can not change under the hand of the one who decides."""
    store = open_store(postgres_url)
    one_placement(store)
    heads: list[int | None] = []

    def approve() -> None:
        with store.writing() as work:
            found = work.assets.lock("a1")
            assert found is not None
            heads.append(found.head)

    thread = threading.Thread(target=approve)
    with store.writing() as work:
        work.placements.hold(["p1"])
        thread.start()
        wait_for_a_lock(store)
        assert heads == []
    thread.join()
    assert heads == [1]
    store.dispose()


@pytest.mark.postgresql
def test_of_the_last_two_deliveries_one_finishes_the_rollout(postgres_url: str) -> None:
    store = open_store(postgres_url)
    one_placement(store)
    with store.writing() as work:
        number = rollout(work)
        opened = work.rollouts.get(number)
        assert opened is not None
        work.replace(opened, _fanned_out(opened))
        work.add(placement("p2"), delivery("d1", number), delivery("d2", number, placement_id="p2"))
        work.commit()
    finished: list[bool] = []

    def end(id_: str, placement_id: str, meet: threading.Event | None) -> None:
        with store.writing() as work:
            mine = delivery(id_, number, placement_id=placement_id)
            assert work.replace(mine, delivery(id_, number, placement_id=placement_id, state="done"))
            finished.append(work.rollouts.finish(number, AT))
            if meet is not None:
                meet.set()
                wait_for_a_lock(store)
            work.commit()

    ended = threading.Event()
    first = threading.Thread(target=end, args=("d1", "p1", ended))
    first.start()
    assert ended.wait(60)
    end("d2", "p2", None)
    first.join()
    assert finished == [False, True]
    store.dispose()


def test_a_killed_transaction_leaves_nothing(database_url: str) -> None:
    process = writers.start("die", database_url, "x")
    process.communicate(timeout=200)
    assert process.returncode == -9
    store = open_store(database_url)
    with store.writing() as work:
        assert work.assets.get("x") is None
        assert work.jobs.counts() == {"due": 0, "leased": 0, "set_aside": 0, "unnumbered": 0}
        work.add(asset("x"))
        work.commit()
    store.dispose()


def test_a_kill_loses_no_commit_that_was_acknowledged(database_url: str) -> None:
    process = writers.start("acknowledge", database_url, "x")
    assert process.stdout is not None
    for _ in range(20):
        last = int(process.stdout.readline())
    process.kill()
    rest, _ = process.communicate(timeout=200)
    last = max([last, *map(int, rest.decode().splitlines())])
    store = open_store(database_url)
    with store.reading() as work:
        assert all(work.assets.get(f"x-{number}") for number in range(last + 1))
    store.dispose()


def test_the_log_stays_small_under_load(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    log, largest = tmp_path / "dam.sqlite-wal", 0
    for number in range(12):
        fill(store, asset(f"a{number}", description="x" * (1 << 20)))
        largest = max(largest, log.stat().st_size)
    assert largest > 1 << 20
    assert largest < LOG_LIMIT + (2 << 20)
    store.dispose()


def test_a_reader_does_not_stop_writers_and_the_log_shrinks_after_it(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    log = tmp_path / "dam.sqlite-wal"
    with store.reading() as reader:
        assert reader.assets.page(None, 9) == []
        for number in range(8):
            fill(store, asset(f"a{number}", description="x" * (1 << 20)))
        assert reader.assets.page(None, 9) == []
        assert log.stat().st_size > LOG_LIMIT
    for number in range(8, 11):
        fill(store, asset(f"a{number}", description="x" * (1 << 20)))
    assert log.stat().st_size < LOG_LIMIT
    store.dispose()


def _fanned_out(opened: Rollout) -> Rollout:
    return replace(opened, fanned_out=True)
