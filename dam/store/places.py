"""The tables of channels, placements, rollouts, deliveries, attempts and observations.

Rule: as in ``dam.store.tables``. What should be shown, and a placement's state, are computed and have no column; the
words in ``placement_words`` are hints for whoever counts and lists.
"""

from typing import get_args

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint

from dam.domain.placements import Action, Cause, DeliveryState, OnDrift, Outcome, RolloutState
from dam.domain.recipes import NO_PARAMS
from dam.store.columns import Json, Words, need, one_of, partial, serial, when, whole, words
from dam.store.tables_people import metadata as metadata  # whoever imports it from here has all tables in it

channels = Table(
    "channels",
    metadata,
    words("id", primary_key=True),
    words("name"),
    words("kind"),
    Column("config", Json, nullable=False),
    words("recipe"),
    words("on_drift"),
    whole("audit_every_s"),
    when("created_at"),
    words("created_by"),
    whole("revision"),
    when("checked_at", nullable=True),
    *need("unreachable"),
    whole("failures"),
    when("next_check_at", nullable=True),
    when("removed_at", nullable=True),
    words("sealed", nullable=True),
    one_of("on_drift", get_args(OnDrift)),
    partial("uq_channels_name", "name", where="removed_at IS NULL", unique=True),
    partial("ix_channels_next_check", "next_check_at", where="removed_at IS NULL"),
)

placements = Table(
    "placements",
    metadata,
    words("id", primary_key=True),
    words("asset_id", ForeignKey("assets.id")),
    words("channel_id", ForeignKey("channels.id")),
    words("remote"),
    words("canonical"),
    words("recipe"),
    whole("recipe_version"),
    whole("pinned", nullable=True),
    when("created_at"),
    words("created_by"),
    whole("fence"),
    whole("epoch"),
    words("proof_digest", nullable=True),
    whole("proof_fence", nullable=True),
    when("proof_begun_at", nullable=True),
    *need("needs"),
    when("look_at", nullable=True),
    words("adopted_sha256", nullable=True),
    Column("ending", Boolean, nullable=False),
    when("ended_at", nullable=True),
    Column("params_sha256", Words, nullable=False, server_default=NO_PARAMS),
    CheckConstraint("fence >= 0 AND (proof_fence IS NULL OR proof_fence <= fence)", name="fence"),
    # One target, one placement: across all channels, as long as it is not withdrawn.
    partial("uq_placements_canonical", "canonical", where="ended_at IS NULL", unique=True),
    partial("ix_placements_look_at", "look_at", where="ended_at IS NULL"),
    Index("ix_placements_asset", "asset_id", "id"),
    Index("ix_placements_channel", "channel_id", "id"),
    partial("ix_placements_needs", "id", where="needs_code IS NOT NULL AND ended_at IS NULL"),
    partial("ix_placements_recipe", "recipe", "recipe_version", "id", where="ended_at IS NULL"),
)

rollouts = Table(
    "rollouts",
    metadata,
    serial("number"),
    words("cause"),
    words("state"),
    words("asset_id", ForeignKey("assets.id"), nullable=True),
    whole("version", nullable=True),
    words("sha256", nullable=True),
    words("started_by"),
    when("started_at"),
    words("note"),
    Column("fanned_out", Boolean, nullable=False),
    when("finished_at", nullable=True),
    one_of("cause", get_args(Cause)),
    one_of("state", get_args(RolloutState)),
    partial("ix_rollouts_open", "number", where="state = 'open'"),
    Index("ix_rollouts_asset", "asset_id", "number"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    words("id", primary_key=True),
    words("placement_id", ForeignKey("placements.id")),
    whole("rollout", ForeignKey("rollouts.number")),
    words("action"),
    whole("version", nullable=True),
    words("artefact", nullable=True),
    words("before", nullable=True),
    words("state"),
    when("due_at"),
    Column("adopt", Boolean, nullable=False),
    whole("fence", nullable=True),
    when("lease_until", nullable=True),
    whole("tries"),
    *need("reason"),
    UniqueConstraint("placement_id", "rollout"),
    one_of("action", get_args(Action)),
    one_of("state", get_args(DeliveryState)),
    CheckConstraint("state <> 'leased' OR (lease_until IS NOT NULL AND fence IS NOT NULL)", name="leased"),
    partial("ix_deliveries_due", "due_at", where="state IN ('due', 'verifying')"),
    partial("ix_deliveries_leased", "lease_until", where="state = 'leased'"),
    partial("ix_deliveries_open", "state", where="state IN ('due', 'leased', 'verifying', 'held')"),
    partial("ix_deliveries_waiting", "placement_id", where="state = 'due' AND artefact IS NULL"),
    Index("ix_deliveries_rollout", "rollout", "id"),
    Index("ix_deliveries_artefact", "artefact"),
    Index("ix_deliveries_before", "before"),
)

attempts = Table(
    "attempts",
    metadata,
    words("placement_id", ForeignKey("placements.id"), primary_key=True),
    whole("fence", primary_key=True),
    words("delivery_id", ForeignKey("deliveries.id")),
    words("digest"),
    when("began_at"),
    when("lease_until"),
    when("permit_until", nullable=True),
    when("ended_at", nullable=True),
    words("outcome", nullable=True),
    Column("receipt", Json, nullable=True),
    one_of("outcome", get_args(Outcome)),
)

observations = Table(
    "observations",
    metadata,
    words("id", primary_key=True),
    words("placement_id", ForeignKey("placements.id")),
    when("began_at"),
    when("until"),
    words("how"),
    words("digest", nullable=True),
    Column("foreign", Boolean, nullable=False),
    Column("counted", Boolean, nullable=False),
    whole("looks"),
    *need("reason"),
    one_of("how", ("readback", "audit")),
    Index("ix_observations_placement", "placement_id", "id"),
)

# Made anew with the search index, and never believed: it says where to look, and how many there are about. Nothing
# refers to it and it refers to nothing, so that whoever writes it waits for nobody.
placement_words = Table(
    "placement_words",
    metadata,
    words("placement_id", primary_key=True),
    words("asset_id"),
    words("channel_id"),
    words("word"),
    Index("ix_placement_words_asset", "asset_id"),
    Index("ix_placement_words_channel", "channel_id", "word", "placement_id"),
    Index("ix_placement_words_word", "word", "placement_id"),
)
