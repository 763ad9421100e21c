"""The delivery protocol as a state machine: the real operations, workers and auditors that stop at each step, a
destination that holds writes in flight, and time that moves when told. After each step the assertions of the protocol
hold; at the end everything is proven.
"""

import os
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dam.operations import place, reconcile
from tests.harness.actors import Actor
from tests.harness.stage import BOSS, LATENESS_S, REMOTE, Snapshot, Stage, Theatre

EXAMPLES = 1000 if "TORTURE" in os.environ else 25
VISIBLE = st.sampled_from(["ack", "ack", "ack", "hold", "refuse"])


class Protocol(RuleBasedStateMachine):
    """At most three workers and two auditors at a time."""

    theatre: ClassVar[Theatre]

    @initialize()
    def rise(self) -> None:
        self._playing = self.theatre.play()
        self.stage: Stage = self._playing.__enter__()
        self.foreign = False
        self.highest = (0, 0, 0)
        self.ended: dict[str, str] = {}
        self.workers: list[Actor] = []
        self.auditors: list[Actor] = []

    def teardown(self) -> None:
        try:
            self.everything_ends_proven()
        finally:
            self._playing.__exit__(None, None, None)

    @rule(number=st.integers(1, 3), fan_out=st.booleans())
    def approve(self, number: int, fan_out: bool) -> None:
        if self.stage.head() == number:
            return
        rollout = self.stage.approve(number)
        if fan_out:
            reconcile.fan_out(self.stage.services, rollout)

    @rule()
    def reconcile(self) -> None:
        reconcile.reconcile(self.stage.services, None)

    @rule()
    def person_repairs(self) -> None:
        if self.stage.head() is not None:
            place.repair(self.stage.services, BOSS, self.stage.ids.placement)

    @precondition(lambda self: len(self.workers) < 3)
    @rule()
    def worker_comes(self) -> None:
        self.workers.append(self.stage.worker())

    @precondition(lambda self: len(self.auditors) < 2)
    @rule()
    def auditor_comes(self) -> None:
        self.auditors.append(self.stage.auditor())

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 2), steps=st.integers(1, 6), say=VISIBLE)
    def worker_goes_on(self, which: int, steps: int, say: str) -> None:
        self._go_on(self.workers, which, steps, say)

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 2), say=VISIBLE)
    def worker_writes(self, which: int, say: str) -> None:
        actor = self.workers[which % len(self.workers)]
        while actor.at not in ("apply", None):
            actor.step()
        self._go_on(self.workers, which, 1, say)

    @precondition(lambda self: self.auditors)
    @rule(which=st.integers(0, 1), steps=st.integers(1, 4))
    def auditor_goes_on(self, which: int, steps: int) -> None:
        self._go_on(self.auditors, which, steps, "ack")

    @precondition(lambda self: self.workers)
    @rule(which=st.integers(0, 2))
    def worker_is_killed(self, which: int) -> None:
        self.workers.pop(which % len(self.workers)).kill()

    @precondition(lambda self: self.stage.remote.flight)
    @rule(which=st.integers(0, 9))
    def held_write_lands(self, which: int) -> None:
        self.stage.remote.land(which % len(self.stage.remote.flight))

    @rule(seconds=st.sampled_from([1, 4, LATENESS_S, 9, 11, 16, 21]))
    def time_passes(self, seconds: int) -> None:
        self.stage.tick(seconds)

    @rule()
    def somebody_edits(self) -> None:
        self.foreign = True
        self.stage.remote.edit(REMOTE, b"foreign")

    def _go_on(self, actors: list[Actor], which: int, steps: int, say: str) -> None:
        actor = actors[which % len(actors)]
        for _ in range(steps):
            if actor.at is not None:
                actor.step(say if actor.at == "apply" else None)
        if actor.at is None:
            actors.remove(actor)

    # The assertions, numbered as in the protocol.

    @invariant()
    def holds(self) -> None:
        seen = self.stage.snapshot()
        assert self.stage.honest(seen)  # 1
        assert len(seen.alive) <= 1  # 2
        self.counters_never_fall(seen)  # 3
        fence = seen.standing.placement.proof_fence
        assert fence is None or fence <= seen.standing.placement.fence  # 4
        self.what_ended_stays_ended(seen)  # 5
        state = seen.state
        assert state.word == "current" or (state.reason and (state.next_attempt_at or state.needs_person))  # 6
        fences = [write.fence for write in self.stage.remote.writes]
        assert None not in fences  # 7
        assert fences == sorted(fence for fence in fences if fence is not None)

    def counters_never_fall(self, seen: Snapshot) -> None:
        newest = max((delivery.rollout for delivery in seen.deliveries), default=0)
        placement = seen.standing.placement
        now = (placement.fence, placement.epoch, newest)
        assert all(before <= after for before, after in zip(self.highest, now, strict=True))
        self.highest = now

    def what_ended_stays_ended(self, seen: Snapshot) -> None:
        for delivery in seen.deliveries:
            assert self.ended.get(delivery.id, delivery.state) == delivery.state
            if delivery.state in ("superseded", "done"):
                self.ended[delivery.id] = delivery.state

    def everything_ends_proven(self) -> None:  # 8
        self.stage.settle_down()
        seen = self.stage.snapshot()
        state = seen.state
        right = self.stage.shown() == seen.standing.desired.digest
        if seen.standing.asset.head is None:
            assert state.word == "waiting"
        elif self.foreign:
            assert (state.word == "current") == right
        else:
            assert (state.word, right) == ("current", True)


def test_the_protocol(theatre: Theatre) -> None:
    Protocol.theatre = theatre
    run_state_machine_as_test(
        Protocol,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
