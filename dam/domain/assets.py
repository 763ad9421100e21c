"""Assets, their versions, and the decisions that move an asset's head.

Rule: everything here is a pure function from facts to facts and events. Whoever calls locks the asset row first,
stores what is returned, and loses nothing if the compare-and-set fails. Placements are not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from dam.domain.errors import Conflict
from dam.domain.events import Event, event

DecisionKind = Literal["approve", "reject", "revoke", "rollback", "withdraw"]
VersionStatus = Literal["draft", "approved", "rejected", "revoked"]


@dataclass(frozen=True, slots=True)
class Content:
    """These bytes exist. ``kind`` is one of ``media_types.Kind``; ``properties`` holds what a decoder found (width,
    height, colour …), ``embedded`` what people wrote into the file (``dam.domain.embedded``): None until a decoder has
    looked for it.
    """

    sha256: str
    size: int
    media_type: str
    kind: str
    created_at: datetime
    properties: Mapping[str, object] = field(default_factory=dict)
    embedded: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """The lasting identity of a piece of creative work.

    ``head``: number of the approved version, or None. ``revision`` counts people's edits and is the ETag;
    ``index_seq`` counts every change that search shows. ``withdrawn_at`` is set from a withdrawal until the next
    approval. ``focal``: what of its picture has to be seen, however it is cut: ``x`` and ``y`` from 0 to 1, from the
    left and the top; None: the middle.
    """

    id: str
    key: str
    title: str
    description: str
    fields: Mapping[str, str]
    tags: tuple[str, ...]
    campaigns: tuple[str, ...]
    created_at: datetime
    created_by: str
    updated_at: datetime
    published: bool = False
    head: int | None = None
    latest: int = 0
    revision: int = 1
    index_seq: int = 1
    withdrawn_at: datetime | None = None
    trashed_at: datetime | None = None
    focal: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable, numbered content of an asset. ``filename`` is what the person's file was called; it never becomes
    a path.
    """

    asset_id: str
    number: int
    sha256: str
    filename: str
    rationale: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what about which version and digest, and where the head was before and after."""

    asset_id: str
    number: int
    sha256: str
    kind: DecisionKind
    principal_id: str
    head_before: int | None
    head_after: int | None
    note: str
    self_approval: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb about an asset leads to: the asset as it is afterwards, new facts, and the events that say so."""

    asset: Asset
    events: tuple[Event, ...]
    version: Version | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person had before them when deciding: the digest of the version, and the head."""

    sha256: str
    expected_head: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of an asset's description; None leaves a part as it is. Sets are given whole; an empty ``focal`` is
    none."""

    title: str | None = None
    description: str | None = None
    fields: Mapping[str, str] | None = None
    tags: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    focal: Mapping[str, float] | None = None

    def values(self) -> dict[str, object]:
        """The parts that are given, by name."""
        parts = ("title", "description", "fields", "tags", "campaigns")
        given = {name: getattr(self, name) for name in parts if getattr(self, name) is not None}
        return given if self.focal is None else given | {"focal": dict(self.focal) or None}


def status_after(kinds: tuple[DecisionKind, ...]) -> VersionStatus:
    """A version's status from the kinds of its decisions, oldest first: the last approve, reject or revoke counts."""
    words: dict[DecisionKind, VersionStatus] = {"approve": "approved", "reject": "rejected", "revoke": "revoked"}
    said = [words[kind] for kind in kinds if kind in words]
    return said[-1] if said else "draft"


def add_version(asset: Asset, content: Content, filename: str, rationale: str, by: str, at: datetime) -> Outcome:
    """The asset's next version. Raises Conflict ``trashed``."""
    refuse_trashed(asset)
    version = Version(asset.id, asset.latest + 1, content.sha256, filename, rationale, by, at)
    after = replace(asset, latest=version.number, index_seq=asset.index_seq + 1, updated_at=at)
    data = {"number": version.number, "sha256": version.sha256, "filename": filename, "rationale": rationale}
    return Outcome(after, (event("version.created", by, at, asset.id, data),), version=version)


def edit(asset: Asset, change: Edit, by: str, at: datetime) -> Outcome:
    """Describe the asset anew; an edit that changes nothing leaves the revision alone. Raises Conflict ``trashed``."""
    refuse_trashed(asset)
    changed: dict[str, Any] = {name: value for name, value in change.values().items() if value != getattr(asset, name)}
    if not changed:
        return Outcome(asset, ())
    before = {name: getattr(asset, name) for name in changed}
    after = replace(asset, **changed, revision=asset.revision + 1, index_seq=asset.index_seq + 1, updated_at=at)
    return Outcome(after, (event("asset.edited", by, at, asset.id, {"before": before, "after": changed}),))


def approve(
    asset: Asset, version: Version, seen: Seen, by: str, at: datetime, *, note: str, self_approval_allowed: bool
) -> Outcome:
    """Make the version the asset's head.

    Raises Conflict: ``digest_differs``, ``head_moved``, ``already_approved``, ``self_approval``, ``trashed``.
    """
    refuse_trashed(asset)
    _same_digest(version, seen)
    _same_head(asset, seen)
    own = version.created_by == by
    if own and not self_approval_allowed:
        raise Conflict("self_approval", "Somebody else has to approve a version that you made.")
    if asset.head == version.number:
        raise Conflict("already_approved", f"Version {version.number} is the approved version already.")
    return _move(asset, version, "approve", by, at, note=note, self_approval=own)


