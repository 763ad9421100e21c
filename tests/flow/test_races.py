"""Processes that approve, upload, roll back, place, withdraw and audit the same assets at once, while others deliver:
whatever they were told happened, and only that, is there afterwards; and the destinations show exactly it. On both
databases.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dam.domain import states
from dam.domain.assets import Asset
from dam.domain.placements import ABSENT, Standing
from dam.domain.principals import SYSTEM
from dam.operations import channels, fsck, reconcile, uploads
from dam.operations.channels import Setup
from dam.operations.uploads import Details, Incoming
from dam.ports.services import Services
from dam.store.work import open_store
from tests.flow import racers
from tests.flow.house import PNG, Encoder, files, sha256
from tests.services import services_in
from workers import relay
from workers.drain import drain

WAIT_S = 240
Acts = list[list[Any]]


def race(home: Path, database_url: str, people: int, threads: int, count: int, workers: list[str]) -> Acts:
    """Run them all at once; what people were told has happened."""
    with ExitStack() as stack:
        acting = [run(stack, "people", home, database_url, seed, threads, count) for seed in range(people)]
        working = [run(stack, verb, home, database_url) for verb in workers]
        for process in acting + working:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == "ready"
        for process in acting + working:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [json.loads(line) for process in acting for line in process.communicate(timeout=WAIT_S)[0].splitlines()]
        for process in working:
            process.communicate(timeout=WAIT_S)
    assert {process.returncode for process in acting + working} == {0}
    assert len(told) == people * threads
    refused = sum((Counter(each["refused"]) for each in told), Counter[str]())
    assert set(refused) <= racers.EXPECTED
    did: Acts = [act for each in told for act in each["did"]]
    assert len(did) + refused.total() == people * threads * count
    return did


def run(stack: ExitStack, *given: Any) -> "subprocess.Popen[str]":
    """A process that is gone at the end, whatever happens."""
    process = stack.enter_context(racers.start(*given))
    stack.callback(process.kill)
    return process


def assets_in(services: Services, count: int) -> list[str]:
    made = []
    for number in range(count):
        with services.objects.receive() as sink:
            sink.write(PNG + b"%d" % number)
            made.append(
                uploads.create_asset(services, SYSTEM, Incoming(sink, "a.png", PNG), Details(title=f"{number}"))
            )
    return made


# What holds afterwards.


def versions_are_those_acknowledged(services: Services, assets: list[str], did: Acts) -> None:
    """Without gap or double, each with the bytes that were sent for it."""
    acknowledged = {asset: {1: sha256(PNG + b"%d" % number)} for number, asset in enumerate(assets)}
    for _, asset, number, digest in (act for act in did if act[0] == "version"):
        assert number not in acknowledged[asset], "the same number was given twice"
        acknowledged[asset][number] = digest
    with services.store.reading() as work:
        for asset, expected in acknowledged.items():
            found = work.assets.get(asset)
            assert found is not None
            assert found.latest == len(expected)
            rows = [work.assets.version(asset, number) for number in range(1, found.latest + 1)]
            assert {row.number: row.sha256 for row in rows if row} == expected
            assert work.assets.version(asset, found.latest + 1) is None


def decisions_are_one_chain(services: Services, assets: list[str], did: Acts) -> None:
    """Each begins where the last one ended, at the one head; and they are those that people were told of."""
    with services.store.reading() as work:
        for asset in assets:
            head, found = None, work.assets.get(asset)
            decisions = work.assets.decisions(asset)
            for decision in decisions:
                assert decision.head_before == head
                head = decision.head_after
            assert found is not None
            assert found.head == head
            told = Counter(act[0] for act in did if act[0] in ("approve", "rollback", "withdraw") and act[1] == asset)
            assert Counter(decision.kind for decision in decisions) == told
            approved = Counter((act[2], act[3]) for act in did if act[0] == "approve" and act[1] == asset)
            kept = [(each.number, each.sha256) for each in decisions if each.kind == "approve"]
            assert Counter(kept) == approved


def events_have_no_holes(services: Services, assets: list[str], did: Acts) -> None:
    """Each is in the feed once, in an order without gaps, and says what people were told of."""
    while relay.number(services.store):
        pass
    with services.store.reading() as work:
        found = work.jobs.events(0, 1_000_000)
        assert work.jobs.counts()["unnumbered"] == 0
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    told, acts = Counter(each.event.type for each in found), Counter(act[0] for act in did)
    assert told["version.created"] == len(assets) + acts["version"]
    assert (told["placement.created"], told["placement.withdrawn"]) == (acts["place"], len(taken_away(did)))
    assert told["rollout.opened"] == acts["approve"] + acts["rollback"] + acts["withdraw"]


def taken_away(did: Acts) -> set[str]:
    """Placements that somebody took away; some more than once."""
    return {act[1] for act in did if act[0] == "take away"}


def nobody_waited_crosswise(database_url: str) -> None:
    """PostgreSQL ends one of two transactions that wait for each other; who retries would hide it."""
    store = open_store(database_url)
    with store.reading() as work:
        if work.connection.dialect.name == "postgresql":
            asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            assert work.connection.execute(asked).scalar() == 0
    store.dispose()


def nothing_is_damaged(services: Services) -> None:
    report = fsck.check(services, full=True)
    assert [finding for finding in report.findings if finding.level == "damage"] == []


# The whole service.


def test_everybody_at_once(database_url: str, tmp_path: Path) -> None:
    outside, home = tmp_path / "outside", tmp_path / "data"
    with services_in(tmp_path, migrated=database_url) as services:
        services.index.rebuild([])
        assets = assets_in(services, 3)
        for name, recipe in (("plain", "original"), ("small", "preview-1024")):
            (outside / name).mkdir(parents=True)
            channels.add(services, SYSTEM, Setup(name, "folder", {"path": str(outside / name)}, recipe))
        did = race(home, database_url, people=2, threads=2, count=30, workers=["worker", "courier"])
        nobody_waited_crosswise(database_url)
        versions_are_those_acknowledged(services, assets, did)
        decisions_are_one_chain(services, assets, did)
        with later(services, database_url) as calm:
            settle_down(calm)
            everything_is_shown_as_decided(calm, outside, did)
            events_have_no_holes(calm.services, assets, did)
            nothing_is_damaged(calm.services)


class Later:
    """The real time, moved on by ``by``."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Calm:
    """The service when all others have left. ``time`` moves on when told."""

    def __init__(self, services: Services, time: Later) -> None:
        self.services, self.time = services, time

    def standings(self) -> list[Standing]:
        with self.services.store.reading() as work:
            return work.placements.standings(limit=10_000, ended=True)


