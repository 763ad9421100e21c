"""Whether what this service needs answers: the database, the object store, the search index, the broker.

Rule: looks, changes nothing, and says what is wrong in a sentence. Nobody's role is asked: the answer has no content.
Nobody waits long for it: what does not answer in time is not well, and is asked once at a time, however many want to
know.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dam.domain.errors import DamError, Unavailable
from dam.ports.services import Services
from search.errors import SearchError

PATIENCE_S = 3.0
"""How long one question may take, before what is asked counts as away."""

_log = logging.getLogger(__name__)

_NOBODY = "00000000-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is needed. ``required``: without it requests can't be answered; without the index only search
    can't, and without the broker work waits. ``reason`` is None where it answers.
    """

    name: str
    required: bool
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """How one thing is asked: ``ask`` raises DamError or SearchError where it is not well."""

    name: str
    required: bool
    ask: Callable[[], None]

    def check(self) -> Check:
        """Asked now, in this thread."""
        try:
            self.ask()
        except (DamError, SearchError) as problem:
            return Check(self.name, self.required, problem.code, problem.detail)
        return Check(self.name, self.required)


def probes(services: Services, broker: tuple[str, int] | None = None) -> tuple[Probe, ...]:
    """What is asked. ``broker``: its host and port, where there is one."""
    found = (
        Probe("database", required=True, ask=lambda: _ask_database(services)),
        Probe("objects", required=True, ask=lambda: _ask_objects(services)),
        Probe("index", required=False, ask=lambda: _ask_index(services)),
    )
    return found if broker is None else (*found, Probe("broker", required=False, ask=lambda: _ask_broker(broker)))


def checks(services: Services) -> tuple[Check, ...]:
    """Each of them, asked now, however long it takes."""
    return tuple(each.check() for each in probes(services))


def is_ready(found: Sequence[Check]) -> bool:
    """Whether requests can be answered."""
    return all(each.reason is None for each in found if each.required)


class Watch:
    """Asks all probes at once, each in a thread of its own, and waits for no more than ``patience`` seconds.

    A thread that hangs in a question is not joined by a second one: whoever asks meanwhile waits for the same answer.
    """

    def __init__(self, asked: Sequence[Probe], patience: float = PATIENCE_S) -> None:
        self._patience = patience
        self._lines = [_Line(each) for each in asked]

    def checks(self) -> tuple[Check, ...]:
        """What each of them said, in order."""
        end = time.monotonic() + self._patience
        begun = [line.begin() for line in self._lines]
        return tuple(line.end(each, end) for line, each in zip(self._lines, begun, strict=True))


class _Asking:
    """One question that is on its way."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.found: Check | None = None


class _Line:
    """At most one question at a time to one probe."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self._asking: _Asking | None = None

    def begin(self) -> _Asking:
        with self._lock:
            if self._asking is None:
                self._asking = _Asking()
                threading.Thread(target=self._ask, args=(self._asking,), name="readiness", daemon=True).start()
            return self._asking

    def end(self, asking: _Asking, until: float) -> Check:
        asking.over.wait(max(0.0, until - time.monotonic()))
        if asking.found is not None:
            return asking.found
        detail = "It has not answered in time." if not asking.over.is_set() else "It failed; the log says how."
        return Check(self._probe.name, self._probe.required, f"{self._probe.name}_unavailable", detail)

    def _ask(self, asking: _Asking) -> None:
        try:
            asking.found = self._probe.check()
        except Exception:  # a bug of a probe must not look like health, nor end in nobody's hands
            _log.exception("the probe of %s failed", self._probe.name)
        finally:
            with self._lock:
                self._asking = None
            asking.over.set()


def _ask_database(services: Services) -> None:
    with services.store.reading() as work:
        work.now()
        work.people.any_person()


def _ask_objects(services: Services) -> None:
    services.objects.find("0" * 64)


def _ask_index(services: Services) -> None:
    services.index.sequences([_NOBODY])


def _ask_broker(address: tuple[str, int]) -> None:
    """That it listens; whether it takes messages, the workers find out."""
    try:
        socket.create_connection(address, PATIENCE_S).close()
    except OSError as error:
        raise Unavailable("broker_unavailable", f"The broker can't be reached: {error.strerror or error}.") from error
