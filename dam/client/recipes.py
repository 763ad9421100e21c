"""``dam recipe``: as what files are delivered.

Rule: what goes together is checked by the service, which names each field. A change moves no place; ``move`` does.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import click

from dam.client import command, rollouts
from dam.client.http import Thing
from dam.client.text import clean, print_json, say, table

_NUMBERS: Mapping[str, type[int] | type[float]] = {
    **dict.fromkeys(("box", "width", "height", "quality", "max_bytes", "page"), int),
    "time": float,
}
_said = click.argument("said", metavar="KEY=VALUE...", nargs=-1, callback=command.pairs)


@click.group()
def recipe() -> None:
    """Recipes, as which files are delivered: add, change, list, move, remove."""


@recipe.command(name="list")
@command.as_json
def list_(*, as_json: bool) -> None:
    """The recipes that can be chosen; with --json every version that there is."""
    with command.connect() as service:
        found = service.get("/recipes")
    if as_json:
        print_json(found)
        return
    rows = [
        (each["name"], each["version"], each["title"], each["media_type"] or "", _size(each), _whose(each))
        for each in found["data"]
        if each["choosable"]
    ]
    table(("name", "version", "title", "type", "size", "of"), rows)


@recipe.command()
@click.argument("name")
@_said
@command.as_json
def add(*, name: str, said: dict[str, str], as_json: bool) -> None:
    """Add a recipe, such as: dam recipe add newsletter format=jpeg fit=cover width=600 height=300

    KEY is one of title, format, fit, box, width, height, background, quality, max_bytes, profile, metadata, page, time.
    With format=mp4 it makes a film of a film: dam recipe add social-square format=mp4 fit=cover width=1080 height=1080
    """
    with command.connect() as service:
        made = service.post("/recipes", {"name": name, **_typed(said)})
    _tell(made, as_json=as_json)


@recipe.command()
@click.argument("name")
@_said
@command.as_json
def change(*, name: str, said: dict[str, str], as_json: bool) -> None:
    """Make the next version of a recipe, such as: dam recipe change newsletter quality=70

    KEY= without a value takes a part back to what is usual. What uses the recipe stays as it is until it is moved.
    """
    if not said:
        raise click.UsageError("Say what to change.")
    with command.connect() as service:
        _, tag = service.tagged(_path(name))
        _tell(service.patch(_path(name), _typed(said), tag), as_json=as_json)


@recipe.command()
@click.argument("name")
@command.watch
@command.as_json
def move(*, name: str, watching: bool, as_json: bool) -> None:
    """Have every place of the recipe show its newest version."""
    with command.connect() as service:
        started = service.post(f"{_path(name)}/rollout")
        rollouts.finish(service, started, watching=watching, as_json=as_json)


@recipe.command()
@click.argument("name")
@command.as_json
def remove(*, name: str, as_json: bool) -> None:
    """Retire a recipe that no place and no channel uses; its versions stay known."""
    with command.connect() as service:
        service.delete(_path(name))
    if as_json:
        print_json({"name": name})
    else:
        say(f"Removed {clean(name)}.")


def _path(name: str) -> str:
    return f"/recipes/{quote(name, safe='')}"


def _typed(said: Mapping[str, str]) -> dict[str, Any]:
    """Numbers as numbers, and nothing as null. Raises BadParameter."""
    return {name: _value(name, text) for name, text in said.items()}


def _value(name: str, text: str) -> str | float | None:
    if not text:
        return None
    try:
        return _NUMBERS.get(name, str)(text)
    except ValueError:
        raise click.BadParameter(f"{name} has to be a number, not {text!r}.") from None


def _tell(made: Thing, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        say(f"{clean(made['name'])}, version {made['version']}: {clean(made['title'])}, {_size(made)}")


def _size(found: Thing) -> str:
    if not (found["media_type"] or "").startswith(("image/", "video/")):
        return ""  # a sound, an outline or an index has no pixels
    if found["width"]:
        return f"{found['width']} × {found['height']} px, {found['fit']}"
    return f"{found['box']} px" if found["box"] else ""


def _whose(found: Thing) -> str:
    return "built in" if found["built_in"] else "the house"
