"""``dam rollout``: what one decision set in motion, live until nothing more can happen without a person.

Rule: the numbers are the service's own: a place counts as proven when its delivery is done, which only a read-back can
make it. On a terminal one table that changes; elsewhere a plain line whenever the count changes.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from dam.client import command
from dam.client.http import Service, Thing
from dam.client.text import COLOURS, clean, print_json, say, when
from dam.client.text import table as plain_table

POLL_S = 0.25
SHOWN = 30
"""Rows of a live table, the worst first; more would not fit."""

NEEDS_YOU = "needs you"
MOVING = ("replacing", "verifying", "retrying")
_WORDS = {
    "done": "proven", "failed": NEEDS_YOU, "held": NEEDS_YOU, "verifying": "verifying", "leased": "replacing",
    "due": "replacing", "superseded": "taken over", "cancelled": "cancelled",
}  # fmt: skip
_ORDER = (NEEDS_YOU, "retrying", "verifying", "replacing", "taken over", "cancelled", "proven")
_PATIENCE = 4


@dataclass
class Progress:
    """How far a rollout is. ``places``: (channel, remote) by placement id."""

    rollout: Thing
    deliveries: list[Thing]
    places: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def words(self) -> Counter[str]:
        """Deliveries by what a person calls their state."""
        return Counter(word(each) for each in self.deliveries)

    @property
    def needs_person(self) -> bool:
        """Whether something waits for somebody."""
        return self.words[NEEDS_YOU] > 0

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.rollout["state"] in ("done", "cancelled")

    @property
    def settled(self) -> bool:
        """Whether nothing more happens by itself, as far as one look can tell."""
        return self.ended or (self.needs_person and not any(self.words[each] for each in MOVING))

    def line(self) -> str:
        """``37 of 40 proven, 2 retrying, 1 needs you``."""
        words, waiting = self.words, self.words[NEEDS_YOU]
        if not self.deliveries:
            return "nothing to replace" if self.ended else "finding the places"
        parts = [f"{words['proven']} of {len(self.deliveries)} proven"]
        parts += [f"{words[each]} {each}" for each in (*MOVING, "taken over", "cancelled") if words[each]]
        if waiting:
            parts.append(f"{waiting} {'needs' if waiting == 1 else 'need'} you")
        return ", ".join(parts)


@click.command()
@click.argument("number", type=click.IntRange(1))
@command.watch
@command.as_json
def rollout(*, number: int, watching: bool, as_json: bool) -> None:
    """What one decision set in motion, and how far it is."""
    with command.connect() as service:
        if watching:
            follow(service, number, as_json=as_json)
            return
        progress = look(service, number)
    if as_json:
        print_json({**progress.rollout, "deliveries": progress.deliveries})
        return
    say_rollout(progress.rollout)
    plain_table(
        ("channel", "remote", "state", "sha256", "tries", "next", "reason"),
        [_row(progress, each) for each in _worst(progress)],
    )
    say(progress.line())


def follow(service: Service, number: int, *, as_json: bool, quiet: bool = False) -> None:
    """Show the rollout until it is settled; ``quiet``: only wait. Raises Exit 1 if something needs a person then."""
    live = sys.stdout.isatty() and not (as_json or quiet)
    progress = _live(service, number) if live else _lines(service, number, quiet=as_json or quiet)
    if as_json:
        print_json({**progress.rollout, "deliveries": progress.deliveries})
    elif progress.needs_person:
        _say_needs(progress)
    if progress.needs_person:
        raise click.exceptions.Exit(1)


def finish(service: Service, rollout: Thing, *, watching: bool, as_json: bool) -> None:
    """How a command that started a rollout ends: with one line, or with all that comes of it. Raises Exit 1 as
    ``follow`` does.
    """
    if watching:
        follow(service, rollout["number"], as_json=as_json)
    elif as_json:
        print_json(rollout)
    else:
        say_rollout(rollout)


def look(service: Service, number: int, before: Progress | None = None) -> Progress:
    """The rollout as it is now; names of places are kept from an earlier look."""
    found = service.get(f"/rollouts/{number}")
    deliveries = list(service.every(f"/rollouts/{number}/deliveries"))
    places = before.places if before else {}
    if any(each["placement_id"] not in places for each in deliveries):
        places = {**places, **_places(service, found, deliveries)}
    return Progress(found, deliveries, places)


def say_rollout(found: Thing) -> None:
    """One line about a rollout."""
    number = found["number"]
    say(f"Rollout {number} ({clean(found['cause'])}) is {clean(found['state'])}: dam rollout {number} --watch")


def word(delivery: Thing) -> str:
    """A delivery's state in a placement's words."""
    if delivery["state"] == "due" and delivery["tries"] > 0 and delivery["reason"]:
        return "retrying"
    return _WORDS.get(delivery["state"], str(delivery["state"]))


def looks(service: Service, number: int) -> Iterator[Progress]:
    """Look after look, until nothing more happens by itself. While places are still being given their deliveries, a
    first one that failed can look like the end; so that end has to be seen several times.
    """
    progress, seen = look(service, number), 0
    while True:
        yield progress
        seen = seen + 1 if progress.settled else 0
        if progress.ended or seen >= _PATIENCE:
            return
        time.sleep(POLL_S)
        progress = look(service, number, progress)


def _lines(service: Service, number: int, *, quiet: bool) -> Progress:
    """A plain line at each change."""
    said = ""
    for progress in looks(service, number):
        if progress.line() != said and not quiet:
            said = progress.line()
            say(f"Rollout {number}: {said}")
    return progress


def _live(service: Service, number: int) -> Progress:
    with Live(console=Console(), auto_refresh=False) as live:
        for progress in looks(service, number):
            live.update(_picture(progress), refresh=True)
    return progress


def _picture(progress: Progress) -> Table:
    picture = Table(
        "channel", "remote", "state", "reason", box=None, caption=Text(progress.line()), caption_justify="left"
    )
    for each in _worst(progress)[:SHOWN]:
        channel, remote = progress.places.get(each["placement_id"], ("", each["placement_id"]))
        state = Text(word(each), style=COLOURS.get(word(each)) or "")
        picture.add_row(Text(clean(channel)), Text(clean(remote)), state, Text(clean(_reason(each))))
    return picture


def _say_needs(progress: Progress) -> None:
    for each in progress.deliveries:
        if word(each) == NEEDS_YOU:
            channel, remote = progress.places.get(each["placement_id"], ("", each["placement_id"]))
            say(f"{clean(channel)}:{clean(remote)} needs you: {clean(_reason(each))}")


def _worst(progress: Progress) -> list[Thing]:
    return sorted(progress.deliveries, key=lambda each: _ORDER.index(word(each)))


def _row(progress: Progress, each: Thing) -> tuple[object, ...]:
    channel, remote = progress.places.get(each["placement_id"], ("", each["placement_id"]))
    state = word(each)
    following = when(each["due_at"]) if state in MOVING else ""
    return (channel, remote, state, each["sha256"], each["tries"], following, _reason(each))


def _reason(delivery: Thing) -> str:
    return delivery["reason"]["detail"] if delivery["reason"] else ""


def _places(service: Service, rollout: Thing, deliveries: list[Thing]) -> dict[str, tuple[str, str]]:
    """Where the placements are. One that has ended is in no list any more, and is asked for by itself."""
    names = {each["id"]: each["name"] for each in service.every("/channels")}
    known = list(service.every("/placements", asset=rollout["asset_id"])) if rollout["asset_id"] else []
    missing = {each["placement_id"] for each in deliveries} - {each["id"] for each in known}
    ended = (service.get(f"/placements/{each}") for each in sorted(missing))
    return {each["id"]: (names.get(each["channel_id"], ""), each["remote"]) for each in chain(known, ended)}
