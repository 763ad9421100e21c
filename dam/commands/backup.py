"""``dam backup | restore | copy``: everything that a service holds, kept elsewhere, brought back, or moved.

Rule: says what is where, and how far it is; what is done is ``dam.backups``. Secrets come from the environment or from
files, never from a command line, which every user of the machine can read.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from config.settings import Settings, SettingsError
from dam import wiring
from dam.backups import verbs
from dam.backups.folder import Folder, Rows, Writing
from dam.backups.transfer import Moved, Tell, bring
from dam.commands import home
from dam.domain.errors import NotFound
from dam.operations import indexing
from dam.ports.objects import ObjectStore
from dam.ports.services import Services
from dam.store.dump import snapshot
from dam.store.engine import database_path

_COPY = "copy"
_PAUSE_S = 1.0


def backup(settings: Settings, folder: str, *, check: bool, as_json: bool) -> int:
    """Back up into ``folder``, beside a service that runs or without one; with ``check``, look whether what is there is
    whole. 1 if bytes are damaged. Raises Conflict ``not_a_backup``, ``backup_in_use``; NotFound, Invalid, Unavailable.
    """
    if check:
        with Folder(Path(folder)).held(make=False) as held:
            moved = verbs.check(held, _Telling("checked"))
        return _end({"objects": moved.named, "damaged": moved.damaged}, as_json=as_json)
    database = _present(settings)
    objects = wiring.choose(settings).objects()
    with Folder(Path(folder)).held(make=True) as held:
        manifest, moved = verbs.back_up(database, objects, held, _Telling("copied"))
    return _end({"made_at": manifest.made_at, **_said(moved)}, as_json=as_json)


def restore(settings: Settings, folder: str, *, accept_damage: bool, as_json: bool) -> int:
    """Fill an empty service from ``folder``. Raises Conflict ``home_in_use``, ``target_not_empty``; as ``backup``."""
    with home.whole(settings.home), Folder(Path(folder)).held(make=False) as held, _target(settings) as target:
        rows = held.rows(held.manifest())
        with home.unfinished(settings.home):
            tell = _Telling("restored")
            moved = _fill(settings, target, rows, held.objects(), tell, accept_damage=accept_damage)
    return _end({"restored": True, **_said(moved)}, as_json=as_json)


def copy(settings: Settings, to: str, *, objects_only: bool, accept_damage: bool, as_json: bool) -> int:
    """Move everything to the service that the file ``to`` describes by lines ``DAM_…=…``. With ``objects_only`` only
    the bytes go ahead, while the service may run. Raises as ``restore``.
    """
    there = Settings.read(_lines(Path(to)))
    database = _present(settings)
    if wiring.database_url(there) == database:
        raise SettingsError(f"{to} names the database that is to be copied; set DAM_DATABASE_URL to another.")
    source = wiring.choose(settings).objects()
    with ExitStack() as stack:
        if not objects_only:
            stack.enter_context(home.whole(settings.home))
        stack.enter_context(home.copying(settings.home))
        rows, target = stack.enter_context(_rows(settings.home, database)), stack.enter_context(_target(there))
        if objects_only:
            moved = bring(source, target.objects, verbs.named(rows), _Telling("copied"))
        else:
            moved = _fill(there, target, rows, source, _Telling("copied"), accept_damage=accept_damage)
    return _end({"copied_all": not objects_only, **_said(moved)}, as_json=as_json)


@contextmanager
def _rows(place: Path, database: str) -> Iterator[Rows]:
    """The rows, in a folder that is gone afterwards."""
    folder = place / _COPY
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    try:
        with snapshot(database) as state:
            rows = verbs.write_rows(state, Writing(folder, state.schema()))
        yield rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _target(settings: Settings) -> Iterator[Services]:
    services = wiring.build(settings, _nobody)
    try:
        yield services
    finally:
        services.index.close()


def _fill(
    settings: Settings, services: Services, rows: Rows, source: ObjectStore, tell: Tell, *, accept_damage: bool
) -> Moved:
    """Bring all of it there, and then what search needs; that would be made by the service too, but later."""
    target = verbs.Target(wiring.database_url(settings), services.objects, services.index)
    moved = verbs.restore(rows, source, target, tell, accept_damage=accept_damage)
    while indexing.index_behind(services):
        pass
    return moved


def _nobody() -> None:
    """Nobody is to be woken: the service is stopped."""


def _present(settings: Settings) -> str:
    """The database's URL. Raises NotFound ``nothing_here`` where SQLite would make an empty one."""
    url = wiring.database_url(settings)
    if wiring.is_embedded(settings) and not database_path(url).is_file():
        raise NotFound("nothing_here", f"There is no service's data in {settings.home}. Set DAM_HOME.")
    return url


def _lines(path: Path) -> dict[str, str]:
    """``NAME=VALUE`` a line; empty lines and those that begin with # are for people. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} can't be read: {error}.") from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals:
            raise SettingsError(f"{path}, line {number}: write NAME=VALUE.")
        found[name.strip()] = value.strip()
    return {name: value for name, value in found.items() if value}


class _Telling:
    """Progress on standard error where a person sits there."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._next = 0.0
        self._shown = sys.stderr.isatty()

    def __call__(self, moved: Moved) -> None:
        if self._shown and time.monotonic() >= self._next:
            self._next = time.monotonic() + _PAUSE_S
            click.echo(f"\r{moved.named} objects looked at, {moved.copied} {self._word}", nl=False, err=True)


def _said(moved: Moved) -> dict[str, object]:
    return {"objects": moved.named, "copied": moved.copied, "bytes": moved.size, "damaged": moved.damaged}


def _end(said: dict[str, object], *, as_json: bool) -> int:
    damaged = said["damaged"]
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo(", ".join(f"{name}: {value}" for name, value in said.items() if name != "damaged"))
        for sha256 in damaged if isinstance(damaged, list) else ():
            click.echo(f"objects_damaged: {sha256} is lost or altered.", err=True)
    return 1 if damaged else 0
