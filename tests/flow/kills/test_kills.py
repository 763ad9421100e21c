"""A kill at each point where an operation meets a port: see the package. ``TORTURE=1`` takes every point there is."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flow.kills import plan, stand
from tests.flow.kills.steps import STEPS
from tests.flow.kills.watch import method_of, methods, ports

ROOT = Path(__file__).parents[3]
TORTURE = bool(os.environ.get("TORTURE"))
_SHM = Path("/dev/shm")
_NAMES = [name for name, _ in STEPS]


class Remote:
    """The stand in a process of its own: one that forks must not have a test runner's threads."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", stand.__name__, str(folder)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.points: list[list[str]] = self._ask(do="record")["points"]
        self.chosen = self.points if TORTURE else plan.chosen(self.points)

    def kill(self, step: int, point: str, *, on: bool) -> list[str]:
        answer = self._ask(do="kill", step=step, point=point, on=on)
        assert answer["point"] == point, "A test before this one did not wait for its answer."
        wrong: list[str] = answer["wrong"]
        return wrong

    def close(self) -> None:
        self._process.communicate(timeout=30)

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


def test_the_story_passes_every_method_of_every_port(remote: Remote) -> None:
    passed = {method_of(point) for points in remote.points for point in points}
    known = {f"{name}.{method}" for name, port in ports().items() for method in methods(port)}
    assert known - passed == known & set(plan.EXEMPT)


def test_every_method_is_killed_at(remote: Remote) -> None:
    passed = {method_of(point) for points in remote.points for point in points}
    assert {method_of(point) for points in remote.chosen for point in points} == passed


@pytest.mark.timeout(6 * 3600 if TORTURE else 600)
@pytest.mark.parametrize("step", range(len(STEPS)), ids=_NAMES)
def test_a_kill_loses_nothing_and_everything_ends_proven(remote: Remote, step: int) -> None:
    wrong = {}
    for number, point in enumerate(remote.chosen[step]):
        on = number == 0 and _NAMES[step] in plan.ON_TO_THE_END
        if found := remote.kill(step, point, on=on):
            wrong[point] = found
    assert not wrong
