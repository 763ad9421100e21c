"""What every store must do with people, requests, events and jobs; an adapter's test inherits the classes and gives the
fixtures ``store``, an empty Store, and ``time``, its clock.
"""

from dataclasses import replace

import pytest

from dam import tracing
from dam.domain.errors import Conflict
from dam.domain.events import event
from dam.domain.principals import Grant, RequestKey, Session, SignInLink, Token
from dam.domain.timing import BOUNDS_S, Timing
from dam.domain.work import BULK, BULK_WITHIN, SINGLY
from dam.ports.store import Store
from dam.ports.views import Answer, NumberedEvent, Queued, SessionView, TokenView, Waiting
from tests.conftest import Time
from tests.contracts.facts import AT, digest, fill, happened, later, principal

KEY = RequestKey("p-ann", "POST /assets", "k1")


class PeopleContract:
    """Principals, grants, tokens, links, sessions, failures, and idempotency keys."""

    def test_principals(self, store: Store) -> None:
        with store.reading() as work:
            assert not work.people.any_person()
        fill(store, principal("p1", kind="service"))
        with store.reading() as work:
            assert not work.people.any_person()
        fill(store, principal("p2", name="ann", password_hash="argon", disabled_at=later(2)))
        with store.reading() as work:
            ann = principal("p2", name="ann", password_hash="argon", disabled_at=later(2))
            assert work.people.any_person()
            assert work.people.get("p2") == work.people.named("ann") == ann
            assert work.people.named("Ann") is None
            assert work.people.page("p1", 5) == [ann]

    def test_a_name_is_taken_once(self, store: Store) -> None:
        fill(store, principal("p1", name="ann"))
        with store.writing() as work, pytest.raises(Conflict) as refused:
            work.add(principal("p2", name="ann"))
        assert refused.value.code == "user_exists"

    def test_a_principal_has_one_role_in_a_scope(self, store: Store) -> None:
        fill(store, principal("p1"), principal("p2"), Grant("p1", "viewer"), Grant("p1", "admin", "campaign", "c"))
        with store.writing() as work:
            work.people.set_role(Grant("p1", "manager"))
            work.people.set_role(Grant("p2", "viewer"))
            assert work.people.grants(["p1"]) == [Grant("p1", "manager"), Grant("p1", "admin", "campaign", "c")]
            assert len(work.people.grants(["p1", "p2"])) == 3
            assert work.people.grants([]) == []

    def test_tokens(self, store: Store) -> None:
        one = Token("t1", "p1", "laptop", digest("one"), "viewer", AT, later(60))
        two = Token("t2", "p2", "ci", digest("two"), "admin", AT)
        fill(store, principal("p1"), principal("p2"), one, two)
        with store.writing() as work:
            assert work.people.token(digest("one")) == work.people.token_by_id("t1") == one
            assert work.people.token(digest("three")) is None
            assert work.people.tokens(None, None, 9) == [one, two]
            assert work.people.tokens("p2", None, 9) == work.people.tokens(None, "t1", 9) == [two]
            assert work.replace(one, replace(one, revoked_at=AT))
            assert not work.replace(one, replace(one, last_used_at=AT))

    def test_a_token_comes_with_its_owner_and_the_role_that_the_owner_has_everywhere(self, store: Store) -> None:
        one, two = Token("t1", "p1", "laptop", digest("one"), "viewer", AT), Token("t2", "p2", "ci", "two", "admin", AT)
        fill(store, principal("p1", name="ann", disabled_at=later(3)), principal("p2", name="ben"), one, two)
        fill(store, Grant("p1", "manager"), Grant("p1", "admin", "campaign", "c"), Grant("p2", "admin", "campaign", ""))
        with store.reading() as work:
            assert work.people.token_view(digest("one")) == TokenView(one, "ann", later(3), "manager")
            assert work.people.token_view("two") == TokenView(two, "ben", None, None)
            assert work.people.token_view("t1") is None

    def test_a_link_is_used_once(self, store: Store) -> None:
        link = SignInLink(digest("link"), "p1", AT, later(60))
        fill(store, principal("p1"), link)
        with store.writing() as work:
            assert work.people.link(digest("link")) == link
            assert work.replace(link, replace(link, used_at=later(1)))
            assert not work.replace(link, replace(link, used_at=later(2)))

    def test_sessions(self, store: Store) -> None:
        made = [Session(digest(text), "p1", "csrf", AT, later(60)) for text in ("one", "two", "three")]
        fill(store, principal("p1"), *made)
        with store.writing() as work:
            assert work.people.session_view(digest("one")) == SessionView(made[0], "p1", None, None)
            assert work.people.session_view(digest("none")) is None
            assert work.people.end_session(digest("one"))
            assert work.people.session_view(digest("one")) is None
            assert not work.people.end_session(digest("one"))
            assert work.people.end_sessions("p1") == 2
            assert work.people.session_view(digest("two")) is None

    def test_failed_sign_ins_are_counted_and_forgotten_after_a_day(self, store: Store) -> None:
        with store.writing() as work:
            for at in (AT, later(10), later(20)):
                work.people.note_failure("ann", at)
            work.people.note_failure("bob", AT)
            assert work.people.failures("ann", later(10)) == 2
            work.people.note_failure("eve", later(86_405))
            assert work.people.failures("ann", AT) == 2
            assert work.people.failures("bob", AT) == 0

    def test_a_request_runs_once_and_keeps_its_answer(self, store: Store) -> None:
        first = Answer(KEY, "body", later(10))
        with store.writing() as work:
            assert work.answers.get(KEY) is None
            assert work.answers.begin(first, AT)
            assert not work.answers.begin(Answer(KEY, "body", later(20)), later(9))
            assert work.answers.get(KEY) == first
            assert work.answers.begin(Answer(KEY, "body", later(30)), later(10))
            assert work.answers.finish(KEY, {"asset_id": "a1"})
            assert not work.answers.finish(KEY, {"asset_id": "a2"})
            assert not work.answers.begin(Answer(KEY, "body", later(90)), later(60))
            work.answers.drop(KEY)
            assert work.answers.get(KEY) == Answer(KEY, "body", later(30), {"asset_id": "a1"})
            assert work.answers.sweep(later(30)) == 0
            assert work.answers.sweep(later(31)) == 1
            assert work.answers.get(KEY) is None

    def test_a_request_that_was_refused_is_forgotten(self, store: Store) -> None:
        with store.writing() as work:
            assert work.answers.begin(Answer(KEY, "body", later(10)), AT)
            work.answers.drop(KEY)
            assert work.answers.get(KEY) is None
            assert not work.answers.finish(KEY, {})


