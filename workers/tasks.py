"""The tasks by name, and the lanes that they run in.

Rule: a task reads its ids and calls one operation. Every task that ``routes`` or an operation names is here and in
exactly one lane (tested). Must not: decide anything.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from dam.operations import assemble, indexing, reconcile, rendering, rollouts
from dam.ports.media import Renderer
from dam.ports.services import Services
from workers.relay import Lane
from workers.runner import Ids, Task

RENDER = Lane("render", ("render",), timedelta(minutes=5), queue="media")
"""A child is killed after a minute; reading and storing big files takes the rest."""
ENCODE = Lane("encode", ("encode",), timedelta(minutes=25), queue="media-heavy")
"""A film has twenty minutes (``workers.media.encoding``); reading and storing it takes the rest."""
_ROLLOUT = ("fan_out", "fan_out_recipe", "reconcile", "show_channel")
ROLLOUT = Lane("rollout", _ROLLOUT, timedelta(minutes=5), queue="deliver")
INDEX = Lane("index", ("index",), timedelta(minutes=2), batch=500, every_s=0.2, queue="index")
"""One run brings in every asset that is behind, so that hundreds of these are done by one commit of the index: a change
is found at once, and one that follows upon it a moment later."""
ASSEMBLE = Lane("assemble", ("assemble", "clear_upload"), timedelta(minutes=25), queue="media-heavy")
"""The largest file is read, hashed and copied once: no longer than a broker waits for any task."""
HINTS = Lane("hints", ("deliver", "look"), timedelta(minutes=1), batch=500)
"""Only kicks: it has no queue, because what it kicks is in the process that relays."""

_INDEX_S = 60.0
"""What is behind after so long is left to the sweep: much of it is no reason to be killed at the limit."""

LANES = (RENDER, ENCODE, ROLLOUT, INDEX, ASSEMBLE, HINTS)


def table(services: Services, renderer: Renderer, deliver: Task, look: Task) -> Mapping[str, Task]:
    """The tasks. ``deliver`` and ``look`` say what a hint does: the worker's pumps are kicked by it."""
    return {
        "render": lambda ids: rendering.render(services, renderer, _text(ids, "sha256")),
        "encode": lambda ids: rendering.encode(services, renderer, _text(ids, "sha256")),
        "fan_out": lambda ids: reconcile.fan_out(services, _number(ids, "rollout")),
        "fan_out_recipe": lambda ids: rollouts.fan_out_recipe(services, _number(ids, "rollout")),
        "reconcile": lambda ids: reconcile.reconcile_placement(services, _text(ids, "placement_id")),
        "show_channel": lambda ids: indexing.show_channel(services, _text(ids, "channel_id")),
        "index": _index(services),
        "assemble": lambda ids: assemble.assemble(services, _text(ids, "upload_id")),
        "clear_upload": lambda ids: assemble.clear(services, _text(ids, "upload_id")),
        "deliver": deliver,
        "look": look,
    }


def _index(services: Services) -> Callable[[Ids], None]:
    def index(ids: Ids) -> None:
        end = time.monotonic() + _INDEX_S
        while indexing.index_behind(services) and time.monotonic() < end:
            pass

    return index


def _text(ids: Ids, name: str) -> str:
    value = ids[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _number(ids: Ids, name: str) -> int:
    value = ids[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is no number")
    return value
