"""Generations of an index in one directory, of which a pointer file names the current one.

Rule: files, locks and durability only; knows no engine. Layout::

    ROOT/current            {"schema": "…", "generation": "g-…"}, replaced by rename
    ROOT/g-…/               the engine's files of one generation
    ROOT/write.lock         flock: who writes to the current generation, or moves the pointer
    ROOT/rebuild.lock       flock: who builds the next generation

A generation is complete and durable before the pointer names it, and no name is used twice. So a kill at any moment
leaves the old or the new one, and whatever the pointer does not name is debris for the next rebuild.
"""

import fcntl
import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.errors import SearchUnavailable

_REBUILD = "; `dam reindex` builds it from the database"


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete index, as the pointer named it."""

    path: Path


class Generations:
    """The directory. Opens nothing before it is used, so that it may be made before a process forks."""

    def __init__(self, root: Path, schema: str) -> None:
        self._root = root
        self._schema = schema
        self._pointer = root / "current"
        # flock excludes open files, not threads that share one: one lock of each kind.
        self._writing = threading.Lock()
        self._rebuilding = threading.Lock()

    def current(self) -> Generation:
        """What the pointer names now. Raises SearchUnavailable: ``index_missing``, ``index_damaged``,
        ``index_outdated`` (made by another version of the analysis or schema)."""
        try:
            content = json.loads(self._pointer.read_bytes())
            schema, name = str(content["schema"]), str(content["generation"])
        except FileNotFoundError:
            raise SearchUnavailable("index_missing", f"there is no search index{_REBUILD}") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            detail = f"the search index's pointer can't be read ({error}){_REBUILD}"
            raise SearchUnavailable("index_damaged", detail) from error
        if schema != self._schema:
            detail = f"the search index was made by another version ({schema}, this is {self._schema}){_REBUILD}"
            raise SearchUnavailable("index_outdated", detail)
        return Generation(self._root / Path(name).name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold off other writers, and the pointer's move, in all threads and processes. Waits."""
        with self._writing, _flock(self._root / "write.lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A fresh, empty directory for the next generation; debris of builds that were killed is removed first. What
        is not published by the end of the block is removed. Raises SearchUnavailable (``rebuild_running``)."""
        _make(self._root)
        if not self._rebuilding.acquire(blocking=False):
            raise _running()
        try:
            with _flock(self._root / "rebuild.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._sweep()
                path = self._root / f"g-{uuid.uuid4().hex}"
                _make(path)
                try:
                    yield path
                finally:
                    self._sweep()
        finally:
            self._rebuilding.release()

    def publish(self, path: Path) -> None:
        """Make ``path`` the current generation, durably. Only inside ``building`` and ``writing``."""
        # The names inside must be durable before a pointer to them is, and the pointer before the old one may go.
        fsync_directory(path)
        fsync_directory(self._root)
        content = json.dumps({"schema": self._schema, "generation": path.name})
        draft = self._root / "current.new"
        with draft.open("w", encoding="ascii") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._pointer)
        fsync_directory(self._root)

    def _sweep(self) -> None:
        try:
            kept: str | None = str(json.loads(self._pointer.read_bytes())["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            kept = None
        for path in self._root.glob("g-*"):
            if path.name != kept:
                # Readers that still have it open go on reading. What can't be removed now is debris next time too.
                shutil.rmtree(path, ignore_errors=True)


def fsync_directory(path: Path) -> None:
    """Make the names in ``path`` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SearchUnavailable("write_failed", f"the search index's directory can't be made: {error}") from error


@contextmanager
def _flock(path: Path, operation: int) -> Iterator[None]:
    try:
        stream = path.open("a")
    except FileNotFoundError:
        raise SearchUnavailable("index_missing", f"there is no search index{_REBUILD}") from None
    except OSError as error:
        raise SearchUnavailable("write_failed", f"the search index can't be locked: {error}") from error
    with stream:
        try:
            fcntl.flock(stream, operation)
        except BlockingIOError:
            raise _running() from None
        yield


def _running() -> SearchUnavailable:
    return SearchUnavailable("rebuild_running", "the search index is being rebuilt already")
