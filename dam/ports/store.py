"""The database, as the operations see it: a unit of work, and the questions that can be asked in it.

Rule: facts go in by ``add``; heads, states and counters move by ``replace``, which compares before it sets; both
become true together at ``commit`` or not at all. Repositories only answer questions, except where one statement must
do both at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, Self, TypeAlias

from dam.domain.assets import Asset, Content, Decision, Version, VersionStatus
from dam.domain.events import Event
from dam.domain.placements import (
    Attempt,
    Cause,
    ConfiguredChannel,
    Delivery,
    Observation,
    Placement,
    Rollout,
    Standing,
)
from dam.domain.principals import Grant, Principal, RequestKey, Session, SignInLink, Token
from dam.domain.recipes import Artefact
from dam.domain.work import Job

Fact: TypeAlias = (
    Asset | Artefact | Attempt | ConfiguredChannel | Content | Decision | Delivery | Grant | Observation | Placement
    | Principal | Rollout | Session | SignInLink | Token | Version
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with what is known of its bytes, its status, and its renditions at the recipes' newest versions."""

    version: Version
    content: Content
    status: VersionStatus
    renditions: tuple[Artefact, ...] = ()


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


class Assets(Protocol):
    """Assets, versions, decisions, contents."""

    def get(self, asset_id: str) -> Asset | None: ...
    def lock(self, asset_id: str) -> Asset | None:
        """The asset, held against other writers until the end of the transaction."""
        ...

    def by_key(self, key: str) -> Asset | None: ...
    def named(self, text: str, limit: int = 2) -> list[Asset]:
        """Assets with this id, else this exact title, else an id that begins so."""
        ...

    def page(self, after: str | None, limit: int) -> list[Asset]:
        """In the order of ids, trashed ones too."""
        ...

    def views(self, ids: Sequence[str]) -> list[AssetView]:
        """In the order given; unknown ids are left out."""
        ...

    def content(self, sha256: str) -> Content | None: ...
    def keep_content(self, content: Content) -> Content:
        """Store the row unless it is there; return the one that is there."""
        ...

    def describe_content(self, sha256: str, properties: Mapping[str, object]) -> None:
        """Set what a decoder found."""
        ...

    def contents(self, after: str | None, limit: int) -> list[Content]: ...
    def version(self, asset_id: str, number: int) -> Version | None: ...
    def version_view(self, asset_id: str, number: int) -> VersionView | None: ...
    def version_views(self, asset_id: str, before: int | None, limit: int) -> list[VersionView]:
        """Newest first."""
        ...

    def filenames(self, asset_id: str) -> list[str]: ...
    def having(self, sha256: str) -> list[str]:
        """Ids of the assets with a version of these bytes."""
        ...

    def status(self, asset_id: str, number: int) -> VersionStatus: ...
    def decisions(self, asset_id: str) -> list[Decision]:
        """Oldest first."""
        ...

    def behind(self, limit: int) -> list[str]:
        """Ids of assets whose newest ``index_seq`` is not in the search index."""
        ...

    def count_behind(self) -> int: ...
    def mark_indexed(self, sequences: Mapping[str, int]) -> None: ...
    def forget_indexed(self) -> None:
        """Every asset is behind again."""
        ...

    def tags(self, prefix: str, after: str | None, limit: int) -> list[Named]: ...
    def campaigns(self, after: str | None, limit: int) -> list[Named]: ...
    def campaign(self, campaign_id: str) -> Named | None: ...
    def campaign_named(self, name: str) -> Named | None: ...
    def make_campaigns(self, names: Sequence[str], at: datetime) -> None:
        """Those that are not there yet."""
        ...

    def rename_campaign(self, campaign_id: str, name: str) -> int:
        """Rename, raise ``index_seq`` of its assets; returns how many those are. Raises Conflict
        ``campaign_exists``.
        """
        ...


class Artefacts(Protocol):
    """What recipes made."""

    def get(self, source: str, recipe: str, recipe_version: int) -> Artefact | None: ...
    def ensure(self, artefact: Artefact) -> Artefact:
        """Insert unless there is one with its key; return the one that is there."""
        ...

    def of_source(self, source: str) -> list[Artefact]: ...
    def pending(self, before: datetime, limit: int) -> list[Artefact]:
        """Those pending since before then, the oldest first."""
        ...

    def page(self, after: tuple[str, str, int] | None, limit: int) -> list[Artefact]: ...
    def delivered(self, sha256: str) -> bool:
        """Does a delivery refer to these bytes?"""
        ...


