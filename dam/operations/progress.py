"""How far a rendition is that takes long, for who waits for it.

Rule: it is a word to people and nothing else: what is to be made does not depend on it, and where it can't be written
the work goes on. It is written when a percent more is done, at most once a second, as the renderer tells it.
"""

import contextlib
from dataclasses import replace

from dam.domain.errors import Unavailable
from dam.domain.recipes import Artefact
from dam.ports.services import Services


class Progress:
    """Of one artefact that is being made; called with how much of it is done (0–1)."""

    def __init__(self, services: Services, artefact: Artefact) -> None:
        self._services = services
        self._written = artefact

    def __call__(self, share: float) -> None:
        percent = max(0, min(100, int(100 * share)))
        if percent == self._written.percent:
            return
        told = replace(self._written, percent=percent)
        with contextlib.suppress(Unavailable), self._services.store.writing() as work:
            if work.replace(self._written, told):  # else somebody has asked for it anew, or it was given up
                work.commit()
                self._written = told
