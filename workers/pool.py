"""One process of a Celery pool: what it opens after its fork, and what it does with a message.

Rule: the same tasks as in the embedded worker (``workers.tasks``, ``workers.runner``), taken by ``workers.claim``. A
hint drives what is due for a while, and then makes room: it comes again as long as something is due. Must not: know
Celery, or read the settings.
"""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

from dam.ports.services import Services
from workers import claim, deliver, memory, tasks
from workers.dispatch import DELIVER, LOOK
from workers.media.studio import Studio
from workers.render import StudioRenderer
from workers.runner import Ids

_HINT_S = 20.0
_REST_S = 30.0


class Hand:
    """Opened after the fork, closed at the process's end. What is due is done in the calling thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._studio = Studio()
        self._tasks = tasks.table(services, StudioRenderer(self._studio), _elsewhere, _elsewhere)
        self._resting = threading.Event()
        threading.Thread(target=self._rest, name="rest", daemon=True).start()

    def run(self, ids: Sequence[int], longest: timedelta) -> None:
        """The jobs of one message, if they are still to be done. Raises TypeError for what is no message of ours."""
        if not all(isinstance(each, int) for each in ids):
            raise TypeError("A message names jobs by their numbers.")
        claim.run(self._services.store, self._tasks, ids, longest)

    def hinted(self, task: str) -> None:
        """Deliveries, or looks, are due."""
        work = {DELIVER: deliver.deliveries, LOOK: deliver.looks}[task]
        end = time.monotonic() + _HINT_S
        while work(self._services) and time.monotonic() < end:
            pass

    def close(self) -> None:
        """End the decoders. Connections end with the process."""
        self._resting.set()
        self._studio.close()

    def _rest(self) -> None:
        while not self._resting.wait(_REST_S):
            self._studio.rest()
            memory.give_back()


def _elsewhere(ids: Ids) -> None:
    """Hints that are jobs stay with the relay, which sends them on without ids."""
    raise RuntimeError("A hint came as a job.")
