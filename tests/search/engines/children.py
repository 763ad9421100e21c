"""What runs in another process, to be killed or watched: ``python -m tests.search.engines.children JOB ROOT [N]``.

Rule: each job speaks by lines on standard output, one for each step that is done; the parent decides when it dies.
"""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from search.engines.tantivy import TantivyIndex
from search.engines.tantivy_writer import Writer
from search.parse import parse
from search.results import Page
from tests.search.documents import a_document

BATCH = 20


def write_for_ever(root: Path) -> None:
    """Batches of the same documents, each with the next sequence; a line after each acknowledgement."""
    index = TantivyIndex(root)
    start = max(index.sequences(batch_ids()).values(), default=0)
    for seq in itertools.count(start + 1):
        index.write([a_document(id_, seq, title=f"round{seq}") for id_ in batch_ids()])
        _say(seq)


def batch_ids() -> list[str]:
    return [f"d{i}" for i in range(BATCH)]


def rebuild_slowly(root: Path) -> None:
    """A rebuild that says when it is in the middle, and never ends."""

    def documents() -> Iterator[Any]:
        for number in range(5000):
            yield a_document(f"new{number}", 1, title="new")
        _say("middle")
        sys.stdin.read()

    TantivyIndex(root).rebuild(documents())


def rebuild_and_die(root: Path, step: int) -> None:
    """A rebuild to one new document, killed before its ``step``-th step; "survived" if there are fewer."""
    steps = itertools.count(1)

    def deadly(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)

        return wrapped

    for owner, name in ((os, "fsync"), (Path, "replace"), (shutil, "rmtree"), (Writer, "apply"), (Writer, "close")):
        setattr(owner, name, deadly(getattr(owner, name)))
    TantivyIndex(root).rebuild([a_document("new", 1, title="new")])
    _say("survived")


def answer(root: Path) -> None:
    """A reader that stays: one line with the ids for each query on standard input."""
    index = TantivyIndex(root)
    for line in sys.stdin:
        _say(*sorted(index.search(parse(line), Page()).ids))


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


JOBS: dict[str, Callable[..., None]] = {
    "write": write_for_ever,
    "rebuild": rebuild_slowly,
    "die": rebuild_and_die,
    "answer": answer,
}

if __name__ == "__main__":
    job, home, *numbers = sys.argv[1:]
    JOBS[job](Path(home), *map(int, numbers))
