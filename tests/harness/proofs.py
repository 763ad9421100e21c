"""What scenarios ask again and again: is it green, and honestly so?"""

from dam.operations import deliver
from tests.harness.stage import DIGESTS, Stage


def green(stage: Stage) -> bool:
    seen = stage.snapshot()
    assert stage.honest(seen), "false green"
    return seen.state.word == "current"


def prove(stage: Stage, number: int) -> None:
    stage.release(number)
    deliver.run_due(stage.services)
    assert green(stage)
    assert stage.shown() == DIGESTS[number]
