"""``make mutants``: take out each defence in turn, in a copy, and fail if its test still passes.

Rule: a mutant names one file, the text that is there exactly once, what stands in its place, and the tests that must
fail then. First all those tests must pass on the unchanged copy, or nothing is shown. ``python -m tests.mutants.run
[NAME…]`` runs some of them only.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dam.web import BUILT

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 180
AT_ONCE = 2


@dataclass(frozen=True)
class Mutant:
    """``find`` stands in ``file`` exactly once; ``tests`` are pytest node ids; ``why`` says which defence is gone."""

    name: str
    why: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


def load() -> list[Mutant]:
    """All mutants, by file of this folder. Raises ValueError for two of one name."""
    found = [
        Mutant(**{**each, "tests": tuple(each["tests"])})
        for file in sorted(Path(__file__).parent.glob("*.toml"))
        for each in tomllib.loads(file.read_text())["mutant"]
    ]
    if len({mutant.name for mutant in found}) != len(found):
        raise ValueError("two mutants have one name")
    return found


def apply(mutant: Mutant, tree: Path) -> str:
    """Change the copy; returns the file's text before. Raises ValueError unless the text is there exactly once."""
    path = tree / mutant.file
    before = path.read_text()
    if before.count(mutant.find) != 1:
        raise ValueError(f"{mutant.name}: the text is {before.count(mutant.find)} times in {mutant.file}")
    path.write_text(before.replace(mutant.find, mutant.replace))
    return before


def copy_tree(to: Path) -> Path:
    """What is committed or about to be, without the environment."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    if BUILT.is_dir():  # the browser client, which is served but not committed
        shutil.copytree(BUILT, to / BUILT.relative_to(ROOT))
    return to


def passes(tree: Path, tests: Sequence[str]) -> tuple[bool, str]:
    """Do all of these tests pass on the copy? A time-out counts as a failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False, "time-out"
    # 1: tests failed. Anything else (no such test, a broken import of the test itself) shows nothing.
    if run.returncode not in (0, 1, 2):
        raise RuntimeError(f"pytest ended with {run.returncode}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    return run.returncode == 0, run.stdout[-3000:]


def main(names: Sequence[str]) -> int:
    """0 if every mutant was killed."""
    mutants = [mutant for mutant in load() if not names or mutant.name in names]
    if unknown := set(names) - {mutant.name for mutant in mutants}:
        print(f"There is no mutant {unknown.pop()}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        trees = [copy_tree(Path(folder) / str(number)) for number in range(AT_ONCE)]
        for mutant in mutants:
            (trees[0] / mutant.file).write_text(apply(mutant, trees[0]))
        sound, output = passes(trees[0], sorted({test for mutant in mutants for test in mutant.tests}))
        if not sound:
            print(output)
            print("The tests fail without any mutant; nothing can be shown.")
            return 1
        free, lock = list(trees), threading.Lock()

        def survives(mutant: Mutant) -> bool:
            with lock:
                tree = free.pop()
            before = apply(mutant, tree)
            try:
                survived, _ = passes(tree, mutant.tests)
            finally:
                (tree / mutant.file).write_text(before)
                with lock:
                    free.append(tree)
            print(f"{'SURVIVED' if survived else 'killed  '}  {mutant.name}: {mutant.why}", flush=True)
            return survived

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            survived = sum(pool.map(survives, mutants))
    print(f"{len(mutants)} mutants, {len(mutants) - survived} killed.")
    return 1 if survived or not mutants else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
