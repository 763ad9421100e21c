"""Channels, placements, rollouts and deliveries: what should be shown where, and what is being done about it.

Rule: what a placement should show is computed from the asset, never stored. How it becomes proven is
``dam.domain.proof``; in which words a person reads it is ``dam.domain.states``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from dam.domain.assets import Asset, Version
from dam.domain.recipes import NO_PARAMS, ORIGINAL, Artefact

ABSENT = "absent"
"""Stands where a digest would, and says that nothing should be, or was seen, at a place."""

UNREADABLE = "unreadable"
"""Stands where a digest would, and says that something is there that is no file: a folder, a link."""

Cause = Literal["approval", "rollback", "placement", "repin", "recipe_change", "repair", "withdrawal"]
RolloutState = Literal["open", "held", "done", "cancelled"]
DeliveryState = Literal["due", "leased", "verifying", "held", "done", "failed", "superseded", "cancelled"]
Action = Literal["put", "remove"]
Outcome = Literal["none", "applied", "unknown"]
OnDrift = Literal["report", "repair"]

OPEN: frozenset[DeliveryState] = frozenset({"due", "leased", "verifying", "held"})


@dataclass(frozen=True, slots=True)
class Need:
    """Why a person is needed: a stable code, and what to do in a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ConfiguredChannel:
    """A destination as it was set up. ``unreachable`` is set while it can't be spoken to, and ``next_check_at`` says
    when it is tried again. ``config`` is what may be shown of the configuration; its secrets are ``sealed``.
    """

    id: str
    name: str
    kind: str
    config: Mapping[str, object]
    recipe: str
    on_drift: OnDrift
    audit_every_s: int
    created_at: datetime
    created_by: str
    revision: int = 1
    checked_at: datetime | None = None
    unreachable: Need | None = None
    failures: int = 0
    next_check_at: datetime | None = None
    removed_at: datetime | None = None
    sealed: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Placement:
    """One asset's place in one channel. ``pinned`` is None where it follows the approved version.

    ``fence`` counts claims, ``epoch`` everything that touches the proof. The proof holds only while ``proof_fence ==
    fence``. ``ending`` is set when it is to be withdrawn, ``ended_at`` when that is proven. ``look_at``: when the
    place is to be looked at next. ``params_sha256``: with which parameters its recipe is carried out, as they were when
    it was last moved.
    """

    id: str
    asset_id: str
    channel_id: str
    remote: str
    canonical: str
    recipe: str
    recipe_version: int
    pinned: int | None
    created_at: datetime
    created_by: str
    fence: int = 0
    epoch: int = 0
    proof_digest: str | None = None
    proof_fence: int | None = None
    proof_begun_at: datetime | None = None
    needs: Need | None = None
    look_at: datetime | None = None
    adopted_sha256: str | None = None
    ending: bool = False
    ended_at: datetime | None = None
    params_sha256: str = NO_PARAMS


@dataclass(frozen=True, slots=True)
class Rollout:
    """Everything that one cause sets in motion. A later number supersedes an earlier one at each placement."""

    number: int
    cause: Cause
    state: RolloutState
    asset_id: str | None
    version: int | None
    sha256: str | None
    started_by: str
    started_at: datetime
    note: str = ""
    fanned_out: bool = False
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One placement's part in one rollout. ``artefact``: the digest to bring there, ABSENT for a removal, None while
    it is being made.
    """

    id: str
    placement_id: str
    rollout: int
    action: Action
    version: int | None
    artefact: str | None
    before: str | None
    state: DeliveryState
    due_at: datetime
    adopt: bool = False
    fence: int | None = None
    lease_until: datetime | None = None
    tries: int = 0
    reason: Need | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery, named by the placement's fence that it raised."""

    placement_id: str
    fence: int
    delivery_id: str
    digest: str
    began_at: datetime
    lease_until: datetime
    permit_until: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    receipt: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen at a placement. ``digest`` is a SHA-256, ABSENT, or None where nothing could be seen (``reason``
    says why). ``foreign``: not bytes of ours. Equal looks in a row extend ``until`` and ``looks``.
    """

    id: str
    placement_id: str
    began_at: datetime
    until: datetime
    how: Literal["readback", "audit"]
    digest: str | None
    foreign: bool
    counted: bool
    looks: int = 1
    reason: Need | None = None


def longer(last: Observation, new: Observation) -> Observation | None:
    """``last``, extended by ``new``, if the two saw the same; else None. When, how often and under which id does not
    count.
    """
    if replace(last, id=new.id, began_at=new.began_at, until=new.until, looks=new.looks) != new:
        return None
    return replace(last, until=max(last.until, new.until), looks=last.looks + new.looks)


@dataclass(frozen=True, slots=True)
class Desired:
    """What a placement should show now. ``digest`` None: being made, or, with a ``problem``, not possible; ABSENT:
    nothing.
    """

    version: int | None
    digest: str | None
    problem: Need | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a placement's state is computed from, read in one transaction."""

    placement: Placement
    channel: ConfiguredChannel
    asset: Asset
    version: Version | None
    artefact: Artefact | None
    newest: Delivery | None
    observation: Observation | None = None

    @property
    def desired(self) -> Desired:
        """What should be there now."""
        return desired(self.placement, self.asset, self.version, self.artefact)

    @property
    def open_delivery(self) -> Delivery | None:
        """The delivery under way, if there is one; only the newest can be."""
        return self.newest if self.newest is not None and self.newest.state in OPEN else None


def wanted_version(placement: Placement, asset: Asset) -> int | None:
    """The number of the version to show, or None for nothing."""
    if placement.ending or asset.head is None:
        return None
    return asset.head if placement.pinned is None else placement.pinned


def desired(placement: Placement, asset: Asset, version: Version | None, artefact: Artefact | None) -> Desired:
    """What the placement should show; ``version`` is the row of ``wanted_version``, ``artefact`` its row for the
    placement's recipe.
    """
    if wanted_version(placement, asset) is None or version is None:
        return Desired(None, ABSENT)
    if placement.recipe == ORIGINAL:
        return Desired(version.number, version.sha256)
    if artefact is None or artefact.state == "pending":
        return Desired(version.number, None)
    if artefact.state == "ready":
        return Desired(version.number, artefact.sha256)
    return Desired(version.number, None, _no_artefact(placement, artefact))


def _no_artefact(placement: Placement, artefact: Artefact) -> Need:
    why = artefact.reason_detail or "The file has no such rendition."
    return Need(
        "artefact_failed",
        f"{placement.recipe} can't be made of this version: {why} Place another recipe or upload a new version.",
    )
