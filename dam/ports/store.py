"""The database, as the operations see it: a unit of work, and the questions that can be asked in it.

Rule: facts go in by ``add``; heads, states and counters move by ``replace``, which compares before it sets; both become
true together at ``commit`` or not at all. Repositories (here, ``catalogue``, ``movements``) only answer questions,
except where one statement must do both at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, Self, TypeAlias

from dam.domain.assets import Asset, Content, Decision, Version
from dam.domain.cookbook import HouseRecipe
from dam.domain.events import Event
from dam.domain.placements import Attempt, ConfiguredChannel, Delivery, Observation, Placement, Rollout
from dam.domain.previews import RenditionOverride
from dam.domain.principals import Grant, Principal, RequestKey, Session, SignInLink, Token
from dam.domain.recipes import Artefact
from dam.domain.timing import Timing
from dam.domain.uploads import Upload
from dam.domain.work import Job
from dam.ports.catalogue import Artefacts, Assets, Cookbook, Looks, People
from dam.ports.movements import Placements, Rollouts, Words
from dam.ports.views import Answer, NumberedEvent, Queued, Waiting

Fact: TypeAlias = (
    Asset | Artefact | Attempt | ConfiguredChannel | Content | Decision | Delivery | Grant | HouseRecipe | Observation
    | Placement | Principal | RenditionOverride | Rollout | Session | SignInLink | Token | Upload | Version
)  # fmt: skip


class Jobs(Protocol):
    """Events on their way to the feed, and the jobs that follow from them."""

    def relay(self, routes: Mapping[str, Sequence[str]], limit: int) -> int:
        """Number the events that have none, in the order in which they were committed, and insert a job for each task
        that ``routes`` names for their type; returns how many events. Where the line is long (``work.IN_LINE``), what
        somebody does by the dozen stands behind the rest.
        """
        ...

    def enqueue(self, task: str, ids: Mapping[str, object]) -> None: ...
    def prefer(self, task: str, sha256: str) -> int:
        """Somebody is looking at these bytes: put the job at the head of the line, if it still waits there, for its
        first try; returns how many.
        """
        ...

    def enqueue_by(self, task: str, due_at: datetime) -> None:
        """A job without ids that is due then, unless one of this task that begins after this commit is due by then."""
        ...

    def lease(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Take jobs that are due or whose lease ran out; each taking counts as a try. One that was sent is left to whom
        it was sent to, until its time is over.
        """
        ...

    def send(self, tasks: Sequence[str], now: datetime, until: datetime, limit: int) -> list[Job]:
        """Choose jobs as ``lease`` does, to be told to somebody who then takes them: they stay due, use up no try, and
        are chosen again after ``until``.
        """
        ...

    def not_sent(self, sent: Sequence[Job]) -> int:
        """Of jobs that ``send`` gave: nobody was told. Those that are as they were then may be chosen at once; returns
        how many.
        """
        ...

    def take(self, ids: Sequence[int], now: datetime, until: datetime) -> list[Job]:
        """Lease those of these jobs that are to be done now, sent or not; each taking counts as a try. Not those that
        somebody has, that wait after a failure, that are set aside, or done.
        """
        ...

    def renew(self, held: Sequence[Job], until: datetime) -> int:
        """Let the leases of these end at ``until`` instead; returns how many were still held."""
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
    def events_before(self, before: int, limit: int, asset_id: str | None = None) -> list[NumberedEvent]: ...
    def last_number(self) -> int: ...
    def counts(self) -> dict[str, int]:
        """Jobs by state, and events that have no number yet (``unnumbered``)."""
        ...

    def queued(self) -> list[Queued]:
        """Jobs by task and state."""
        ...

    def oldest(self, task: str) -> datetime | None:
        """When the oldest job of this task came that is due or leased; None if there is none."""
        ...

    def unnumbered(self) -> Waiting:
        """Events that have no number yet."""
        ...

    def timed(self, task: str, outcome: str, seconds: float) -> None:
        """Count that a task took so long. To be called last in a transaction."""
        ...

    def timings(self) -> list[Timing]:
        """All that was counted, by task, outcome and bucket."""
        ...


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


class Uploads(Protocol):
    """Uploads in parts."""

    def get(self, upload_id: str) -> Upload | None: ...
    def count_open(self, principal_id: str) -> int:
        """How many of theirs have not ended."""
        ...

    def unfinished(self) -> dict[str, int]:
        """How many have not ended, by state."""
        ...

    def expired(self, now: datetime, limit: int) -> list[Upload]:
        """Open ones whose time is over, the oldest first."""
        ...

    def stuck(self, before: datetime, limit: int) -> list[Upload]:
        """Those that are being completed, and were last touched before then."""
        ...

    def uncleared(self, before: datetime, limit: int) -> list[Upload]:
        """Those that have ended, were last touched before then, and whose parts may be there still."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Those that were cleared before then; returns how many."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it without ``commit`` rolls back."""

    @property
    def assets(self) -> Assets: ...
    @property
    def artefacts(self) -> Artefacts: ...
    @property
    def looks(self) -> Looks: ...
    @property
    def cookbook(self) -> Cookbook: ...
    @property
    def placements(self) -> Placements: ...
    @property
    def words(self) -> Words: ...
    @property
    def rollouts(self) -> Rollouts: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def people(self) -> People: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def uploads(self) -> Uploads: ...

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
