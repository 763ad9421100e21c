"""What only a claim that still holds may record."""

from dam.operations import deliver
from dam.operations.settle import settle
from tests.harness.stage import DIGESTS, LATENESS_S, LEASE_S, PERMIT_S, Stage


def test_a_claim_that_was_taken_over_does_not_settle(stage: Stage) -> None:
    """The same delivery, claimed again after its lease ran out: the first worker's late settle moves nothing but the
    proof, which it takes away.
    """
    stage.release(1)
    first = stage.worker()
    first.run_to("applied")
    first.run_to("was read")
    stage.tick(LEASE_S + PERMIT_S + LATENESS_S + 1)
    second = stage.worker()
    second.run_to("stage")
    leased = stage.standing().newest
    first.finish()
    after = stage.standing()
    assert after.newest == leased
    assert after.placement.proof_digest is None
    second.finish()
    stage.settle_down()
    assert stage.state().word == "current"
    assert stage.shown() == DIGESTS[1]


def test_nothing_to_settle_changes_nothing(stage: Stage) -> None:
    before = stage.standing()
    settle(stage.services, [])
    assert stage.standing() == before
    assert deliver.run_due(stage.services) == 0
