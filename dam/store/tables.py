"""The tables of assets and work. Those of people are in ``tables_people``, of channels and deliveries in ``places``.

Rule: a fact's columns have the names of its dataclass's fields. Who did something is history, not a reference, so
those columns have no foreign key. Each index serves a query of a repository.
"""

from typing import get_args

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, MetaData, Table, event
from sqlalchemy import UniqueConstraint as Unique

from dam.domain.assets import DecisionKind
from dam.domain.recipes import ArtefactState
from dam.domain.uploads import UploadState
from dam.store.columns import NAMING, Json, Serial, conditions, need, one_of, partial, serial, when, whole, words

metadata = MetaData(naming_convention=NAMING)
event.listen(metadata, "before_create", conditions)

contents = Table(
    "contents",
    metadata,
    words("sha256", primary_key=True),
    whole("size"),
    words("media_type"),
    words("kind"),
    when("created_at"),
    Column("properties", Json, nullable=False),
    Column("embedded", Json, nullable=True),
    words("text", nullable=True),
    CheckConstraint("size >= 0", name="size"),
)

BAND_NAMES = tuple(f"band_{number}" for number in range(16))

# How a picture looks (``dam.domain.looks``): all of it, and in bands, each with its index.
looks = Table(
    "looks",
    metadata,
    words("sha256", ForeignKey("contents.sha256"), primary_key=True),
    words("look"),
    *(whole(name) for name in BAND_NAMES),
    *(Index(f"ix_looks_{name}", name) for name in BAND_NAMES),
)

assets = Table(
    "assets",
    metadata,
    words("id", primary_key=True),
    words("key"),
    words("title"),
    words("description"),
    Column("fields", Json, nullable=False),
    when("created_at"),
    words("created_by"),
    when("updated_at"),
    Column("published", Boolean, nullable=False),
    whole("head", nullable=True),
    whole("latest"),
    whole("revision"),
    whole("index_seq"),
    when("withdrawn_at", nullable=True),
    when("trashed_at", nullable=True),
    # What the search index holds; no part of the fact, so an indexer never collides with people.
    Column("indexed_seq", Serial, nullable=False, default=0),
    Column("focal", Json, nullable=True),
    CheckConstraint("head IS NULL OR (head >= 1 AND head <= latest)", name="head"),
    Unique("key"),
    Index("ix_assets_title", "title"),
    partial("ix_assets_behind", "id", where="indexed_seq < index_seq"),
    partial("ix_assets_trashed", "trashed_at", "id", where="trashed_at IS NOT NULL"),
)

asset_tags = Table(
    "asset_tags",
    metadata,
    words("asset_id", ForeignKey("assets.id"), primary_key=True),
    words("tag", primary_key=True),
    whole("position"),
    Index("ix_asset_tags_tag", "tag", "asset_id"),
)

campaigns = Table(
    "campaigns",
    metadata,
    words("id", primary_key=True),
    words("name"),
    when("created_at"),
    Unique("name"),
)

asset_campaigns = Table(
    "asset_campaigns",
    metadata,
    words("asset_id", ForeignKey("assets.id"), primary_key=True),
    words("campaign_id", ForeignKey("campaigns.id"), primary_key=True),
    whole("position"),
    Index("ix_asset_campaigns_campaign", "campaign_id", "asset_id"),
)

versions = Table(
    "versions",
    metadata,
    words("asset_id", ForeignKey("assets.id"), primary_key=True),
    whole("number", primary_key=True),
    words("sha256", ForeignKey("contents.sha256")),
    words("filename"),
    words("rationale"),
    words("created_by"),
    when("created_at"),
    CheckConstraint("number >= 1", name="number"),
    Index("ix_versions_sha256", "sha256", "asset_id"),
)

decisions = Table(
    "decisions",
    metadata,
    serial("id"),
    words("asset_id"),
    whole("number"),
    words("sha256"),
    words("kind"),
    words("principal_id"),
    whole("head_before", nullable=True),
    whole("head_after", nullable=True),
    words("note"),
    Column("self_approval", Boolean, nullable=False),
    when("at"),
    ForeignKeyConstraint(["asset_id", "number"], ["versions.asset_id", "versions.number"]),
    one_of("kind", get_args(DecisionKind)),
    Index("ix_decisions_version", "asset_id", "number", "id"),
    sqlite_autoincrement=True,
)

artefacts = Table(
    "artefacts",
    metadata,
    words("source_sha256", ForeignKey("contents.sha256"), primary_key=True),
    words("recipe", primary_key=True),
    whole("recipe_version", primary_key=True),
    words("params_sha256", primary_key=True),
    words("state"),
    when("updated_at"),
    words("sha256", nullable=True),
    whole("size", nullable=True),
    words("media_type", nullable=True),
    whole("width", nullable=True),
    whole("height", nullable=True),
    words("reason_code", nullable=True),
    words("reason_detail", nullable=True),
    whole("percent", nullable=True),
    Column("params", Json, nullable=True),
    one_of("state", get_args(ArtefactState)),
    CheckConstraint("state <> 'ready' OR sha256 IS NOT NULL", name="ready"),
    partial("ix_artefacts_pending", "updated_at", where="state = 'pending'"),
)

