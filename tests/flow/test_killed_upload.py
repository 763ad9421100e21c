"""``dam upload`` of a big file to the running service, killed in the middle: the second run ends it, once."""

import json
import os
import select
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dam.client.parts import THRESHOLD
from tests.api.world import sha256
from tests.commands.test_up import LONG, Service

DATA = os.urandom(1 << 20) * ((THRESHOLD >> 20) + 32)


@pytest.mark.timeout(300)
def test_a_second_run_ends_what_a_killed_one_began(tmp_path: Path) -> None:
    """One asset comes of it, and one upload: the second run has gone on with it."""
    big = tmp_path / "big.bin"
    big.write_bytes(DATA)
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    service = Service(tmp_path / "home", **state)
    try:
        first = service.run("upload", str(big), "--json")
        there = until_some_parts(tmp_path / "home")
        first.kill()
        first.communicate(timeout=LONG)
        second = service.run("upload", str(big), "--json")
        said, errors = second.communicate(timeout=LONG * 3)
        assert second.returncode == 0, errors
        asset: Any = json.loads(said)
        assert asset["latest"]["sha256"] == sha256(DATA)
        assert there
        assert until_found(service) == [asset["id"]]
        assert uploads(tmp_path / "home") == [("complete", asset["id"])]
        assert service.end(signal.SIGTERM) == 0
    finally:
        service.close()


def until_some_parts(home: Path) -> list[str]:
    """The parts that have their names, once there are two."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        found = [path.name for path in (home / "uploads").glob("*/*") if path.name.isdigit()]
        if len(found) >= 2:
            return found
    raise AssertionError("No part has come.")


def until_found(service: Service) -> list[str]:
    """The assets that a search finds, once the index has caught up."""
    for _ in range(2400):
        if found := service.get("/api/v1/assets?q=")["data"]:
            return [each["id"] for each in found]
        select.select([], [], [], 0.05)
    raise AssertionError("Nothing is found.")


def uploads(home: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home / "dam.sqlite")) as database:
        return [tuple(row) for row in database.execute("SELECT state, asset_id FROM uploads")]
