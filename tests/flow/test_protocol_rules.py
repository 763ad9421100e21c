"""The scenarios behind the twenty rules that a destination in memory can play; the table of simpler rules is beside."""

import hashlib

import pytest

from dam.domain.errors import Conflict
from dam.operations import deliver, observe, place, reconcile
from dam.operations.channels import ChannelEdit, edit
from tests.harness.proofs import green, prove
from tests.harness.stage import BOSS, BYTES, DIGESTS, REMOTE, Stage


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
