"""What whoever watches over the service wants to know of it, in numbers; none of them names an asset or a person.

Rule: what it costs grows with what waits, never with the library. Numbers that have to survive a process, or come from
several, are in the database. Must not: know the form in which they are told (``dam.api.exposition``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dam.domain import policy
from dam.domain.placements import OPEN
from dam.domain.principals import Actor
from dam.domain.timing import Timing
from dam.ports.services import Services
from dam.ports.views import Queued, Waiting


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment. ``events``: how many have a number; ``behind``: assets that search shows otherwise than they are;
    ``deliveries`` and ``uploads``: those that have not ended, by state.
    """

    now: datetime
    jobs: Sequence[Queued]
    events: int
    outbox: Waiting
    behind: int
    deliveries: Mapping[str, int]
    uploads: Mapping[str, int]
    needing: int
    unreachable: int
    tasks: Sequence[Timing]


def figures(services: Services, actor: Actor) -> Figures:
    """Raises Forbidden, Unavailable."""
    policy.require(actor, "metrics.read")
    with services.store.reading() as work:
        return Figures(
            now=work.now(),
            jobs=work.jobs.queued(),
            events=work.jobs.last_number(),
            outbox=work.jobs.unnumbered(),
            behind=work.assets.count_behind(),
            deliveries=dict.fromkeys(sorted(OPEN), 0) | work.rollouts.open_states(),
            uploads={"open": 0, "completing": 0} | work.uploads.unfinished(),
            needing=work.placements.count_needing(),
            unreachable=work.placements.count_unreachable(),
            tasks=work.jobs.timings(),
        )
