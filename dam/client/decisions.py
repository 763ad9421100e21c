"""Decisions about versions: approve, reject, revoke, rollback, withdraw; and what an approval would touch.

Rule: a decision names the bytes and the head that were there when the command looked, and the service refuses it if
either has changed since; so what is decided about is what is printed.
"""

import click

from dam.client import command, naming
from dam.client.http import Service, Thing
from dam.client.rollouts import finish
from dam.client.text import clean, note, print_json, say, table


@click.command()
@command.asset
@command.version
@command.note
@command.watch
@command.as_json
def approve(*, asset: str, version: int, note: str, watching: bool, as_json: bool) -> None:
    """Approve a version and replace the old one everywhere."""
    with command.connect() as service:
        found = naming.asset(service, asset)
        seen = _seen(service, found, version)
        rollout = service.post(f"/assets/{found['id']}/versions/{version}/approve", {**seen, "note": note})
        if not as_json:
            say(f"Approved version {version} of {clean(found['title'])}, sha256 {clean(seen['sha256'])}.")
        finish(service, rollout, watching=watching, as_json=as_json)


@click.command()
@command.asset
@click.option("--to", "version", type=click.IntRange(1), required=True, help="The version to return to.")
@command.note
@command.watch
@command.as_json
def rollback(*, asset: str, version: int, note: str, watching: bool, as_json: bool) -> None:
    """Make an earlier approved version the approved one again."""
    with command.connect() as service:
        found = naming.asset(service, asset)
        seen = _seen(service, found, version)
        rollout = service.post(f"/assets/{found['id']}/rollback", {**seen, "to": version, "note": note})
        if not as_json:
            say(f"Rolled {clean(found['title'])} back to version {version}, sha256 {clean(seen['sha256'])}.")
        finish(service, rollout, watching=watching, as_json=as_json)


@click.command()
@click.argument("what", metavar="ASSET|PLACEMENT")
@click.option("--note", "why", default="", metavar="TEXT", help="Why; kept with the decision about an asset.")
@command.watch
@command.as_json
def withdraw(*, what: str, why: str, watching: bool, as_json: bool) -> None:
    """Take an asset down everywhere, or away from one place."""
    with command.connect() as service:
        asset, placement = naming.asset_or_placement(service, what)
        if asset is not None:
            rollout = service.post(f"/assets/{asset['id']}/withdraw", {"note": why})
            subject = str(asset["title"])
        else:
            rollout, subject = _take_away(service, placement or {}, why)
        if not as_json:
            say(f"Withdrawing {clean(subject)}.")
        finish(service, rollout, watching=watching, as_json=as_json)


@click.command()
@command.asset
@command.version
@command.needed_note
@command.as_json
def reject(*, asset: str, version: int, note: str, as_json: bool) -> None:
    """Say no to a version, and why."""
    _judge(asset, version, "reject", note, as_json=as_json)


@click.command()
@command.asset
@command.version
@command.needed_note
@command.as_json
def revoke(*, asset: str, version: int, note: str, as_json: bool) -> None:
    """Take an approval back, so that nothing can return to the version."""
    _judge(asset, version, "revoke", note, as_json=as_json)


@click.command()
@command.asset
@command.version
@command.as_json
def impact(*, asset: str, version: int, as_json: bool) -> None:
    """What an approval would touch, before anybody presses anything."""
    with command.connect() as service:
        found = naming.asset(service, asset)
        touched = service.get(f"/assets/{found['id']}/versions/{version}/impact")
        channels = {each["id"]: each["name"] for each in service.every("/channels")}
    if as_json:
        print_json(touched)
        return
    table(
        ("channel", "remote", "action", "now", "then", "problems"),
        [_touched(each, channels) for each in touched["placements"]],
    )
    counts = touched["counts"]
    say(
        f"{counts['put']} places would be replaced, {counts['remove']} taken away, {counts['none']} left as they are, "
        f"in about {touched['estimate_s']:.0f} s; {counts['problems']} have problems."
    )


def _seen(service: Service, asset: Thing, number: int) -> Thing:
    """What a decision has to name: the version's digest, and the approved version at this moment."""
    version = service.get(f"/assets/{asset['id']}/versions/{number}")
    head = asset["approved"]
    return {"sha256": version["sha256"], "expected_head": head["number"] if head else None}


def _take_away(service: Service, placement: Thing, why: str) -> tuple[Thing, str]:
    if why:
        note("a note is kept with the withdrawal of an asset, not with that of one place")
    return service.delete(f"/placements/{placement['id']}"), str(placement["remote"])


def _judge(asset: str, number: int, verb: str, why: str, *, as_json: bool) -> None:
    with command.connect() as service:
        found = naming.asset(service, asset)
        version = service.get(f"/assets/{found['id']}/versions/{number}")
        body = {"sha256": version["sha256"], "note": why}
        after = service.post(f"/assets/{found['id']}/versions/{number}/{verb}", body)
    if as_json:
        print_json(after)
    else:
        say(f"Version {number} of {clean(found['title'])} is {clean(after['status'])}.")


def _touched(each: Thing, channels: dict[str, str]) -> tuple[object, ...]:
    placement = each["placement"]
    problems = "; ".join(problem["detail"] for problem in each["problems"])
    versions = [each[when]["version"] for when in ("before", "after")]
    return (channels.get(placement["channel_id"], ""), placement["remote"], each["action"], *versions, problems)
