"""Whoever plays the story: their services, their clock, and the log of what was acknowledged to them.

Rule: what was acknowledged is in the log, durably, before anything else is asked for. Which steps there are is
``steps``.
"""

import hashlib
import itertools
import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from dam.domain.errors import Conflict, DamError
from dam.domain.principals import SYSTEM_ID, Actor, RequestKey
from dam.domain.recipes import RECIPES, Recipe
from dam.operations import (
    answers,
    read,
    uploads,
)
from dam.ports.media import MediaUnavailable, Rendered, Renderer, Told
from dam.ports.services import Services
from tests.workers.media.generate import corners, encoded

BOSS = Actor(SYSTEM_ID, "boss", "admin")
SHOP, HERO, SMALL, OLD = "shop", "spring/hero.jpg", "spring/hero-small.webp", "old/hero.jpg"
FOREIGN = b"what somebody else had put there"
_COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30))

SHELF = Recipe("shelf-200", 1, "Shelf, 200 px", "image/webp", "webp", 200, 80, frozenset({"image"}), display=False)
RELEASES = ((*RECIPES, SHELF), (*RECIPES, SHELF, replace(SHELF, version=2, box=160)))
"""The recipes that the program declares, and those that its next release declares."""

Facts = dict[str, Any]
"""What a step acknowledges: see ``oracle.Held.take``."""


@cache
def picture(number: int) -> bytes:
    """The bytes of the asset's version ``number``: tiles, because a picture with hardly a line in it has no look."""
    tile = corners((40, 25), _COLOURS[number:] + _COLOURS[:number])
    whole = Image.new("RGB", (320 + number, 200))
    for left, top in itertools.product(range(0, whole.width, tile.width), range(0, whole.height, tile.height)):
        whole.paste(tile, (left, top))
    return encoded(whole, "JPEG", quality=80)


@cache
def digest_of(number: int) -> str:
    return hashlib.sha256(picture(number)).hexdigest()


class NoRenderer:
    """A renderer whose machinery is broken."""

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> Rendered:
        raise MediaUnavailable("Nothing can be rendered today.")


class Shifted:
    """The database's clock: the real one, moved forward where a person would wait."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return self.ahead.total_seconds()

    def move(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Log:
    """What was acknowledged: a JSON line for each step, on the disk before the next one begins."""

    path: Path
    lines: list[tuple[str, Facts]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.lines = [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]

    def write(self, step: str, facts: Facts) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps([step, facts]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.lines.append((step, facts))

    def fact(self, name: str) -> Any:
        """The last that was acknowledged under this name."""
        return [facts[name] for _, facts in self.lines if name in facts][-1]


@dataclass
class Story:
    """One process that plays. ``services`` and ``renderer`` may be watched."""

    folder: Path
    services: Services
    renderer: Renderer
    time: Shifted
    log: Log

    def once(self, key: str, run: Callable[[Actor], Mapping[str, str]]) -> Mapping[str, str]:
        """``run`` under an idempotency key, as the HTTP layer does it."""
        request = RequestKey(BOSS.principal_id, "story", key)
        kept = self._begin(request)
        if kept is not None:
            return kept
        try:
            result = run(replace(BOSS, request=request))
        except DamError:
            answers.drop(self.services, request)
            raise
        answers.settle(self.services, request, result)
        return result

    def _begin(self, request: RequestKey) -> Mapping[str, str] | None:
        try:
            return answers.begin(self.services, request, "body")
        except Conflict:  # the killed request holds the key still: ask again in a moment
            self.time.move(answers.LEASE.total_seconds() + 1)
            return answers.begin(self.services, request, "body")

    def lose(self, rows: str) -> None:
        """Rows are gone, as after a backup that is older than they are."""
        with closing(sqlite3.connect(self.database)) as database:
            database.execute(f"DELETE FROM {rows}")
            database.commit()

    @property
    def database(self) -> Path:
        return self.folder / "data" / "dam.sqlite"

    @property
    def asset(self) -> str:
        return str(self.log.fact("asset"))

    def head(self) -> int | None:
        return read.asset(self.services, BOSS, self.asset).asset.head

    def placement(self, remote: str) -> str:
        """The id of the placement there."""
        placed = [facts["placed"] for _, facts in self.log.lines if "placed" in facts]
        return next(str(placement_id) for at, _, placement_id in placed if at == remote)

    def incoming(self, number: int) -> uploads.Incoming:
        """The bytes of version ``number``, streamed in."""
        sink, data = self.services.objects.receive(), picture(number)
        sink.write(data)
        return uploads.Incoming(sink, f"hero-{number}.jpg", data[:64])
