"""The home folder: who may use it now, and what is left there for programs on this machine.

Rule: a lock is an ``flock`` on a file that stays. It is held by a process and by the children that it forks, and is
free when the last of them is dead, however they died. Must not: know what is in the database.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from dam.domain.errors import Conflict

_PATIENCE_S = 2.0  # those that were killed a moment ago, with their parent, may not be gone yet
_PAUSE_S = 0.05
_RESTORING = "restoring"


class Lock:
    """A held lock; a context manager. Raises Conflict ``home_in_use`` or ``worker_runs`` if others have it."""

    def __init__(self, path: Path, refusal: Conflict, *, shared: bool = False) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _take(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, refusal)
        except BaseException:
            os.close(self._file)
            raise

    def fileno(self) -> int:
        return self._file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._file)


def whole(home: Path) -> Lock:
    """For one who needs the home alone: ``dam up`` and ``dam migrate``. Raises Conflict ``home_in_use``."""
    return Lock(_made(home) / "lock", _in_use(home))


def part(home: Path) -> Lock:
    """For those who can share the home: ``dam serve`` beside ``dam worker``. Raises Conflict ``home_in_use``."""
    return Lock(_made(home) / "lock", _in_use(home), shared=True)


def worker(home: Path) -> Lock:
    """For the one worker of a home. Who has it knows that no other worker's thread is alive. Raises Conflict
    ``worker_runs``.
    """
    refusal = Conflict("worker_runs", f"A worker is running for {home} already; there is one for each home.")
    return Lock(_made(home) / "worker.lock", refusal)


def copying(home: Path) -> Lock:
    """For the one copy of a home, which may run beside its service. Raises Conflict ``copy_runs``."""
    return Lock(_made(home) / "copy.lock", Conflict("copy_runs", f"{home} is being copied already."))


def read_secret(path: Path) -> str | None:
    """The text of a file, or None where there is none."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def write_private(path: Path, text: str) -> None:
    """Put a file there, whole or not at all, that only its owner can read."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def address_file(home: Path) -> Path:
    """Where the service that runs says its address."""
    return home / "address"


def token_file(home: Path) -> Path:
    """Where an administrator's token for this machine is kept."""
    return home / "token"


@contextmanager
def unfinished(home: Path) -> Iterator[None]:
    """While this runs, and after it has failed or was killed, ``refuse_unfinished`` refuses."""
    mark = _made(home) / _RESTORING
    mark.touch(0o600)
    yield
    mark.unlink()


def refuse_unfinished(home: Path) -> None:
    """Raise Conflict ``restore_unfinished`` where a restore was begun and did not end."""
    if (home / _RESTORING).exists():
        raise Conflict(
            "restore_unfinished",
            f"A restore into {home} was begun and did not end. Run it again, or remove {home / _RESTORING} to begin"
            " with what is there.",
        )


def _made(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def _in_use(home: Path) -> Conflict:
    return Conflict("home_in_use", f"A service is running with {home} already. Stop it, or set DAM_HOME to another.")


def _take(file: int, kind: int, refusal: Conflict) -> None:
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise refusal from None
            time.sleep(_PAUSE_S)
