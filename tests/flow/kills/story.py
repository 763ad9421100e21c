"""The story that is played: an asset's way through every layer, a step at a time, each acknowledged in a log.

Rule: a step may be begun again wherever it was killed. It does then what a careful person or program does: look first
whether it has happened, or repeat the request with its idempotency key. What it returns is what was acknowledged, and
is written to the log, durably, after the operation has returned.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from dam.domain.assets import Edit, Seen
from dam.domain.errors import Conflict, DamError, Unauthenticated
from dam.domain.principals import SYSTEM_ID, Actor, RequestKey
from dam.domain.recipes import Recipe
from dam.domain.work import BACKOFF_S
from dam.operations import (
    answers,
    campaigns,
    channels,
    decide,
    describe,
    fetch,
    fsck,
    health,
    impact,
    indexing,
    jobs,
    people,
    place,
    read,
    renditions,
    rollouts,
    sign_in,
    tokens,
    uploads,
)
from dam.ports.media import MediaUnavailable, Rendered, Renderer
from dam.ports.services import Services
from search.results import Page
from tests.workers.media.generate import corners, encoded
from workers.drain import drain
from workers.sweep import Sweeper

BOSS = Actor(SYSTEM_ID, "boss", "admin")
PASSWORD = "a long enough password"
SHOP, HERO, SMALL, OLD = "shop", "spring/hero.jpg", "spring/hero-small.webp", "old/hero.jpg"
FOREIGN = b"what somebody else had put there"
_COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30))

Facts = dict[str, Any]
"""What a step acknowledges: see ``oracle.Held.take``."""


def picture(number: int) -> bytes:
    """The bytes of the asset's version ``number``."""
    return encoded(corners((320 + number, 200), _COLOURS[number:] + _COLOURS[:number]), "JPEG", quality=80)


def digest_of(number: int) -> str:
    return hashlib.sha256(picture(number)).hexdigest()


