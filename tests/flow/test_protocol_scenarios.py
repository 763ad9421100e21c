"""Each line of the protocol's table of simpler rules, as the shortest schedule that breaks it; and the other scenarios
behind the twenty rules that a destination in memory can play.
"""

import hashlib

import pytest

from dam.domain.errors import Conflict
from dam.operations import deliver, observe, place, reconcile
from dam.operations.channels import ChannelEdit, edit
from tests.harness.stage import (
    BOSS,
    BYTES,
    DIGESTS,
    LATENESS_S,
    LEASE_S,
    PERMIT_S,
    REMOTE,
    Stage,
)


def green(stage: Stage) -> bool:
    seen = stage.snapshot()
    assert stage.honest(seen), "false green"
    return seen.state.word == "current"


def prove(stage: Stage, number: int) -> None:
    stage.release(number)
    deliver.run_due(stage.services)
    assert green(stage)
    assert stage.shown() == DIGESTS[number]


# The table of simpler rules.


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


# The other rules.


def test_a_placement_made_while_an_approval_runs_is_served(stage: Stage) -> None:
    rollout = stage.approve(1)
    other = place.place(stage.services, BOSS, stage.ids.asset, place.Where(stage.standing().channel.id, "other.bin"))
    reconcile.fan_out(stage.services, rollout)
    stage.settle_down()
    with stage.store.reading() as work:
        standing = work.placements.standing(other)
    assert standing is not None
    assert standing.placement.proof_digest == DIGESTS[1]
    assert stage.remote.digest("other.bin") == DIGESTS[1]


