"""The supervisor once everything runs: a process that has forked its children becomes this small program.

``python -m dam.commands.watch PLAN``. Rule: it keeps the id, the children, the locks and the socket of the process that
becomes it, and nothing of what that had loaded: its copy would be a quarter of what the service holds at rest. What a
child that crashed needs, its successor loads anew (``dam.commands.child``). Must not: import what it does not need to
wait.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, Self

from dam.commands.children import WATCHED, Children

_WATCH, _CHILD = "dam.commands.watch", "dam.commands.child"


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to outlive the change. ``children``: ids by name; ``kept``: descriptors of locks; ``listening``: of the
    socket; ``address``: the file that is removed at the end.
    """

    children: Mapping[str, int]
    listening: int
    kept: Sequence[int]
    stop_seconds: float
    address: str

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))

    def write(self) -> str:
        return json.dumps(asdict(self))


def hold_signals() -> None:
    """Let the signals that mean something to a supervisor wait until ``become`` has happened; called before the first
    child is forked, so that none comes between and is lost.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)


def become(plan: Plan) -> NoReturn:
    """Go on as the program of this module. Raises OSError if there is no such program any more."""
    for descriptor in (plan.listening, *plan.kept):
        os.set_inheritable(descriptor, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, _command(_WATCH, plan.write()))  # noqa: S606 it is our own program


def watch(plan: Plan) -> int:
    """Watch the children until SIGTERM or SIGINT; returns the exit code."""
    try:
        clean = Children(plan.children, lambda name: _start(name, plan), plan.stop_seconds, _say).run()
    finally:
        Path(plan.address).unlink(missing_ok=True)
    return 0 if clean else 1


def _start(name: str, plan: Plan) -> int:
    command = _command(_CHILD, name, str(plan.listening), str(os.getpid()))
    return os.posix_spawn(sys.executable, command, os.environ)


def _command(module: str, *arguments: str) -> list[str]:
    # -P: what lies in the folder in which the service was started is no module of ours.
    return [sys.executable, "-P", "-m", module, *arguments]


def _say(event: str, **known: object) -> None:
    """Logs are set up by the first thing that there is to say: a service that goes well never needs them here."""
    logs, settings = (importlib.import_module(f"config.{name}") for name in ("logging", "settings"))
    ours = settings.Settings.read()
    logs.configure(ours.log_format, ours.log_level)
    importlib.import_module("structlog").get_logger(__name__).error(event, **known)


if __name__ == "__main__":
    sys.exit(watch(Plan.read(sys.argv[1])))
