"""A kill at each point where an operation meets a port: see the package. ``TORTURE=1`` takes every point there is."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tests.flow.kills import plan, stand
from tests.flow.kills.steps import STEPS
from tests.flow.kills.watch import kind_of, method_of, methods, ports

ROOT = Path(__file__).parents[3]
TORTURE = bool(os.environ.get("TORTURE"))
_SHM = Path("/dev/shm")
_NAMES = [name for name, _ in STEPS]
_PARTS = {
    "deliver": 2,
    "replace": 3,
    "return": 2,
    "previews": 2,
    "clear": 2,
    "look around": 2,
}
"""Steps with many points are killed at in so many tests, that several processes can share."""

_CASES = [
    pytest.param(step, part, parts, id=name if parts == 1 else f"{name} {part + 1}")
    for step, name in enumerate(_NAMES)
    for parts in [_PARTS.get(name, 1)]
    for part in range(parts)
]


class Remote:
    """The stand in a process of its own: one that forks must not have a test runner's threads."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", stand.__name__, str(folder)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.recorded: plan.Recorded = self._ask(do="record")["recorded"]
        self.points = [[point for point, _ in passed] for passed in self.recorded]
        self.chosen = self.points if TORTURE else plan.chosen(self.recorded)

    def kill(self, step: int, point: str, *, on: bool) -> list[str]:
        answer = self._ask(do="kill", step=step, point=point, on=on)
        assert answer["point"] == point, "A test before this one did not wait for its answer."
        wrong: list[str] = answer["wrong"]
        return wrong

    def close(self) -> None:
        self._process.communicate(timeout=200)

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "The stand has fallen; it said why above."
        return json.loads(answer)


@pytest.fixture(scope="session")
def remote() -> Iterator[Remote]:
    with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder:
        remote = Remote(Path(folder))
        yield remote
        remote.close()


def test_the_story_passes_every_method_of_every_port_on_both_sides(remote: Remote) -> None:
    passed = {kind_of(point) for points in remote.points for point in points}
    known = {f"{name}.{method}" for name, port in ports().items() for method in methods(port)}
    assert {method_of(kind) for kind in passed} == known
    calls = {kind.partition(":")[0] for kind in passed}
    assert passed == {f"{call}:{side}" for call in calls for side in ("before", "after")}


def test_every_method_is_killed_at(remote: Remote) -> None:
    passed, chosen = (
        {method_of(point) for points in steps for point in points} for steps in (remote.points, remote.chosen)
    )
    assert passed == chosen


def test_every_durable_state_is_left_by_a_kill(remote: Remote) -> None:
    """Whatever is on the disk at any point, after a commit or between, is there at one that is killed at."""
    there = {state for passed in remote.recorded for _, state in passed}
    pairs = zip(remote.recorded, remote.chosen, strict=True)
    left = {state for passed, chosen in pairs for point, state in passed if point in set(chosen)}
    assert there == left


@pytest.mark.timeout(6 * 3600 if TORTURE else 600)
@pytest.mark.parametrize(("step", "part", "parts"), _CASES)
def test_a_kill_loses_nothing_and_everything_ends_proven(remote: Remote, step: int, part: int, parts: int) -> None:
    points = remote.chosen[step]
    last = points[-1] if _NAMES[step] in plan.ON_TO_THE_END else None
    wrong = {}
    for point in points:
        # By its name: each process has recorded by itself, and all of them must share out alike.
        if crc32(point.encode()) % parts == part and (found := remote.kill(step, point, on=point == last)):
            wrong[point] = found
    assert not wrong
