"""``dam upload``: files and folders as new assets, or one file as a new version; ``dam preview``.

Rule: each file is streamed, never read into memory, and counts as uploaded only once the service has acknowledged it.
One bad file does not stop the others; it is in the summary, and the exit code says so.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from dam.client import command, naming
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.text import clean, print_json, say

GONE = frozenset({"no_answer", "too_slow"})
"""The service is not there: the next file would wait as long and fail as well."""


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--title", help="Instead of the file's name; for a single file.")
@click.option("--description", help="What it shows, what it is for.")
@click.option("--tag", "tags", multiple=True, help="May be given several times.")
@click.option("--campaign", "campaigns", multiple=True, help="May be given several times; an unknown one is made.")
@click.option("--field", "fields", metavar="NAME=VALUE", multiple=True, callback=command.pairs, help="An own field.")
@click.option("--replaces", metavar="ASSET", help="Upload the file as this asset's next version.")
@click.option("--why", metavar="TEXT", help="Why the version changed; belongs to --replaces.")
@command.as_json
def upload(
    *,
    paths: tuple[Path, ...],
    title: str | None,
    description: str | None,
    tags: tuple[str, ...],
    campaigns: tuple[str, ...],
    fields: dict[str, str],
    replaces: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    """Upload files or folders, or a new version of an asset."""
    form = _form(title, description, tags, campaigns, fields)
    if replaces is not None:
        if form or why is None or len(paths) != 1:
            raise click.UsageError("--replaces takes one file and --why; a new version changes no metadata.")
        _replace(paths[0], replaces, why, as_json=as_json)
        return
    if why is not None:
        raise click.UsageError("--why belongs to --replaces.")
    if title is not None and (len(paths) != 1 or paths[0].is_dir()):
        raise click.UsageError("--title is for a single file.")
    _upload_all(paths, form, as_json=as_json)


@click.command()
@command.asset
@click.argument("number", metavar="VERSION", type=click.IntRange(1))
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Show the version by its own renditions again.")
@command.as_json
def preview(*, asset: str, number: int, path: Path | None, remove: bool, as_json: bool) -> None:
    """Show a version by a picture of your own, which is delivered nowhere."""
    if remove == (path is not None):
        raise click.UsageError("Give either a picture or --remove.")
    with command.connect() as service, _bar() as bar:
        found = naming.asset(service, asset)
        where = f"/assets/{found['id']}/versions/{number}/preview"
        version = _send_watched(service, where, path, {}, bar, "PUT") if path else service.delete(where)
    if as_json:
        print_json(version)
    else:
        by = clean(name_of(path)) if path else "its own renditions"
        say(f"Version {version['number']} of {clean(found['title'])} is shown by {by}")


def send(
    service: Service, path: str, file: BinaryIO, filename: str, form: dict[str, Any], method: str = "POST"
) -> Thing:
    """Stream one open file to ``path`` as multipart/form-data; returns what was made of it. Raises Failure."""
    part = {"file": (filename, file, "application/octet-stream")}
    answer: Thing = service.request(method, path, data=form, files=part).json()
    return answer


def name_of(path: Path) -> str:
    """The file's own name as text; bytes that are no UTF-8 become replacement characters."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def files_below(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files named, and those in the folders named, in order; hidden ones in folders are left out, links to folders
    are not followed.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            yield from (Path(folder, each) for each in sorted(names) if not each.startswith("."))


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


def _form(
    title: str | None,
    description: str | None,
    tags: tuple[str, ...],
    campaigns: tuple[str, ...],
    fields: dict[str, str],
) -> dict[str, Any]:
    form: dict[str, Any] = {"title": title, "description": description, "tag": list(tags), "campaign": list(campaigns)}
    form["fields"] = json.dumps(fields) if fields else None
    return {name: value for name, value in form.items() if value}


def _upload_all(paths: tuple[Path, ...], form: dict[str, Any], *, as_json: bool) -> None:
    made, failed = [], []
    single = len(paths) == 1 and not paths[0].is_dir()
    with command.connect() as service, _bar() as bar:
        for path in files_below(paths):
            try:
                made.append(_send_watched(service, "/assets", path, form, bar))
            except Failure as failure:
                failed.append((path, failure))
                if failure.code in GONE:
                    break
            else:
                if not as_json:
                    say(f"{made[-1]['id']}  {clean(made[-1]['title'])}")
    _report(made, failed, single=single, as_json=as_json)


def _report(made: list[Thing], failed: list[tuple[Path, Failure]], *, single: bool, as_json: bool) -> None:
    if single and failed:
        raise failed[0][1]
    if as_json:
        problems = [{"path": str(path), "code": each.code, "detail": each.detail} for path, each in failed]
        print_json(made[0] if single else {"data": made, "failed": problems})
    for path, failure in failed:
        click.echo(f"dam: {clean(path)}: {clean(failure.detail)} ({clean(failure.code)})", err=True)
    if not single and not as_json:
        say(f"{len(made)} uploaded, {len(failed)} failed.")
    if failed:
        raise click.exceptions.Exit(1)


def _replace(path: Path, replaces: str, why: str, *, as_json: bool) -> None:
    with command.connect() as service, _bar() as bar:
        asset = naming.asset(service, replaces)
        made = _send_watched(service, f"/assets/{asset['id']}/versions", path, {"rationale": why}, bar)
    if as_json:
        print_json(made)
    else:
        say(f"Version {made['number']} of {clean(asset['title'])}, sha256 {clean(made['sha256'])}")


def _send_watched(
    service: Service, where: str, path: Path, form: dict[str, Any], bar: Progress, method: str = "POST"
) -> Thing:
    with _opened(path) as file:
        task = bar.add_task(clean(name_of(path)), total=os.fstat(file.fileno()).st_size)
        try:
            return send(service, where, Watched(file, bar, task), name_of(path), form, method)  # type: ignore[arg-type]
        finally:
            bar.remove_task(task)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Failure("file_unreadable", f"{path} can't be read: {error.strerror}.") from error
    with file:
        yield file


def _bar() -> Progress:
    """Progress on standard error, while that is a terminal."""
    console = Console(stderr=True)
    name = TextColumn("{task.description}", markup=False)
    return Progress(
        name, BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn(),
        console=console, transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
