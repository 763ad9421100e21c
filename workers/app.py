"""``celery -A workers.app worker``: the processes that run the jobs which the relay sends.

Rule: starts a process, so it reads the settings; binds names to functions, and no more. Each task takes the ids of jobs
and has its lane's hard time limit, which kills the process that runs it. Must not: send anything, or decide anything.
"""

import logging as stdlib_logging
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery, signals
from celery.apps.worker import Worker
from celery.concurrency.prefork import TaskPool

from config import celery as policy
from config import logging
from config.settings import Settings, SettingsError
from dam import wiring
from dam.domain.errors import Unavailable
from dam.store import schema
from workers import broker
from workers.dispatch import HINTS
from workers.pool import Hand
from workers.tasks import LANES


def _read() -> Settings:
    try:
        settings = Settings.read()
        wiring.choose(settings)
    except SettingsError as error:
        raise _unfit(error.code, error.detail) from None
    if not wiring.has_broker(settings):
        raise _unfit("settings_invalid", "DAM_BROKER_URL is embedded://; then dam worker runs the jobs itself.")
    return settings


def _unfit(code: str, detail: str) -> SystemExit:
    sys.stderr.write(f"{code}: {detail}\n")
    return SystemExit(1)


def _nobody() -> None:
    """PostgreSQL itself tells of every commit."""


SETTINGS = _read()
_hands: dict[int, Hand] = {}
"""By process, so that a fork never uses its parent's."""


def _hand() -> Hand:
    return _hands[os.getpid()]


def _runs(longest: timedelta) -> Callable[[list[int]], None]:
    def run(ids: list[int]) -> None:
        _hand().run(ids, longest)

    return run


def _drives(hint: str) -> Callable[[list[int]], None]:
    def drive(ids: list[int]) -> None:
        _hand().hinted(hint)

    return drive


class Quiet(Worker):  # type: ignore[misc]
    """Says nothing to other workers: nobody listens, and each word is waited for by the loop that also keeps the
    connection. A broker that fell silent would hold that loop, and with it the answer to a signal, for good.
    """

    def prepare_args(self, **given: object) -> dict[str, object]:
        """What the worker is made with, whatever its command line says."""
        return {**given, "without_gossip": True, "without_mingle": True, "without_heartbeat": True}


def _bind(app: Celery) -> Celery:
    app.Worker = app.subclass_with_self(Quiet)
    for lane in LANES:
        for name in lane.tasks if lane.queue else ():
            app.task(_runs(lane.lease), name=name, time_limit=lane.lease.total_seconds())
    for hint in HINTS:
        app.task(_drives(hint), name=hint, time_limit=policy.LONGEST_S)
    return app


app = _bind(broker.application(policy.policy(SETTINGS.broker_url)))


def _logs(**_: object) -> None:
    """As in every other process of the service: what Celery says of each message is for who looks for a fault."""
    logging.configure(SETTINGS.log_format, SETTINGS.log_level)
    if SETTINGS.log_level != "debug":
        for name in ("celery.worker.strategy", "celery.app.trace"):
            stdlib_logging.getLogger(name).setLevel("WARNING")


def _refuse_unfit(instance: Any, **_: object) -> None:
    """In a pool of threads a time limit ends nothing; another version's tables are not ours to write to."""
    if not issubclass(instance.pool_cls, TaskPool):
        raise _unfit("pool_unfit", "Time limits need processes. Leave --pool out, or set it to prefork.")
    try:
        current = schema.is_newest(wiring.database_url(SETTINGS))
    except Unavailable as away:
        raise _unfit(away.code, away.detail) from None
    if not current:
        raise _unfit("schema_unfit", "The database is not ready for this version of dam. Run: dam migrate.")


def _open(**_: object) -> None:
    _hands[os.getpid()] = Hand(wiring.build(SETTINGS, _nobody))


def _close(**_: object) -> None:
    if hand := _hands.pop(os.getpid(), None):
        hand.close()


signals.setup_logging.connect(_logs)
signals.celeryd_after_setup.connect(_refuse_unfit)
signals.worker_process_init.connect(_open)
signals.worker_process_shutdown.connect(_close)
