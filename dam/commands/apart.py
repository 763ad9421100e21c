"""Running ``dam.commands.prepare`` in a process of its own.

Rule: what only a start or an upgrade needs is loaded there and gone afterwards; the process that goes on stays small,
and can load its own modules meanwhile.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from dam.commands.home import Lock
from dam.domain.errors import Unavailable

_MODULE = "dam.commands.prepare"


@contextmanager
def running(*arguments: str, lock: Lock | None = None) -> "Iterator[subprocess.Popen[bytes]]":
    """That process, at work; it is ended if the caller leaves early. ``lock`` stays held until it ends, also if this
    process is killed meanwhile. A Ctrl-C of the terminal reaches only this process.
    """
    passed = (lock.fileno(),) if lock else ()
    command = [sys.executable, "-m", _MODULE, *arguments]
    process = subprocess.Popen(command, pass_fds=passed, stdin=subprocess.DEVNULL, process_group=0)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def require_current(before: Literal["", "serve", "work"] = "") -> None:
    """Raise Unavailable ``schema_unfit`` unless the database's schema is the one of this program. Then also make what
    is needed ``before`` serving (a token in the home, for programs on this machine) or working (an index).
    """
    with running(before or "check") as checking:
        if checking.wait() != 0:
            raise Unavailable("schema_unfit", "The database is not ready for this version of dam. Run: dam migrate.")
