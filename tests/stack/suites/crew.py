"""The service with a broker, as it is run: ``dam up`` for the web and the relay, and Celery's workers beside it.

Rule: every process is real, and is ended by the id that was noted when it was started.
"""

import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from dam.store.work import SqlStore, open_store
from tests.commands.test_up import PROGRAM, Service

ROOT = Path(__file__).parents[3]
LONG = 300.0
"""Seconds that nothing takes which ends at all, on however slow a machine."""


def empty_database(server: str) -> str:
    """The URL of a new database on the PostgreSQL at ``server``."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(server)._replace(path=f"/{name}").geturl()


class Worker:
    """One ``celery -A workers.app worker`` with its processes."""

    def __init__(self, environment: dict[str, str], log: Path, app: str, *options: str) -> None:
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", app, "worker", *options],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """All its processes at once, as when the machine is gone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LONG)

    def end(self) -> int:
        """Ask it to stop, as an administrator does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)


class Crew:
    """A home with its service, its database and its workers. ``broker``: the URL, ``embedded://`` for none."""

    def __init__(self, folder: Path, database: str, broker: str, **settings: str) -> None:
        self.folder, self.database, self.broker = folder, database, broker
        self.service = Service(
            folder / "home", DAM_DATABASE_URL=database, DAM_BROKER_URL=broker, DAM_LOG_FORMAT="json", **settings
        )
        self.store: SqlStore = open_store(database)
        self.workers: list[Worker] = []
        self._said = (folder / "service.log").open("wb")
        # Its standard error is a pipe, which must not fill up.
        self._reader = subprocess.Popen(["cat"], stdin=self.service.process.stderr, stdout=self._said)

    def start(self, *options: str, processes: int = 2, app: str = "workers.app") -> Worker:
        """One more worker."""
        name = f"w{len(self.workers)}"
        log = self.folder / f"{name}.log"
        worker = Worker(self.service.environment, log, app, "-c", str(processes), "-n", f"{name}@%h", *options)
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        self.service.close()
        self._reader.wait(LONG)
        self._said.close()
        self.store.dispose()

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of our commands, to its end."""
        return subprocess.run(
            [*PROGRAM, *arguments],
            env=self.service.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    def said(self) -> str:
        """What all of them have logged."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def enqueue(self, task: str, *ids: dict[str, object]) -> None:
        with self.store.writing() as work:
            for each in ids:
                work.jobs.enqueue(task, each)
            work.commit()

    def counts(self) -> dict[str, int]:
        with self.store.reading() as work:
            return work.jobs.counts()

    def rendering(self) -> int:
        """How many previews are being made: by the broker's workers, unlike what stays with the relay."""
        with self.store.reading() as work:
            return sum(job.task == "render" for job in work.jobs.page("leased", None, 1000))

    def until(self, true: Callable[[], bool], seconds: float = LONG) -> float:
        """Look until it is so; returns after how many seconds it was."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds, f"not within {seconds} s: {self.counts()}\n{self.said()[-6000:]}"
            select.select([], [], [], 0.05)
        return time.monotonic() - began

    def until_at_rest(self, seconds: float = LONG) -> float:
        """Until every job is done or set aside."""

        def rests() -> bool:
            counts = self.counts()
            return not (counts["due"] or counts["leased"] or counts["unnumbered"])

        return self.until(rests, seconds)

    def told(self, kind: str) -> list[str | None]:
        """The assets of all numbered events of this type, in order."""
        found: list[str | None] = []
        after = 0
        while True:
            with self.store.reading() as work:
                page = work.jobs.events(after, 1000)
            if not page:
                return found
            found += [each.event.asset_id for each in page if each.event.type == kind]
            after = page[-1].number


@contextmanager
def crew(folder: Path, database: str, broker: str, **settings: str) -> Iterator[Crew]:
    """A crew without workers, closed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Crew(folder, database, broker, **settings)
    try:
        yield made
    finally:
        made.close()
