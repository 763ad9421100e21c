"""The form of a backup: a folder that holds

    manifest.json           what belongs to it, with the digest of each file of rows; written last
    rows-…/tables/T.jsonl   the rows of table T, a JSON object each
    rows-…/objects.jsonl    the bytes that they name: sha256, and size where it is known
    rows-…/counted.jsonl    the highest number that each counting table has given
    objects/ab/cd/<sha256>  the bytes, as in the local object store

Rule: a backup is what its manifest says, and is one from the moment when that is there; it is replaced in one step, so
that a backup that is interrupted leaves the one before it. The bytes are shared by all backups into one folder.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from dam.domain.errors import Conflict, Invalid, NotFound
from dam.objects.incoming import reported
from dam.objects.local import LocalObjects

FORMAT = 1
OBJECTS, COUNTED, TABLES = "objects.jsonl", "counted.jsonl", "tables"

_MARK = ".dam-backup"
_MANIFEST = "manifest.json"
_ROWS = "rows-"

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file of lines: how many, and the digest of its bytes."""

    lines: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one moment. ``files`` by their path below ``folder``."""

    folder: Path
    schema: str
    files: Mapping[str, File]

    def tables(self) -> list[str]:
        """The names of the tables."""
        return [Path(path).stem for path in self.files if path.startswith(f"{TABLES}/")]

    def lines(self, path: str) -> Iterator[Line]:
        """A file's lines. Raises Invalid ``backup_damaged``, at the latest after the last one, unless they are what
        was written.
        """
        digest, count = hashlib.sha256(), 0
        try:
            with (self.folder / path).open("rb") as file:
                for raw in file:
                    digest.update(raw)
                    count += 1
                    yield json.loads(raw)
        except (OSError, ValueError):
            raise _damaged(path) from None
        if File(count, digest.hexdigest()) != self.files[path]:
            raise _damaged(path)

    def verify(self) -> None:
        """Raise Invalid ``backup_damaged`` unless every file is what was written."""
        for path in self.files:
            for _ in self.lines(path):
                pass


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``damaged``: digests of bytes that were lost before it was made."""

    format: int
    schema: str
    made_at: str
    rows: str
    files: Mapping[str, File]
    damaged: tuple[str, ...]


class Writing:
    """Files of lines on their way into a new folder; ``done`` says what was written."""

    def __init__(self, folder: Path, schema: str) -> None:
        self._folder = folder
        self._schema = schema
        self._files: dict[str, File] = {}
        with reported():
            (folder / TABLES).mkdir(parents=True, mode=0o700)

    def write(self, path: str, lines: Iterable[Mapping[str, object]]) -> None:
        """One file, durable on return. Raises StorageFull, Unavailable, and what ``lines`` raises."""
        digest, count = hashlib.sha256(), 0
        with reported(), os.fdopen(_private(self._folder / path), "wb") as file:
            for line in lines:
                raw = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(raw)
                file.write(raw)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        self._files[path] = File(count, digest.hexdigest())

    def done(self) -> Rows:
        """Raises Unavailable."""
        with reported():
            for folder in (self._folder / TABLES, self._folder, self._folder.parent):
                _sync(folder)
        return Rows(self._folder, self._schema, self._files)


class Folder:
    """A folder for backups. Raises Conflict ``not_a_backup`` where something else is, ``backup_in_use``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self, *, make: bool) -> Iterator[Self]:
        """Nobody else writes into it. ``make``: it may be new; else NotFound ``backup_missing`` for none."""
        file = os.open(self._marked(make=make), os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if make else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            yield self
        except BlockingIOError:
            raise Conflict("backup_in_use", f"Somebody else is at work in {self.path}.") from None
        finally:
            os.close(file)

    def objects(self) -> LocalObjects:
        """The bytes. Raises StorageFull, Unavailable."""
        return LocalObjects(self.path)

    def writing(self, schema: str) -> Writing:
        """A new set of rows, which is the backup's only once ``keep`` was called."""
        return Writing(self.path / f"{_ROWS}{secrets.token_hex(8)}", schema)

    def keep(self, rows: Rows, made_at: str, damaged: tuple[str, ...]) -> Manifest:
        """From now on this is the backup; the rows of earlier ones are removed. Raises StorageFull, Unavailable."""
        manifest = Manifest(FORMAT, rows.schema, made_at, rows.folder.name, rows.files, damaged)
        with reported():
            _replace(self.path / _MANIFEST, json.dumps(asdict(manifest), indent=1))
        for old in self.path.glob(f"{_ROWS}*"):
            if old.name != manifest.rows:
                shutil.rmtree(old, ignore_errors=True)
        return manifest

    def manifest(self) -> Manifest:
        """What is here. Raises NotFound ``backup_incomplete`` if no backup was ever finished, Invalid
        ``backup_invalid``.
        """
        try:
            said = json.loads((self.path / _MANIFEST).read_bytes())
        except FileNotFoundError:
            raise NotFound("backup_incomplete", f"The backup in {self.path} was never finished.") from None
        except (OSError, ValueError):
            raise Invalid("backup_invalid", f"{self.path / _MANIFEST} can't be read.") from None
        return _manifest(said)

    def rows(self, manifest: Manifest) -> Rows:
        """The rows that the manifest names."""
        return Rows(self.path / manifest.rows, manifest.schema, manifest.files)

    def _marked(self, *, make: bool) -> Path:
        mark = self.path / _MARK
        if mark.is_file():
            return mark
        if not make:
            raise NotFound("backup_missing", f"There is no backup in {self.path}. (Assets: dam untrash ASSET.)")
        with reported():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if any(self.path.iterdir()):
                raise Conflict("not_a_backup", f"In {self.path} there is something else. Name a folder of its own.")
            mark.touch(0o600)
        return mark


def _manifest(said: Any) -> Manifest:
    try:
        files = {path: File(**each) for path, each in said["files"].items()}
        made = Manifest(**{**said, "files": files, "damaged": tuple(said["damaged"])})
        names = [Path(made.rows), *map(Path, made.files)]
    except (TypeError, KeyError, AttributeError):
        raise Invalid("backup_invalid", "The backup's manifest is not one.") from None
    if made.format != FORMAT:
        raise Invalid("backup_invalid", "The backup has a form that this version does not know.")
    if not all(name.parts and ".." not in name.parts and not name.is_absolute() for name in names):
        raise Invalid("backup_invalid", "The backup's manifest names files outside of it.")
    return made


def _damaged(path: str) -> Invalid:
    return Invalid("backup_damaged", f"{path} is not what was written. Use another backup.")


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _replace(path: Path, text: str) -> None:
    """The file has this text, durably, or the one that it had."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(_private(temporary), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