@contextmanager
def later(services: Services, url: str) -> Iterator[Calm]:
    time = Later()
    store = open_store(url, now=time.now)
    yield Calm(replace(services, store=store), time)
    store.dispose()


def settle_down(calm: Calm) -> None:
    """Do what is due, give what waits its time; at the end, look at everything once more."""
    services = calm.services
    for _ in range(20):
        drain(services, Encoder())
        reconcile.unfinished(services)
        reconcile.reconcile(services, None)
        drain(services, Encoder())
        if all(states.state(each).word in ("current", "withdrawn", "waiting") for each in calm.standings()):
            break
        calm.time.by += timedelta(seconds=60)
    with services.store.reading() as work:
        all_ = work.placements.channels(None, 100)
    for channel in all_:
        channels.audit(services, SYSTEM, channel.id)
    drain(services, Encoder())


def everything_is_shown_as_decided(calm: Calm, outside: Path, did: Acts) -> None:
    """Expected from the heads alone: what each live placement shows, and that nothing else is there."""
    standings = calm.standings()
    assert {each.placement.id for each in standings} == {act[1] for act in did if act[0] == "place"}
    ended = {each.placement.id for each in standings if each.placement.ended_at is not None}
    assert ended == taken_away(did)
    expected: dict[str, bytes] = {}
    for standing in standings:
        word = states.state(standing).word
        if standing.placement.id in ended or standing.asset.head is None:
            assert word in ("withdrawn", "waiting")
        else:
            assert word == "current"
            place = f"{standing.channel.name}/{standing.placement.remote}"
            assert place not in expected
            expected[place] = content(calm.services, standing.asset, standing.placement.recipe)
            assert standing.placement.proof_digest == sha256(expected[place])
        if word == "withdrawn" and standing.placement.fence > 0:
            assert standing.placement.proof_digest == ABSENT
    assert files(outside) == expected


def content(services: Services, asset: Asset, recipe: str) -> bytes:
    """What the approved version looks like by this recipe."""
    with services.store.reading() as work:
        version = work.assets.version(asset.id, asset.head or 0)
    assert version is not None
    with services.objects.open(version.sha256) as stream:
        data = stream.read()
    return data if recipe == "original" else Encoder().encode(data, recipe, 1)