class Placements(Protocol):
    """Channels and placements."""

    def channel(self, channel_id: str) -> ConfiguredChannel | None: ...
    def channel_named(self, name: str) -> ConfiguredChannel | None: ...
    def channels(self, after: str | None, limit: int) -> list[ConfiguredChannel]:
        """Those not removed, in the order of ids."""
        ...

    def channels_to_check(self, now: datetime, limit: int) -> list[ConfiguredChannel]: ...
    def get(self, placement_id: str) -> Placement | None: ...
    def hold(self, placement_ids: Sequence[str]) -> dict[str, Standing]:
        """Standings by placement, with the assets and then the placements held against other writers until the end of
        the transaction; everybody takes them in this order. Unknown ids are left out."""
        ...

    def at_target(self, canonical: str) -> Placement | None:
        """The placement that is there and not withdrawn."""
        ...

    def standing(self, placement_id: str) -> Standing | None: ...
    def standings(
        self,
        *,
        asset_id: str | None = None,
        channel_id: str | None = None,
        after: str | None = None,
        limit: int = 200,
        ended: bool = False,
    ) -> list[Standing]:
        """In the order of ids; those that ended only if asked for."""
        ...

    def to_look_at(self, now: datetime, lease_until: datetime, limit: int) -> list[Placement]:
        """Those whose look is due; takes them, so that nobody else does before ``lease_until``."""
        ...

    def outdated(self, recipe: str, newest: int, limit: int) -> list[Placement]:
        """Placements, not withdrawn, that use an older version of the recipe."""
        ...

    def count_outdated(self, recipe: str, newest: int) -> int: ...
    def pinned(self, asset_id: str, number: int) -> bool: ...
    def end_pinned(self, asset_id: str) -> int:
        """Mark the asset's pinned placements as ending; returns how many."""
        ...

    def look_again(self, channel_id: str, at: datetime) -> int:
        """Every placement of the channel is to be looked at by then; returns how many."""
        ...

    def shown(self, asset_id: str) -> bool:
        """Is anything of the asset at a destination, or may it be?"""
        ...


