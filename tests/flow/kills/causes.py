"""That nothing was half decided: a decision, the head that it moves, the rollout that it starts and the events that say
so become true together.

Rule: read from the tables themselves, since events that have no number yet are told to nobody. Holds at every moment,
right after a kill too. Answers are sentences about what is wrong.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from tests.flow.kills.story import Story

_STARTS = {"approve": "approval", "rollback": "rollback", "withdraw": "withdrawal"}
"""Decisions that move the head, and what they are called as the cause of a rollout."""

_TOLD = {
    "approve": "version.approved",
    "reject": "version.rejected",
    "revoke": "version.revoked",
    "rollback": "asset.rolled_back",
    "withdraw": "asset.withdrawn",
}
_OF_THE_HEAD, _OF_ONE, _OF_A_RECIPE = "rollout.opened", "rollout.started", "recipe.rollout_opened"
_BIRTHS = {
    "assets": "asset.created",
    "versions": "version.created",
    "channels": "channel.created",
    "placements": "placement.created",
}

_Row = sqlite3.Row
_Event = tuple[str, dict[str, Any]]


def halves(story: Story) -> list[str]:
    """What became true without the rest of it."""
    with closing(sqlite3.connect(story.database)) as database:
        database.row_factory = _Row
        events = [(each["type"], json.loads(each["data"])) for each in _all(database, "events ORDER BY id")]
        decisions, rollouts = _all(database, "decisions ORDER BY id"), _all(database, "rollouts ORDER BY number")
        placements = _all(database, "placements")
        return [
            *_births(database, events),
            *_decided(decisions, rollouts, events),
            *_head(_all(database, "assets"), decisions),
            *_started(rollouts, events),
            *_moved(placements, events),
            *_ended(_all(database, "deliveries"), rollouts, events),
        ]


def _all(database: sqlite3.Connection, rows: str) -> list[_Row]:
    return database.execute(f"SELECT * FROM {rows}").fetchall()


def _births(database: sqlite3.Connection, events: list[_Event]) -> Iterator[str]:
    counted = Counter(kind for kind, _ in events)
    for table, told in _BIRTHS.items():
        if (there := len(_all(database, table))) != counted[told]:
            yield f"There are {there} {table}, and {counted[told]} events {told}."


def _decided(decisions: list[_Row], rollouts: list[_Row], events: list[_Event]) -> Iterator[str]:
    """Each decision was told; each that moves the head has its rollout, in the same order."""
    said = [(kind, data["number"]) for kind, data in events if kind in _TOLD.values()]
    if said != [(_TOLD[each["kind"]], each["number"]) for each in decisions]:
        yield f"The decisions are {[(each['kind'], each['number']) for each in decisions]}, told were {said}."
    wanted = [_rollout_of(each) for each in decisions if each["kind"] in _STARTS]
    of_the_head = {data["rollout"] for kind, data in events if kind == _OF_THE_HEAD}
    there = [
        (each["asset_id"], each["cause"], each["version"], each["sha256"])
        for each in rollouts
        if each["number"] in of_the_head
    ]
    if there != wanted:
        yield f"The decisions ask for the rollouts {wanted}; there are {there}."


def _rollout_of(decision: _Row) -> tuple[str, str, int | None, str | None]:
    shown = (decision["number"], decision["sha256"]) if decision["head_after"] is not None else (None, None)
    return (decision["asset_id"], _STARTS[decision["kind"]], *shown)


def _head(assets: list[_Row], decisions: list[_Row]) -> Iterator[str]:
    """It is where the last decision has moved it."""
    for asset in assets:
        moved = [each["head_after"] for each in decisions if each["asset_id"] == asset["id"]]
        if asset["head"] != (moved[-1] if moved else None):
            yield f"The head is {asset['head']}, the decisions moved it to {moved}."


def _started(rollouts: list[_Row], events: list[_Event]) -> Iterator[str]:
    """Each rollout has the one event that makes it run, with its cause."""
    told = [(data["rollout"], data["cause"]) for kind, data in events if kind in (_OF_THE_HEAD, _OF_ONE, _OF_A_RECIPE)]
    if sorted(told) != [(each["number"], each["cause"]) for each in rollouts]:
        yield f"The rollouts are {[(each['number'], each['cause']) for each in rollouts]}, told were {told}."


def _moved(placements: list[_Row], events: list[_Event]) -> Iterator[str]:
    """What was decided about one placement has its rollout. The story places only what is approved."""
    causes = Counter(data["cause"] for kind, data in events if kind == _OF_ONE)
    changed = sum(kind == "placement.changed" for kind, _ in events)
    ending = sum(bool(each["ending"]) and each["pinned"] is None for each in placements)
    wanted = {"placement": len(placements), "repin": changed, "withdrawal": ending}
    if (there := {cause: causes[cause] for cause in wanted}) != wanted:
        yield f"Rollouts of single placements are {there}; decided were {wanted}."


def _ended(deliveries: list[_Row], rollouts: list[_Row], events: list[_Event]) -> Iterator[str]:
    """What is done was told to be. (A placement that had nothing to take away ends without a delivery.)"""
    proofs = [data for kind, data in events if kind in ("placement.proven", "placement.withdrawn")]
    told = {(data["placement_id"], data.get("rollout")) for data in proofs}
    done = {(each["placement_id"], each["rollout"]) for each in deliveries if each["state"] == "done"}
    if untold := done - told:
        yield f"Nobody was told of the deliveries {untold}."
    closed = [data["rollout"] for kind, data in events if kind == "rollout.done"]
    if sorted(closed) != (there := [each["number"] for each in rollouts if each["state"] == "done"]):
        yield f"The rollouts {there} are done, told were {closed}."