rendition_overrides = Table(
    "rendition_overrides",
    metadata,
    words("asset_id", primary_key=True),
    whole("number", primary_key=True),
    words("recipe", primary_key=True),
    words("sha256", ForeignKey("contents.sha256")),
    when("created_at"),
    words("created_by"),
    ForeignKeyConstraint(["asset_id", "number"], ["versions.asset_id", "versions.number"]),
    Index("ix_rendition_overrides_sha256", "sha256"),
)

# Which of what was made of its bytes a version asked for: those to be looked at are every version's.
asked_renditions = Table(
    "asked_renditions",
    metadata,
    words("asset_id", primary_key=True),
    whole("number", primary_key=True),
    words("recipe", primary_key=True),
    whole("recipe_version", primary_key=True),
    words("params_sha256", primary_key=True),
    when("asked_at"),
    ForeignKeyConstraint(["asset_id", "number"], ["versions.asset_id", "versions.number"]),
)

# Those of the house; the built-in ones are declared in the code.
recipes = Table(
    "recipes",
    metadata,
    words("name", primary_key=True),
    whole("version", primary_key=True),
    words("title"),
    Column("spec", Json, nullable=False),
    when("created_at"),
    words("created_by"),
    when("retired_at", nullable=True),
    CheckConstraint("version >= 1", name="version"),
)

# An event is its own outbox row until it has a number.
events = Table(
    "events",
    metadata,
    serial("id"),
    whole("number", nullable=True),
    words("type"),
    words("principal_id"),
    when("at"),
    words("asset_id", nullable=True),
    Column("data", Json, nullable=False),
    words("request_id", nullable=True),
    Unique("number"),
    partial("ix_events_unnumbered", "id", where="number IS NULL"),
    Index("ix_events_asset", "asset_id", "number"),
    sqlite_autoincrement=True,
)

# AUTOINCREMENT, because a job is forgotten when it is done: an id that came back could take another job's lease.
jobs = Table(
    "jobs",
    metadata,
    serial("id"),
    words("task"),
    Column("ids", Json, nullable=False),
    words("state"),
    when("due_at"),
    whole("tries"),
    when("created_at"),
    when("leased_until", nullable=True),
    words("reason_code", nullable=True),
    words("reason_detail", nullable=True),
    when("sent_until", nullable=True),
    words("request_id", nullable=True),
    one_of("state", ("due", "leased", "set_aside")),
    CheckConstraint("state <> 'leased' OR leased_until IS NOT NULL", name="leased"),
    partial("ix_jobs_due", "due_at", "id", where="state = 'due'"),
    partial("ix_jobs_leased", "leased_until", "id", where="state = 'leased'"),
    partial("ix_jobs_sent", "sent_until", where="sent_until IS NOT NULL"),
    partial("ix_jobs_set_aside", "id", where="state = 'set_aside'"),
    sqlite_autoincrement=True,
)

answers = Table(
    "answers",
    metadata,
    words("principal_id", primary_key=True),
    words("route", primary_key=True),
    words("key", primary_key=True),
    words("body_sha256"),
    when("lease_until"),
    Column("result", Json, nullable=True),
    Index("ix_answers_lease_until", "lease_until"),
)

uploads = Table(
    "uploads",
    metadata,
    words("id", primary_key=True),
    words("principal_id"),
    words("state"),
    words("filename"),
    whole("size"),
    whole("part_size"),
    when("created_at"),
    when("updated_at"),
    when("expires_at"),
    words("sha256", nullable=True),
    words("asset_id", ForeignKey("assets.id"), nullable=True),
    words("rationale"),
    Column("details", Json, nullable=False),
    words("handle", nullable=True),
    words("accepted", nullable=True),
    whole("tries"),
    whole("number", nullable=True),
    *need("reason"),
    when("finished_at", nullable=True),
    when("cleared_at", nullable=True),
    ForeignKeyConstraint(["asset_id", "number"], ["versions.asset_id", "versions.number"]),
    one_of("state", get_args(UploadState)),
    CheckConstraint("(state IN ('open', 'completing')) = (finished_at IS NULL)", name="finished"),
    CheckConstraint("(state = 'complete') = (number IS NOT NULL)", name="complete"),
    partial("ix_uploads_unfinished", "principal_id", where="finished_at IS NULL"),
    partial("ix_uploads_open", "expires_at", "id", where="state = 'open'"),
    partial("ix_uploads_completing", "updated_at", "id", where="state = 'completing'"),
    partial("ix_uploads_uncleared", "updated_at", "id", where="cleared_at IS NULL AND finished_at IS NOT NULL"),
    partial("ix_uploads_cleared", "cleared_at", "id", where="cleared_at IS NOT NULL"),
)

counters = Table("counters", metadata, words("name", primary_key=True), whole("value"))

# How long tasks took: a row for each class of durations, counted up by whoever settles a job.
timings = Table(
    "timings",
    metadata,
    words("task", primary_key=True),
    words("outcome", primary_key=True),
    whole("bucket", primary_key=True),
    whole("count"),
    whole("micros"),
)
