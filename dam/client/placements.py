"""Commands about placements: place, change, where, verify, retry, repair.

Rule: a state is printed with its reason and what happens next, or what a person must do; the word ``current`` is the
service's, which gives it for proof only.
"""

from typing import Any

import click

from dam.client import command, naming
from dam.client.http import Service, Thing
from dam.client.rollouts import finish
from dam.client.text import clean, facts, print_json, say, table, when

STATES = (
    "waiting", "replacing", "verifying", "current", "matched", "acknowledged",
    "retrying", "failed", "drifted", "unreachable", "withdrawn",
)  # fmt: skip
placement = click.argument("placement", metavar="PLACEMENT|CHANNEL:REMOTE")


@click.command()
@command.asset
@click.argument("channel")
@click.argument("remote")
@click.option("--as", "recipe", metavar="RECIPE", help="As made by this recipe; else as the channel wants it.")
@click.option("--pin", type=click.IntRange(1), help="Always this version, instead of the approved one.")
@click.option("--adopt", is_flag=True, help="Replace what is there already; a copy of it is kept.")
@command.as_json
def place(
    *, asset: str, channel: str, remote: str, recipe: str | None, pin: int | None, adopt: bool, as_json: bool
) -> None:
    """Put an asset into a channel, and keep it right there."""
    with command.connect() as service:
        body: dict[str, Any] = {
            "asset_id": naming.asset(service, asset)["id"],
            "channel_id": naming.channel(service, channel)["id"],
            "remote": remote,
            "follow": pin or "approved",
            "adopt": adopt,
        }
        made = service.post("/placements", {**body, "recipe": recipe} if recipe else body)
    if as_json:
        print_json(made)
    else:
        say(f"{clean(made['id'])}  {clean(channel)}:{clean(remote)}  {clean(made['state'])}")


@click.command()
@placement
@click.option("--pin", type=click.IntRange(1), help="Always this version.")
@click.option("--follow", "following", is_flag=True, help="The approved version, whichever that is.")
@click.option("--as", "recipe", metavar="RECIPE", help="As made by this recipe, at its newest version.")
@command.watch
@command.as_json
def change(
    *, placement: str, pin: int | None, following: bool, recipe: str | None, watching: bool, as_json: bool
) -> None:
    """Change what a placement follows, or as what it is delivered."""
    if (pin is not None and following) or (pin is None and not following and recipe is None):
        raise click.UsageError("Say what to change: --pin or --follow, and --as.")
    body: dict[str, Any] = {"follow": "approved" if following else pin, "recipe": recipe}
    with command.connect() as service:
        path = f"/placements/{naming.placement(service, placement)['id']}"
        _, tag = service.tagged(path)
        rollout = service.patch(path, {name: value for name, value in body.items() if value is not None}, tag)
        finish(service, rollout, watching=watching, as_json=as_json)


@click.command()
@click.argument("asset", required=False)
@click.option("--channel", help="Everything in this channel.")
@click.option("--state", type=click.Choice(STATES), help="Everything in this state.")
@command.as_json
def where(*, asset: str | None, channel: str | None, state: str | None, as_json: bool) -> None:
    """Where assets are shown, and whether it is right."""
    if asset is None and channel is None and state is None:
        raise click.UsageError("Name an asset, or give --channel or --state.")
    with command.connect() as service:
        chosen = {
            "asset": naming.asset(service, asset)["id"] if asset else None,
            "channel": naming.channel(service, channel)["id"] if channel else None,
            "state": state,
        }
        found = list(service.every("/placements", **chosen))
        if as_json:
            print_json({"data": found, "next": None})
            return
        rows = _rows(service, found)
    table(("asset", "channel", "remote", "state", "version", "evidence", "verified at", "what happens next"), rows)


@click.command()
@placement
@command.as_json
def verify(*, placement: str, as_json: bool) -> None:
    """Look now at what a placement really shows."""
    with command.connect() as service:
        found = naming.placement(service, placement)
        rollout = service.post(f"/placements/{found['id']}/verify")
        after = service.get(f"/placements/{found['id']}")
    if as_json:
        print_json(rollout)
    else:
        say("A look is on its way. So far:")
        facts(_described(after))


@click.command()
@placement
@command.watch
@command.as_json
def retry(*, placement: str, watching: bool, as_json: bool) -> None:
    """Try a failed delivery again now."""
    _move(placement, "retry", {}, watching=watching, as_json=as_json)


@click.command()
@placement
@click.option("--adopt", is_flag=True, help="Replace what is there, whatever it is; a copy of it is kept.")
@command.watch
@command.as_json
def repair(*, placement: str, adopt: bool, watching: bool, as_json: bool) -> None:
    """Bring what should be there again, whatever is there now."""
    _move(placement, "repair", {"adopt": adopt}, watching=watching, as_json=as_json)


def next_step(placement: Thing) -> str:
    """What a person must do, or what happens by itself and when; empty where all is well."""
    if placement["needs_person"]:
        return f"needs you: {placement['needs_person']['detail']} ({placement['needs_person']['code']})"
    if placement["reason"]:
        at = when(placement["next_attempt_at"])
        return f"{placement['reason']['detail']} ({placement['reason']['code']})" + (f" next at {at}" if at else "")
    return ""


def _move(placement: str, verb: str, body: dict[str, Any], *, watching: bool, as_json: bool) -> None:
    with command.connect() as service:
        found = naming.placement(service, placement)
        rollout = service.post(f"/placements/{found['id']}/{verb}", body)
        finish(service, rollout, watching=watching, as_json=as_json)


def _rows(service: Service, found: list[Thing]) -> list[tuple[object, ...]]:
    channels = {each["id"]: each["name"] for each in service.every("/channels")}
    titles = {each: service.get(f"/assets/{each}")["title"] for each in {each["asset_id"] for each in found}}
    return [
        (titles[each["asset_id"]], channels.get(each["channel_id"], each["channel_id"]), each["remote"], each["state"],
         (each["observed"] or {}).get("version"), each["evidence"], when(each["verified_at"]), next_step(each))
        for each in found
    ]  # fmt: skip


def _described(placement: Thing) -> list[tuple[str, object]]:
    observed = placement["observed"] or {}
    return [
        ("id", placement["id"]),
        ("remote", placement["remote"]),
        ("state", placement["state"]),
        ("should be", placement["desired"]["sha256"]),
        ("seen", observed.get("sha256")),
        ("verified at", when(placement["verified_at"])),
        ("next", next_step(placement)),
    ]
