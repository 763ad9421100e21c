"""Each line of the protocol's table of simpler rules, as the shortest schedule that breaks it."""

from dam.operations import deliver, observe, reconcile
from tests.harness.proofs import green, prove
from tests.harness.stage import DIGESTS, LATENESS_S, LEASE_S, PERMIT_S, REMOTE, Stage


def test_a_claim_invalidates_the_old_proof(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("apply")
    stage.release(1)
    worker.step("ack")
    assert stage.shown() == DIGESTS[2]
    assert not green(stage)
    stage.settle_down()
    assert green(stage)


def test_an_unknown_outcome_stays_alive(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("apply")
    worker.step("hold")
    worker.finish()
    stage.release(1)
    deliver.run_due(stage.services)
    assert not green(stage)
    stage.remote.land(0)
    assert not green(stage)
    stage.settle_down()
    assert green(stage)
    assert stage.shown() == DIGESTS[1]


def test_a_write_sent_in_time_may_land_later_than_its_permit(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("apply")
    worker.step("hold")
    worker.kill()
    stage.release(1)
    stage.tick(PERMIT_S + 1)
    deliver.run_due(stage.services)
    observe.look(stage.services, stage.ids.placement)
    assert not green(stage)
    assert stage.remote.land(0)
    assert not green(stage)
    stage.tick(LATENESS_S)
    stage.settle_down()
    assert green(stage)


def test_the_fence_is_checked_before_the_write(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    old = stage.worker()
    old.run_to("stage")
    stage.tick(LEASE_S + PERMIT_S + 1)
    stage.release(3)
    deliver.run_due(stage.services)
    assert green(stage)
    old.finish()
    assert stage.shown() == DIGESTS[3]
    assert green(stage)


def test_the_fence_is_checked_at_the_settle(stage: Stage) -> None:
    stage.release(1)
    worker = stage.worker()
    worker.run_to("applied")
    worker.run_to("was read")
    stage.tick(LEASE_S + PERMIT_S + LATENESS_S + 1)
    stage.release(2)
    deliver.run_due(stage.services)
    assert green(stage)
    before = stage.standing().placement
    worker.finish()
    after = stage.standing().placement
    assert after.proof_digest != DIGESTS[1]
    assert after.epoch > before.epoch
    stage.settle_down()
    assert green(stage)


def test_a_zombie_beyond_all_bounds_confesses(stage: Stage) -> None:
    prove(stage, 3)
    stage.release(1)
    zombie = stage.worker()
    zombie.run_to("apply")
    stage.tick(LEASE_S + PERMIT_S + LATENESS_S + 1)
    stage.release(2)
    deliver.run_due(stage.services)
    assert green(stage)
    zombie.step("zombie")
    assert stage.shown() == DIGESTS[1]
    zombie.finish()
    seen = stage.snapshot()
    assert seen.state.word == "replacing"
    assert seen.standing.placement.proof_digest is None
    stage.settle_down()
    assert stage.shown() == DIGESTS[2]


def test_the_reconciler_sees_what_a_lost_fan_out_left(stage: Stage) -> None:
    prove(stage, 1)
    stage.approve(2)
    assert not green(stage)
    reconcile.reconcile(stage.services, None)
    deliver.run_due(stage.services)
    assert green(stage)
    assert stage.shown() == DIGESTS[2]


def test_the_reconciler_sees_what_a_superseded_delivery_left(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    stage.approve(1)
    deliver.run_due(stage.services)
    assert stage.standing().open_delivery is None
    reconcile.reconcile(stage.services, None)
    stage.settle_down()
    assert green(stage)
    assert stage.shown() == DIGESTS[1]


def test_the_reconciler_looks_at_the_state_not_at_the_digest(stage: Stage) -> None:
    """Proven 1, claimed for 2, rolled back to 1: the old digest is the wanted one, and nobody knows what is there."""
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("stage")
    worker.kill()
    stage.approve(1)
    stage.tick(LEASE_S + PERMIT_S + LATENESS_S + 1)
    deliver.run_due(stage.services)
    assert stage.standing().open_delivery is None
    assert not green(stage)
    before = stage.standing().placement.look_at
    reconcile.reconcile(stage.services, None)
    after = stage.standing()
    assert after.open_delivery is not None or after.placement.look_at != before
    stage.settle_down()
    assert green(stage)


def test_an_older_rollout_never_replaces_a_newer_delivery(stage: Stage) -> None:
    older, newer = stage.approve(1), stage.approve(2)
    reconcile.fan_out(stage.services, newer)
    before = stage.standing().newest
    reconcile.fan_out(stage.services, older)
    assert stage.standing().newest == before
    assert [each.rollout for each in stage.snapshot().deliveries] == [newer]


def test_a_claim_checks_again_what_is_wanted(stage: Stage) -> None:
    stage.release(1)
    stage.approve(2)
    deliver.run_due(stage.services)
    assert stage.remote.writes == []
    assert [each.state for each in stage.snapshot().deliveries] == ["superseded"]


def test_a_permit_checks_again_what_is_wanted(stage: Stage) -> None:
    stage.release(1)
    worker = stage.worker()
    worker.run_to("stage")
    stage.approve(2)
    worker.finish()
    assert stage.remote.writes == []
    stage.settle_down()
    assert stage.shown() == DIGESTS[2]


def test_a_permit_is_only_given_within_the_lease(stage: Stage) -> None:
    stage.release(1)
    worker = stage.worker()
    worker.run_to("stage")
    stage.tick(LEASE_S + 1)
    worker.finish()
    assert stage.remote.writes == []
    stage.settle_down()
    assert green(stage)


def test_an_audit_that_overlaps_a_delivery_counts_for_nothing(stage: Stage) -> None:
    prove(stage, 1)
    auditor = stage.auditor()
    auditor.run_to("was read")
    prove(stage, 2)
    proof = stage.standing().placement.proof_digest
    auditor.finish()
    assert stage.standing().placement.proof_digest == proof
    assert green(stage)


def test_an_audit_waits_while_anything_may_write(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("apply")
    before = stage.standing().placement
    observe.look(stage.services, stage.ids.placement)
    after = stage.standing().placement
    assert (after.epoch, after.proof_fence) == (before.epoch, before.proof_fence)
    assert after.look_at is not None
    assert after.look_at > stage.time.now()
    worker.finish()
    assert green(stage)


def test_an_older_audit_never_overwrites_a_newer_one(stage: Stage) -> None:
    prove(stage, 1)
    older = stage.auditor()
    older.run_to("was read")
    stage.remote.edit(REMOTE, b"foreign")
    observe.look(stage.services, stage.ids.placement)
    assert stage.state().word == "drifted"
    older.finish()
    assert stage.state().word == "drifted"


def test_one_kill_does_not_last_for_ever(stage: Stage) -> None:
    stage.release(1)
    worker = stage.worker()
    worker.run_to("apply")
    worker.kill()
    assert not green(stage)
    stage.tick(LEASE_S + PERMIT_S + LATENESS_S + 1)
    deliver.run_due(stage.services)
    assert green(stage)


def test_an_unacknowledged_write_that_is_seen_is_verifying_with_a_time(stage: Stage) -> None:
    prove(stage, 1)
    stage.release(2)
    worker = stage.worker()
    worker.run_to("apply")
    worker.step("hold")
    stage.remote.land(0)
    worker.finish()
    state = stage.state()
    assert state.word == "verifying"
    assert state.next_attempt_at is not None
    stage.tick(PERMIT_S + LATENESS_S)
    deliver.run_due(stage.services)
    assert green(stage)
