"""``celery -A tests.stack.suites.hasty worker``: the service's own worker with a limit that a test can wait for."""

from dataclasses import replace
from datetime import timedelta

from workers import tasks

LIMIT_S = 8.0
"""Less than the database lets anybody wait for a lock; and a decoder starts and makes a picture in less."""

tasks.LANES = tuple(replace(lane, lease=timedelta(seconds=LIMIT_S)) for lane in tasks.LANES)  # type: ignore[assignment]

from workers.app import app  # noqa: E402 it binds the tasks with their limits

__all__ = ["app"]
