"""The supervisor becomes a small program that keeps its id, its children and what they have said to it meanwhile."""

import json
import os
import subprocess
import sys
from pathlib import Path

LOADED = ("structlog", "logging", "click", "flask", "sqlalchemy", "config.settings", "subprocess", "ctypes")

BEGINNING = """
import os, signal, socket, sys
from dam.commands import watch
from dam.commands.forking import fork

listening = socket.create_server(("127.0.0.1", 0))
watch.hold_signals()
pid = fork(lambda: signal.pause() or 0)
print(os.getpid(), flush=True)
{meanwhile}
watch.become(watch.Plan({{"web": pid}}, listening.fileno(), [], {patience}, {address!r}))
"""


def ended(address: Path, meanwhile: str, *, patience: float = 30.0) -> "subprocess.CompletedProcess[str]":
    """A supervisor of one child that knows nothing but to wait, to its end."""
    program = BEGINNING.format(meanwhile=meanwhile, patience=patience, address=str(address))
    environment = {**os.environ, "DAM_LOG_FORMAT": "json"}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_a_signal_that_comes_before_the_change_is_obeyed_after_it(tmp_path: Path) -> None:
    address = tmp_path / "address"
    address.write_text("here")
    done = ended(address, "os.kill(os.getpid(), signal.SIGTERM)")
    assert (done.returncode, done.stderr) == (0, "")
    assert not address.exists()


def test_a_child_that_does_not_stop_is_killed_and_that_is_said(tmp_path: Path) -> None:
    deaf = "os.kill(pid, signal.SIGSTOP); os.kill(os.getpid(), signal.SIGTERM)"
    done = ended(tmp_path / "address", deaf, patience=0.1)
    assert done.returncode == 1
    said = json.loads(done.stderr)
    assert (said["event"], said["child"]) == ("killed, for it did not stop", "web")


def test_who_waits_has_loaded_nothing_else() -> None:
    program = f"import dam.commands.watch, sys; print([name for name in {LOADED!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
