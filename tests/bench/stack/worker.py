"""``celery -A tests.bench.stack.worker worker``: the service's own worker, whose previews only say when they began."""

import os
import socket
import time

from dam.operations import rendering
from tests.bench.stack.queue import ADDRESS, BEGUN
from workers.app import app

_told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
_told.connect(os.environ[ADDRESS])


def _say(*_: object) -> None:
    _told.send(BEGUN.pack(time.monotonic()))


vars(rendering)["render"] = _say  # before the fork, so that each process of the pool has it

__all__ = ["app"]
