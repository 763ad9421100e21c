"""Doing all that is due, in the calling thread, until nothing is: ``dam worker --once``, and the tests.

Rule: the same relay, runner, tasks and deliveries as the worker's; only without threads, sleeping and the clock's
chores. What is due later stays.
"""

from collections.abc import Sequence

from dam.domain.work import Job
from dam.ports.media import Renderer
from dam.ports.services import Services
from workers import deliver, relay, runner, tasks
from workers.relay import Lane

_BATCHES = 100


def drain(services: Services, renderer: Renderer) -> int:
    """Relay and run until nothing is due; returns how many jobs were run."""
    table = tasks.table(services, renderer, _nothing, _nothing)
    count = 0

    def send(lane: Lane, jobs: Sequence[Job]) -> None:
        runner.run(services.store, table[jobs[0].task], jobs)

    while True:
        step = relay.step(services.store, dict.fromkeys(tasks.LANES, _BATCHES), send)
        count += step.jobs
        delivered, looked = deliver.deliveries(services), deliver.looks(services)
        if not (step.events or step.jobs or delivered or looked):
            return count


def _nothing(ids: runner.Ids) -> None:
    """What a hint does here: deliveries and looks are drained in each round anyway."""
