"""``dam events`` and ``dam work``: what happened, and the service's own tasks that were set aside."""

import json
import time
from typing import Any

import click
import httpx

from dam.client import command, naming
from dam.client.http import PAGE, Service, Thing
from dam.client.text import clean, print_json, say, table, when

POLL_S = 1.0
SHOWN = 50


@click.command()
@click.option("--after", type=click.IntRange(0), help=f"Those behind this number; else the last {SHOWN}.")
@click.option("--asset", help="Those about this asset.")
@click.option("--follow", "following", is_flag=True, help="Go on as things happen; Ctrl-C ends it.")
@command.as_json
def events(*, after: int | None, asset: str | None, following: bool, as_json: bool) -> None:
    """What happened, in order."""
    with command.connect() as service:
        chosen = {"asset": naming.asset(service, asset)["id"] if asset else None}
        if after is None:
            after = max(0, _last(service) - SHOWN) if asset is None else 0
        if as_json and not following:
            page, _ = _ask(service, after, chosen, "")
            print_json(page)
            return
        _print(service, after, chosen, following=following, as_json=as_json)


@click.group()
def work() -> None:
    """The service's own tasks that were set aside: list, retry."""


@work.command(name="list")
@click.option("--state", type=click.Choice(("due", "leased", "set_aside")), default="set_aside", show_default=True)
@command.as_json
def list_(*, state: str, as_json: bool) -> None:
    """Tasks in a state, the oldest first."""
    with command.connect() as service:
        found = list(service.every("/work", state=state))
    if as_json:
        print_json({"data": found, "next": None})
        return
    table(
        ("id", "task", "about", "tries", "since", "reason"),
        [
            (each["id"], each["task"], json.dumps(each["ids"]), each["tries"], when(each["created_at"]),
             each["reason"]["detail"] if each["reason"] else "")
            for each in found
        ],
    )  # fmt: skip


@work.command()
@click.argument("number", metavar="ID", type=click.IntRange(1))
@command.as_json
def retry(*, number: int, as_json: bool) -> None:
    """Let a task that was set aside start anew."""
    with command.connect() as service:
        answer = service.post(f"/work/{number}/retry")
    if as_json:
        print_json(answer)
    else:
        say(f"Task {number} starts anew.")


def _print(service: Service, after: int, chosen: Thing, *, following: bool, as_json: bool) -> None:
    """Page after page; behind the last one ask again, which costs the service nothing while nothing is new."""
    tag = ""
    while True:
        page, tag = _ask(service, after, chosen, tag)
        for each in page["data"]:
            _say(each, as_json=as_json)
        if page["data"]:
            after = page["data"][-1]["number"]
        if page["next"] is not None:
            tag = ""  # the tag stands for the end of the feed, which this page has not reached
        elif following:
            time.sleep(POLL_S)
        else:
            return


def _ask(service: Service, after: int, chosen: Thing, tag: str) -> tuple[Thing, str]:
    query: dict[str, Any] = {"after": after, "limit": PAGE, **{k: v for k, v in chosen.items() if v is not None}}
    headers = {"If-None-Match": tag} if tag else {}
    answer = service.request("GET", "/events", params=query, headers=headers)
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return {"data": [], "next": None}, tag
    page: Thing = answer.json()
    return page, answer.headers.get("ETag", "")


def _last(service: Service) -> int:
    page = service.get("/events", after=(1 << 53) - 1, limit=1)
    return int(page["last"])


def _say(event: Thing, *, as_json: bool) -> None:
    if as_json:
        print_json(event)
        return
    about = clean(json.dumps(event["data"], ensure_ascii=False))
    words = (when(event["at"]), clean(event["type"]), clean(event["asset_id"] or "-"), about)
    say("  ".join((str(event["number"]), *words)))
