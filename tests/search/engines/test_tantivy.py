"""The embedded engine's own promises: durability, generations, damage, concurrent rebuilds, threads."""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from search.document import Change, Document
from search.engines.generations import Generations
from search.engines.tantivy import TantivyIndex
from search.engines.tantivy_compile import everything_that
from search.engines.tantivy_search import summary
from search.errors import SearchUnavailable
from search.parse import parse
from search.query import Everything
from search.results import Page
from tests.search.documents import a_document


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path)
    index.rebuild([])
    yield index
    index.close()


def ids(index: TantivyIndex, query: str = "") -> set[str]:
    return set(index.search(parse(query), Page(limit=200)).ids)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(SearchUnavailable) as refused:
        action()
    return refused.value.code


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synced and renamed, in order, by name."""
    taken: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        taken.append("sync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def noted_replace(path: Path, target: Path) -> Path:
        taken.append(f"rename {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return taken


def generation(root: Path) -> Path:
    return root / str(json.loads((root / "current").read_text())["generation"])


# Durability


def test_a_write_syncs_the_names_after_the_engines_last_rename(
    index: TantivyIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = generation(tmp_path)
    at_sync: list[bytes] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == path:
            at_sync.append((path / "meta.json").read_bytes())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    index.write([a_document("a")])
    assert at_sync[-1:] == [(path / "meta.json").read_bytes()]


def test_a_rebuild_is_durable_before_the_pointer_moves_and_the_pointer_before_it_returns(
    index: TantivyIndex, tmp_path: Path, steps: list[str]
) -> None:
    # Without a document there is no commit either, whose syncs would hide that one is missing.
    index.rebuild([])
    renamed = steps.index("rename current")
    before, after = steps[:renamed], steps[renamed + 1 :]
    assert before[-3:] == [f"sync {generation(tmp_path).name}", f"sync {tmp_path.name}", "sync current.new"]
    assert after == [f"sync {tmp_path.name}"]


def test_a_batch_that_failed_is_not_stored_by_the_next(index: TantivyIndex) -> None:
    index.write([a_document("before")])
    assert index._writer is not None
    real = index._writer._writer

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def commit(self) -> int:
            raise OSError("no space left on device")

    index._writer._writer = Failing()  # type: ignore[assignment]
    assert code_of(lambda: index.write([a_document("half"), a_document("before", 2, title="moved")])) == "write_failed"
    index.write([a_document("after")])
    assert ids(index) == {"before", "after"}
    assert index.sequences(["before"]) == {"before": 1}


# Missing, outdated, damaged


def test_a_missing_index_is_reported_and_never_begun_by_a_write(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "none")
    actions = (lambda: ids(index), lambda: index.write([a_document()]), lambda: index.sequences(["a"]))
    assert [code_of(action) for action in actions] == ["index_missing"] * 3
    (tmp_path / "none").mkdir()
    assert [code_of(action) for action in actions] == ["index_missing"] * 3
    index.write([])
    assert index.rebuild([a_document()]) == 1
    assert len(ids(index)) == 1


def test_an_index_of_another_version_asks_for_a_rebuild(index: TantivyIndex, tmp_path: Path) -> None:
    index.write([a_document("a")])
    pointer = json.loads((tmp_path / "current").read_text())
    (tmp_path / "current").write_text(json.dumps({**pointer, "schema": "tantivy-0/0/0"}))
    with pytest.raises(SearchUnavailable) as refused:
        ids(index)
    assert (refused.value.code, refused.value.needs_rebuild) == ("index_outdated", True)
    assert "dam reindex" in refused.value.detail
    assert code_of(lambda: index.write([a_document("b")])) == "index_outdated"
    assert index.rebuild([a_document("c")]) == 1
    assert ids(index) == {"c"}


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"schema": 1', b"null"])
def test_a_damaged_pointer_is_reported_and_rebuilt(index: TantivyIndex, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "current").write_bytes(content)
    assert code_of(lambda: ids(index)) in {"index_damaged", "index_outdated"}
    assert index.rebuild([a_document("a")]) == 1
    assert ids(index) == {"a"}


def test_a_pointer_does_not_lead_out_of_its_directory(index: TantivyIndex, tmp_path: Path) -> None:
    outside = TantivyIndex(tmp_path / "other")
    outside.rebuild([a_document("outside")])
    pointer = json.loads((tmp_path / "current").read_text())
    other = generation(tmp_path / "other").relative_to(tmp_path)
    (tmp_path / "current").write_text(json.dumps({**pointer, "generation": str(other)}))
    assert code_of(lambda: ids(index)) == "index_damaged"


@pytest.mark.parametrize("harm", ["remove", "empty", "halve", "overwrite"])
@pytest.mark.parametrize("suffix", ["meta.json", ".term", ".fast", ".idx", ".store"])
def test_damaged_files_are_an_error_and_a_rebuild_recovers(
    index: TantivyIndex, tmp_path: Path, suffix: str, harm: str
) -> None:
    index.write([a_document(f"d{i}", title=f"word{i}", tags=(f"t{i}",)) for i in range(50)])
    index.close()
    for path in [path for path in generation(tmp_path).iterdir() if path.name.endswith(suffix)]:
        content = path.read_bytes()
        third = len(content) // 3
        harmed = {"empty": b"", "halve": content[: len(content) // 2]}
        harmed["overwrite"] = content[:third] + b"\xff" * third + content[2 * third :]
        path.unlink()
        if harm != "remove":
            path.write_bytes(harmed[harm])
    damaged = TantivyIndex(tmp_path)
    try:
        damaged.search(parse("wor*"), Page(), facets=("tag",))
    except SearchUnavailable as unavailable:
        error = unavailable.code
    else:
        # Postings and stored rows that were overwritten may go unnoticed by a search; nothing else may.
        error = "unnoticed"
    assert error in {"index_damaged", "search_failed"} or (harm == "overwrite" and suffix in {".idx", ".store"})
    assert damaged.rebuild([a_document("fresh", title="word")]) == 1
    assert ids(damaged, "wor*") == {"fresh"}
    damaged.write([a_document("more")])
    assert ids(damaged) == {"fresh", "more"}
    damaged.close()


def test_an_index_that_was_removed_under_a_reader_is_reported(index: TantivyIndex, tmp_path: Path) -> None:
    assert ids(index) == set()
    shutil.rmtree(tmp_path)
    assert code_of(lambda: ids(index)) == "index_missing"
    assert index.rebuild([]) == 0
    assert ids(index) == set()


# Rebuilding while others write and read


def test_writes_during_a_rebuild_are_kept_where_they_are_newer(index: TantivyIndex, tmp_path: Path) -> None:
    index.write([a_document("gone"), a_document("edited", 1), a_document("ahead", 1)])
    writer = TantivyIndex(tmp_path)
    index.close()

    def documents() -> Iterator[Change]:
        yield a_document("edited", 1, title="before")
        writer.write([a_document("edited", 2, title="after"), a_document("created", 1), a_document("ahead", 2)])
        yield a_document("ahead", 3, title="snapshot")

    assert index.rebuild(documents()) == 3
    assert ids(index) == {"edited", "created", "ahead"}
    assert (ids(index, "after"), ids(index, "snapshot")) == ({"edited"}, {"ahead"})
    assert index.sequences(["edited", "created", "ahead", "gone"]) == {"edited": 2, "created": 1, "ahead": 3}
    writer.write([a_document("later")])
    assert "later" in ids(index)
    writer.close()


def test_a_write_after_the_first_carrying_over_is_kept_too(
    index: TantivyIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring = TantivyIndex._bring
    late = [a_document("late")]

    def then_write(self: TantivyIndex, *args: Any) -> None:
        bring(self, *args)
        while late:
            index.write([late.pop()])

    monkeypatch.setattr(TantivyIndex, "_bring", then_write)
    assert index.rebuild([a_document("a")]) == 2
    assert ids(index) == {"a", "late"}


def is_held(lock: Path) -> bool:
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """At which steps of a rebuild writers of all processes are held off."""
    steps: list[str] = []

    def noted(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def wrapped(*args: Any) -> Any:
            steps.append(f"{name} {'held' if is_held(tmp_path / 'write.lock') else 'free'}")
            return original(*args)

        monkeypatch.setattr(owner, name, wrapped)

    for owner, name in ((TantivyIndex, "_fill"), (TantivyIndex, "_bring"), (Generations, "publish")):
        noted(owner, name)
    return steps


def test_the_last_carrying_over_and_the_pointers_move_hold_writers_off(index: TantivyIndex, held: list[str]) -> None:
    index.rebuild([a_document("a")])
    assert held == ["_fill free", "_bring free", "_bring held", "publish held"]


def test_without_an_old_index_writers_wait_for_the_new_one(tmp_path: Path, held: list[str]) -> None:
    index = TantivyIndex(tmp_path)
    writer = threading.Thread(target=index.write, args=([a_document("waited")],))

    def documents() -> Iterator[Change]:
        writer.start()
        yield a_document("a")

    assert index.rebuild(documents()) >= 1
    writer.join(30)
    assert ids(index) == {"a", "waited"}
    assert held == ["_fill held", "publish held"]
    index.close()


def test_a_rebuild_whose_source_fails_leaves_the_old_index_and_no_debris(index: TantivyIndex, tmp_path: Path) -> None:
    index.write([a_document("old")])

    def documents() -> Iterator[Document]:
        yield a_document("new")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        index.rebuild(documents())
    assert ids(index) == {"old"}
    assert list(tmp_path.glob("g-*")) == [generation(tmp_path)]
    index.write([a_document("more")])
    assert ids(index) == {"old", "more"}


def test_a_reader_follows_when_the_generation_it_chose_is_removed(
    index: TantivyIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, current = TantivyIndex(tmp_path), Generations.current
    outdated = [current(reader._generations)]
    index.rebuild([a_document("new")])
    monkeypatch.setattr(Generations, "current", lambda self: outdated.pop() if outdated else current(self))
    assert ids(reader) == {"new"}


def test_only_one_thread_at_a_time_reloads(
    index: TantivyIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reload, locked = TantivyIndex._reload, []

    def noted(self: TantivyIndex, generation: Any) -> Any:
        locked.append(self._opening.locked())
        return reload(self, generation)

    monkeypatch.setattr(TantivyIndex, "_reload", noted)
    ids(index)
    assert locked == [True]


def test_threads_search_while_others_write_and_rebuild(index: TantivyIndex, tmp_path: Path) -> None:
    index.write([a_document(f"d{i}", title="word") for i in range(30)])
    done = threading.Event()

    def read(reader: TantivyIndex) -> int:
        rounds = 0
        while not done.is_set():
            assert len(ids(reader, "word")) == 30
            rounds += 1
        return rounds

    readers = [index, index, index, TantivyIndex(tmp_path)]
    with ThreadPoolExecutor(len(readers)) as pool:
        running = [pool.submit(read, reader) for reader in readers]
        try:
            for seq in range(2, 10):
                index.write([a_document(f"d{i}", seq, title="word") for i in range(30)])
                if seq % 4 == 0:
                    index.rebuild([a_document(f"d{i}", seq, title="word") for i in range(30)])
        finally:
            done.set()
        assert all(future.result() > 0 for future in running)


# Pages


def test_a_page_costs_the_same_however_deep(index: TantivyIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.write([a_document(f"d{i:03}", title="word", minute=i) for i in range(400)])
    asked: list[int] = []
    real = index._searcher

    class Counting:
        def __init__(self) -> None:
            self._searcher = real()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._searcher, name)

        def search(self, query: object, limit: int, **kwargs: Any) -> Any:
            assert not kwargs.get("offset")
            asked.append(limit)
            return self._searcher.search(query, limit, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "_searcher", Counting)
    cursor, seen = None, 0
    costs = []
    while True:
        hits = index.search(parse("word"), Page(20, cursor))
        seen, cursor = seen + len(hits.ids), hits.next
        costs.append(sum(asked))
        asked.clear()
        if cursor is None:
            break
    assert seen == 400
    assert all(after <= before for before, after in pairwise(costs[:-1]))


def test_which_of_equally_frequent_values_are_shown_does_not_hang_on_the_engine() -> None:
    values = [f"t{i:03}" for i in reversed(range(300))]

    class AnyOrder:
        def aggregate(self, _query: object, wanted: dict[str, Any]) -> dict[str, Any]:
            size = wanted["tag"]["terms"]["size"]
            buckets = [{"key": value, "doc_count": 1} for value in values[:size]]
            return {"total": {"value": 1.0}, "tag": {"buckets": buckets}}

    _, counts = summary(AnyOrder(), everything_that(Everything()), ("tag",))  # type: ignore[arg-type]
    assert [count.value for count in counts["tag"]] == sorted(values)[:50]


def test_everything_is_found_with_nothing_written(index: TantivyIndex) -> None:
    assert index.search(Everything(), Page()).total == 0
