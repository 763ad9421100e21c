"""What an approval would touch, said before anybody presses anything.

Rule: computed from the same standings that the fan-out uses, so that what is announced is what happens; changes
nothing.
"""

from dataclasses import dataclass, replace

from dam.domain import media_types, policy, recipes
from dam.domain.assets import Asset, Content, Version
from dam.domain.placements import ABSENT, Desired, Need, Placement, Standing
from dam.domain.principals import Actor
from dam.domain.recipes import Artefact
from dam.operations.changes import asset_not_found, version_of
from dam.operations.reconcile import renewed
from dam.ports.services import Services
from dam.ports.store import UnitOfWork

MOST = 1000
"""Placements that are listed one by one; the counts are of all."""

_SECONDS_EACH = 0.05
_BYTES_A_SECOND = 50 << 20


@dataclass(frozen=True, slots=True)
class Touched:
    """One placement: what it shows now, what it would show. ``action``: put, remove, or none where nothing changes."""

    placement: Placement
    channel_name: str
    action: str
    before: Desired
    after: Desired
    problems: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """``counts``: placements by action, and how many have problems; ``estimate_s``: seconds, roughly."""

    placements: tuple[Touched, ...]
    counts: dict[str, int]
    estimate_s: float


def of_approval(services: Services, actor: Actor, asset_id: str, number: int) -> Impact:
    """What approving this version would do. Raises Forbidden, NotFound."""
    policy.require(actor, "placement.read")
    with services.store.reading() as work:
        asset = work.assets.get(asset_id)
        if asset is None:
            raise asset_not_found()
        version = version_of(work, asset_id, number)
        content = work.assets.content(version.sha256)
        return _collect(work, replace(asset, head=number, withdrawn_at=None), version, content)


def _collect(work: UnitOfWork, then: Asset, version: Version, content: Content | None) -> Impact:
    counts = {"put": 0, "remove": 0, "none": 0, "problems": 0}
    listed: list[Touched] = []
    after: str | None = None
    while True:
        page = work.placements.standings(asset_id=then.id, after=after, limit=200)
        for standing in page:
            touched = _touched(work, standing, then, version, content)
            counts[touched.action] += 1
            counts["problems"] += bool(touched.problems)
            if len(listed) < MOST:
                listed.append(touched)
        if len(page) < 200:
            break
        after = page[-1].placement.id
    size = content.size if content else 0
    moved = counts["put"] + counts["remove"]
    return Impact(tuple(listed), counts, round(moved * (_SECONDS_EACH + size / _BYTES_A_SECOND), 1))


def _touched(work: UnitOfWork, standing: Standing, then: Asset, version: Version, content: Content | None) -> Touched:
    placement, before = standing.placement, standing.desired
    if placement.pinned is not None or placement.ending:
        return Touched(placement, standing.channel.name, "none", before, before, ())
    artefact = _artefact(work, placement, version)
    # As it will be moved: with what is written about the asset by now.
    moved, _ = renewed(work, replace(standing, asset=then, version=version, artefact=artefact))
    after = moved.desired
    same = after.digest is not None and after.digest == before.digest
    action = "none" if same else "remove" if after.digest == ABSENT else "put"
    problems = _problems(standing, after, content) if action == "put" else ()
    return Touched(placement, standing.channel.name, action, before, after, problems)


def _artefact(work: UnitOfWork, placement: Placement, version: Version) -> Artefact | None:
    if placement.recipe == recipes.ORIGINAL:
        return None
    return work.artefacts.get(version.sha256, placement.recipe, placement.recipe_version, placement.params_sha256)


def _problems(standing: Standing, after: Desired, content: Content | None) -> tuple[Need, ...]:
    found = []
    if after.problem is not None:
        found.append(after.problem)
    if standing.channel.unreachable is not None:
        found.append(Need("unreachable", f"The channel can't be reached: {standing.channel.unreachable.detail}"))
    if standing.placement.recipe == recipes.ORIGINAL and content is not None:
        found += _wrong_ending(standing.placement.remote, content)
    return tuple(found)


def _wrong_ending(remote: str, content: Content) -> list[Need]:
    """A name that promises another type than the bytes have; many destinations go by the name."""
    type_ = media_types.DECODED.get(content.media_type)
    ending = remote.rpartition(".")[2].casefold() if "." in remote else ""
    if type_ is None or not ending or ending in type_.extensions:
        return []
    return [Need("other_type", f"The place is named .{ending}, but the file is {type_.name}.")]
