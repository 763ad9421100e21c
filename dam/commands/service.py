"""The service's commands, as click knows them.

Rule: each reads the settings, sets up the logs, and calls one function. Heavy modules come in with the one that needs
them: ``dam.cli`` imports this module only for these commands, and each command's own only when it is run.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

import click

from config import logging
from config.settings import Settings, SettingsError
from dam.domain.errors import DamError
from search.errors import SearchError

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


def _settings() -> Settings:
    """The settings; logs are set up by them."""
    try:
        settings = Settings.read()
    except SettingsError as error:
        raise click.exceptions.Exit(_complain(error.code, error.detail)) from None
    logging.configure(settings.log_format, settings.log_level)
    return settings


def _run(module: str, function: str, *args: Any, **kwargs: Any) -> None:
    """Call ``dam.commands.<module>.<function>`` with the settings first, and end with what it returns."""
    settings = _settings()
    body: Callable[..., int] = getattr(importlib.import_module(f"dam.commands.{module}"), function)
    try:
        code = body(settings, *args, **kwargs)
    except (DamError, SearchError, SettingsError) as error:
        code = _complain(error.code, error.detail)
    raise click.exceptions.Exit(code)


def _complain(code: str, detail: str) -> int:
    click.echo(f"{code}: {detail}", err=True)
    return 1


@click.command()
@JSON
def up(*, as_json: bool) -> None:
    """Run the whole service here: web server and worker. Ctrl-C stops it."""
    _run("up", "up", as_json=as_json)


@click.command()
@JSON
def serve(*, as_json: bool) -> None:
    """Run the web server only; `dam worker` does the work."""
    _run("web", "alone", as_json=as_json)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, and end.")
@JSON
def worker(*, once: bool, as_json: bool) -> None:
    """Run the worker only, its relay included."""
    _run("work", "alone", once=once, as_json=as_json)


@click.command()
@JSON
def relay(*, as_json: bool) -> None:
    """Only number events and make their jobs; run none."""
    _run("work", "relay_alone", as_json=as_json)


@click.command()
@JSON
def migrate(*, as_json: bool) -> None:
    """Bring the database's schema up to date. The service must be stopped."""
    _run("upkeep", "migrate", as_json=as_json)


@click.command()
@click.option("--previews", is_flag=True, help="Also make every preview anew.")
@click.option("--anew", is_flag=True, help="Take nothing over from a reindex that was interrupted.")
@JSON
def reindex(*, previews: bool, anew: bool, as_json: bool) -> None:
    """Build the search index anew from the database; searches go on meanwhile."""
    _run("upkeep", "reindex", previews=previews, anew=anew, as_json=as_json)


@click.command()
@click.option("--full", is_flag=True, help="Also hash every stored object.")
@JSON
def fsck(*, full: bool, as_json: bool) -> None:
    """Check that everything is as it must be; exit 1 if something is damaged."""
    _run("upkeep", "fsck", full=full, as_json=as_json)


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--check", is_flag=True, help="Only look whether the backup that is there is whole.")
@JSON
def backup(folder: str, *, check: bool, as_json: bool) -> None:
    """Save everything into DIR, while the service runs or not; what is there already is not copied again."""
    _run("backup", "backup", folder, check=check, as_json=as_json)


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--accept-damage", is_flag=True, help="Restore also if some bytes are lost.")
@JSON
def restore(folder: str, *, accept_damage: bool, as_json: bool) -> None:
    """Bring a backup back into a service that is empty and stopped."""
    _run("backup", "restore", folder, accept_damage=accept_damage, as_json=as_json)


@click.command()
@click.option("--to", metavar="FILE", required=True, help="The other service's settings, a line DAM_…=… each.")
@click.option("--objects-only", is_flag=True, help="Bring the files ahead, while the service runs.")
@click.option("--accept-damage", is_flag=True, help="Copy also if some bytes are lost.")
@JSON
def copy(to: str, *, objects_only: bool, accept_damage: bool, as_json: bool) -> None:
    """Copy everything onto other servers, verified; a run that was interrupted goes on. The service must be stopped."""
    _run("backup", "copy", to, objects_only=objects_only, accept_damage=accept_damage, as_json=as_json)


@click.command()
@JSON
def doctor(*, as_json: bool) -> None:
    """Say what this machine has and what it lacks."""
    _run("doctor", "doctor", as_json=as_json)


def print_json(value: object) -> None:
    """One JSON document to standard output."""
    click.echo(json.dumps(value, indent=2 if sys.stdout.isatty() else None, default=str))
