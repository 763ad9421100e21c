"""What must hold: right after a kill, and once everything has come to rest again.

Rule: expectations come from the log of acknowledgements and from the story's own bytes only; what is really there is
read from the disk where it can be. Answers are sentences about what is wrong; none is good.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dam.domain import recipes, states
from dam.domain.assets import Asset
from dam.domain.placements import Standing
from dam.domain.recipes import expected
from dam.operations import fetch, fsck, read, read_places, sign_in
from dam.ports.services import Services
from dam.ports.store import UnitOfWork
from search.results import Page
from tests.flow.kills.causes import halves
from tests.flow.kills.story import BOSS, FOREIGN, OLD, SHOP, Facts, Story, digest_of


@dataclass
class Held:
    """What was acknowledged so far, of all steps together."""

    asset: str | None = None
    user: str | None = None
    token: str | None = None
    role: str | None = None
    signed_out: str | None = None
    described: dict[str, Any] = field(default_factory=dict)
    versions: dict[int, tuple[str, str]] = field(default_factory=dict)
    decisions: list[tuple[str, int]] = field(default_factory=list)
    head: int | None = None
    placed: dict[str, tuple[str, str]] = field(default_factory=dict)
    pinned: dict[str, int] = field(default_factory=dict)
    renewed: dict[str, int] = field(default_factory=dict)
    shown_by: dict[int, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    def take(self, facts: Facts) -> None:
        """Add what one step acknowledged."""
        for name in ("asset", "user", "token", "role", "signed_out", "head"):
            if name in facts:
                setattr(self, name, facts[name])
        self.described |= facts.get("describes", {})
        if "version" in facts:
            number, sha256, rationale = facts["version"]
            self.versions[number] = (sha256, rationale)
        self.shown_by |= dict([facts["shown_by"]] if "shown_by" in facts else [])
        self._take_decisions(facts)
        self._take_placements(facts)

    def _take_decisions(self, facts: Facts) -> None:
        made = facts.get("decisions", [facts["decision"]] if "decision" in facts else [])
        self.decisions += [(kind, number) for kind, number in made]

    def _take_placements(self, facts: Facts) -> None:
        if "placed" in facts:
            remote, recipe, placement_id = facts["placed"]
            self.placed[remote] = (recipe, placement_id)
        if "pinned" in facts:
            self.pinned |= dict([facts["pinned"]])
        self.renewed |= dict(facts.get("renewed", ()))
        if facts.get("ends_pinned"):
            self.withdrawn |= set(self.pinned)
        self.withdrawn |= set(facts.get("withdrawn", ()))

    def shown(self, remote: str) -> int | None:
        """The version that is to be seen there, or None."""
        if remote in self.withdrawn:
            return None
        return self.pinned.get(remote, self.head)


def held(story: Story) -> Held:
    """Everything that the log says."""
    sum_ = Held()
    for _, facts in story.log.lines:
        sum_.take(facts)
    return sum_


def after_kill(story: Story) -> list[str]:
    """What is wrong at once, before anything was repaired."""
    known, services = held(story), story.services
    wrong = [*_damage(services), *halves(story), *_torn(story.folder / SHOP, services)]
    if known.asset is not None:
        wrong += _asset(services, known, known.asset, done=False)
    return [*wrong, *_people(services, known)]


def at_rest(story: Story) -> list[str]:
    """What is wrong although nothing is under way any more."""
    known, services = held(story), story.services
    wrong = [*_damage(services), *halves(story), *_people(services, known), *_work(services)]
    if known.asset is None:
        return wrong
    wrong += [*_asset(services, known, known.asset, done=True), *_renditions(services, known, known.asset)]
    wrong += _places(services, known, story.folder / SHOP)
    wrong += _parts(story.folder / "data")
    return [*wrong, *_found(services, known)]


def settled(services: Services) -> bool:
    """Is nothing under way, and nothing due? What was set aside waits for a person, and its renditions with it."""
    with services.store.reading() as work:
        counts, now = work.jobs.counts(), work.now()
        standings = work.placements.standings()
        return not (
            any(counts[state] for state in ("due", "leased", "unnumbered"))
            or any(_moves(each, now) for each in standings)
            or work.rollouts.unfinished(0, 1)
            or work.assets.count_behind()
            or (work.artefacts.pending(now, 1) and not counts["set_aside"])
        )


def _moves(standing: Standing, now: datetime) -> bool:
    look_at = standing.placement.look_at
    return standing.open_delivery is not None or (look_at is not None and look_at <= now)


def _damage(services: Services) -> list[str]:
    """Also what is no damage, but an orphan: that alone a kill may leave."""
    found = fsck.check(services, full=True).findings
    return [f"fsck: {each}" for each in found if each.code != "orphan"]


def _torn(shop: Path, services: Services) -> Iterator[str]:
    """A reader sees the old whole or the new whole, at every moment."""
    whole = {digest_of(1), digest_of(2), hashlib.sha256(FOREIGN).hexdigest(), *_made(services)}
    for file in _files(shop):
        if _sha256(file) not in whole:
            yield f"{file} is neither the old nor the new."


def _made(services: Services) -> set[str]:
    with services.store.reading() as work:
        return {each.sha256 for each in work.artefacts.page(None, 200) if each.sha256 is not None}


def _asset(services: Services, known: Held, asset_id: str, *, done: bool) -> list[str]:
    with services.store.reading() as work:
        return [*_row(work, known, asset_id, done=done), *_versions(services, work, known, asset_id, done=done)]


def _row(work: UnitOfWork, known: Held, asset_id: str, *, done: bool) -> Iterator[str]:
    asset = work.assets.get(asset_id)
    if asset is None or (asset.tags, asset.title) != (("hero", "spring"), "Spring hero"):
        yield f"The asset is {asset}."
        return
    made = [(each.kind, each.number) for each in work.assets.decisions(asset_id)]
    if made[: len(known.decisions)] != known.decisions or (done and len(made) != len(known.decisions)):
        yield f"The decisions are {made}; acknowledged were {known.decisions}."
    if not done:
        return
    yield from _described(asset, known)
    if len(work.assets.page(None, 10)) != 1:
        yield "There is more than one asset."


def _described(asset: Asset, known: Held) -> Iterator[str]:
    if asset.head != known.head:
        yield f"The head is {asset.head}, not {known.head}."
    for name, value in known.described.items():
        really = getattr(asset, name)
        if (list(really) if isinstance(really, tuple) else really) != value:
            yield f"{name} is {really}, not {value}."


def _versions(services: Services, work: UnitOfWork, known: Held, asset_id: str, *, done: bool) -> Iterator[str]:
    for number, (sha256, rationale) in known.versions.items():
        version = work.assets.version(asset_id, number)
        if version is None or (version.sha256, version.rationale) != (sha256, rationale):
            yield f"Version {number} is {version}."
        with services.objects.open(sha256) as stream:
            if hashlib.sha256(stream.read()).hexdigest() != sha256:
                yield f"The bytes of version {number} are not those that were acknowledged."
    if done and work.assets.version(asset_id, len(known.versions) + 1) is not None:
        yield "There is a version more than was acknowledged."


def _people(services: Services, known: Held) -> Iterator[str]:
    if known.user is None:
        return
    with services.store.reading() as work:
        if work.people.named("kim") is None:
            yield "The account is lost."
    if known.token is not None and sign_in.authenticate_token(services, known.token).role != "viewer":
        yield "The token has another role."
    with services.store.reading() as work:
        if known.signed_out is not None and work.people.session_view(sign_in.digest_of(known.signed_out)) is not None:
            yield "A session that had ended goes on."
        if known.role is not None and [each.role for each in work.people.grants([known.user])] != [known.role]:
            yield "The account has another role."


def _work(services: Services) -> Iterator[str]:
    with services.store.reading() as work:
        counts, last = work.jobs.counts(), work.jobs.last_number()
        numbers = [each.number for each in work.jobs.events(0, 10_000)]
        rollouts = work.rollouts.page(None, 200)
        deliveries = work.rollouts.counts([each.number for each in rollouts])
    if any(counts.values()):
        yield f"Work is left: {counts}."
    if numbers != list(range(1, last + 1)):
        yield f"The numbers of events have holes: {numbers}, up to {last}."
    for each in rollouts:
        states_of = set(deliveries.get(each.number, ()))
        if each.state != "done" or states_of - {"done", "superseded"}:
            yield f"Rollout {each.number} is {each.state}, its deliveries are {states_of}."


def _renditions(services: Services, known: Held, asset_id: str) -> Iterator[str]:
    for number in known.versions:
        for recipe in expected("image"):
            made, source = (
                fetch.content(services, BOSS, asset_id, number, recipe.name),
                known.shown_by.get(number, number),
            )
            if made.sha256 != _delivered(services, source, recipe.name, recipe.version):
                yield f"{recipe.name} of version {number} is not made of the picture {source}."
            with made.open(services) as stream:
                if hashlib.sha256(stream.read()).hexdigest() != made.sha256:
                    yield f"{recipe.name} of version {number} has other bytes than recorded."


def _places(services: Services, known: Held, shop: Path) -> Iterator[str]:
    expected = {} if OLD in known.placed else {OLD: hashlib.sha256(FOREIGN).hexdigest()}
    for remote, (recipe, placement_id) in known.placed.items():
        number = known.shown(remote)
        standing = read_places.placement(services, BOSS, placement_id)
        word = states.state(standing).word
        made_by = (standing.placement.recipe, standing.placement.recipe_version)
        if made_by != (recipe, known.renewed.get(remote, 1)) or word not in _words(number, remote in known.withdrawn):
            yield f"{remote} is {word}, version {number} is to be seen."
        if number is not None:
            expected[remote] = _delivered(services, number, *made_by)
    found = {str(file.relative_to(shop)): _sha256(file) for file in _files(shop)}
    if found != expected:
        yield f"In the folder are {found}, not {expected}."


def _parts(data: Path) -> Iterator[str]:
    """Parts go when their upload has ended, whichever way."""
    if left := [str(file.relative_to(data)) for file in (data / "uploads").rglob("*")]:
        yield f"Of uploads in parts there is still {left}."


def _words(number: int | None, withdrawn: bool) -> tuple[str, ...]:
    if number is not None:
        return ("current",)
    return ("withdrawn",) if withdrawn else ("waiting", "withdrawn")


def _delivered(services: Services, number: int, recipe: str, version: int) -> str:
    if recipe == "original":
        return digest_of(number)
    with services.store.reading() as work:
        made = work.artefacts.get(digest_of(number), recipe, version)
    if made is None or made.width != min(320 + number, recipes.at_version(recipe, version).box):
        return f"no {recipe} of version {version}: {made}"
    return str(made.sha256)


def _found(services: Services, known: Held) -> Iterator[str]:
    status = "approved" if known.head is not None else ("withdrawn" if known.decisions else "draft")
    found = read.search(services, BOSS, f"hero tag:spring status:{status} kind:image hero-1.jpg", Page(), ())
    if [view.asset.id for view in found.assets] != [known.asset] or found.behind:
        yield f"The search finds {found}."


def _files(shop: Path) -> list[Path]:
    """What a reader of the folder sees; the channel's own names begin with a dot."""
    return [file for file in shop.rglob("*") if file.is_file() and not file.name.startswith(".dam-")]


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
