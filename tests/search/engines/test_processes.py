"""The embedded engine and other processes: freshness, ``kill -9`` in the middle of a write and of a rebuild."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from search.document import Document
from search.engines.tantivy import TantivyIndex
from search.errors import SearchUnavailable
from search.parse import parse
from search.query import Everything
from search.results import Page
from tests.search.documents import a_document
from tests.search.engines.children import batch_ids

PROJECT = Path(__file__).parents[3]
Child = subprocess.Popen[str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def start(job: str, *args: object) -> Child:
        command = [sys.executable, "-m", "tests.search.engines.children", job, str(tmp_path), *map(str, args)]
        child = subprocess.Popen(command, cwd=PROJECT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


def line(child: Child) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def ask(child: Child, query: str) -> list[str]:
    assert child.stdin is not None
    child.stdin.write(query + "\n")
    child.stdin.flush()
    return line(child).split()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path)
    index.rebuild([])
    yield index
    index.close()


def test_another_process_sees_each_write_and_rebuild_that_returned(
    index: TantivyIndex, start: Callable[..., Child]
) -> None:
    reader = start("answer")
    for number in range(5):
        index.write([a_document(f"w{number}", title="written")])
        assert len(ask(reader, "written")) == number + 1
    index.rebuild([a_document("r", title="rebuilt")])
    assert ask(reader, "") == ["r"]
    index.write([a_document("later")])
    assert ask(reader, "") == ["later", "r"]


def test_a_killed_writer_leaves_whole_batches_and_nothing_acknowledged_is_lost(
    tmp_path: Path, start: Callable[..., Child]
) -> None:
    TantivyIndex(tmp_path).rebuild([])
    for kill in range(5):
        writer = start("write")
        for _ in range(2 + kill):
            acknowledged = int(line(writer))
        # It is somewhere in the next write by now.
        writer.kill()
        tail, _ = writer.communicate()
        acknowledged = int(tail.split()[-1]) if tail.split() else acknowledged
        survivor = TantivyIndex(tmp_path)
        seqs = survivor.sequences(batch_ids())
        assert len(seqs) == len(batch_ids())
        assert len(set(seqs.values())) == 1, "half a batch"
        assert seqs["d0"] >= acknowledged
        found = survivor.search(parse(f"round{seqs['d0']}"), Page())
        assert found.total == len(batch_ids())
        # The lock went with the process.
        survivor.write([a_document("d0", 0)])
        survivor.close()


def test_a_second_writing_process_is_told_so(index: TantivyIndex, start: Callable[..., Child]) -> None:
    writer = start("write")
    line(writer)
    with pytest.raises(SearchUnavailable) as refused:
        index.write([a_document("a")])
    assert refused.value.code == "index_busy"


def test_a_kill_in_the_middle_of_a_rebuild_leaves_the_old_index(
    tmp_path: Path, index: TantivyIndex, start: Callable[..., Child]
) -> None:
    index.write([a_document("old")])
    builder = start("rebuild")
    assert line(builder) == "middle"
    with pytest.raises(SearchUnavailable) as refused:
        index.rebuild([])
    assert refused.value.code == "rebuild_running"
    index.write([a_document("meanwhile")])
    builder.kill()
    builder.wait()
    assert set(index.search(Everything(), Page()).ids) == {"old", "meanwhile"}
    assert len(list(tmp_path.glob("g-*"))) == 2

    def documents() -> Iterator[Document]:
        yield a_document("fresh")
        assert len(list(tmp_path.glob("g-*"))) == 2, "debris takes room beside the new generation"

    index.rebuild(documents())
    assert index.search(Everything(), Page()).ids == ("fresh",)
    assert len(list(tmp_path.glob("g-*"))) == 1, "debris"


def test_a_rebuild_killed_before_any_of_its_steps_leaves_the_old_or_the_new(
    tmp_path: Path, start: Callable[..., Child]
) -> None:
    outcomes = []
    for step in range(1, 50):
        TantivyIndex(tmp_path).rebuild([a_document("old")])
        child = start("die", step)
        said, _ = child.communicate()
        (id_,) = TantivyIndex(tmp_path).search(Everything(), Page()).ids
        outcomes.append(id_)
        if said:
            break
    switches = sum(before != after for before, after in pairwise(outcomes))
    assert (outcomes[0], outcomes[-1], switches) == ("old", "new", 1)
    assert len(outcomes) >= 7, "the steps of a rebuild were not all visited"