class Rollouts(Protocol):
    """Rollouts, deliveries, attempts, observations."""

    def start(
        self,
        cause: Cause,
        by: str,
        at: datetime,
        *,
        asset_id: str | None = None,
        version: int | None = None,
        sha256: str | None = None,
        note: str = "",
    ) -> Rollout:
        """A new rollout with the next number."""
        ...  # fmt: skip

    def get(self, number: int) -> Rollout | None: ...
    def newest_of(self, asset_id: str) -> Rollout | None:
        """The newest that moved the asset's head."""
        ...

    def page(self, before: int | None, limit: int, asset_id: str | None = None) -> list[Rollout]: ...
    def unfinished(self, after: int, limit: int) -> list[Rollout]: ...
    def counts(self, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
        """Deliveries by state, for each rollout."""
        ...

    def finish(self, number: int, at: datetime) -> bool:
        """Mark it done if it is open, fanned out, and none of its deliveries is open or failed."""
        ...

    def delivery(self, delivery_id: str) -> Delivery | None: ...
    def deliveries(self, number: int, after: str | None, limit: int) -> list[Delivery]: ...
    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """Due, or leased by somebody whose lease ran out; of channels that can be reached or are to be tried again."""
        ...

    def next_due(self) -> datetime | None: ...
    def wake(self, source_sha256: str, recipe: str, recipe_version: int, at: datetime) -> int:
        """Deliveries that wait for this artefact become due; returns how many."""
        ...

    def unfinished_attempts(self, placement_ids: Sequence[str]) -> dict[str, list[Attempt]]:
        """Those without a known outcome, for each placement, the oldest first."""
        ...

    def attempts(self, placement_id: str, before: int | None, limit: int) -> list[Attempt]: ...
    def wrote(self, placement_id: str, digest: str) -> bool:
        """Did an attempt that may have been applied bring these bytes there?"""
        ...

    def owned(self, placement_id: str) -> bool:
        """Was any attempt there possibly applied?"""
        ...

    def observations(self, placement_id: str, before: str | None, limit: int) -> list[Observation]: ...


class Jobs(Protocol):
    """Events on their way to the feed, and the jobs that follow from them."""

    def relay(self, routes: Mapping[str, Sequence[str]], limit: int) -> int:
        """Number the events that have none, in the order in which they were committed, and insert a job for each task
        that ``routes`` names for their type; returns how many events.
        """
        ...

    def enqueue(self, task: str, ids: Mapping[str, object]) -> None: ...
    def lease(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Take jobs that are due or whose lease ran out; each taking counts as a try."""
        ...

    def done(self, job: Job) -> bool:
        """Forget the job, if it is still leased by this try."""
        ...

    def failed(self, job: Job, code: str, detail: str, due_at: datetime | None) -> bool:
        """Put it back until ``due_at``, or set it aside (None), if it is still leased by this try."""
        ...

    def next_due(self) -> datetime | None: ...
    def release_leases(self, now: datetime) -> int:
        """Give back every lease, for a start at which no other worker can be alive; returns how many."""
        ...

    def get(self, job_id: int) -> Job | None: ...
    def page(self, state: Literal["due", "leased", "set_aside"], after: int | None, limit: int) -> list[Job]: ...
    def retry(self, job_id: int, at: datetime) -> bool:
        """A job that was set aside starts anew."""
        ...

    def events(self, after: int, limit: int, asset_id: str | None = None) -> list[NumberedEvent]: ...
    def last_number(self) -> int: ...
    def counts(self) -> dict[str, int]:
        """Jobs by state, and events that have no number yet (``unnumbered``)."""
        ...


class People(Protocol):
    """Principals and what they prove themselves with."""

    def get(self, principal_id: str) -> Principal | None: ...
    def named(self, name: str) -> Principal | None: ...
    def page(self, after: str | None, limit: int) -> list[Principal]: ...
    def any_person(self) -> bool: ...
    def grants(self, principal_ids: Sequence[str]) -> list[Grant]: ...
    def set_role(self, grant: Grant) -> None:
        """The principal has this role in this scope and no other there."""
        ...

    def token(self, digest: str) -> Token | None: ...
    def token_by_id(self, token_id: str) -> Token | None: ...
    def tokens(self, principal_id: str | None, after: str | None, limit: int) -> list[Token]: ...
    def link(self, digest: str) -> SignInLink | None: ...
    def session(self, digest: str) -> Session | None: ...
    def end_session(self, digest: str) -> bool: ...
    def end_sessions(self, principal_id: str) -> int: ...
    def failures(self, name: str, since: datetime) -> int:
        """Failed sign-ins under this name since then."""
        ...

    def note_failure(self, name: str, at: datetime) -> None: ...


class Answers(Protocol):
    """Idempotency keys."""

    def get(self, request: RequestKey) -> Answer | None: ...
    def begin(self, answer: Answer, now: datetime) -> bool:
        """Insert it, or take over one whose lease ran out without a result; False if neither was possible."""
        ...

    def finish(self, request: RequestKey, result: Mapping[str, str]) -> bool:
        """Keep the result of one that runs; False if there is none, or it was answered already."""
        ...

    def drop(self, request: RequestKey) -> None:
        """Forget a request that was refused; one that was answered stays."""
        ...

    def sweep(self, before: datetime) -> int: ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without ``commit`` rolls back."""

    @property
    def assets(self) -> Assets: ...
    @property
    def artefacts(self) -> Artefacts: ...
    @property
    def placements(self) -> Placements: ...
    @property
    def rollouts(self) -> Rollouts: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def people(self) -> People: ...
    @property
    def answers(self) -> Answers: ...

    def now(self) -> datetime:
        """The database's time, UTC."""
        ...

    def add(self, *facts: Fact) -> None:
        """Insert new facts."""
        ...

    def replace(self, before: Fact, after: Fact) -> bool:
        """Store ``after`` if the row is still as ``before`` where it counts for that kind of fact; False if somebody
        moved first.
        """
        ...

    def replace_all(self, pairs: Sequence[tuple[Fact, Fact]]) -> None:
        """``replace`` for many rows that this unit of work holds. Raises Conflict ``moved`` if one of them is not as
        it was read; then nothing of this unit of work can be committed.
        """
        ...

    def record(self, *events: Event) -> None:
        """Write events, which become tasks after the commit."""
        ...

    def commit(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Store(Protocol):
    """Where units of work come from."""

    def writing(self) -> UnitOfWork:
        """One that may change things; on SQLite the only one at a time."""
        ...

    def reading(self) -> UnitOfWork:
        """One that sees a single consistent state and can't change it."""
        ...
