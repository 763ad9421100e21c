"""Actors: functions that run in threads, one at a time, and stop wherever they touch the outside, until they are told
to go on.

Rule: exactly one thread runs at any time, so a schedule is a list of steps and plays the same each time.
"""

import threading
from collections.abc import Callable

_WAIT_S = 200
_current = threading.local()


class Killed(BaseException):
    """The actor's process is gone: nothing of it goes on, and no handler of ours may swallow that."""


class Actor:
    """One run of a function. ``at`` names the step before which it stands, None once it has ended."""

    def __init__(self, run: Callable[[], object]) -> None:
        self.at: str | None = "start"
        self.error: BaseException | None = None
        self._say: str | None = None
        self._killed = False
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._play, args=(run,), daemon=True)
        self._thread.start()

    def step(self, say: str | None = None) -> None:
        """Do the step that it stands before, and stop before the next. ``say`` is the answer that the step gets."""
        assert self.at is not None
        self._say = say
        self._go.release()
        assert self._stopped.acquire(timeout=_WAIT_S), f"stuck after {self.at}"
        if self.error is not None:
            raise self.error

    def run_to(self, at: str) -> None:
        """Go on until it stands before that step."""
        while self.at != at:
            self.step()

    def finish(self) -> None:
        """Go on to the end."""
        while self.at is not None:
            self.step()

    def kill(self) -> None:
        """End it where it stands."""
        if self.at is not None:
            self._killed = True
            self.step()
        self._thread.join(_WAIT_S)

    def pause(self, at: str) -> str | None:
        self.at = at
        self._stopped.release()
        self._go.acquire()
        if self._killed:
            raise Killed
        return self._say

    def _play(self, run: Callable[[], object]) -> None:
        _current.actor = self
        self._go.acquire()
        try:
            if not self._killed:
                run()
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self.at = None
        self._stopped.release()


def pause(at: str) -> str | None:
    """Called by what stands for the outside: stop the actor that runs here; does nothing outside of actors."""
    actor: Actor | None = getattr(_current, "actor", None)
    return actor.pause(at) if actor is not None else None
