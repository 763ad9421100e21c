"""How one file is brought to the service: whole as a form, or in parts when it is big; once, however often it is begun.

Rule: what was begun is in the journal before it is asked for, with the key under which the service knows it again; so a
run that was killed goes on, and makes nothing twice.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from rich.progress import Progress, TaskID

from dam.client import parts
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.journal import Entry, Journal
from dam.client.text import clean, note

KEY = "Idempotency-Key"


class Courier:
    """Brings files to one service."""

    def __init__(self, service: Service, journal: Journal, bar: Progress) -> None:
        self._service = service
        self._journal = journal
        self._bar = bar

    def known(self, path: Path) -> str | None:
        """The asset that the file has become before, if it is as it was then, and the service says that it is there."""
        entry = self._journal.find(path)
        if entry is None or entry.asset_id is None:
            return None
        with opened(path) as file:
            found = os.fstat(file.fileno())
            if found.st_size != entry.size or (not entry.is_as(found) and _sha256(file) != entry.sha256):
                return None
        if not self._is_there(entry):
            return None
        if not entry.is_as(found):
            self._journal.touched(entry, found)
        return entry.asset_id

    def asset(self, path: Path, form: dict[str, Any], *, remembered: bool) -> Thing:
        """The file as a new asset. ``remembered``: a second run leaves it out. Raises Failure."""
        with opened(path) as file:
            found = os.fstat(file.fileno())
            if found.st_size >= parts.THRESHOLD:
                said = _announced(path, found, form)
                upload = self._in_parts(path, file, said, "")
                if upload is not None:
                    return parts.patiently(lambda: self._service.get(f"/assets/{upload['asset_id']}"))
            if not remembered:
                return _watched(self._service, "/assets", path, file, form, self._bar)
            entry = self._journal.begin(path, found, form)
            made = _watched(self._service, "/assets", path, file, form, self._bar, key=entry.key)
            file.seek(0)
            self._journal.done(entry, made["id"], _sha256(file))
            return made

    def version(self, path: Path, asset_id: str, why: str) -> Thing:
        """The file as the asset's next version. Raises Failure."""
        with opened(path) as file:
            found = os.fstat(file.fileno())
            if found.st_size >= parts.THRESHOLD:
                said = {**_announced(path, found, {}), "asset_id": asset_id, "rationale": why}
                upload = self._in_parts(path, file, said, f"version of {asset_id}")
                if upload is not None:
                    version: Thing = upload["version"]
                    return version
            form = {"rationale": why}
            return _watched(self._service, f"/assets/{asset_id}/versions", path, file, form, self._bar)

    def _in_parts(self, path: Path, file: BinaryIO, said: Thing, purpose: str) -> Thing | None:
        """The completed upload; None where the parts can't get to where they should, and nothing is left of it."""
        before = os.fstat(file.fileno())
        entry = self._journal.begin(path, before, said, purpose)
        upload = self._begun(entry, said)
        task = self._bar.add_task(clean(name_of(path)), total=before.st_size)
        try:
            return self._ended(entry, upload, file, before, task)
        except parts.StoreOutOfReach as away:
            note(f"{away.detail} The file is sent through the service instead.")
            self._service.delete(f"/uploads/{upload['id']}")
            self._journal.uploading(entry, None)
            return None
        finally:
            self._bar.remove_task(task)

    def _begun(self, entry: Entry, said: Thing) -> Thing:
        """The upload that goes on, or a new one."""
        if entry.upload_id is not None:
            try:
                known = parts.patiently(lambda: self._service.get(f"/uploads/{entry.upload_id}"))
                if known["state"] in ("open", "completing", "complete"):
                    return known
            except Failure as failure:
                if failure.status != 404:
                    raise
            self._journal.uploading(entry, None)
            entry = self._journal.find(Path(entry.path), entry.purpose) or entry
        made = parts.patiently(lambda: self._announce(said, entry.key))
        if made["state"] not in ("open", "completing", "complete"):  # answered as the first time, and ended since
            self._journal.uploading(entry, None)
            raise Failure("upload_ended", f"The upload is {made['state']}; run the command again to begin anew.")
        self._journal.uploading(entry, made["id"])
        return made

    def _announce(self, said: Thing, key: str) -> Thing:
        """To be asked again if need be: the key says that it is the same."""
        made: Thing = self._service.request("POST", "/uploads", json=said, headers={KEY: key}).json()
        return made

    def _ended(self, entry: Entry, upload: Thing, file: BinaryIO, before: os.stat_result, task: TaskID) -> Thing:
        sha256 = self._sent(entry, upload, file, before, task) if upload["state"] == "open" else None
        self._bar.update(task, completed=before.st_size, description="checked by the service")
        try:
            done = parts.completed(self._service, upload["id"], sha256)
        except Failure as failure:
            if failure.code not in ("no_answer", "too_slow"):
                self._journal.uploading(entry, None)
            raise
        self._journal.done(entry, done["version"]["asset_id"], done["version"]["sha256"])
        return done

    def _sent(self, entry: Entry, upload: Thing, file: BinaryIO, before: os.stat_result, task: TaskID) -> str:
        """The file's SHA-256. Parts of two states of a file are no file: what was sent of it is given up."""
        try:
            sha256 = parts.send(self._service, file, upload, lambda count: self._bar.advance(task, count))
            _refuse_changed(before, os.fstat(file.fileno()))
        except Failure as failure:
            if failure.code == "file_changed":
                self._service.delete(f"/uploads/{upload['id']}")
                self._journal.uploading(entry, None)
            raise
        return sha256

    def _is_there(self, entry: Entry) -> bool:
        try:
            asset = self._service.get(f"/assets/{entry.asset_id}")
            version = self._service.get(f"/assets/{entry.asset_id}/versions/1")
        except Failure as failure:
            if failure.status != 404:
                raise
            return False
        return asset["trashed_at"] is None and version["sha256"] == entry.sha256


