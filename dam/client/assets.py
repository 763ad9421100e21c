"""Commands about assets: search, show, edit, trash, restore, publish, unpublish."""

from typing import Any

import click
import httpx

from dam.client import command, naming
from dam.client.failure import Failure
from dam.client.http import PAGE, Service, Thing
from dam.client.text import clean, facts, print_json, say, size, table, when


@click.command()
@click.argument("query", nargs=-1)
@click.option("--facet", "facets", multiple=True, help="Also count the values of this facet; several are possible.")
@click.option("--sort", help="relevance, newest, oldest, updated, title or size.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=50, show_default=True)
@command.as_json
def search(*, query: tuple[str, ...], facets: tuple[str, ...], sort: str | None, limit: int, as_json: bool) -> None:
    """Find assets."""
    asked = {"q": " ".join(query), "sort": sort, "limit": limit, "facets": ",".join(facets) or None}
    with command.connect() as service:
        found = service.get("/assets", **asked)
    if as_json:
        print_json(found)
        return
    table(("id", "title", "kind", "latest", "approved", "tags"), [_row(each) for each in found["data"]])
    _say_facets(found["facets"])
    behind = found["index"]["behind"]
    say(
        f"{len(found['data'])} of {found['total']}" + (f"; {behind} changes are not in the index yet" if behind else "")
    )


@click.command()
@command.asset
@command.as_json
def show(*, asset: str, as_json: bool) -> None:
    """One asset with its versions and places."""
    with command.connect() as service:
        found = naming.asset(service, asset)
        versions = list(service.every(f"/assets/{found['id']}/versions"))
        places = list(service.every("/placements", asset=found["id"]))
    if as_json:
        print_json({**found, "versions": versions, "placements": places})
        return
    facts(_described(found))
    say()
    table(
        ("version", "status", "file", "size", "sha256", "made", "why"),
        [
            (each["number"], _status(each, found), each["filename"], size(each["size"]), each["sha256"],
             when(each["created_at"]), each["rationale"])
            for each in versions
        ],
    )  # fmt: skip
    say()
    say(f"In {len(places)} places: dam where {found['id']}" if places else "In no place yet.")


@click.command()
@command.asset
@click.option("--title")
@click.option("--description")
@click.option("--tag", "tags", multiple=True, help="Add this tag.")
@click.option("--untag", "untags", multiple=True, help="Take this tag away.")
@click.option("--campaign", "campaigns", multiple=True, help="Add it to this campaign.")
@click.option(
    "--field", "fields", metavar="NAME=VALUE", multiple=True, callback=command.pairs, help="NAME= empties it."
)
@command.as_json
def edit(
    *,
    asset: str,
    title: str | None,
    description: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    campaigns: tuple[str, ...],
    fields: dict[str, str],
    as_json: bool,
) -> None:
    """Change what is written about an asset."""
    with command.connect() as service:
        seen, tag = service.tagged(f"/assets/{naming.asset(service, asset)['id']}")
        change: dict[str, Any] = {"title": title, "description": description}
        if tags or untags:
            change["tags"] = [each for each in dict.fromkeys([*seen["tags"], *tags]) if each not in untags]
        if campaigns:
            change["campaigns"] = list(dict.fromkeys([*seen["campaigns"], *campaigns]))
        if fields:
            change["fields"] = {name: value or None for name, value in fields.items()}
        change = {name: value for name, value in change.items() if value is not None}
        if not change:
            raise click.UsageError("Say what to change.")
        after = _patch(service, seen, change, tag)
    _answer(after, as_json=as_json)


@click.command()
@command.asset
@command.as_json
def trash(*, asset: str, as_json: bool) -> None:
    """Put an asset into the trash."""
    with command.connect() as service:
        found = naming.asset(service, asset)
        service.delete(f"/assets/{found['id']}")
        after = service.get(f"/assets/{found['id']}")
    _answer(after, as_json=as_json, word="In the trash")


@click.command()
@command.asset
@command.as_json
def untrash(*, asset: str, as_json: bool) -> None:
    """Take an asset out of the trash."""
    _answer(_post(asset, "restore"), as_json=as_json, word="Restored")


@click.command()
@command.asset
@command.as_json
def publish(*, asset: str, as_json: bool) -> None:
    """Give an asset its public address."""
    with command.connect() as service:
        after = service.post(f"/assets/{naming.asset(service, asset)['id']}/publish")
        url = f"{service.url}/d/{after['key']}"
    if as_json:
        print_json(after)
    else:
        say(
            f"{clean(after['title'])} is at {clean(url)}" + ("" if after["approved"] else " once a version is approved")
        )


@click.command()
@command.asset
@command.as_json
def unpublish(*, asset: str, as_json: bool) -> None:
    """Take an asset's public address away."""
    _answer(_post(asset, "unpublish"), as_json=as_json, word="No longer public")


def _post(asset: str, verb: str) -> Thing:
    with command.connect() as service:
        return service.post(f"/assets/{naming.asset(service, asset)['id']}/{verb}")


def _patch(service: Service, seen: Thing, change: dict[str, Any], tag: str) -> Thing:
    try:
        return service.patch(f"/assets/{seen['id']}", change, tag)
    except Failure as failure:
        if failure.status != httpx.codes.PRECONDITION_FAILED:
            raise
        now = service.get(f"/assets/{seen['id']}")
        raise Failure(failure.code, f"{failure.detail} {_differences(seen, now)} Nothing was changed.") from None


def _differences(before: Thing, now: Thing) -> str:
    """What somebody else did meanwhile, in a sentence."""
    names = ("title", "description", "tags", "campaigns", "fields", "trashed_at")
    found = [f"{name} was {before[name]!r} and is {now[name]!r}" for name in names if before[name] != now[name]]
    return "; ".join(found) + "." if found else "It reads as before; run the command again."


def _answer(asset: Thing, *, as_json: bool, word: str = "") -> None:
    if as_json:
        print_json(asset)
    elif word:
        say(f"{word}: {clean(asset['title'])} ({clean(asset['id'])})")
    else:
        facts(_described(asset))


def _described(asset: Thing) -> list[tuple[str, object]]:
    approved = asset["approved"]
    return [
        ("title", asset["title"]),
        ("id", asset["id"]),
        ("description", asset["description"]),
        ("tags", ", ".join(asset["tags"])),
        ("campaigns", ", ".join(asset["campaigns"])),
        *((f"field {name}", value) for name, value in asset["fields"].items()),
        ("approved", f"version {approved['number']}, sha256 {approved['sha256']}" if approved else "nothing yet"),
        ("public", f"/d/{asset['key']}" if asset["published"] else ""),
        ("changed", when(asset["updated_at"])),
        ("in the trash", when(asset["trashed_at"])),
        ("same bytes as", ", ".join(asset["duplicates"])),
    ]


def _status(version: Thing, asset: Thing) -> str:
    approved = asset["approved"]
    return "approved, current" if approved and approved["number"] == version["number"] else str(version["status"])


def _row(asset: Thing) -> tuple[object, ...]:
    numbers = [each["number"] if each else None for each in (asset["latest"], asset["approved"])]
    return (asset["id"], asset["title"], asset["kind"], *numbers, ", ".join(asset["tags"]))


def _say_facets(facets: dict[str, list[Thing]]) -> None:
    for name, values in facets.items():
        say(f"{clean(name)}: " + ", ".join(f"{clean(each['value'])} {each['count']}" for each in values))
