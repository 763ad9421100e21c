"""Lanes and pumps: room is counted, a failure frees its thread, and no kick is lost."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from dam.domain.work import Job
from workers.relay import Lane
from workers.threads import Lanes, Pump, wait_until_idle

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LANE = Lane("one", ("a",), timedelta(seconds=60))
SPACED = Lane("spaced", ("b",), timedelta(seconds=60), every_s=3600.0)
JOB = Job(1, "a", {}, "leased", NOW, 1, NOW)
LONG = 30.0


def idle(part: Lanes | Pump) -> None:
    assert wait_until_idle(part.busy, LONG) == 0


def test_a_lane_counts_its_room() -> None:
    go, freed = threading.Event(), threading.Event()

    def work(lane: Lane, batch: Sequence[Job]) -> None:
        go.wait(LONG)

    lanes = Lanes({LANE: 2}, work, freed.set)
    lanes.send(LANE, [JOB])
    assert lanes.free() == {LANE: 1}
    go.set()
    assert freed.wait(LONG)
    idle(lanes)
    assert lanes.free() == {LANE: 2}
    lanes.close()


def test_a_lane_is_full_when_none_of_its_threads_is_free() -> None:
    go, freed = threading.Event(), threading.Event()

    def work(lane: Lane, batch: Sequence[Job]) -> None:
        go.wait(LONG)

    lanes = Lanes({LANE: 2, SPACED: 1}, work, freed.set)
    found = [lanes.full()]
    for lane in (SPACED, LANE, LANE):
        lanes.send(lane, [JOB])
        found.append(lanes.full())
    go.set()
    lanes.close()
    idle(lanes)
    assert found == [False, False, False, True]


def test_a_lane_begins_no_oftener_than_it_says_unless_it_is_closed() -> None:
    done, freed = threading.Event(), threading.Event()
    lanes = Lanes({SPACED: 1}, lambda lane, batch: done.set(), freed.set)
    lanes.send(SPACED, [JOB])
    assert done.wait(LONG)
    assert (lanes.free(), freed.is_set()) == ({SPACED: 0}, False)
    lanes.close()
    assert freed.wait(LONG)


def test_a_batch_that_fails_frees_its_thread_and_says_so() -> None:
    freed = threading.Event()

    def fail(lane: Lane, batch: Sequence[Job]) -> None:
        raise ConnectionError("no database")

    lanes = Lanes({LANE: 1}, fail, freed.set)
    lanes.send(LANE, [JOB])
    assert freed.wait(LONG)
    idle(lanes)
    assert lanes.free() == {LANE: 1}
    lanes.close()


def test_a_pump_goes_on_until_nothing_is_found() -> None:
    left = [3]
    lock = threading.Lock()

    def work() -> bool:
        with lock:
            left[0] -= 1
            return left[0] >= 0

    pump = Pump("p", work, 2)
    pump.kick()
    idle(pump)
    assert left[0] < 0
    pump.close()


def test_a_pump_that_finds_something_lets_a_further_thread_look() -> None:
    meeting = threading.Barrier(2, timeout=LONG)
    pieces = [1, 2, 3]
    names: set[str] = set()
    lock = threading.Lock()

    def work() -> bool:
        with lock:
            piece = pieces.pop() if pieces else None
            names.add(threading.current_thread().name)
        if piece in (1, 2):
            meeting.wait()  # ends only if two threads have a piece each at the same time
        return piece is not None

    pump = Pump("p", work, 2)
    pump.kick()
    idle(pump)
    assert (len(names), meeting.broken) == (2, False)
    pump.close()


def test_a_kick_during_the_last_look_is_not_lost() -> None:
    looks: list[int] = []
    pump: Pump

    def work() -> bool:
        looks.append(1)
        if len(looks) == 1:
            pump.kick()  # it comes while this look, which finds nothing, is under way
        return False

    pump = Pump("p", work, 1)
    pump.kick()
    idle(pump)
    assert len(looks) == 2
    pump.close()


def test_a_pump_that_failed_works_at_the_next_kick() -> None:
    outcomes: list[Callable[[], bool]] = [lambda: 1 / 0 > 0, lambda: False]
    ran: list[int] = []

    def work() -> bool:
        ran.append(1)
        return outcomes[min(len(ran), 2) - 1]()

    pump = Pump("p", work, 1)
    pump.kick()
    idle(pump)
    pump.kick()
    idle(pump)
    assert len(ran) == 2
    pump.close()


def test_a_closed_pump_begins_nothing() -> None:
    ran = threading.Event()
    pump = Pump("p", ran.is_set, 1)
    pump.close()
    pump.kick()
    assert pump.busy() == 0


def test_a_pump_that_is_closed_before_its_thread_began_counts_as_idle() -> None:
    hold, release = threading.Event(), threading.Event()

    def work() -> bool:
        hold.set()
        release.wait(LONG)
        return True  # and so a second thread is asked for

    pump = Pump("p", work, 2)
    pump.kick()
    assert hold.wait(LONG)
    pump.close()
    release.set()
    idle(pump)
