"""Sending to a broker: a job is sent once, never too many at a time; what is lost is sent again, and uses up no try."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from config.celery import LONGEST_S, QUEUES
from dam.store.work import SqlStore
from tests.conftest import Time
from tests.workers.world import enqueue, jobs
from workers import claim, dispatch, tasks
from workers.dispatch import AGAIN, DELIVER, LOOK, WINDOW, BrokerAway, Dispatch
from workers.relay import Lane

ONE = Lane("one", ("a", "b"), timedelta(minutes=1), queue="media")
MANY = Lane("many", ("c",), timedelta(minutes=1), batch=3, queue="index")
LATER_S = AGAIN.total_seconds()


@dataclass
class Post:
    """A broker in memory. ``away``: how many messages it still takes before it is away."""

    away: float = float("inf")
    queues: dict[str, deque[tuple[str, list[int]]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    def waiting(self, queue: str) -> int:
        if self.away <= 0:
            raise BrokerAway("nobody answers")
        self.asked.append(queue)
        return len(self.queues.get(queue, ()))

    def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        if self.away <= 0:
            raise BrokerAway("nobody answers")
        self.away -= 1
        self.queues.setdefault(queue, deque()).append((task, list(ids)))

    def close(self) -> None:
        self.closed = True

    def sent(self, queue: str) -> list[tuple[str, list[int]]]:
        return list(self.queues.get(queue, ()))


@pytest.fixture
def post() -> Post:
    return Post()


def sender(store: SqlStore, post: Post, time: Time, *lanes: Lane) -> Dispatch:
    return Dispatch(store, post, lanes or (ONE, MANY), lambda: time.now().timestamp())


def test_what_is_due_goes_to_its_queue_once(store: SqlStore, post: Post, time: Time) -> None:
    one, two = enqueue(store, "a", 2)
    c = enqueue(store, "c", 4)
    sending = sender(store, post, time)
    assert sending.turn() is False
    assert sending.turn() is False
    assert post.sent("media") == [("a", [one]), ("a", [two])]
    assert post.sent("index") == [("c", c[:3]), ("c", c[3:])]
    assert {job.tries for job in jobs(store)} == {0}


def test_a_job_is_marked_before_its_message_goes_out(store: SqlStore, time: Time) -> None:
    enqueue(store, "a")
    seen = []

    class Looking(Post):
        def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
            seen.append([job.sent_until for job in jobs(store)])

    sender(store, Looking(), time, ONE).turn()
    assert seen == [[time.after(LATER_S)]]


def test_what_waited_long_in_the_broker_has_used_up_no_try(store: SqlStore, post: Post, time: Time) -> None:
    (job,) = enqueue(store, "a")
    sending = sender(store, post, time)
    for _ in range(20):
        sending.turn()
        time.move(LATER_S)
    assert len(post.sent("media")) == 20
    done: list[object] = []
    assert claim.run(store, {"a": done.append}, [job], ONE.lease)
    for _, ids in post.sent("media"):
        assert not claim.run(store, {"a": done.append}, ids, ONE.lease)
    assert len(done) == 1


def test_what_was_lost_is_sent_again_and_not_before(store: SqlStore, post: Post, time: Time) -> None:
    (job,) = enqueue(store, "a")
    sending = sender(store, post, time)
    sending.turn()
    post.queues.clear()
    time.move(LATER_S - 1)
    sending.turn()
    assert post.sent("media") == []
    time.move(1)
    sending.turn()
    assert post.sent("media") == [("a", [job])]


def test_no_queue_holds_more_than_the_window_whatever_is_sent_again(store: SqlStore, post: Post, time: Time) -> None:
    all_of_them = enqueue(store, "a", WINDOW + 50)
    sending = sender(store, post, time, ONE)
    for _ in range(10):
        while sending.turn():
            pass
        time.move(LATER_S)
    assert len(post.sent("media")) == WINDOW
    assert max(Counter(ids[0] for _, ids in post.sent("media")).values()) == 1
    for _ in range(60):
        post.queues["media"].popleft()
    while sending.turn():
        pass
    assert len(post.sent("media")) == WINDOW
    assert {ids[0] for _, ids in post.sent("media")} >= set(all_of_them[WINDOW:])


def test_an_ordinary_job_asks_the_broker_nothing(store: SqlStore, post: Post, time: Time) -> None:
    sending = sender(store, post, time, ONE)
    for _ in range(10):
        enqueue(store, "a")
        sending.turn()
    assert post.asked == ["media"]
    time.move(31)
    sending.turn()
    assert post.asked == ["media", "media"]


def test_a_broker_that_goes_away_in_between_gets_the_rest_when_it_is_back(
    store: SqlStore, post: Post, time: Time
) -> None:
    ids = enqueue(store, "a", 5)
    post.away = 2
    sending = sender(store, post, time)
    assert sending.turn() is False
    assert post.sent("media") == [("a", ids[:1]), ("a", ids[1:2])]
    assert [job.id for job in jobs(store) if job.sent_until is None] == ids[2:]
    post.away = float("inf")
    assert sending.turn() is False
    assert len(post.sent("media")) == 2
    time.move(1)
    sending.turn()
    assert [sent for _, (sent,) in post.sent("media")] == ids


def test_a_broker_that_stays_away_is_asked_ever_more_slowly_and_the_state_is_told(
    store: SqlStore, post: Post, time: Time, capsys: pytest.CaptureFixture[str]
) -> None:
    (job,) = enqueue(store, "a")
    post.away = 0
    sending = sender(store, post, time)
    for _ in range(60):
        sending.turn()
        time.move(1)
    assert capsys.readouterr().out.count("the broker is away") == 9  # at 0, 1, 3, 8, 18 … 58 seconds
    post.away = float("inf")
    time.move(10)
    sending.turn()
    assert "the broker is back" in capsys.readouterr().out
    assert post.sent("media") == [("a", [job])]


def test_one_hint_waits_at_a_time(store: SqlStore, post: Post, time: Time) -> None:
    sending = sender(store, post, time)
    for _ in range(5):
        sending.hint(DELIVER)
        sending.hint(LOOK)
        sending.turn()
    assert sorted(post.sent("deliver")) == [(DELIVER, []), (LOOK, [])]
    post.queues.clear()
    sending.hint(DELIVER)
    sending.turn()
    sending.turn()
    assert post.sent("deliver") == [(DELIVER, [])]


def test_hints_come_through_behind_other_messages_and_never_pile_up(store: SqlStore, post: Post, time: Time) -> None:
    post.queues["deliver"] = deque([("fan_out", [1])])
    sending = sender(store, post, time)
    for _ in range(60):
        sending.hint(DELIVER)
        sending.turn()
        time.move(1)
    assert len(post.sent("deliver")) == dispatch._FEW_HINTS


def test_the_broker_is_let_go_of(store: SqlStore, post: Post, time: Time) -> None:
    sender(store, post, time).close()
    assert post.closed


def test_each_lane_has_a_queue_that_there_is_and_ends_before_its_message_comes_back() -> None:
    assert {lane.queue for lane in tasks.LANES} <= {*QUEUES, ""}
    assert [lane for lane in tasks.LANES if not lane.queue] == [tasks.HINTS]
    assert all(lane.lease.total_seconds() <= LONGEST_S for lane in tasks.LANES)