def test_a_channel_that_says_yes_and_keeps_the_old_bytes_is_never_green(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.keeps_old = True
    stage.release(2)
    for _ in range(20):
        deliver.run_due(stage.services)
        assert not green(stage)
        stage.tick(700)
    state = stage.state()
    assert state.word == "failed"
    assert state.needs_person is not None
    assert state.needs_person.code == "gave_up"


def test_a_channel_that_says_yes_and_shows_others_is_never_green(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.lie = b"re-encoded"
    stage.release(2)
    deliver.run_due(stage.services)
    state = stage.state()
    assert not green(stage)
    assert state.needs_person is not None
    assert state.needs_person.code == "foreign_bytes"
    observe.look(stage.services, stage.ids.placement)
    assert not green(stage)


def test_foreign_bytes_at_a_first_placement_need_a_person(stage: Stage) -> None:
    stage.remote.edit(REMOTE, b"somebody's")
    stage.release(1)
    deliver.run_due(stage.services)
    state = stage.state()
    assert (state.word, state.needs_person and state.needs_person.code) == ("failed", "target_occupied")
    assert stage.remote.files[REMOTE] == b"somebody's"
    reconcile.reconcile(stage.services, None)
    deliver.run_due(stage.services)
    assert stage.remote.files[REMOTE] == b"somebody's"


def test_adopting_replaces_them_and_keeps_a_copy(stage: Stage) -> None:
    stage.remote.edit(REMOTE, b"somebody's")
    stage.release(1)
    deliver.run_due(stage.services)
    place.repair(stage.services, BOSS, stage.ids.placement, adopt=True)
    deliver.run_due(stage.services)
    assert green(stage)
    adopted = stage.standing().placement.adopted_sha256
    assert adopted is not None
    with stage.services.objects.open(adopted) as kept:
        assert kept.read() == b"somebody's"


def test_a_hand_edit_is_drift_that_nobody_sends_over_until_asked(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.edit(REMOTE, b"edited")
    observe.look(stage.services, stage.ids.placement)
    for _ in range(3):
        reconcile.reconcile(stage.services, None)
        deliver.run_due(stage.services)
    state = stage.state()
    assert state.word == "drifted"
    assert state.needs_person is not None
    assert stage.remote.files[REMOTE] == b"edited"
    place.repair(stage.services, BOSS, stage.ids.placement)
    deliver.run_due(stage.services)
    assert green(stage)
    assert stage.shown() == DIGESTS[1]


def test_an_approval_overwrites_a_hand_edit_and_keeps_a_copy(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.edit(REMOTE, b"edited by hand")
    stage.release(2)
    deliver.run_due(stage.services)
    assert green(stage)
    with stage.store.reading() as work:
        contents = [each.sha256 for each in work.assets.contents(None, 100)]
    assert hashlib.sha256(b"edited by hand").hexdigest() in contents


def test_a_withdrawal_removes_only_our_own_bytes(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.edit(REMOTE, b"edited")
    place.withdraw(stage.services, BOSS, stage.ids.placement)
    deliver.run_due(stage.services)
    state = stage.state()
    assert (state.word, state.needs_person and state.needs_person.code) == ("failed", "foreign_bytes")
    assert stage.remote.files[REMOTE] == b"edited"
    place.repair(stage.services, BOSS, stage.ids.placement, adopt=True)
    deliver.run_due(stage.services)
    assert REMOTE not in stage.remote.files
    assert stage.standing().placement.ended_at is not None


def test_a_withdrawal_is_proven_and_frees_the_target(stage: Stage) -> None:
    prove(stage, 1)
    channel = stage.standing().channel.id
    where = place.Where(channel, REMOTE)
    with pytest.raises(Conflict) as refused:
        place.place(stage.services, BOSS, stage.ids.asset, where)
    assert refused.value.code == "target_taken"
    place.withdraw(stage.services, BOSS, stage.ids.placement)
    assert stage.standing().placement.ended_at is None
    deliver.run_due(stage.services)
    assert stage.standing().placement.ended_at is not None
    assert stage.state().word == "withdrawn"
    assert place.place(stage.services, BOSS, stage.ids.asset, where)


def test_a_vanished_root_is_unreachable_and_nothing_is_written(stage: Stage) -> None:
    prove(stage, 1)
    stage.remote.mark, files = None, dict(stage.remote.files)
    observe.look(stage.services, stage.ids.placement)
    assert stage.state().word == "unreachable"
    stage.remote.files.clear()
    stage.release(2)
    deliver.run_due(stage.services)
    assert stage.state().word == "unreachable"
    assert stage.remote.files == {}
    stage.remote.mark, stage.remote.files = "held", files
    stage.tick(700)
    stage.settle_down()
    assert green(stage)
    assert stage.remote.files[REMOTE] == BYTES[2]


def test_a_file_that_appears_between_look_and_write_is_not_overwritten(stage: Stage) -> None:
    stage.release(1)
    worker = stage.worker()
    worker.run_to("apply")
    stage.remote.edit(REMOTE, b"just now")
    worker.finish()
    assert stage.remote.files[REMOTE] == b"just now"
    stage.tick(10)
    deliver.run_due(stage.services)
    state = stage.state()
    assert (state.word, state.needs_person and state.needs_person.code) == ("failed", "target_occupied")


def test_a_failed_delivery_waits_for_a_person_and_is_retried(stage: Stage) -> None:
    stage.remote.edit(REMOTE, b"somebody's")
    stage.release(1)
    deliver.run_due(stage.services)
    del stage.remote.files[REMOTE]
    place.retry(stage.services, BOSS, stage.ids.placement)
    deliver.run_due(stage.services)
    assert green(stage)
    with stage.store.reading() as work:
        assert [each.state for each in work.rollouts.page(None, 10)] == ["done"]


def test_a_rollout_is_done_when_its_last_delivery_is_proven(stage: Stage) -> None:
    number = stage.release(1)
    with stage.store.reading() as work:
        rollout = work.rollouts.get(number)
    assert rollout is not None
    assert rollout.state == "open"
    deliver.run_due(stage.services)
    with stage.store.reading() as work:
        rollout = work.rollouts.get(number)
    assert rollout is not None
    assert rollout.state == "done"
    assert rollout.finished_at is not None


@pytest.mark.parametrize("repairs", [True, False])
def test_drift_follows_the_channels_policy(stage: Stage, repairs: bool) -> None:
    prove(stage, 1)
    if repairs:
        channel = stage.standing().channel
        from_now_on = ChannelEdit(on_drift="repair")
        edit(stage.services, BOSS, channel.id, channel.revision, from_now_on)
    stage.remote.edit(REMOTE, b"edited")
    observe.look(stage.services, stage.ids.placement)
    reconcile.reconcile(stage.services, None)
    deliver.run_due(stage.services)
    assert green(stage) == repairs


def test_of_big_files_one_is_claimed_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is claimed waits while others are pushed, and its lease runs."""
    place.place(stage.services, BOSS, stage.ids.asset, place.Where(stage.standing().channel.id, "other.bin"))
    stage.release(1)
    monkeypatch.setattr(deliver, "BYTES", 1)
    assert len(deliver.claim_due(stage.services, 16)[1]) == 1
    assert sorted(each.state for each in stage.snapshot().deliveries) == ["due", "leased"]
