"""The steps of the worker: what is due, what only the clock brings, and what gets lost on the way.

Rule: as in ``steps``. What gets lost is taken out of the tables, as a backup that is older than it would leave them;
what an older release did not know is written as that release would have written it.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from dam.domain.work import BACKOFF_S
from dam.operations import catch_up, indexing, jobs, read, reconcile, renditions
from tests.flow.kills.story import BOSS, HERO, Facts, NoRenderer, Story, digest_of
from workers import claim, relay, runner, tasks
from workers.dispatch import AGAIN, BrokerAway, Dispatch
from workers.drain import drain
from workers.sweep import Sweeper

_NEW_PROGRAM = 1 << 30


def work(story: Story) -> Facts:
    """The worker does all that is due."""
    drain(story.services, story.renderer)
    return {"worked": True}


def sweep(story: Story) -> Facts:
    """Every chore of the clock."""
    while Sweeper(story.services, lambda: None).turn():
        pass
    return {}


def find_missed(story: Story) -> Facts:
    """The worker does what is due, and then what only the reconciler sees."""
    work(story)
    sweep(story)
    return work(story)


def forget_fan_out(story: Story) -> Facts:
    """The job that would give every placement its delivery gets lost."""
    relay.number(story.services.store)
    story.lose("jobs WHERE task = 'fan_out'")
    return {}


def forget_delivery(story: Story) -> Facts:
    """A delivery gets lost, although its rollout counts as fanned out."""
    relay.number(story.services.store)
    with story.services.store.reading() as unit:
        begun = [each.number for each in unit.rollouts.unfinished(0, 10)]
    for number in begun:
        reconcile.fan_out(story.services, number)
    story.lose(f"deliveries WHERE state = 'due' AND placement_id = '{story.placement(HERO)}'")
    return {}


def previews(story: Story) -> Facts:
    """Previews are thrown away; making them fails until the job is set aside, and works when a person asks again."""
    renditions.throw_away(story.services)
    for wait in (0, *BACKOFF_S):
        story.time.move(wait)
        drain(story.services, NoRenderer())
    for job in read.work(story.services, BOSS, "set_aside", None, 10):
        jobs.retry(story.services, BOSS, job.id)
    return work(story)


def start_again(story: Story) -> Facts:
    """What a worker does first: it gives back what a dead one held."""
    with story.services.store.writing() as unit:
        unit.jobs.release_leases(unit.now())
        unit.commit()
    return work(story)


def know_more_types(story: Story) -> Facts:
    """An older release could not name what was uploaded then; this one looks again. So it does for a program that is
    new, which is none of this machine's, so that it comes wherever this is played."""
    work(story)
    with closing(sqlite3.connect(story.database)) as database, database:
        database.execute("UPDATE counters SET value = 0 WHERE name = 'edition'")
        database.execute(
            "UPDATE contents SET media_type = 'application/octet-stream', kind = 'other' WHERE sha256 = ?",
            (digest_of(1),),
        )
    catch_up.gain(story.services, _NEW_PROGRAM)
    catch_up.walk(story.services, "")
    return work(story)


class _Post:
    """A broker in memory; one that is ``away`` goes before its first message."""

    def __init__(self, *, away: bool) -> None:
        self.away = away
        self.messages: list[list[int]] = []

    def waiting(self, queue: str) -> int:
        return len(self.messages)

    def send(self, task: str, queue: str, ids: Sequence[int]) -> None:
        if self.away:
            raise BrokerAway("Nobody answers today.")
        self.messages.append(list(ids))

    def close(self) -> None:
        return None


def by_a_broker(story: Story) -> Facts:
    """What is due goes out by a broker, which is away at first; each message comes twice, and a lease is renewed."""
    store, lanes = story.services.store, [lane for lane in tasks.LANES if lane.queue]
    story.time.move(AGAIN.total_seconds())  # what was sent before the kill, or taken, is free
    relay.number(store)
    Dispatch(store, _Post(away=True), lanes).turn()
    post = _Post(away=False)
    Dispatch(store, post, lanes).turn()
    table = tasks.table(story.services, story.renderer, lambda ids: None, lambda ids: None)
    for ids in post.messages:
        with store.writing() as unit:
            taken = unit.jobs.take(ids, unit.now(), unit.now() + claim.LEASE)
            unit.commit()
        with claim.Hold(store, taken, tasks.INDEX.lease) as hold:
            hold.renew()
            runner.run(store, table[taken[0].task], taken, hold.over)
        claim.run(store, table, ids, tasks.INDEX.lease)
    return {}


def reindex(story: Story) -> Facts:
    """As the command does it."""
    indexing.reindex(story.services)
    story.services.index.close()
    return {}
