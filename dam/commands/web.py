"""The web server's process: gunicorn with our application and options.

Rule: gunicorn is a library here: its worker runs in this process, and ``children`` watches it as it watches the other
one. Gunicorn's own master process would do that once more, for 7 MiB. Must not: answer requests (``dam.api``).
"""

import json
import logging
import os
import socket
import time
from typing import Any

import click
from gunicorn import glogging, sock  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from config.gunicorn import options
from config.settings import Settings
from dam import wiring
from dam.api.app import Options, create_app
from dam.commands import apart, home
from dam.commands.forking import supervise
from dam.commands.listening import address, bind
from workers import memory
from workers.media import confine
from workers.wakeup import Sender

_REST_S = 30.0


class Logger(glogging.Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's records through our handlers; what it says of its own daily life is for debugging."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log = logging.getLogger("gunicorn.error")
        self.error_log.propagate = True
        self.access_log = logging.getLogger("gunicorn.access")

    def info(self, msg: str, *args: Any, **kwargs: Any) -> None:
        self.error_log.debug(msg, *args, **kwargs)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's worker, which gives back what requests have freed."""

    _rested_at = 0.0

    def notify(self) -> None:
        """Called each second."""
        super().notify()
        if time.monotonic() - self._rested_at >= _REST_S:
            memory.give_back()
            self._rested_at = time.monotonic()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn over the socket that is bound already."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        super().__init__()

    def load_config(self) -> None:
        # A descriptor of its own: gunicorn closes the one that it is given, and the caller closes the socket.
        for name, value in options(self._settings, os.dup(self._listening.fileno())).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application; called when everything else is ready to serve it."""
        services = wiring.build(self._settings, Sender(self._settings.home))
        return create_app(
            services,
            Options(
                secure_cookies=self._settings.secure_cookies,
                broker=wiring.broker_address(self._settings),
                samples=self._settings.home / "samples",
                sandbox=confine.probe().level,
            ),
        )

    def run(self) -> None:
        """Answer requests until SIGTERM, or until the parent is gone; those that run are finished first."""
        log = self.cfg.logger_class(self.cfg)
        sockets = sock.create_sockets(self.cfg, log)
        Worker(1, os.getppid(), sockets, self, self.cfg.timeout, self.cfg, log).init_process()


def serve(settings: Settings, listening: socket.socket) -> int:
    """Answer requests until SIGTERM; those that run are finished first. Returns the exit code."""
    Server(settings, listening).run()
    return 0


def alone(settings: Settings, *, as_json: bool) -> int:
    """``dam serve``: the web server without a worker, until SIGTERM or SIGINT. Raises Conflict ``home_in_use``,
    ``address_in_use``, Unavailable ``schema_unfit``.
    """
    with home.part(settings.home) as lock, bind(settings) as listening:
        apart.require_current("serve")
        home.write_private(home.address_file(settings.home), address(listening))
        click.echo(json.dumps({"address": address(listening)}) if as_json else f"dam is at {address(listening)}")
        supervise(settings, {"web": lambda: serve(settings, listening)}, lock, listening)
