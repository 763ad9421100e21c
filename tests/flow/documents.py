"""What the documents say is run: their blocks of commands, on a real service in an empty folder.

Rule: the commands are taken from the document as they stand there.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```sh (?P<mark>\w+)(?: exit (?P<code>\d))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_BASH = ("bash", "-euo", "pipefail", "-c")


@dataclass(frozen=True)
class Block:
    """Commands, and the exit code that the document announces."""

    text: str
    code: int


def blocks(document: Path, mark: str) -> list[Block]:
    """The document's blocks that begin with ```` ```sh mark ````, in order."""
    found = _BLOCK.finditer(document.read_text(encoding="utf-8"))
    return [Block(each["text"], int(each["code"] or 0)) for each in found if each["mark"] == mark]


class Reader:
    """Somebody who types the document's commands in ``folder``, where the service runs as ``make run`` starts it."""

    def __init__(self, folder: Path, address: str, link: str) -> None:
        self.folder = folder
        self.link = link
        """What signs the first administrator in, once."""
        self._address = address

    def type(self, block: Block) -> str:
        """Run the block; returns what it printed. Fails unless it ends as the document says."""
        done = subprocess.run(
            [*_BASH, block.text],
            cwd=self.folder,
            env=environment(self.folder),
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == block.code, f"{block.text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def wait_for_index(self) -> None:
        """A person types slowly; the index has long caught up by then."""
        token = (self.folder / "data" / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        end = time.monotonic() + 120
        while httpx.get(f"{self._address}/api/v1/assets", headers=headers, trust_env=False).json()["index"]["behind"]:
            assert time.monotonic() < end, "The index does not catch up."


def environment(folder: Path) -> dict[str, str]:
    """A clean one. The program is of this checkout, also where the environment was made for another."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAM_")}
    path = f"{folder / '.venv' / 'bin'}:{kept.get('PATH', os.defpath)}"
    return {
        **kept,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "PORT": "0",
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
    }


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """A service with its data in ``folder``/data, on a free port."""
    (folder / ".venv").symlink_to(sys.prefix)
    command = [str(folder / ".venv" / "bin" / "dam"), "up", "--json"]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=log)
    try:
        assert service.stdout is not None
        said = service.stdout.readline()
        assert said, (folder / "log").read_text()
        yield Reader(folder, **json.loads(said))
    finally:
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=120)
