"""``dam channel``: destinations."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from dam.client import command, naming
from dam.client.failure import Failure
from dam.client.http import Service, Thing
from dam.client.rollouts import POLL_S
from dam.client.text import clean, print_json, say, table, when

_PATIENCE_S = 120.0
_GOOD = frozenset({"current", "matched", "acknowledged", "waiting", "withdrawn"})
_UNSEEN = frozenset({"waiting", "unreachable", "replacing"})
_NUMBERS: Mapping[str, type[int] | type[float]] = {"integer": int, "number": float}


_config_argument = click.argument("config", metavar="KEY=VALUE...", nargs=-1, callback=command.values)
_recipe = click.option("--as", "recipe", metavar="RECIPE", help="What is wanted, unless a placement says otherwise.")
_on_drift = click.option(
    "--on-drift", type=click.Choice(("report", "repair")), help="What to do when something else is there."
)


@click.group()
def channel() -> None:
    """Destinations: add, edit, list, check, audit, remove."""


@channel.command()
@click.argument("name")
@click.argument("kind")
@_config_argument
@_recipe
@_on_drift
@command.as_json
def add(
    *, name: str, kind: str, config: dict[str, str], recipe: str | None, on_drift: str | None, as_json: bool
) -> None:
    """Set up a channel, such as: dam channel add shop folder path=/srv/shop/img

    A value may be kept off the command line: secret=@FILE takes it from a file, secret=- from standard input.
    """
    with command.connect() as service:
        wanted = {"name": name, "kind": kind, "config": typed(config, schema_of(service, kind))}
        more = {"recipe": recipe, "on_drift": on_drift}
        made = service.post("/channels", {**wanted, **{key: value for key, value in more.items() if value}})
    if as_json:
        print_json(made)
    else:
        say(f"{clean(made['id'])}  {clean(made['name'])}")


@channel.command()
@click.argument("name")
@_config_argument
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@_recipe
@_on_drift
@command.as_json
def edit(
    *,
    name: str,
    config: dict[str, str],
    new_name: str | None,
    recipe: str | None,
    on_drift: str | None,
    as_json: bool,
) -> None:
    """Change a channel, such as its secret: dam channel edit shop secret=@FILE

    KEY= without a value takes a setting away. Where a channel leads can't change.
    """
    with command.connect() as service:
        path = f"/channels/{naming.channel(service, name)['id']}"
        found, tag = service.tagged(path)
        kept = typed({key: value for key, value in config.items() if value}, schema_of(service, found["kind"]))
        wanted = {"config": {**dict.fromkeys(config), **kept}, "name": new_name, "recipe": recipe, "on_drift": on_drift}
        changes = {key: value for key, value in wanted.items() if value}
        if not changes:
            raise click.UsageError("Say what to change.")
        made = service.patch(path, changes, tag)
    if as_json:
        print_json(made)
    else:
        say(f"{clean(made['id'])}  {clean(made['name'])}")


@channel.command(name="list")
@command.as_json
def list_(*, as_json: bool) -> None:
    """The channels that there are, and whether they can be reached."""
    with command.connect() as service:
        found = list(service.every("/channels"))
    if as_json:
        print_json({"data": found, "next": None})
        return
    table(
        ("name", "kind", "config", "delivers", "on drift", "health", "checked at"),
        [
            (each["name"], each["kind"], _config(each), each["recipe"], each["on_drift"], _health(each),
             when(each["checked_at"]))
            for each in found
        ],
    )  # fmt: skip


@channel.command()
@click.argument("name")
@command.as_json
def check(*, name: str, as_json: bool) -> None:
    """Ask the destination now whether it can be used."""
    with command.connect() as service:
        found = service.post(f"/channels/{naming.channel(service, name)['id']}/check")
    if as_json:
        print_json(found)
    else:
        say(f"{clean(found['name'])}: {clean(_health(found))}")
    if found["unreachable"]:
        raise click.exceptions.Exit(1)


@channel.command()
@click.argument("name")
@click.option("--watch", "watching", is_flag=True, help="Wait until all of it has been looked at.")
@command.as_json
def audit(*, name: str, watching: bool, as_json: bool) -> None:
    """Look at everything in the channel now; with --watch, exit 1 if something is not as it should be."""
    with command.connect() as service:
        found = naming.channel(service, name)
        before = _looks(service, found)
        asked = service.post(f"/channels/{found['id']}/audit")
        if as_json and not watching:
            print_json(asked)
            return
        if not watching:
            say(f"Looking at {asked['placements']} placements; dam where --channel {clean(name)} shows what is found.")
            return
        after = _looked(service, found, before)
    states = Counter(each["state"] for each in after)
    if as_json:
        print_json({**asked, "states": states})
    else:
        say(f"{clean(name)}: " + (", ".join(f"{count} {state}" for state, count in states.items()) or "nothing there"))
    if set(states) - _GOOD:
        raise click.exceptions.Exit(1)


@channel.command()
@click.argument("name")
@command.as_json
def remove(*, name: str, as_json: bool) -> None:
    """Forget a channel that shows nothing."""
    with command.connect() as service:
        found = naming.channel(service, name)
        service.delete(f"/channels/{found['id']}")
    if as_json:
        print_json({"id": found["id"]})
    else:
        say(f"Removed {clean(found['name'])}.")


def typed(config: Mapping[str, str], schema: Thing) -> dict[str, Any]:
    """The values in the types that the kind's JSON Schema wants. Raises BadParameter for a number that is none."""
    properties = schema.get("properties", {})
    return {name: _typed(name, value, properties.get(name, {}).get("type")) for name, value in config.items()}


def _looks(service: Service, found: Thing) -> dict[str, str | None]:
    """When each placement of the channel was last looked at."""
    return {each["id"]: _seen_at(each) for each in service.every("/placements", channel=found["id"])}


def _looked(service: Service, found: Thing, before: Mapping[str, str | None]) -> list[Thing]:
    """The placements, once each that was ever seen has been looked at since, or can't be reached. Raises Failure
    ``too_slow``.
    """
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        now = list(service.every("/placements", channel=found["id"]))
        if all(before.get(each["id"]) != _seen_at(each) or each["state"] in _UNSEEN for each in now):
            return now
        time.sleep(POLL_S)
    raise Failure("too_slow", "Not everything was looked at yet; dam where shows what is known.")


def _seen_at(placement: Thing) -> str | None:
    return placement["observed"]["at"] if placement["observed"] else None


def _typed(name: str, value: str, wanted: str | None) -> Any:
    if wanted == "boolean":
        return value.lower() in ("true", "yes", "1")
    try:
        return _NUMBERS[wanted](value) if wanted is not None and wanted in _NUMBERS else value
    except ValueError:
        raise click.BadParameter(f"{name} has to be a number, not {value!r}.") from None


def schema_of(service: Service, kind: str) -> Thing:
    """The JSON Schema of a kind's configuration. Raises Failure ``unknown_kind``."""
    kinds = {each["name"]: each for each in service.get("/channels/kinds")["data"]}
    if kind not in kinds:
        raise Failure("unknown_kind", f"There is no kind {kind!r}; there is: {', '.join(sorted(kinds))}.")
    schema: Thing = kinds[kind]["schema"]
    return schema


def _config(found: Thing) -> str:
    return " ".join(f"{name}={value}" for name, value in found["config"].items())


def _health(found: Thing) -> str:
    problem = found["unreachable"]
    return f"unreachable: {problem['detail']} ({problem['code']})" if problem else "reachable"
