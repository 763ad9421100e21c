"""The story: an asset's way through every layer, step by step.

Rule: a step may be begun again wherever it was killed. It does then what a careful person or program does: look first
whether it has happened, or repeat the request with its idempotency key. It returns what is acknowledged.
"""

from collections.abc import Callable

from dam.domain import recipes
from dam.domain.assets import Edit, Seen
from dam.domain.errors import Conflict
from dam.operations import (
    campaigns,
    channels,
    decide,
    describe,
    fetch,
    fsck,
    health,
    impact,
    metrics,
    place,
    read,
    read_places,
    rollouts,
)
from search.results import Page
from tests.flow.kills.accounts import enter, join
from tests.flow.kills.cooking import cook
from tests.flow.kills.parts import give_up, third_version
from tests.flow.kills.pictures import second_version, show_itself, show_otherwise, upload
from tests.flow.kills.story import BOSS, HERO, OLD, RELEASES, SHELF, SHOP, SMALL, Facts, Story, digest_of
from tests.flow.kills.worker import (
    by_a_broker,
    find_missed,
    forget_delivery,
    forget_fan_out,
    know_more_types,
    previews,
    reindex,
    start_again,
    sweep,
    work,
)


def set_up(story: Story) -> Facts:
    """A folder channel, and its name corrected."""
    services = story.services
    wanted = channels.Setup("shop front", "folder", {"path": str(story.folder / SHOP), "secret": "s3cret"})
    made = story.once("channel", lambda who: {"channel_id": channels.add(services, who, wanted)})
    channel = read_places.channel(services, BOSS, made["channel_id"])
    if channel.name != SHOP:
        channels.edit(services, BOSS, channel.id, channel.revision, channels.ChannelEdit(name=SHOP))
    channels.check(services, BOSS, channel.id)
    return {"channel": channel.id}


def lose_sight(story: Story) -> Facts:
    """The channel's folder is not there for a while, as with a share that is not mounted; it comes back as it was."""
    services, channel_id, aside = story.services, story.log.fact("channel"), story.folder / "aside"
    if not aside.exists():
        (story.folder / SHOP).rename(aside)
    seen = [channels.check(services, BOSS, channel_id)]
    aside.rename(story.folder / SHOP)
    seen.append(channels.check(services, BOSS, channel_id))
    if [each.unreachable is None for each in seen] != [False, True]:
        raise AssertionError(f"The channel was seen as {seen}.")
    return {}


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


def roll_back(story: Story) -> Facts:
    head = story.head()
    if head != 1:
        decide.rollback(story.services, BOSS, story.asset, 1, Seen(digest_of(1), head))
    return {"decision": ["rollback", 1], "head": 1}


def reject_second(story: Story) -> Facts:
    """Take the approval of version 2 back, and say no to it, once each."""
    with story.services.store.reading() as unit:
        made = [each.kind for each in unit.assets.decisions(story.asset)]
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
    placement_id, services = story.placement(OLD), story.services
    if read_places.placement(services, BOSS, placement_id).placement.pinned != 1:
        place.change(services, BOSS, placement_id, place.Change(pinned=1))
    place.verify(services, BOSS, placement_id)
    place.repair(services, BOSS, placement_id)
    return {"pinned": [OLD, 1]}


def audit(story: Story) -> Facts:
    """Every placement of the channel is looked at."""
    channels.audit(story.services, BOSS, story.log.fact("channel"))
    return work(story)


def release(story: Story) -> Facts:
    """The program's next release declares a recipe's second version; nothing is made of it by itself."""
    recipes.RECIPES = RELEASES[1]
    if rollouts.recipe_impact(story.services, BOSS, SHELF.name).placements != 1:
        raise AssertionError("One placement shows what the older version made.")
    return {"release": 1}


def renew(story: Story) -> Facts:
    """Every placement moves to the recipe's newest version."""
    story.once("renew", lambda who: {"rollout": str(rollouts.recipe_rollout(story.services, who, SHELF.name))})
    work(story)
    return {"renewed": [[SMALL, 2]]}


def withdraw_small(story: Story) -> Facts:
    placement_id = story.placement(SMALL)
    if not read_places.placement(story.services, BOSS, placement_id).placement.ending:
        place.withdraw(story.services, BOSS, placement_id, "too small")
    return {"withdrawn": [SMALL]}


def look_around(story: Story) -> Facts:
    """All the lists that a person leafs through."""
    services, asset = story.services, story.asset
    read.named(services, BOSS, "Spring hero")
    read.versions(services, BOSS, asset, None, 10)
    read.version(services, BOSS, asset, 2)
    fetch.content(services, BOSS, asset, 2, "thumb-256").open(services).close()
    found = fetch.approved_content(services, BOSS, asset)
    found.link(services, "attachment")
    found.open(services).close()
    read.holding(services, BOSS, digest_of(2))
    read.similar(services, BOSS, asset)
    read.tags(services, BOSS, "s", None, 10)
    read_places.channels(services, BOSS, None, 10)
    read_places.placements(services, BOSS, read_places.Which(asset_id=asset), None, 10)
    read_places.placements(services, BOSS, read_places.Which(state="current"), None, 10)
    read_places.placement_counts(services, BOSS)
    read_places.attempts(services, BOSS, story.placement(HERO), None, 10)
    read_places.observations(services, BOSS, story.placement(HERO), None, 10)
    read.events(services, BOSS, 0, 10)
    read.events_back(services, BOSS, 1 << 40, 10)
    read.trash(services, BOSS, None, 10)
    for each in read_places.rollouts(services, BOSS, None, 50):
        read_places.deliveries(services, BOSS, each.rollout.number, None, 10)
    read.work(services, BOSS, "set_aside", None, 10)
    health.checks(services)
    metrics.figures(services, BOSS)
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


STEPS: tuple[tuple[str, Callable[[Story], Facts]], ...] = (
    ("join", join),
    ("enter", enter),
    ("set up a channel", set_up),
    ("lose sight", lose_sight),
    ("upload", upload),
    ("edit", edit),
    ("render and index", work),
    ("search", search),
    ("approve 1", approve(1)),
    ("place the original", place_at(HERO, "original")),
    ("place a rendition", place_at(SMALL, SHELF.name)),
    ("place twice", place_twice),
    ("adopt a place", place_at(OLD, "original", adopt=True)),
    ("deliver", work),
    ("second version", second_version),
    ("approve 2", approve(2)),
    ("replace", work),
    ("roll back", roll_back),
    ("forget the fan-out", forget_fan_out),
    ("return", find_missed),
    ("reject 2", reject_second),
    ("publish", publish),
    ("by a broker", by_a_broker),
    ("pin", pin),
    ("audit", audit),
    ("next release", release),
    ("renew", renew),
    ("withdraw the rendition", withdraw_small),
    ("remove", work),
    ("sweep", sweep),
    ("previews", previews),
    ("start again", start_again),
    ("know more types", know_more_types),
    ("reindex", reindex),
    ("show otherwise", show_otherwise),
    ("show itself", show_itself),
    ("send in parts", third_version),
    ("give up", give_up),
    ("cook", cook),
    ("look around", look_around),
    ("take down", take_down),
    ("forget a delivery", forget_delivery),
    ("clear", find_missed),
    ("bring back", bring_back),
    ("end", work),
)


def go_on(story: Story, until: int | None = None) -> None:
    """Play the steps that are not acknowledged yet."""
    for name, step in STEPS[len(story.log.lines) : until]:
        story.log.write(name, step(story))
