"""What is done before anybody is let in: the schema, the first administrator, the local token, an index to search in.

Rule: runs in a process of its own (``python -m``, see ``dam.commands.apart``), because only this needs Alembic; and is
over, with all that a person must read printed and flushed, before a request can be answered. Repeatable at every point.
"""

import importlib
import json
import sys

import click

from config import logging
from config.settings import Settings, SettingsError
from dam import wiring
from dam.commands import home
from dam.domain.errors import DamError
from dam.operations import indexing
from dam.operations.people import ensure_admin
from dam.operations.tokens import local_token
from dam.ports.services import Services
from dam.store import schema
from search.errors import SearchError, SearchUnavailable


def prepare(settings: Settings, address: str, *, as_json: bool) -> int:
    """Bring everything into the state that the service needs, and say where it is; returns the exit code."""
    home.refuse_unfinished(settings.home)
    services = wiring.build(settings, _nobody)
    _migrate(wiring.database_url(settings))
    _keep_token(settings, services)
    _make_index(services)
    link = ensure_admin(services)
    home.write_private(home.address_file(settings.home), address)
    _say(address, f"{address}/sign-in#{link}" if link else None, as_json=as_json)
    return 0


def check(settings: Settings) -> int:
    """0 if the schema is the one of this program, else 1."""
    wiring.build(settings, _nobody)
    return 0 if schema.is_newest(wiring.database_url(settings)) else 1


def admit(settings: Settings) -> int:
    """As ``check``; then also what a web server alone leaves in its home. The address is its own business."""
    if code := check(settings):
        return code
    _keep_token(settings, wiring.build(settings, _nobody))
    return 0


def equip(settings: Settings) -> int:
    """As ``check``; then also the index, if there is none, for a worker that was started without ``dam up``."""
    if code := check(settings):
        return code
    _make_index(wiring.build(settings, _nobody))
    return 0


def upgrade(settings: Settings) -> int:
    """Bring the schema to the one of this program; returns the exit code."""
    wiring.build(settings, _nobody)
    _migrate(wiring.database_url(settings))
    return 0


def _migrate(url: str) -> None:
    """Most starts have nothing to migrate, and then Alembic is not even loaded: a third of a second."""
    if not schema.is_newest(url):
        importlib.import_module("dam.store.migrate").upgrade(url)


def _keep_token(settings: Settings, services: Services) -> None:
    path = home.token_file(settings.home)
    present = home.read_secret(path)
    token = local_token(services, present)
    if token != present:
        home.write_private(path, token)


def _make_index(services: Services) -> None:
    """An index that is missing, or of another make, is built from the database. Where that can't be done now, the rest
    of the service goes on without it, and the worker does it when it can.
    """
    try:
        indexing.ensure(services)
    except SearchUnavailable as unavailable:
        click.echo(f"{unavailable.code}: {unavailable.detail}", err=True)


def _say(address: str, link: str | None, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"address": address, "link": link}))
    else:
        click.echo(f"dam is at {address}")
        if link:
            click.echo(f"Sign in, once and within a day, with: {link}")
    sys.stdout.flush()


def _nobody() -> None:
    """Nobody is to be woken: the worker starts after this."""


@click.command()
@click.argument("action", type=click.Choice(["prepare", "check", "serve", "work", "migrate"]))
@click.argument("address", default="")
@click.option("--json", "as_json", is_flag=True)
def main(action: str, address: str, *, as_json: bool) -> None:
    """Do one of these; what goes wrong is told on standard error."""
    try:
        settings = Settings.read()
        logging.configure(settings.log_format, settings.log_level)
        actions = {
            "prepare": lambda: prepare(settings, address, as_json=as_json),
            "check": lambda: check(settings),
            "serve": lambda: admit(settings),
            "work": lambda: equip(settings),
            "migrate": lambda: upgrade(settings),
        }
        code = actions[action]()
    except (DamError, SettingsError, SearchError) as error:
        click.echo(f"{error.code}: {error.detail}", err=True)
        code = 1
    raise SystemExit(code)


if __name__ == "__main__":
    main()