class Shifted:
    """The database's clock: the real one, moved forward where a person would wait."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return self.ahead.total_seconds()

    def move(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Log:
    """What was acknowledged: a JSON line for each step, on the disk before the next one begins."""

    path: Path
    lines: list[tuple[str, Facts]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.path.exists():
            self.lines = [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]

    def write(self, step: str, facts: Facts) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps([step, facts]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.lines.append((step, facts))

    def fact(self, name: str) -> Any:
        """The last that was acknowledged under this name."""
        return [facts[name] for _, facts in self.lines if name in facts][-1]


@dataclass
class Story:
    """One process that plays. ``services`` and ``renderer`` may be watched."""

    folder: Path
    services: Services
    renderer: Renderer
    time: Shifted
    log: Log

    def go_on(self, until: int | None = None) -> None:
        """Play the steps that are not acknowledged yet."""
        for name, step in STEPS[len(self.log.lines) : until]:
            self.log.write(name, step(self))

    def once(self, key: str, run: Callable[[Actor], Mapping[str, str]]) -> Mapping[str, str]:
        """``run`` under an idempotency key, as the HTTP layer does it."""
        request = RequestKey(BOSS.principal_id, "story", key)
        kept = self._begin(request)
        if kept is not None:
            return kept
        try:
            result = run(replace(BOSS, request=request))
        except DamError:
            answers.drop(self.services, request)
            raise
        answers.settle(self.services, request, result)
        return result

    def _begin(self, request: RequestKey) -> Mapping[str, str] | None:
        try:
            return answers.begin(self.services, request, "body")
        except Conflict:  # the killed request holds the key still: ask again in a moment
            self.time.move(answers.LEASE.total_seconds() + 1)
            return answers.begin(self.services, request, "body")

    @property
    def asset(self) -> str:
        return str(self.log.fact("asset"))

    def head(self) -> int | None:
        return read.asset(self.services, BOSS, self.asset).asset.head


def join(story: Story) -> Facts:
    """The first administrator, and an account whose owner comes in by a link and sets a password."""
    services = story.services
    people.ensure_admin(services)
    kim = story.once("join", lambda who: {"user_id": people.create_user(services, who, "kim", "approver", None)[0]})
    sign_in.redeem(services, people.new_link(services, BOSS, kim["user_id"]), PASSWORD)
    return {"user": kim["user_id"]}


def enter(story: Story) -> Facts:
    """Sign in, make a token, change a role, sign out."""
    services, user_id = story.services, story.log.fact("user")
    _wrong_password(services)
    session = sign_in.sign_in(services, "kim", PASSWORD)
    kim, _ = sign_in.authenticate_session(services, session.secret)
    for token in tokens.page(services, kim, None, 10):
        tokens.revoke(services, kim, token.id)
    token_id, secret = tokens.create(services, kim, tokens.Wanted("kit", "viewer"))
    tokens.get(services, kim, token_id)
    sign_in.authenticate_token(services, secret)
    tag = people.user(services, BOSS, user_id).tag
    people.change_user(services, BOSS, user_id, tag, people.UserChange(role="manager"))
    people.users(services, BOSS, None, 10)
    sign_in.sign_out(services, session.secret)
    return {"token": secret, "role": "manager", "signed_out": session.secret}


def _wrong_password(services: Services) -> None:
    try:
        sign_in.sign_in(services, "kim", "not the password")
    except Unauthenticated:
        return
    raise AssertionError("A wrong password let somebody in.")


def set_up(story: Story) -> Facts:
    """A folder channel, and its name corrected."""
    services = story.services
    wanted = channels.Setup("shop front", "folder", {"path": str(story.folder / SHOP)})
    made = story.once("channel", lambda who: {"channel_id": channels.add(services, who, wanted)})
    channel = read.channel(services, BOSS, made["channel_id"])
    if channel.name != SHOP:
        channels.edit(services, BOSS, channel.id, channel.revision, channels.ChannelEdit(name=SHOP))
    channels.check(services, BOSS, channel.id)
    return {"channel": channel.id}


def upload(story: Story) -> Facts:
    """The asset with its first version, tags and a campaign."""
    details = uploads.Details(title="Spring hero", tags=("hero", "spring"), campaigns=("spring 26",))

    def run(who: Actor) -> Mapping[str, str]:
        return {"asset_id": uploads.create_asset(story.services, who, _incoming(story.services, 1), details)}

    asset = story.once("upload", run)["asset_id"]
    described = {"title": "Spring hero", "tags": ["hero", "spring"], "campaigns": ["spring 26"]}
    return {"asset": asset, "describes": described, "version": [1, digest_of(1), ""]}


def edit(story: Story) -> Facts:
    """A better description, the campaign by its full name, and a further campaign."""
    services, campaign = story.services, "spring 2026"
    view = read.asset(services, BOSS, story.asset)
    change = Edit(description="For the front page", fields={"alt_text": "four colours"})
    describe.edit(services, BOSS, story.asset, view.asset.revision, change)
    present = {each.name: each.id for each in read.campaigns(services, BOSS, None, 10)}
    if campaign not in present:
        campaigns.rename(services, BOSS, present["spring 26"], campaign)
    story.once("campaign", lambda who: {"campaign_id": campaigns.create(services, who, "autumn 2026").id})
    return {"describes": {"description": "For the front page", "campaigns": [campaign]}}


def work(story: Story) -> Facts:
    """The worker does all that is due."""
    drain(story.services, story.renderer)
    return {"worked": True}


def search(story: Story) -> Facts:
    """Find it by word, tag and campaign."""
    found = read.search(story.services, BOSS, 'hero tag:spring campaign:"spring 2026"', Page(), ("tag",))
    if [view.asset.id for view in found.assets] != [story.asset]:
        raise AssertionError(f"The search found {found}.")
    return {}


def approve(number: int) -> Callable[[Story], Facts]:
    def run(story: Story) -> Facts:
        head = story.head()
        if head != number:
            impact.of_approval(story.services, BOSS, story.asset, number)
            decide.approve(story.services, BOSS, story.asset, number, Seen(digest_of(number), head))
        return {"decision": ["approve", number], "head": number}

    return run


def place_at(remote: str, recipe: str, *, adopt: bool = False) -> Callable[[Story], Facts]:
    def run(story: Story) -> Facts:
        where = place.Where(story.log.fact("channel"), remote, recipe, adopt=adopt)
        made = story.once(
            f"place {remote}", lambda who: {"placement_id": place.place(story.services, who, story.asset, where)}
        )
        return {"placed": [remote, recipe, made["placement_id"]]}

    return run


def place_twice(story: Story) -> Facts:
    """A place that is taken is refused, each time, and nothing comes of it."""
    where = place.Where(story.log.fact("channel"), HERO)
    try:
        story.once("twice", lambda who: {"placement_id": place.place(story.services, who, story.asset, where)})
    except Conflict:
        return {}
    raise AssertionError("Two placements have the same place.")


def second_version(story: Story) -> Facts:
    def run(who: Actor) -> Mapping[str, str]:
        incoming = _incoming(story.services, 2)
        return {"number": str(uploads.add_version(story.services, who, story.asset, incoming, "warmer colours"))}

    number = int(story.once("version", run)["number"])
    return {"version": [number, digest_of(2), "warmer colours"]}


def roll_back(story: Story) -> Facts:
    head = story.head()
    if head != 1:
        decide.rollback(story.services, BOSS, story.asset, 1, Seen(digest_of(1), head))
    return {"decision": ["rollback", 1], "head": 1}


def reject_second(story: Story) -> Facts:
    """Take the approval of version 2 back, and say no to it, once each."""
    made = [each.kind for each in _decisions(story)]
    if "revoke" not in made:
        decide.revoke(story.services, BOSS, story.asset, 2, digest_of(2), "")
    if "reject" not in made:
        decide.reject(story.services, BOSS, story.asset, 2, digest_of(2), "too warm")
    return {"decisions": [["revoke", 2], ["reject", 2]]}


def publish(story: Story) -> Facts:
    decide.publish(story.services, BOSS, story.asset, published=True)
    key = read.asset(story.services, BOSS, story.asset).asset.key
    fetch.public(story.services, key).open(story.services).close()
    return {"describes": {"published": True}}


def pin(story: Story) -> Facts:
    """One placement shows version 1, whatever will be approved, and is looked at and repaired once more."""
    placement_id, services = _placement(story, OLD), story.services
    if read.placement(services, BOSS, placement_id).placement.pinned != 1:
        place.change(services, BOSS, placement_id, place.Change(pinned=1))
    place.verify(services, BOSS, placement_id)
    place.repair(services, BOSS, placement_id)
    return {"pinned": [OLD, 1]}


def audit(story: Story) -> Facts:
    """Every placement of the channel is looked at."""
    channels.audit(story.services, BOSS, story.log.fact("channel"))
    return work(story)


def withdraw_small(story: Story) -> Facts:
    placement_id = _placement(story, SMALL)
    if not read.placement(story.services, BOSS, placement_id).placement.ending:
        place.withdraw(story.services, BOSS, placement_id, "too small")
    return {"withdrawn": [SMALL]}


def sweep(story: Story) -> Facts:
    """Every chore of the clock."""
    while Sweeper(story.services, lambda: None).turn():
        pass
    return {}


class NoRenderer:
    """A renderer whose machinery is broken."""

    def render(self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe]) -> Rendered:
        raise MediaUnavailable("Nothing can be rendered today.")


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


def reindex(story: Story) -> Facts:
    """As the command does it."""
    indexing.reindex(story.services)
    story.services.index.close()
    return {}


def look_around(story: Story) -> Facts:
    """All the lists that a person leafs through."""
    services, asset = story.services, story.asset
    read.named(services, BOSS, "Spring hero")
    read.versions(services, BOSS, asset, None, 10)
    read.version(services, BOSS, asset, 2)
    read.tags(services, BOSS, "s", None, 10)
    read.channels(services, BOSS, None, 10)
    read.placements(services, BOSS, read.Which(asset_id=asset), None, 10)
    read.attempts(services, BOSS, _placement(story, HERO), None, 10)
    read.observations(services, BOSS, _placement(story, HERO), None, 10)
    read.events(services, BOSS, 0, 10)
    for each in read.rollouts(services, BOSS, None, 50):
        read.deliveries(services, BOSS, each.rollout.number, None, 10)
    read.work(services, BOSS, "set_aside", None, 10)
    health.checks(services)
    with services.store.reading() as unit:
        unit.jobs.counts()
    rollouts.recipe_impact(services, BOSS, "thumb-256")
    report = fsck.check(services, full=True)
    if report.damaged:
        raise AssertionError(report.findings)
    return {}


def take_down(story: Story) -> Facts:
    """The asset is withdrawn everywhere."""
    if story.head() is not None:
        decide.withdraw(story.services, BOSS, story.asset, "the season is over")
    return {"decision": ["withdraw", 1], "head": None, "ends_pinned": True}


def bring_back(story: Story) -> Facts:
    """Into the trash and out again; everything is as it was."""
    services = story.services
    if read.asset(services, BOSS, story.asset).asset.trashed_at is None:
        describe.trash(services, BOSS, story.asset)
    describe.restore(services, BOSS, story.asset)
    return {}


def _incoming(services: Services, number: int) -> uploads.Incoming:
    sink, data = services.objects.receive(), picture(number)
    sink.write(data)
    return uploads.Incoming(sink, f"hero-{number}.jpg", data[:64])


def _placement(story: Story, remote: str) -> str:
    placed = [facts["placed"] for _, facts in story.log.lines if "placed" in facts]
    return next(str(placement_id) for at, _, placement_id in placed if at == remote)


def _decisions(story: Story) -> list[Any]:
    with story.services.store.reading() as unit:
        return list(unit.assets.decisions(story.asset))


STEPS: tuple[tuple[str, Callable[[Story], Facts]], ...] = (
    ("join", join),
    ("enter", enter),
    ("set up a channel", set_up),
    ("upload", upload),
    ("edit", edit),
    ("render and index", work),
    ("search", search),
    ("approve 1", approve(1)),
    ("place the original", place_at(HERO, "original")),
    ("place a rendition", place_at(SMALL, "thumb-256")),
    ("place twice", place_twice),
    ("adopt a place", place_at(OLD, "original", adopt=True)),
    ("deliver", work),
    ("second version", second_version),
    ("approve 2", approve(2)),
    ("replace", work),
    ("roll back", roll_back),
    ("return", work),
    ("reject 2", reject_second),
    ("publish", publish),
    ("pin", pin),
    ("audit", audit),
    ("withdraw the rendition", withdraw_small),
    ("remove", work),
    ("sweep", sweep),
    ("previews", previews),
    ("start again", start_again),
    ("reindex", reindex),
    ("look around", look_around),
    ("take down", take_down),
    ("clear", work),
    ("bring back", bring_back),
    ("end", work),
)
