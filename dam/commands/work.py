"""The worker's process: the loop of ``workers.process`` with its signals, its lock and its end. With a broker it relays
and sweeps, and Celery's workers (``workers.app``) do the rest.

Rule: leases of a dead worker are given back only by one who holds the worker's lock, so that nothing is begun twice
while somebody may still be at it. Must not: know tasks.
"""

import importlib
import json
import os
import signal
import sys
import time

import click
import structlog

from config.settings import Settings
from dam import wiring
from dam.commands import apart, home
from dam.ports.services import Services
from workers import memory, relay, tasks
from workers.dispatch import Dispatch
from workers.drain import drain
from workers.media.studio import Studio
from workers.process import BACKSTOP_S, Sizes, Worker
from workers.render import StudioRenderer
from workers.sweep import Chore
from workers.wakeup import Receiver, Sender

log = structlog.get_logger(__name__)

_REST_S = 30.0


def work(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; returns the exit code. Raises Conflict ``worker_runs``."""
    with home.worker(settings.home), Studio(at_once=settings.worker_threads) as studio:
        wake = Sender(settings.home)
        services = wiring.build(settings, wake)
        _give_back_leases(settings, services)
        receiver = Receiver(settings.home, wiring.listener(settings))
        rest = Chore("rest", _REST_S, lambda: _rest(services, studio), next_at=time.monotonic() + _REST_S)
        dispatch = _dispatch(settings, services)
        worker = Worker(services, StudioRenderer(studio), receiver, wake, sizes(settings), [rest], dispatch)
        _stop_on_signals(worker)
        worker.run()
        left = worker.close(settings.stop_seconds)
        receiver.close()
        if dispatch and not left:
            dispatch.close()
    return _end(left)


def alone(settings: Settings, *, once: bool, as_json: bool) -> int:
    """``dam worker``: a worker without the web server, until SIGTERM or SIGINT; with ``once``, until nothing is due.
    Raises Conflict ``home_in_use``, ``worker_runs``, Unavailable ``schema_unfit``.
    """
    with home.part(settings.home):
        apart.require_current("work")
        if not once:
            return work(settings)
        count = _once(settings)
    click.echo(json.dumps({"jobs": count}) if as_json else f"{count} jobs run; nothing more is due.")
    return 0


def relay_alone(settings: Settings, *, as_json: bool) -> int:
    """``dam relay``: number events and make their jobs until SIGTERM or SIGINT, and run none, so that the feed goes on
    while no worker may run. Takes the worker's place; raises as ``alone``.
    """
    with home.part(settings.home), home.worker(settings.home):
        apart.require_current()
        services = wiring.build(settings, Sender(settings.home))
        receiver = Receiver(settings.home, wiring.listener(settings))
        stopping: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: stopping.append(number))
        if as_json:
            click.echo(json.dumps({"relay": "running"}))
            sys.stdout.flush()
        while not stopping:
            receiver.wait(0 if relay.number(services.store) else BACKSTOP_S)
        receiver.close()
    return 0


def _once(settings: Settings) -> int:
    with home.worker(settings.home), Studio() as studio:
        services = wiring.build(settings, Sender(settings.home))
        _give_back_leases(settings, services)
        return drain(services, StudioRenderer(studio))


def _dispatch(settings: Settings, services: Services) -> Dispatch | None:
    """What sends jobs to the broker, where there is one. An index that is a folder here stays with this process."""
    if not wiring.has_broker(settings):
        return None
    policy, broker = importlib.import_module("config.celery"), importlib.import_module("workers.broker")
    url = settings.broker_url
    sender = broker.CeleryBroker(broker.application(policy.policy(url)), policy.patience(url))
    kept = {tasks.INDEX} if wiring.has_own_index(settings) else set()
    return Dispatch(services.store, sender, [lane for lane in tasks.LANES if lane.queue and lane not in kept])


def _rest(services: Services, studio: Studio) -> bool:
    """Let go of what only work needs; the next work makes it again, in milliseconds where it is the index's writer."""
    studio.rest()
    services.index.close()
    memory.give_back()
    return False


def sizes(settings: Settings) -> Sizes:
    """The numbers of threads. While some renditions are decoded, as many others are stored: the disk is waited for."""
    return Sizes(render=2 * settings.worker_threads, deliver=settings.worker_threads)


def _give_back_leases(settings: Settings, services: Services) -> None:
    """Where the database is this home's own, the lock says that no worker lives; elsewhere leases run out by time."""
    if not wiring.is_embedded(settings):
        return
    with services.store.writing() as work:
        count = work.jobs.release_leases(work.now())
        work.commit()
    if count:
        log.info("leases of an earlier worker given back", jobs=count)


def _stop_on_signals(worker: Worker) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: worker.stop())


def _end(left: int) -> int:
    """The exit code. Threads that still run would hold the interpreter's end up for ever, so it does not come to it;
    their jobs are leased, and are begun again."""
    if left:
        log.warning("stopped with work under way; it is begun again at the next start", left=left)
        sys.stderr.flush()
        os._exit(0)
    return 0