def name_of(path: Path) -> str:
    """The file's own name as text; bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def send(
    service: Service,
    path: str,
    file: BinaryIO,
    filename: str,
    form: dict[str, Any],
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Thing:
    """Stream one open file to ``path`` as multipart/form-data; returns what was made of it. Raises Failure."""
    part = {"file": (filename, file, "application/octet-stream")}
    answer: Thing = service.request(method, path, data=form, files=part, headers=headers).json()
    return answer


class Watched:
    """A file whose reading moves a progress bar. It has the file's descriptor, from which httpx takes its size."""

    def __init__(self, file: BinaryIO, bar: Progress, task: TaskID) -> None:
        self._file = file
        self._bar = bar
        self._task = task

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._bar.advance(self._task, len(data))
        return data


def watched(
    service: Service, where: str, path: Path, form: dict[str, Any], bar: Progress, method: str = "POST"
) -> Thing:
    """Send a whole file, with a bar. Raises Failure."""
    with opened(path) as file:
        return _watched(service, where, path, file, form, bar, method)


def _watched(
    service: Service,
    where: str,
    path: Path,
    file: BinaryIO,
    form: dict[str, Any],
    bar: Progress,
    method: str = "POST",
    key: str | None = None,
) -> Thing:
    task = bar.add_task(clean(name_of(path)), total=os.fstat(file.fileno()).st_size)
    try:
        moving: Any = Watched(file, bar, task)
        return send(service, where, moving, name_of(path), form, method, {KEY: key} if key else None)
    finally:
        bar.remove_task(task)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, to be read. Raises Failure ``file_unreadable``."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Failure("file_unreadable", f"{path} can't be read: {error.strerror}.") from error
    with file:
        yield file


def _announced(path: Path, found: os.stat_result, form: dict[str, Any]) -> Thing:
    """The form as JSON, for an upload in parts."""
    names = {"tag": "tags", "campaign": "campaigns"}
    said: Thing = {names.get(name, name): value for name, value in form.items() if name != "fields"}
    if "fields" in form:
        said["fields"] = json.loads(form["fields"])
    return {**said, "filename": name_of(path), "size": found.st_size}


def _refuse_changed(before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Failure("file_changed", "The file was changed while it was sent; run the command again.")


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