def rollback(
    asset: Asset, version: Version, status: VersionStatus, seen: Seen, by: str, at: datetime, *, note: str
) -> Outcome:
    """Make an earlier approved version the head again.

    Raises Conflict: ``never_approved`` (also when revoked or rejected since), ``digest_differs``, ``head_moved``,
    ``already_approved``.
    """
    refuse_trashed(asset)
    _same_digest(version, seen)
    _same_head(asset, seen)
    if status != "approved":
        raise Conflict("never_approved", f"Version {version.number} is {status}; only an approved version can return.")
    if asset.head == version.number:
        raise Conflict("already_approved", f"Version {version.number} is the approved version already.")
    return _move(asset, version, "rollback", by, at, note=note)


def reject(asset: Asset, version: Version, seen: Seen, by: str, at: datetime, *, note: str) -> Outcome:
    """Say no to a version that is not the head. Raises Conflict: ``digest_differs``, ``in_use``, ``trashed``."""
    return _judge(asset, version, "reject", seen, by, at, note=note)


def revoke(asset: Asset, version: Version, seen: Seen, by: str, at: datetime, *, note: str, pinned: bool) -> Outcome:
    """Take an approval back, so that no rollback or pin can reach the version. Raises Conflict ``in_use`` while it is
    the head or ``pinned`` somewhere; ``digest_differs``; ``trashed``.
    """
    if pinned:
        raise Conflict("in_use", f"Version {version.number} is pinned by a placement; change that first.")
    return _judge(asset, version, "revoke", seen, by, at, note=note)


def withdraw(asset: Asset, head: Version | None, by: str, at: datetime, *, note: str) -> Outcome:
    """Take the asset down: no version is approved any more. Raises Conflict ``nothing_approved``."""
    if head is None or asset.head is None:
        raise Conflict("nothing_approved", "No version of this asset is approved, so there is nothing to withdraw.")
    after = replace(asset, head=None, withdrawn_at=at, index_seq=asset.index_seq + 1, updated_at=at)
    decision = Decision(asset.id, head.number, head.sha256, "withdraw", by, asset.head, None, note, False, at)
    data = {"number": head.number, "sha256": head.sha256, "note": note}
    return Outcome(after, (event("asset.withdrawn", by, at, asset.id, data),), decision=decision)


def publish(asset: Asset, by: str, at: datetime, *, published: bool) -> Outcome:
    """Give or take the public address. Asking for what is so already changes nothing."""
    refuse_trashed(asset)
    if asset.published == published:
        return Outcome(asset, ())
    after = replace(asset, published=published, index_seq=asset.index_seq + 1, updated_at=at)
    word = "asset.published" if published else "asset.unpublished"
    return Outcome(after, (event(word, by, at, asset.id, {"key": asset.key}),))


def trash(asset: Asset, by: str, at: datetime, *, placed: bool) -> Outcome:
    """Move the asset to the trash. Raises Conflict ``placed``, ``trashed``."""
    refuse_trashed(asset)
    if placed:
        raise Conflict("placed", "The asset is still shown in a channel; withdraw it first.")
    after = replace(asset, trashed_at=at, revision=asset.revision + 1, index_seq=asset.index_seq + 1, updated_at=at)
    return Outcome(after, (event("asset.trashed", by, at, asset.id, {}),))


def restore(asset: Asset, by: str, at: datetime) -> Outcome:
    """Bring the asset back from the trash, with all that it had. Raises Conflict ``not_trashed``."""
    if asset.trashed_at is None:
        raise Conflict("not_trashed", "The asset is not in the trash.")
    after = replace(asset, trashed_at=None, revision=asset.revision + 1, index_seq=asset.index_seq + 1, updated_at=at)
    return Outcome(after, (event("asset.restored", by, at, asset.id, {}),))


def _move(
    asset: Asset, version: Version, kind: DecisionKind, by: str, at: datetime, *, note: str, self_approval: bool = False
) -> Outcome:
    after = replace(asset, head=version.number, withdrawn_at=None, index_seq=asset.index_seq + 1, updated_at=at)
    decision = Decision(
        asset.id, version.number, version.sha256, kind, by, asset.head, version.number, note, self_approval, at
    )
    moved = {"head_before": asset.head, "note": note, "self_approval": self_approval}
    data = {"number": version.number, "sha256": version.sha256, **moved}
    word = "version.approved" if kind == "approve" else "asset.rolled_back"
    return Outcome(after, (event(word, by, at, asset.id, data),), decision=decision)


def _judge(
    asset: Asset, version: Version, kind: Literal["reject", "revoke"], seen: Seen, by: str, at: datetime, *, note: str
) -> Outcome:
    refuse_trashed(asset)
    _same_digest(version, seen)
    if asset.head == version.number:
        raise Conflict(
            "in_use", f"Version {version.number} is the approved version; approve another or withdraw first."
        )
    after = replace(asset, index_seq=asset.index_seq + 1, updated_at=at)
    decision = Decision(asset.id, version.number, version.sha256, kind, by, asset.head, asset.head, note, False, at)
    word = "version.rejected" if kind == "reject" else "version.revoked"
    data = {"number": version.number, "sha256": version.sha256, "note": note}
    return Outcome(after, (event(word, by, at, asset.id, data),), decision=decision)


def refuse_trashed(asset: Asset) -> None:
    """Raise Conflict ``trashed`` for an asset in the trash."""
    if asset.trashed_at is not None:
        raise Conflict("trashed", "The asset is in the trash; restore it first.")


def _same_digest(version: Version, seen: Seen) -> None:
    if version.sha256 != seen.sha256:
        raise Conflict(
            "digest_differs",
            f"Version {version.number} has other bytes than the ones named.",
            extra={"sha256": version.sha256},
        )


def _same_head(asset: Asset, seen: Seen) -> None:
    if asset.head != seen.expected_head:
        raise Conflict(
            "head_moved",
            "Another version has been approved or withdrawn meanwhile; look at it before you decide.",
            extra={"head": asset.head},
        )
