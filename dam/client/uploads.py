"""``dam upload``: files and folders as new assets, or one file as a new version; ``dam preview``.

Rule: each file is streamed, never read into memory, and counts as uploaded only once the service has acknowledged it.
One bad file does not stop the others; it is in the summary, and the exit code says so. How a file is sent, whole or in
parts, and what a second run leaves out, is ``sending``.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from dam.client import command, naming
from dam.client.failure import Failure
from dam.client.http import Thing
from dam.client.journal import Journal
from dam.client.sending import Courier, name_of, watched
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
@click.option("--again", is_flag=True, help="Also send those files of folders that were sent before.")
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
    again: bool,
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
    _upload_all(paths, form, again=again, as_json=as_json)


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
        version = watched(service, where, path, {}, bar, "PUT") if path else service.delete(where)
    if as_json:
        print_json(version)
    else:
        by = clean(name_of(path)) if path else "its own renditions"
        say(f"Version {version['number']} of {clean(found['title'])} is shown by {by}")


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


def _upload_all(paths: tuple[Path, ...], form: dict[str, Any], *, again: bool, as_json: bool) -> None:
    done = Done()
    single = len(paths) == 1 and not paths[0].is_dir()
    with command.connect() as service, Journal(service.url) as journal, _bar() as bar:
        courier = Courier(service, journal, bar)
        for path in files_below(paths):
            named = path in paths
            try:
                if not named and not again and (known := courier.known(path)):
                    done.unchanged.append((path, known))
                    continue
                made = courier.asset(path, form, remembered=not named)
                done.made.append(made)
            except Failure as failure:
                done.failed.append((path, failure))
                if failure.code in GONE:
                    break
            else:
                if not as_json:
                    say(f"{made['id']}  {clean(made['title'])}")
    _report(done, single=single, as_json=as_json)


@dataclass
class Done:
    """What came of which file; ``unchanged``: with the assets that they had become before."""

    made: list[Thing] = field(default_factory=list)
    unchanged: list[tuple[Path, str]] = field(default_factory=list)
    failed: list[tuple[Path, Failure]] = field(default_factory=list)


def _report(done: Done, *, single: bool, as_json: bool) -> None:
    if single and done.failed:
        raise done.failed[0][1]
    if as_json:
        problems = [{"path": str(path), "code": each.code, "detail": each.detail} for path, each in done.failed]
        unchanged = [{"path": str(path), "asset_id": asset_id} for path, asset_id in done.unchanged]
        print_json(done.made[0] if single else {"data": done.made, "unchanged": unchanged, "failed": problems})
    for path, failure in done.failed:
        click.echo(f"dam: {clean(path)}: {clean(failure.detail)} ({clean(failure.code)})", err=True)
    if not single and not as_json:
        there = f", {len(done.unchanged)} were there already" if done.unchanged else ""
        say(f"{len(done.made)} uploaded, {len(done.failed)} failed{there}.")
    if done.failed:
        raise click.exceptions.Exit(1)


def _replace(path: Path, replaces: str, why: str, *, as_json: bool) -> None:
    with command.connect() as service, Journal(service.url) as journal, _bar() as bar:
        asset = naming.asset(service, replaces)
        made = Courier(service, journal, bar).version(path, asset["id"], why)
    if as_json:
        print_json(made)
    else:
        say(f"Version {made['number']} of {clean(asset['title'])}, sha256 {clean(made['sha256'])}")


def _bar() -> Progress:
    """Progress on standard error, while that is a terminal."""
    console = Console(stderr=True)
    name = TextColumn("{task.description}", markup=False)
    return Progress(
        name, BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn(),
        console=console, transient=True, disable=not sys.stderr.isatty(),
    )  # fmt: skip
