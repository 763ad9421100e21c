"""What the repositories answer with, where one fact does not say enough: plain values, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dam.domain.assets import Asset, Content, Version, VersionStatus
from dam.domain.events import Event
from dam.domain.principals import RequestKey, Role, Session, Token
from dam.domain.recipes import Artefact


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with what is known of its bytes, its status, and its renditions at the recipes' newest versions;
    ``by_hand``: the recipes of those that are made of a preview which somebody supplied."""

    version: Version
    content: Content
    status: VersionStatus
    renditions: tuple[Artefact, ...] = ()
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileView:
    """A version's file, as far as it takes to send it."""

    asset_id: str
    number: int
    sha256: str
    size: int
    media_type: str
    filename: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShownView:
    """What an asset shows: the file of its approved version, None where no version is approved."""

    published: bool
    withdrawn_at: datetime | None
    trashed_at: datetime | None
    approved: FileView | None


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token with what its owner is: ``role`` is the one that the owner has everywhere."""

    token: Token
    name: str
    disabled_at: datetime | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class PlacementWord:
    """The word for a placement's state, as it was when somebody looked."""

    placement_id: str
    asset_id: str
    channel_id: str
    word: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with what its person is: ``role`` is the one that the person has everywhere."""

    session: Session
    name: str
    disabled_at: datetime | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class AssetView:
    """An asset with its latest and its approved version, and the ids of other assets that have the latest one's bytes
    (at most ten).
    """

    asset: Asset
    latest: VersionView | None
    approved: VersionView | None
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event with its place in the feed."""

    number: int
    event: Event


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Queued:
    """Jobs of one task in one state; ``oldest``: when the oldest of them was made."""

    task: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A tag or campaign with how many assets have it."""

    name: str
    count: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is remembered of a request with an idempotency key. ``result`` is None while the request runs."""

    request: RequestKey
    body_sha256: str
    lease_until: datetime
    result: Mapping[str, str] | None = None
