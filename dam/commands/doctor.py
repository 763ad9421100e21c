"""``dam doctor``: what this machine has, and what it lacks, in sentences.

Rule: looks and changes nothing. A line is *ok*, a *warning* that says what to do, or *bad*, without whose mending the
service can't work. Must not: need a running service.
"""

import json
import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import click

from config.settings import Settings
from dam import wiring
from dam.store.engine import make_engine, notices
from workers.media import encoder, programs
from workers.media.confine import SandboxLevel
from workers.media.plan import MediaUnavailable
from workers.media.studio import Studio

_PARTS = ("dam", "flask", "gunicorn", "sqlalchemy", "tantivy", "pillow")
_LITTLE_ROOM = 5 << 30
_FFMPEG = "Install FFmpeg 6.0 or newer with x264, AAC and zscale, or the package imageio-ffmpeg."
_THEN = "Then start the worker anew: it draws those that are here already, too."


@dataclass(frozen=True, slots=True)
class Line:
    """``what`` is stable; ``detail`` a sentence."""

    level: Literal["ok", "warning", "bad"]
    what: str
    detail: str


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Print what there is; 1 if something bad is among it."""
    wiring.choose(settings)
    lines = list(_lines(settings))
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines]))
    else:
        for line in lines:
            click.echo(f"{line.level:8}{line.what}: {line.detail}")
    return int(any(line.level == "bad" for line in lines))


def _lines(settings: Settings) -> Iterator[Line]:
    yield Line("ok", "python", f"Python {platform.python_version()} on {platform.platform()}.")
    yield Line("ok", "versions", ", ".join(f"{name} {version(name)}" for name in _PARTS) + ".")
    yield from _home(settings.home)
    yield from _database(settings)
    yield from _sandbox()


def _home(home: Path) -> Iterator[Line]:
    there = next(folder for folder in (home, *home.parents) if folder.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Line("bad", "home", f"{there} can't be written to. Set DAM_HOME to a folder that can.")
    free = shutil.disk_usage(there).free
    detail = f"{free / (1 << 30):.1f} GiB are free for {home}."
    yield Line("warning" if free < _LITTLE_ROOM else "ok", "disk", detail)


def _database(settings: Settings) -> Iterator[Line]:
    engine = make_engine(wiring.database_url(settings))
    yield Line("ok", "database", f"{engine.dialect.name}; this program has SQLite {sqlite3.sqlite_version}.")
    yield from (Line("warning", "database", notice) for notice in notices(engine, gated=True))


def _sandbox() -> Iterator[Line]:
    """What holds in the processes that decode files, as such a process found it."""
    try:
        with Studio() as studio:
            found = studio.sandbox()
    except MediaUnavailable as error:
        yield Line("bad", "sandbox", f"Files can't be decoded here: {error}.")
        return
    yield Line("ok", "sandbox", f"Files are decoded in a process of their own; its confinement is {found.level}.")
    yield from (Line("warning", "sandbox", sentence) for sentence in found.missing)
    yield from _encoder(found.level)
    yield from _drawers(found.level)


def _encoder(level: SandboxLevel) -> Iterator[Line]:
    """Which FFmpeg makes films to be played."""
    search = encoder.find()
    yield from (Line("ok", "ffmpeg", f"Passed over: {sentence}") for sentence in search.refused)
    found = search.encoder
    if found is None:
        yield Line("warning", "ffmpeg", f"There is none that makes films to be played. {_FFMPEG}")
    elif level is not SandboxLevel.FULL:
        yield Line("warning", "ffmpeg", "It is not run: that needs the full confinement, which this machine has not.")
    else:
        origin = "on the PATH" if found.origin == "path" else "installed with this program"
        yield Line("ok", "ffmpeg", f"FFmpeg {found.version}, {origin} ({found.path}), makes films to be played.")


def _drawers(level: SandboxLevel) -> Iterator[Line]:
    """Which programs draw documents; without them there is the picture inside, where there is one."""
    for format_, wanted in programs.WANTED.items():
        found, what = programs.find(format_), wanted.name.casefold()
        if found is None:
            yield Line("ok", what, f"Not found, so that {wanted.shows} are not drawn. {wanted.advice} {_THEN}")
        elif level is not SandboxLevel.FULL:
            yield Line("warning", what, "It is not run: that needs the full confinement, which this machine has not.")
        else:
            yield Line("ok", what, f"{found.name} {found.version} ({found.path}) draws {wanted.shows}.")