class JobsContract:
    """Events, their numbers, and jobs."""

    def test_events_are_numbered_in_order_and_become_jobs(self, store: Store) -> None:
        created = happened("asset.created", sha256="d1", title="words are no ids")
        said = [created, happened("asset.edited"), happened("other", None, x=[1, "ü"])]
        with store.writing() as work:
            work.record(*said)
            assert work.jobs.events(0, 9) == []
            assert work.jobs.relay({"asset.created": ("render", "index"), "asset.edited": ("index",)}, 2) == 2
            assert work.jobs.counts() == {"due": 3, "leased": 0, "set_aside": 0, "unnumbered": 1}
            assert work.jobs.relay({}, 9) == 1
            assert work.jobs.relay({}, 9) == 0
            assert work.jobs.last_number() == 3
            assert work.jobs.events(0, 9) == [NumberedEvent(place, e) for place, e in enumerate(said, start=1)]
            assert [found.number for found in work.jobs.events(1, 1)] == [2]
            assert [found.number for found in work.jobs.events(0, 9, "a1")] == [1, 2]
            assert [found.number for found in work.jobs.events_before(3, 9)] == [2, 1]
            assert [found.number for found in work.jobs.events_before(9, 1, "a1")] == [2]
            jobs = work.jobs.page("due", None, 9)
            assert [(job.task, job.ids) for job in jobs] == [
                ("render", {"asset_id": "a1", "sha256": "d1"}),
                ("index", {"asset_id": "a1", "sha256": "d1"}),
                ("index", {"asset_id": "a1"}),
            ]

    def test_equal_jobs_of_one_relay_are_one(self, store: Store) -> None:
        with store.writing() as work:
            work.record(happened("asset.edited"), happened("asset.published"), happened("asset.edited", "a2"))
            work.jobs.relay({"asset.edited": ["index"], "asset.published": ["index"]}, 9)
            assert [job.ids["asset_id"] for job in work.jobs.page("due", None, 9)] == ["a1", "a2"]

    def test_a_job_is_leased_to_one_and_each_lease_is_a_try(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {"asset_id": "a1"})
            assert work.jobs.next_due() == time.now()
            assert work.jobs.lease(["render"], time.now(), time.after(10), 9) == []
            (job,) = work.jobs.lease(["render", "index"], time.now(), time.after(10), 9)
            assert (job.state, job.tries, job.leased_until) == ("leased", 1, time.after(10))
            assert work.jobs.next_due() == time.after(10)
            assert work.jobs.lease(["index"], time.after(9), time.after(20), 9) == []
            (again,) = work.jobs.lease(["index"], time.after(10), time.after(20), 9)
            assert (again.id, again.tries) == (job.id, 2)
            assert not work.jobs.done(job)
            assert not work.jobs.failed(job, "late", "", None)
            assert work.jobs.done(again)
            assert not work.jobs.done(again)
            assert work.jobs.get(job.id) is None
            assert work.jobs.next_due() is None

    def test_what_many_ask_for_by_a_time_is_one_job(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue_by("index", time.after(1))
            work.jobs.enqueue_by("index", time.after(2))
            assert [job.due_at for job in work.jobs.page("due", None, 9)] == [time.after(1)]
            work.jobs.enqueue_by("index", time.now())
            work.jobs.enqueue_by("render", time.after(5))
            assert len(work.jobs.page("due", None, 9)) == 3
            work.jobs.lease(["index"], time.after(1), time.after(9), 9)
            work.jobs.enqueue_by("index", time.after(3))  # what runs already may have looked too early
            assert [job.task for job in work.jobs.page("due", None, 9)] == ["render", "index"]

    def test_the_longest_due_are_leased_first(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            for number in range(3):
                work.jobs.enqueue("index", {"n": number})
                time.move(-10)
            found = work.jobs.lease(["index"], time.after(60), time.after(90), 2)
            assert [job.ids["n"] for job in found] == [2, 1]

    def test_a_job_that_failed_waits_or_is_set_aside_until_a_person_retries(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (job,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert work.jobs.failed(job, "broken", "It broke.", time.after(5))
            assert work.jobs.lease(["index"], time.after(4), time.after(10), 1) == []
            (job,) = work.jobs.lease(["index"], time.after(5), time.after(15), 1)
            assert (job.tries, job.reason_code, job.reason_detail) == (2, "broken", "It broke.")
            assert work.jobs.failed(job, "poison", "It always breaks.", None)
            assert work.jobs.lease(["index"], time.after(999), time.after(1999), 1) == []
            assert work.jobs.next_due() is None
            (aside,) = work.jobs.page("set_aside", None, 9)
            assert (aside.id, aside.reason_code, aside.tries) == (job.id, "poison", 2)
            assert work.jobs.retry(job.id, time.after(20))
            assert not work.jobs.retry(job.id, time.after(20))
            (job,) = work.jobs.lease(["index"], time.after(20), time.after(30), 1)
            assert (job.tries, job.reason_code) == (1, None)

    def test_a_lease_from_before_a_retry_is_worth_nothing(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (old,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert work.jobs.failed(old, "poison", "", None)
            assert work.jobs.retry(old.id, time.now())
            (new,) = work.jobs.lease(["index"], time.after(1), time.after(11), 1)
            assert (old.id, old.tries) == (new.id, new.tries)
            assert not work.jobs.done(old)
            assert work.jobs.done(new)

    def test_an_id_never_comes_back(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (first,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert work.jobs.done(first)
            work.jobs.enqueue("index", {})
            (second,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert second.id > first.id

    def test_leases_are_given_back_at_a_start(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            work.jobs.lease(["index"], time.now(), time.after(999), 1)
            assert work.jobs.release_leases(time.now()) == 1
            (job,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert job.tries == 2

    def test_a_job_that_was_sent_waits_without_a_try_until_it_is_taken(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (sent,) = work.jobs.send(["index"], time.now(), time.after(60), 9)
            assert (sent.state, sent.tries, sent.sent_until) == ("due", 0, time.after(60))
            assert work.jobs.next_due() == time.after(60)
            assert work.jobs.send(["index"], time.after(59), time.after(99), 9) == []
            assert work.jobs.lease(["index"], time.after(59), time.after(99), 9) == []
            (again,) = work.jobs.send(["index"], time.after(60), time.after(120), 9)
            assert (again.id, again.tries) == (sent.id, 0)
            (taken,) = work.jobs.take([sent.id], time.after(70), time.after(80))
            assert (taken.state, taken.tries, taken.leased_until, taken.sent_until) == (
                "leased",
                1,
                time.after(80),
                None,
            )
            assert work.jobs.next_due() == time.after(80)
            assert work.jobs.done(taken)

    def test_of_many_takers_of_one_job_one_has_it(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            for number in range(2):
                work.jobs.enqueue("index", {"n": number})
            one, two = work.jobs.send(["index"], time.now(), time.after(60), 9)
            assert [job.id for job in work.jobs.take([two.id, one.id], time.now(), time.after(9))] == [one.id, two.id]
            assert work.jobs.take([one.id, two.id], time.after(8), time.after(20)) == []
            assert work.jobs.take([], time.now(), time.after(20)) == []
            (late,) = work.jobs.take([one.id, 999_999], time.after(9), time.after(20))
            assert (late.id, late.tries) == (one.id, 2)

    def test_what_waits_after_a_failure_or_is_set_aside_is_not_taken(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (job,) = work.jobs.lease(["index"], time.now(), time.after(9), 1)
            assert work.jobs.failed(job, "broken", "", time.after(30))
            assert work.jobs.take([job.id], time.after(29), time.after(60)) == []
            (job,) = work.jobs.take([job.id], time.after(30), time.after(60))
            assert work.jobs.failed(job, "poison", "", None)
            assert work.jobs.take([job.id], time.after(99), time.after(199)) == []

    def test_a_lease_that_ran_out_is_sent_and_nobody_has_it_then(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (dead,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            (sent,) = work.jobs.send(["index"], time.after(10), time.after(70), 1)
            assert (sent.state, sent.tries, sent.leased_until) == ("due", 1, None)
            assert not work.jobs.done(dead)
            assert work.jobs.renew([dead], time.after(99)) == 0

    def test_what_nobody_was_told_is_sent_at_once(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            for number in range(2):
                work.jobs.enqueue("index", {"n": number})
            one, two = work.jobs.send(["index"], time.now(), time.after(60), 9)
            work.jobs.take([two.id], time.now(), time.after(10))
            assert work.jobs.not_sent([one, two]) == 1
            assert [job.id for job in work.jobs.send(["index"], time.now(), time.after(60), 9)] == [one.id]
            assert work.jobs.not_sent([]) == 0

    def test_what_was_lost_on_its_way_waits_in_line_with_what_is_new(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {"n": 0})
            work.jobs.send(["index"], time.now(), time.after(60), 1)
            for number, moved in ((1, 50), (2, 20)):
                time.move(moved)
                work.jobs.enqueue("index", {"n": number})
            chosen = [work.jobs.send(["index"], time.now(), time.after(60), 1)[0].ids["n"] for _ in range(3)]
            assert chosen == [1, 0, 2]

    def test_what_somebody_looks_at_goes_to_the_head_of_the_line(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            for number in range(3):
                work.jobs.enqueue("render", {"asset_id": "a", "sha256": str(number)})
            work.jobs.enqueue("encode", {"sha256": "2"})
            assert work.jobs.prefer("render", "2") == 1
            assert work.jobs.prefer("render", "2") == 0
            assert work.jobs.prefer("render", "unknown") == 0
            found = [work.jobs.lease(["render"], time.now(), time.after(9), 1)[0].ids["sha256"] for _ in range(3)]
            assert found == ["2", "0", "1"]
            assert work.jobs.prefer("render", "0") == 0

    def test_what_waits_after_a_failure_or_was_begun_anew_keeps_its_time(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("render", {"sha256": "a"})
            (job,) = work.jobs.lease(["render"], time.now(), time.after(9), 1)
            assert work.jobs.failed(job, "broken", "", time.after(30))
            assert work.jobs.prefer("render", "a") == 0
            (job,) = work.jobs.lease(["render"], time.after(30), time.after(60), 1)
            assert work.jobs.failed(job, "poison", "", None)
            assert work.jobs.retry(job.id, time.after(99))
            assert work.jobs.prefer("render", "a") == 0

    def test_what_one_person_brings_in_by_the_dozen_stands_behind_what_others_bring(
        self, store: Store, time: Time
    ) -> None:
        routes = {"version.created": ("render", "index")}

        def bring(by: str, *digests: str) -> None:
            with store.writing() as work:
                for digest_ in digests:
                    work.record(event("version.created", by, time.now(), "a", {"sha256": digest_}))
                work.commit()

        bring("ann", *(f"{number:03}" for number in range(BULK + 10)))
        with store.writing() as work:
            work.jobs.relay(routes, 100)
            work.commit()
        time.move(30)
        bring("ann", "one more")
        bring("ben", "single")
        with store.writing() as work:
            work.jobs.relay(routes, 100)
            line = [job.ids["sha256"] for job in work.jobs.lease(["render"], time.now(), time.after(999), 100)]
            assert (line[0], line[-1], len(line)) == ("single", "one more", BULK + 12)
            work.commit()
        time.move(BULK_WITHIN.total_seconds() + 1)
        bring("ann", "later")
        with store.writing() as work:
            work.jobs.relay(routes, 100)
            assert [job.ids["sha256"] for job in work.jobs.lease(["render"], time.now(), time.after(9), 1)] == ["later"]

    def test_nothing_waits_for_ever(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("render", {"sha256": "bulk"})
            for seconds, name in ((SINGLY.total_seconds() - 1, "before"), (2, "after")):
                time.move(seconds)
                work.record(event("version.created", "ben", time.now(), "a", {"sha256": name}))
                work.jobs.relay({"version.created": ("render",)}, 100)
            line = [job.ids["sha256"] for job in work.jobs.lease(["render"], time.now(), time.after(9), 9)]
            assert line == ["before", "bulk", "after"]

    def test_a_lease_is_renewed_by_who_holds_it(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            work.jobs.enqueue("index", {})
            (job,) = work.jobs.lease(["index"], time.now(), time.after(10), 1)
            assert work.jobs.renew([job], time.after(20)) == 1
            assert work.jobs.renew([job], time.after(30)) == 0
            assert work.jobs.take([job.id], time.after(19), time.after(40)) == []
            held = replace(job, leased_until=time.after(20))
            assert work.jobs.renew([held, replace(held, tries=2)], time.after(40)) == 1
            assert work.jobs.done(replace(job, leased_until=time.after(40)))

    def test_what_waits_is_counted_by_task_and_state(self, store: Store, time: Time) -> None:
        with store.writing() as work:
            assert work.jobs.queued() == []
            assert work.jobs.oldest("render") is None
            assert work.jobs.unnumbered() == Waiting(0, None)
            began = time.now()
            work.jobs.enqueue("index", {})
            time.move(5)
            work.jobs.enqueue("index", {"asset_id": "a1"})
            work.jobs.enqueue("render", {})
            work.jobs.lease(["render"], time.now(), time.after(9), 1)
            work.record(replace(happened(), at=later(2)), replace(happened(), at=later(1)))
            assert sorted(work.jobs.queued(), key=lambda each: each.task) == [
                Queued("index", "due", 2, began),
                Queued("render", "leased", 1, time.now()),
            ]
            assert work.jobs.unnumbered() == Waiting(2, later(1))
            assert (work.jobs.oldest("index"), work.jobs.oldest("render")) == (began, time.now())
            assert work.jobs.oldest("deliver") is None

    def test_times_are_counted_up(self, store: Store) -> None:
        for seconds in (0.004, 0.005, 0.2, 99):
            with store.writing() as work:
                work.jobs.timed("render", "done", seconds)
                work.commit()
        with store.writing() as work:
            work.jobs.timed("index", "failed", 0.2)
            work.jobs.timed("index", "done", 0.2)
        with store.reading() as work:
            assert work.jobs.timings() == [
                Timing("render", "done", 0, 2, 0.009),
                Timing("render", "done", 5, 1, 0.2),
                Timing("render", "done", len(BOUNDS_S), 1, 99.0),
            ]

    def test_a_job_knows_the_request_that_it_follows_from(self, store: Store) -> None:
        with store.writing() as work:
            with tracing.request("request-1"):
                work.record(happened("asset.edited"))
                work.jobs.enqueue("look", {})
            work.record(happened("asset.edited", "a2"))
            work.jobs.relay({"asset.edited": ["index"]}, 9)
            found = [(job.task, job.request_id) for job in work.jobs.page("due", None, 9)]
        assert found == [("look", "request-1"), ("index", "request-1"), ("index", None)]
