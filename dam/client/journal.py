"""What this person's uploads have come to so far, so that a second run goes on where the first one ended, however.

Rule: written before something is asked of the service, and again when that is acknowledged. Nothing here is believed
without asking: it says only what to ask about. A file is the same as before if its length and time of change are, or
its digest is. The journal may be removed at any time: then everything is sent anew.

A small SQLite database in the state folder (XDG base directory specification), since several runs may go on at once.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dam.client.text import note

_TABLE = """CREATE TABLE IF NOT EXISTS files (
    service TEXT, path TEXT, purpose TEXT, size INTEGER, changed INTEGER, form TEXT, key TEXT,
    upload_id TEXT, asset_id TEXT, sha256 TEXT, PRIMARY KEY (service, path, purpose))"""
_PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. ``key``: the idempotency key of its request; ``upload_id``: where its parts go; ``asset_id`` and
    ``sha256``: what it has become."""

    path: str
    purpose: str
    size: int
    changed: int
    key: str
    upload_id: str | None = None
    asset_id: str | None = None
    sha256: str | None = None

    def is_as(self, found: os.stat_result) -> bool:
        """Is the file untouched since?"""
        return (self.size, self.changed) == (found.st_size, found.st_mtime_ns)


class Journal:
    """Of the uploads to one service; a context manager. Where it can't be kept, that is said, and nothing is kept."""

    def __init__(self, service: str) -> None:
        self._service = service
        try:
            path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = _opened(str(path()))
        except (OSError, sqlite3.Error) as error:
            note(f"{path()} can't be kept, so that a second run will send everything again: {error}")
            self._database = _opened(":memory:")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.close()

    def find(self, file: Path, purpose: str = "") -> Entry | None:
        """What is known of the file, sent for this purpose."""
        query = (
            "SELECT path, purpose, size, changed, key, upload_id, asset_id, sha256 FROM files"
            " WHERE service = ? AND path = ? AND purpose = ?"
        )
        with closing(self._database.execute(query, (self._service, _name(file), purpose))) as rows:
            row = rows.fetchone()
        return Entry(*row) if row else None

    def begin(self, file: Path, found: os.stat_result, form: Mapping[str, Any], purpose: str = "") -> Entry:
        """The file is going to be sent: what was begun with it as it is and was not ended, or anew."""
        said = json.dumps(form, sort_keys=True)
        known = self.find(file, purpose)
        if known is not None and known.is_as(found) and known.asset_id is None and self._form(known) == said:
            return known
        entry = Entry(_name(file), purpose, found.st_size, found.st_mtime_ns, secrets.token_hex(16))
        row = (self._service, entry.path, purpose, entry.size, entry.changed, said, entry.key)
        self._write(
            "INSERT OR REPLACE INTO files (service, path, purpose, size, changed, form, key)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *row,
        )
        return entry

    def uploading(self, entry: Entry, upload_id: str | None) -> None:
        """Its parts go there; None: that upload has ended without a version, and the next request is another one."""
        self._write(
            "UPDATE files SET upload_id = ?, key = ? WHERE service = ? AND path = ? AND purpose = ?",
            upload_id, entry.key if upload_id else secrets.token_hex(16), self._service, entry.path, entry.purpose,
        )  # fmt: skip

    def done(self, entry: Entry, asset_id: str, sha256: str) -> None:
        """It has become that asset, or a version of it."""
        self._write(
            "UPDATE files SET asset_id = ?, sha256 = ? WHERE service = ? AND path = ? AND purpose = ?",
            asset_id, sha256, self._service, entry.path, entry.purpose,
        )  # fmt: skip

    def touched(self, entry: Entry, found: os.stat_result) -> None:
        """The same bytes have another time of change."""
        self._write(
            "UPDATE files SET changed = ? WHERE service = ? AND path = ? AND purpose = ?",
            found.st_mtime_ns, self._service, entry.path, entry.purpose,
        )  # fmt: skip

    def _form(self, entry: Entry) -> str | None:
        query = "SELECT form FROM files WHERE service = ? AND path = ? AND purpose = ?"
        with closing(self._database.execute(query, (self._service, entry.path, entry.purpose))) as rows:
            row = rows.fetchone()
        return row[0] if row else None

    def _write(self, statement: str, *values: object) -> None:
        with self._database:
            self._database.execute(statement, values)


def path() -> Path:
    """The journal's file."""
    base = os.environ.get("XDG_STATE_HOME") or ""
    folder = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return folder / "dam" / "uploads.sqlite"


def _opened(where: str) -> sqlite3.Connection:
    database = sqlite3.connect(where, timeout=_PATIENCE_S)
    try:
        # What was acknowledged may be lost with the machine's power: then it is asked for again.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(_TABLE)
        database.commit()
    except sqlite3.Error:
        database.close()
        raise
    return database


def _name(file: Path) -> str:
    """As a text of the journal; names that are no UTF-8 too."""
    return os.fsencode(file.absolute()).decode("utf-8", "surrogateescape").encode("utf-8", "backslashreplace").decode()
